"""Every route of the API, walked: who is let in, who is not, and what a browser must prove."""

import pytest
from fastapi.testclient import TestClient

from api.app import PUBLIC_PATHS, create_app
from copilot import bootstrap
from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import Audience
from tests import approvals_builders as world
from tests.api.queue_client import Program, program, submit
from tests.api.route_bodies import sent_with
from tests.api.route_walk import every_route
from tests.api.test_api_sessions import sign_in
from tests.api.web_company import PASSWORD
from tests.conftest import MakeUser

SAFE = {"GET", "HEAD", "OPTIONS"}
ADMINS_ONLY = (
    "/api/v1/webhooks",
    "/api/v1/audit",
    "/api/v1/privacy",
    "/api/v1/admin/sources",
    "/api/v1/admin/imports",
    "/api/v1/admin/findings",
    "/api/v1/admin/uploads",
    "/api/v1/admin/models",
    "/api/v1/admin/prompts",
    "/api/v1/admin/erasures",
    "/api/v1/admin/retention",
    "/api/v1/people",
    "/api/v1/teams",
)
FOR_EVERYBODY = ("/api/v1/webhooks/events",)
"""Says what there is to choose from, nothing of this installation."""
OWN_THINGS = (
    "/api/v1/delegations",
    "/api/v1/saved-views",
    "/api/v1/notifications",
    "/api/v1/sessions",
    "/api/v1/me",
    "/api/v1/openapi.json",
    "/api/v1/guardrails",
    "/api/v1/reviewers",
    "/api/v1/releases",
    "/api/v1/chat",
    "/api/v1/admin/policies",
    "/api/v1/brief-schedules",
    "/api/v1/deadlines",
    "/api/v1/everything",
    "/api/v1/today",
    "/api/v1/team",
    "/api/v1/value",
)
"""Answer only about whoever asks, or filter by what they may see; each has a test of its own."""
FILTERED = (
    "/api/v1/accounts",
    "/api/v1/documents",
    "/api/v1/evidence",
    "/api/v1/search",
    "/api/v1/queue",
    "/api/v1/rfps",
    "/api/v1/answer-library",
    "/api/v1/alerts",
    "/api/v1/portfolio",
    "/api/v1/scores/models",
)
BODIES: dict[str, object] = {
    "decisions": {"verdict": "approve", "digest": "0" * 64},
    "edits": {"digest": "0" * 64, "texts": {"summary.1": "x"}},
    "assignee": {"to": None},
    "comments": {"text": "x"},
    "resolution": {"sent": True, "note": "x"},
}


@pytest.fixture
def routes(application: bootstrap.Application) -> list[tuple[str, str]]:
    """Method and path of every route under /api."""
    found = []
    for route in every_route(create_app(application, worker=False)):
        if route.path.startswith("/api/"):
            found += [(method, route.path) for method in sorted((route.methods or set()) - {"HEAD"})]
    return found


@pytest.fixture
def requester(application: bootstrap.Application, make_user: MakeUser) -> Viewer:
    return world.account_owner(application.database, make_user("Rosa Prueba", role=Role.AE))


@pytest.fixture
def outsider(client: TestClient, application: bootstrap.Application, make_user: MakeUser) -> Program:
    return program(client, application, make_user("Tom Otro", role=Role.AE, team="south"))


def filled(path: str, item_id: str = "x") -> str:
    """The path with something for each of its parameters."""
    named = path.replace("{item_id}", item_id).replace("{other_id}", item_id)
    while "{" in named:
        start, end = named.index("{"), named.index("}")
        named = f"{named[:start]}x{named[end + 1 :]}"
    return named


def test_every_route_belongs_to_a_group_whose_access_is_tested(routes: list[tuple[str, str]]) -> None:
    known = (*ADMINS_ONLY, *OWN_THINGS, *FILTERED)
    assert len(routes) > 60
    assert [path for _, path in routes if not path.startswith(known)] == []


def test_nobody_is_let_in_without_proof(client: TestClient, routes: list[tuple[str, str]]) -> None:
    for headers in ({}, {"authorization": "Bearer sct_guess"}, {"cookie": "sc_session=guess"}):
        for method, path in routes:
            if path not in PUBLIC_PATHS:
                answer = client.request(method, filled(path), json={}, headers=headers)
                assert answer.status_code == 401, f"{method} {path}"
                assert answer.headers["content-type"] == "application/problem+json"


