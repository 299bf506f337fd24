"""Lists, saved views, webhooks, wishes about mail, and the audit chain over HTTP."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from copilot import bootstrap
from copilot.approvals.audit import check_export, export_events
from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import Audience
from tests import approvals_builders as world
from tests.api.queue_client import Program, program, submit
from tests.api.ready_app import ready_app
from tests.conftest import MakeUser


@pytest.fixture
def api(application: bootstrap.Application) -> Iterator[TestClient]:
    with TestClient(ready_app(application), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def requester(application: bootstrap.Application, make_user: MakeUser) -> Viewer:
    return world.account_owner(application.database, make_user("Rosa Prueba", role=Role.AE))


@pytest.fixture
def asks(api: TestClient, application: bootstrap.Application, requester: Viewer) -> Program:
    return program(api, application, requester)


@pytest.fixture
def admin(api: TestClient, application: bootstrap.Application, make_user: MakeUser) -> Program:
    return program(api, application, make_user("Inés Admin", role=Role.ADMIN))


def test_the_list_is_filtered_sorted_searched_and_paged(
    application: bootstrap.Application, requester: Viewer, asks: Program
) -> None:
    items = [submit(application, requester), submit(application, requester, audience=Audience.EXTERNAL)]
    pages, cursor = [], None
    while True:
        page = asks.get("/queue?limit=1&sort=value" + (f"&cursor={cursor}" if cursor else "")).json()
        pages += [line["item"]["id"] for line in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(pages) == sorted(item.id for item in items)
    expected = {
        "audience=external": 1,
        "mine=true": 2,
        "for_me=true": 1,
        "overdue=true": 0,
        "language=en": 0,
        "q=tormes": 2,
        "q=zeppelin": 0,
        "value_from=1": 2,
        "value_below=1": 0,
        "state=rejected": 0,
        "every=true": 2,
        "kind=follow_up": 0,
        "risk=high": 0,
        "assignee_id=me": 0,
        "found=grounding": 0,
    }
    answers = {query: asks.get(f"/queue?{query}") for query in expected}
    assert {query: answer.text for query, answer in answers.items() if answer.status_code != 200} == {}
    found = {query: len(answer.json()["items"]) for query, answer in answers.items()}
    assert found == expected
    numbers = asks.get("/queue/counts").json()
    assert (numbers["waiting"], numbers["mine"], numbers["overdue"]) == (2, 2, 0)
    line = asks.get("/queue?limit=1").json()["items"][0]
    assert line["etag"] == asks.tag(line["item"]["id"])


@pytest.mark.parametrize(
    "query", ["state=unheard", "sort=name", "limit=0", "limit=201", "cursor=!", "value_from=-1", "value_from=NaN"]
)
def test_a_list_that_cannot_be_made_is_refused_in_words(asks: Program, query: str) -> None:
    answer = asks.get(f"/queue?{query}")
    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_views_are_kept_changed_shared_and_forgotten(
    api: TestClient, application: bootstrap.Application, asks: Program, make_user: MakeUser
) -> None:
    body = {"name": "Mías", "filters": {"requester_id": "me", "risks": ["high"]}, "sort": "deadline"}
    made = asks.send("POST", "/saved-views", body=body)
    assert made.status_code == 201, made.text
    address = made.headers["location"].removeprefix("/api/v1")
    assert made.json()["filters"]["requester_id"] == "me"
    assert asks.send("POST", "/saved-views", body=body).status_code == 409
    colleague = program(api, application, make_user("Eva Colega"))
    stranger = program(api, application, make_user("Tom Otro", team="south"))
    assert colleague.get(address).status_code == 404
    assert asks.send("PATCH", address, body={"shared": True}).json()["shared"]
    assert colleague.get(address).json()["own"] is False
    for program_of in (colleague, stranger):
        assert program_of.send("PATCH", address, body={"name": "x"}).status_code == 404
        assert program_of.send("DELETE", address).status_code == 404
    assert stranger.get(address).status_code == 404
    assert asks.send("PUT", f"{address}/default").json()["is_default"]
    assert asks.send("DELETE", f"{address}/default").status_code == 204
    second = asks.send("POST", "/saved-views", body={"name": "Otra"}).json()["id"]
    ordered = asks.send("PUT", "/saved-views/order", body={"ids": [second]}).json()
    assert ordered[0]["id"] == second
    for bad in ({"name": ""}, {"name": "x", "filters": {"colour": "red"}}, {"name": "x" * 100}, {}):
        assert asks.send("POST", "/saved-views", body=bad).status_code == 422
    assert asks.send("DELETE", address).status_code == 204
    assert asks.get(address).status_code == 404


def test_a_webhook_over_http_shows_its_secret_once(asks: Program, admin: Program) -> None:
    assert "review.approved" in [event["name"] for event in asks.get("/webhooks/events").json()]
    body = {"url": "https://hooks.company.example/x", "events": ["review.approved"]}
    made = admin.send("POST", "/webhooks", body=body)
    assert made.status_code == 201, made.text
    secret, address = made.json()["secret"], made.headers["location"].removeprefix("/api/v1")
    assert secret.startswith("whsec_")
    assert secret not in admin.get(address).text + admin.get("/webhooks").text
    rotated = admin.send("POST", f"{address}/secrets")
    assert rotated.json()["secret"] != secret
    assert rotated.json()["webhook"]["secrets"] == 2
    ping = admin.send("POST", f"{address}/pings")
    assert (ping.status_code, ping.json()["state"]) == (202, "pending")
    log = admin.get(f"{address}/deliveries?limit=1").json()
    assert [line["id"] for line in log["deliveries"]] == [ping.json()["id"]]
    again = admin.send("POST", f"{address}/deliveries/{ping.json()['id']}/redeliveries")
    assert again.status_code == 202
    assert admin.send("POST", f"{address}/deliveries/msg_none/redeliveries").status_code == 404
    off = admin.send("PUT", address, body=body | {"active": False})
    assert off.json()["active"] is False
    assert admin.send("POST", f"{address}/pings").status_code == 409
    assert admin.get(f"{address}/deliveries?cursor=x").status_code == 422
    assert admin.send("DELETE", address).status_code == 204
    assert admin.get(address).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"url": "http://hooks.company.example/", "events": ["review.approved"]},
        {"url": "https://127.0.0.1/", "events": ["review.approved"]},
        {"url": "https://hooks.company.example/", "events": ["review.unheard"]},
        {"url": "https://hooks.company.example/", "events": []},
        {"url": 7, "events": ["review.approved"]},
        {"events": ["review.approved"]},
    ],
    ids=["http", "loopback", "unknown", "none", "number", "missing"],
)
def test_a_webhook_that_cannot_be_is_refused_in_words(admin: Program, body: dict[str, object]) -> None:
    answer = admin.send("POST", "/webhooks", body=body)
    assert answer.status_code == 422
    assert answer.json()["detail"]
    assert admin.get("/webhooks").json() == []


def test_everybody_chooses_for_themselves(asks: Program, admin: Program) -> None:
    assert asks.get("/notifications/preferences").json()["preferences"]["mode"] == "at_once"
    wanted = {"mode": "digest", "digest_hour": 7, "time_zone": "Europe/Madrid", "muted": ["approved"]}
    chosen = asks.send("PUT", "/notifications/preferences", body=wanted).json()
    assert chosen == {"preferences": wanted, "mail_is_configured": False}
    assert asks.get("/notifications/preferences").json()["preferences"] == wanted
    assert admin.get("/notifications/preferences").json()["preferences"]["mode"] == "at_once"
    for bad in ({"time_zone": "Madrid"}, {"digest_hour": 24}, {"mode": "often"}, {"muted": ["x"]}, {"user": "x"}):
        assert asks.send("PUT", "/notifications/preferences", body=bad).status_code == 422


def test_the_audit_chain_is_exported_page_by_page_and_verifies_offline(
    application: bootstrap.Application, requester: Viewer, admin: Program, asks: Program, tmp_path: Path
) -> None:
    for _ in range(3):
        submit(application, requester)
    with application.database.unit_of_work() as uow:
        application.checkpoints.make(uow=uow)
    status = admin.get("/audit/status").json()
    assert (status["intact"], status["events"], status["covered"]) == (True, 3, 3)
    assert status["keys"]
    text, address = "", "/audit/export?limit=2"
    while address:
        page = admin.get(address)
        assert page.headers["content-type"] == "application/x-ndjson"
        text += page.text
        link = page.headers.get("link", "")
        address = link[1 : link.index(">")].removeprefix("/api/v1") if link else ""
    with application.database.unit_of_work() as uow:
        export_events(tmp_path / "whole.jsonl", uow=uow)
    assert text == (tmp_path / "whole.jsonl").read_text()
    (tmp_path / "audit.jsonl").write_text(text)
    (tmp_path / "audit.checkpoints.jsonl").write_text(admin.get("/audit/checkpoints").text)
    assert check_export(tmp_path / "audit.jsonl").intact
    assert json.loads(text.splitlines()[0])["action"] == "review.submitted"
    refused = asks.send("GET", "/audit/status")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
