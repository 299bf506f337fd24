"""Every route that names a thing, asked for somebody else's: it answers as if there were none (invariant 3).

The things are made over the API by an account executive. Strangers: an account executive and a manager of another team,
and a colleague of the own team who was given nothing.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from api.app import PUBLIC_PATHS
from copilot import bootstrap
from copilot.domain.access import Role, Viewer
from tests.api.own_things import filled, named, own_things
from tests.api.queue_client import Program, program
from tests.api.ready_app import ready_app
from tests.api.route_bodies import sent_with
from tests.api.route_walk import every_route
from tests.api.web_browser import form_token, sign_in
from tests.api.web_company import PASSWORD, Company
from tests.conftest import MakeUser

_TOLD = re.compile(r"[?&]told=[\w-]+")
"""Which message waits for the next page, drawn by lot."""
NOBODYS = "none0000000000000000"
NEED_MORE = (
    "/api/v1/queue/{item_id}/files",
    "/api/v1/queue/{item_id}/files/{name}",
    "/queue/{item_id}/files/{name}",
)
"""Reads that answer only in a state that nothing here is in."""
OF_EVERYBODY = ("entry_id", "change_id", "proposal_id", "model_id")
"""What belongs to nobody's account: the answer library, and proposals and models that managers decide about."""
ADMINISTRATORS = (
    "/api/v1/webhooks",
    "/api/v1/audit",
    "/api/v1/privacy",
    "/audit",
    "/api/v1/admin",
    "/admin",
    "/api/v1/people",
    "/api/v1/teams",
)
"""Refused to everybody else whatever is named: test_api_queue_walk.py and test_every_page_by_role.py walk them."""


@dataclass(frozen=True)
class World:
    """Who there is, and an own thing for each parameter of a path."""

    app: FastAPI
    owner: Viewer
    strangers: tuple[Viewer, ...]
    things: dict[str, str]


@pytest.fixture
def world(application: bootstrap.Application, client: TestClient, company: Company, make_user: MakeUser) -> World:
    strangers = [company.outsider]
    for name, role, team in (("Clara Norte", Role.CSM, "north"), ("Max Sur", Role.MANAGER, "south")):
        viewer = make_user(name, role=role, team=team)
        with application.database.unit_of_work() as uow:
            application.people.add_user(viewer, password=PASSWORD, uow=uow)
        strangers.append(viewer)
    owner = program(client, application, company.ae)
    things = own_things(application, owner, company)
    return World(ready_app(application), company.ae, tuple(strangers), things)


def walked(world: World) -> list[tuple[str, APIRoute, list[str]]]:
    """Method, route and parameters of every route that names a thing of somebody's."""
    found = []
    for route in every_route(world.app):
        names = named(route.path)
        if not names or route.path in PUBLIC_PATHS or route.path.startswith(ADMINISTRATORS) or names[0] in OF_EVERYBODY:
            continue
        found += [(method, route, names) for method in sorted((route.methods or set()) - {"HEAD"})]
    return found


def test_what_the_owner_reads_is_there(world: World, client: TestClient, application: bootstrap.Application) -> None:
    """Else what strangers are refused would prove nothing."""
    owner, missing = program(client, application, world.owner), []
    sign_in(client, world.owner)
    for method, route, _ in walked(world):
        if method == "GET":
            path = filled(route.path, world.things)
            answer = owner.get(path.removeprefix("/api/v1")) if path.startswith("/api/") else client.get(path)
            if answer.status_code != 200 and route.path not in NEED_MORE:
                missing.append(f"{route.path}: {answer.status_code}")
    assert missing == []


def test_what_is_somebody_elses_answers_like_what_does_not_exist(
    world: World, client: TestClient, application: bootstrap.Application
) -> None:
    wrong = []
    for stranger in world.strangers:
        person = program(client, application, stranger)
        with TestClient(world.app, raise_server_exceptions=False, follow_redirects=False) as browser:
            sign_in(browser, stranger)
            token = form_token(browser.get("/notifications"))
            for method, route, _ in walked(world):
                there, nothing = (
                    _asked(route, method, things, person=person, browser=browser, token=token)
                    for things in (world.things, dict.fromkeys(world.things, NOBODYS))
                )
                if there != nothing or there[0] not in {303, 403, 404}:
                    told = f"{there[0]} against {nothing[0]} {_first(there[1], nothing[1])}"
                    wrong.append(f"{stranger.name}: {method} {route.path}: {told}")
    assert wrong == []


def _asked(
    route: APIRoute, method: str, things: dict[str, str], *, person: Program, browser: TestClient, token: str
) -> tuple[int, str]:
    """Status and text of the answer, without what was asked for."""
    path, is_api = filled(route.path, things), route.path.startswith("/api/")
    sent = sent_with(route, form={} if is_api or method == "GET" else {"csrf_token": token, "name": "x"})
    if is_api:
        headers = {"authorization": f"Bearer {person.token}", "accept-language": "en", "if-match": '"1"'}
        answer = person.client.request(method, path, headers=headers, **sent)
    else:
        answer = browser.request(method, path, **sent)
    text = answer.headers.get("location", "") + answer.text
    for thing in sorted(set(things.values()), key=len, reverse=True):
        if len(thing) > len("step 1"):  # no word that stands on every page
            text = text.replace(quote(thing, safe=""), "").replace(quote(thing), "").replace(thing, "")
    return answer.status_code, _TOLD.sub("", text)


def _first(one: str, other: str) -> str:
    """Where two texts part."""
    at = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    return f"{one[max(0, at - 40) : at + 80]!r} | {other[max(0, at - 40) : at + 80]!r}"