def test_a_browser_proves_every_change_with_its_token(
    client: TestClient, application: bootstrap.Application, make_user: MakeUser, routes: list[tuple[str, str]]
) -> None:
    admin = make_user("Inés Admin", role=Role.ADMIN)
    with application.database.unit_of_work() as uow:
        application.people.add_user(admin, password=PASSWORD, uow=uow)
    sign_in(client, admin)
    changing = [(method, path) for method, path in routes if method not in SAFE and path not in PUBLIC_PATHS]
    assert len(changing) > 30
    for headers in ({}, {"x-csrf-token": "guess"}):
        for method, path in changing:
            answer = client.request(method, filled(path), json={}, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed"), f"{method} {path}"


@pytest.mark.parametrize("role", [Role.AE, Role.CSM, Role.MANAGER])
def test_what_administrators_do_is_refused_to_everybody_else(
    client: TestClient,
    application: bootstrap.Application,
    make_user: MakeUser,
    role: Role,
) -> None:
    person, walked = program(client, application, make_user(role=role)), 0
    for route in every_route(create_app(application, worker=False)):
        if not route.path.startswith(ADMINS_ONLY) or route.path in FOR_EVERYBODY:
            continue
        for method in sorted((route.methods or set()) - {"HEAD"}):
            sent = {} if method == "GET" else sent_with(route, form={})
            headers = {"authorization": f"Bearer {person.token}"}
            answer = client.request(method, filled(route.path), headers=headers, **sent)
            assert answer.status_code == 403, f"{method} {route.path}: {answer.text}"
            walked += 1
    assert walked >= 40


def test_an_item_of_others_answers_like_one_that_does_not_exist(
    application: bootstrap.Application,
    requester: Viewer,
    outsider: Program,
    routes: list[tuple[str, str]],
) -> None:
    item = submit(application, requester, audience=Audience.EXTERNAL)
    walked = 0
    for method, path in routes:
        if "{item_id}" not in path:
            continue
        body = BODIES.get(path.rpartition("/")[2])
        for tag in (None, "*", f'"{item.digest}.0"'):
            answers = [
                outsider.send(method, filled(path, item_id).removeprefix("/api/v1"), body=body, tag=tag)
                for item_id in (item.id, "review_none")
            ]
            assert [answer.status_code for answer in answers] == [404, 404], f"{method} {path} {tag}"
            assert answers[0].json() == answers[1].json(), path
            assert "etag" not in answers[0].headers
        walked += 1
    assert walked >= 18


def test_every_change_of_an_item_says_which_state_it_is_about(
    client: TestClient, application: bootstrap.Application, requester: Viewer, routes: list[tuple[str, str]]
) -> None:
    item, person = submit(application, requester), program(client, application, requester)
    adds_only = {"/api/v1/queue/{item_id}/comments", "/api/v1/queue/{item_id}/copies"}
    walked = 0
    for method, path in routes:
        if "{item_id}" not in path or method in SAFE or path in adds_only:
            continue
        address, body = filled(path, item.id).removeprefix("/api/v1"), BODIES.get(path.rpartition("/")[2])
        missing = person.send(method, address, body=body)
        assert (missing.status_code, missing.json()["code"]) == (428, "precondition_required"), path
        for other in ('"0.0"', f'W/"{item.digest}.0"', f'"{item.digest}.1"', f'"{item.digest}"', item.digest, ""):
            answer = person.send(method, address, body=body, tag=other)
            assert answer.status_code == 412, f"{path} {other}"
            assert answer.headers["etag"] == f'"{item.digest}.0"'
            assert answer.json()["code"] == "precondition_failed"
        walked += 1
    assert walked >= 11
    assert person.get(f"/queue/{item.id}").json()["entry"]["item"]["revision"] == 0


def test_the_description_has_examples_and_says_what_goes_wrong(
    client: TestClient, application: bootstrap.Application, requester: Viewer
) -> None:
    schema = program(client, application, requester).get("/openapi.json").json()
    components = schema["components"]["schemas"]
    lacking = []
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            if not path.startswith(("/api/v1/queue", "/api/v1/webhooks", "/api/v1/delegations", "/api/v1/saved-views")):
                continue
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            name = body.get("$ref", "").rpartition("/")[2]
            if body and not (body.get("examples") or components.get(name, {}).get("examples")):
                lacking.append(f"{method} {path}: no example")
            if not {"401", "403", "404"} <= set(operation["responses"]):
                lacking.append(f"{method} {path}: no problems")
            named = [parameter["name"] for parameter in operation.get("parameters", [])]
            if "if-match" in named and not {"412", "428"} <= set(operation["responses"]):
                lacking.append(f"{method} {path}: no preconditions")
    assert lacking == []
