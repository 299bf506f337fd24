"""A token that may only read: no route changes anything for it, neither those that say so nor those that read."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlalchemy import event, select

from api.app import PUBLIC_PATHS
from copilot import bootstrap
from copilot.domain.access import Role, Viewer
from copilot.store.tables.quality import ReviewOpeningRow
from tests.api.own_things import filled, named, own_things
from tests.api.queue_client import program
from tests.api.route_bodies import sent_with
from tests.api.route_walk import every_route
from tests.api.web_browser import sign_in
from tests.api.web_company import Company
from tests.conftest import MakeUser

_WRITES = re.compile(r"\s*(insert|update|delete|merge)\b", re.IGNORECASE)
_READS = frozenset({"GET", "HEAD"})


@contextmanager
def writes(application: bootstrap.Application) -> Iterator[list[str]]:
    """The statements that change something and are committed while the block runs."""
    pending: list[str] = []
    kept: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if _WRITES.match(statement):
            pending.append(statement.split("(")[0].strip())

    def keep(_connection: Any) -> None:
        kept.extend(pending)
        pending.clear()

    def undo(_connection: Any) -> None:
        pending.clear()

    engine = application.database.engine
    listeners: dict[str, Callable[..., Any]] = {"before_cursor_execute": note, "commit": keep, "rollback": undo}
    for name, listener in listeners.items():
        event.listen(engine, name, listener)
    try:
        yield kept
    finally:
        for name, listener in listeners.items():
            event.remove(engine, name, listener)


def reading(application: bootstrap.Application, viewer: Viewer) -> dict[str, str]:
    with application.database.unit_of_work() as uow:
        _, secret = application.people.create_api_token(viewer, name="r", valid_for=None, read_only=True, uow=uow)
    return {"authorization": f"Bearer {secret}", "if-match": '"1"'}


def routes_of(client: TestClient) -> list[APIRoute]:
    app: Any = client.app
    return [route for route in every_route(app) if route.path not in PUBLIC_PATHS]


def test_whatever_changes_something_is_refused(
    application: bootstrap.Application, client: TestClient, company: Company, make_user: MakeUser
) -> None:
    headers, walked, wrong = reading(application, make_user("Ada Prueba", role=Role.ADMIN)), 0, []
    for route in routes_of(client):
        path = filled(route.path, dict.fromkeys(named(route.path), company.ae.user_id))
        for method in (route.methods or set()) - _READS:
            with writes(application) as done:
                answer = client.request(method, path, headers=headers, **sent_with(route, form={}))
            walked += 1
            if answer.status_code != 403 or done:
                wrong.append(f"{method} {route.path}: {answer.status_code} {done}")
    assert sorted(set(wrong)) == []
    assert walked > 150


def test_whatever_reads_changes_nothing(
    application: bootstrap.Application, client: TestClient, company: Company, make_user: MakeUser
) -> None:
    owner = program(client, application, company.ae)
    things = own_things(application, owner, company)
    wrong, opened = [], 0
    for viewer in (company.ae, make_user("Ada Prueba", role=Role.ADMIN)):
        headers = reading(application, viewer)
        for route in routes_of(client):
            if "GET" not in (route.methods or ()) or set(named(route.path)) - set(things):
                continue
            with writes(application) as done:
                answer = client.get(filled(route.path, things), headers=headers, follow_redirects=False)
            opened += answer.status_code == 200
            wrong += [f"{route.path}: {statement}" for statement in done]
    assert sorted(set(wrong)) == []
    assert opened > 150
    with writes(application) as noted:
        owner.send("POST", f"/queue/{things['item_id']}/comments", body={"text": "Seen."})
    assert noted, "what is looked for would be found"


def test_what_a_program_looks_at_counts_as_read_by_nobody(
    application: bootstrap.Application, client: TestClient, company: Company
) -> None:
    owner = program(client, application, company.ae)
    item_id = own_things(application, owner, company)["item_id"]

    def opened() -> list[str]:
        with application.database.unit_of_work() as uow:
            return list(uow.session.scalars(select(ReviewOpeningRow.viewer_id)))

    assert owner.get(f"/queue/{item_id}").status_code == 200
    assert client.get(f"/queue/{item_id}", headers={"authorization": f"Bearer {owner.token}"}).status_code == 200
    assert opened() == []
    sign_in(client, company.ae)
    assert client.get(f"/api/v1/queue/{item_id}").status_code == 200
    assert opened() == [company.ae.user_id]
