"""Signing in, tokens, CSRF, and that no route is open by accident."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from api.app import PUBLIC_PATHS
from api.errors import STATUS
from copilot import bootstrap, errors
from copilot.clock import FixedClock
from copilot.domain.access import Viewer
from copilot.store.people import PeopleRepository
from tests.api.ready_app import ready_app
from tests.api.route_walk import every_route
from tests.api.web_company import PASSWORD


def sign_in(client: TestClient, viewer: Viewer, *, password: str = PASSWORD) -> str:
    """Sign in and return the CSRF token."""
    answer = client.post("/api/v1/sessions", json={"email": viewer.email.upper(), "password": password})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["csrf_token"])


def test_every_route_asks_who_is_there(application: bootstrap.Application, client: TestClient) -> None:
    app = ready_app(application)
    open_routes = []
    routes = every_route(app)
    assert len(routes) > 100
    for route in routes:
        if route.path in PUBLIC_PATHS:
            continue
        path = route.path.replace("{", "x").replace("}", "x").replace(":path", "")
        for method in (route.methods or set()) - {"HEAD"}:
            answer = client.request(method, path, content=b"", headers={"content-length": "0"}, follow_redirects=False)
            turned_away = answer.status_code == 401 or (
                answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
            )
            if not turned_away:
                open_routes.append(f"{method} {path}: {answer.status_code}")
    assert open_routes == []


def test_a_session_is_a_cookie_that_scripts_cannot_read(client: TestClient, manager: Viewer) -> None:
    answer = client.post("/api/v1/sessions", json={"email": manager.email, "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert client.get("/api/v1/me").json()["viewer"]["user_id"] == manager.user_id


def test_unknown_address_and_wrong_password_read_the_same(client: TestClient, manager: Viewer) -> None:
    wrong = client.post("/api/v1/sessions", json={"email": manager.email, "password": "wrong password!"})
    unknown = client.post("/api/v1/sessions", json={"email": "nobody@tramontia.example", "password": "wrong"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()


def test_repeated_failures_are_slowed_down_and_forgotten(
    client: TestClient, manager: Viewer, clock: FixedClock
) -> None:
    for _ in range(10):
        client.post("/api/v1/sessions", json={"email": manager.email, "password": "wrong password!"})
    refused = client.post("/api/v1/sessions", json={"email": manager.email, "password": PASSWORD})
    assert refused.status_code == 401
    assert "15 minutes" in refused.json()["hint"]
    clock.advance(timedelta(minutes=16))
    sign_in(client, manager)


def test_signing_out_needs_the_token_of_this_session(client: TestClient, manager: Viewer) -> None:
    token = sign_in(client, manager)
    assert client.delete("/api/v1/sessions/current").status_code == 403
    assert client.delete("/api/v1/sessions/current", headers={"x-csrf-token": "guess"}).status_code == 403
    assert client.delete("/api/v1/sessions/current", headers={"x-csrf-token": token}).status_code == 204
    assert client.get("/api/v1/me").status_code == 401


def test_a_session_ends_by_itself(client: TestClient, manager: Viewer, clock: FixedClock) -> None:
    sign_in(client, manager)
    clock.advance(timedelta(hours=13))
    assert client.get("/api/v1/me").status_code == 401


def test_a_new_password_ends_the_sessions_of_the_old_one(
    application: bootstrap.Application, client: TestClient, manager: Viewer
) -> None:
    sign_in(client, manager)
    assert client.get("/api/v1/me").status_code == 200
    with application.database.unit_of_work() as uow:
        application.people.add_user(manager, password="another-long-password", uow=uow)
    assert client.get("/api/v1/me").status_code == 401


def test_an_api_token_acts_for_its_user_until_it_expires(
    client: TestClient, application: bootstrap.Application, manager: Viewer, clock: FixedClock
) -> None:
    with application.database.unit_of_work() as uow:
        _, token = application.people.create_api_token(manager, name="t", valid_for=timedelta(days=1), uow=uow)
    headers = {"authorization": f"Bearer {token}"}
    assert client.get("/api/v1/me", headers=headers).json()["viewer"]["email"] == manager.email
    clock.advance(timedelta(days=2))
    assert client.get("/api/v1/me", headers=headers).status_code == 401


def test_a_short_password_is_refused(application: bootstrap.Application, manager: Viewer) -> None:
    with pytest.raises(errors.InputError, match="12"), application.database.unit_of_work() as uow:
        application.people.add_user(manager, password="short", uow=uow)


def test_a_commit_that_fails_is_an_error_for_the_client(
    client: TestClient, application: bootstrap.Application, manager: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise errors.StorageFull("The database's disk is full.")

    monkeypatch.setattr("sqlalchemy.orm.session.SessionTransaction.commit", refuse)
    answer = client.post("/api/v1/sessions", json={"email": manager.email, "password": PASSWORD})
    assert answer.status_code == 507
    assert "set-cookie" not in answer.headers


def test_every_typed_error_has_a_status() -> None:
    tree = {
        value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, errors.CopilotError)
    }
    assert set(STATUS) == tree


def test_headers_forbid_foreign_and_inline_code(client: TestClient) -> None:
    policy = client.get("/health").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy


def test_large_and_unmeasured_bodies_are_refused(client: TestClient) -> None:
    assert client.post("/api/v1/sessions", content=b"x" * 2_000_001).status_code == 413
    assert client.post("/api/v1/sessions", content=iter([b"x"])).status_code == 411
    for content, expected in ((b"x" * 2_000_001, 413), (iter([b"x"]), 411)):
        assert client.request("DELETE", "/api/v1/sessions/current", content=content).status_code == expected


def test_what_is_too_large_is_refused_in_words_of_the_reader(client: TestClient) -> None:
    spanish, large = {"accept-language": "es"}, b"x" * 2_000_001
    refused = client.post("/api/v1/sessions", content=large, headers=spanish)
    assert refused.headers["content-type"] == "application/problem+json"
    assert "2 MB como mucho" in refused.json()["detail"]
    page = client.post("/sign-in", content=large, headers=spanish)
    assert (page.status_code, page.headers["content-type"]) == (413, "text/html; charset=utf-8")
    assert "2 MB como mucho" in page.text
    assert "No se ha guardado nada." in page.text
    assert page.headers["content-security-policy"]
    assert client.get("/queue?view=%00", headers=spanish).headers["content-type"] == "text/html; charset=utf-8"


def test_a_refused_request_does_not_echo_its_input(client: TestClient) -> None:
    answer = client.post("/api/v1/sessions", json={"email": 7, "password": "my secret"})
    assert answer.status_code == 422
    assert "my secret" not in answer.text


def test_who_leaves_is_out_at_once_and_may_come_back(
    client: TestClient, application: bootstrap.Application, manager: Viewer
) -> None:
    sign_in(client, manager)
    with application.database.unit_of_work() as uow:
        _, token = application.people.create_api_token(manager, name="t", valid_for=None, uow=uow)
        PeopleRepository(uow).deactivate(manager.user_id, now=uow.clock.now())
    headers = {"authorization": f"Bearer {token}"}
    assert client.get("/api/v1/me").status_code == 401
    assert client.get("/api/v1/me", headers=headers).status_code == 401
    with application.database.unit_of_work() as uow:
        application.people.add_user(manager, password=PASSWORD, uow=uow)
    sign_in(client, manager)
    client.cookies.clear()
    assert client.get("/api/v1/me", headers=headers).status_code == 401
