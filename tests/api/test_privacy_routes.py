"""Over HTTP too, only an administrator sees, exports or erases what is held about a person."""

import pytest
from fastapi.testclient import TestClient

from copilot import bootstrap
from copilot.domain.access import Role, Viewer
from copilot.domain.erasure import Reason
from tests.api.test_api_sessions import sign_in
from tests.api.web_company import PASSWORD, Company
from tests.conftest import MakeUser

PERSON = {"person": "Rosa Almendro", "account": "Frigoríficos Valdemora"}


@pytest.fixture
def admin(application: bootstrap.Application, make_user: MakeUser) -> Viewer:
    viewer = make_user("Inés Admin", role=Role.ADMIN)
    with application.database.unit_of_work() as uow:
        application.people.add_user(viewer, password=PASSWORD, uow=uow)
    return viewer


def test_an_administrator_sees_exports_and_erases(
    client: TestClient, company: Company, admin: Viewer, application: bootstrap.Application
) -> None:
    headers = {"x-csrf-token": sign_in(client, admin)}
    held = client.post("/api/v1/privacy/preview", json=PERSON, headers=headers).json()
    assert held["counts"]["documents"] >= 1
    given = client.post("/api/v1/privacy/export", json=PERSON, headers=headers).json()
    assert any("Rosa" in text for item in given["items"] for some in item["texts"].values() for text in some)
    request = {**PERSON, "reason": "request"}
    asked = client.post("/api/v1/privacy/erase", json=request, headers=headers)
    assert asked.status_code == 202, asked.text
    waiting = asked.json()
    assert (waiting["state"], waiting["has_worker"], waiting["result"]) == ("waiting", False, None)
    assert asked.headers["location"] == waiting["state_url"]
    again = client.post("/api/v1/privacy/erase", json=request, headers=headers).json()
    assert again["erasure_id"] == waiting["erasure_id"], "of one person one is open at most"
    certificate = f"/api/v1/admin/erasures/{waiting['erasure_id']}"
    refused = client.get(certificate)
    assert (refused.status_code, refused.json()["hint"] != "") == (409, True), "nothing is proved before it is done"
    assert application.privacy.run_waiting() == 1
    done = client.get(waiting["state_url"])
    assert done.json()["state"] == "done"
    assert done.json()["result"]["counts"]["documents"] >= 1
    assert "Rosa" not in asked.text + done.text
    assert client.get(certificate).json()["event"]["action"] == "privacy.erased"
    assert client.delete(waiting["state_url"], headers=headers).status_code == 409
    assert client.post(f"{waiting['state_url']}/again", headers=headers).status_code == 409
    assert client.post("/api/v1/privacy/preview", json=PERSON, headers=headers).json()["counts"] == {}


def test_what_was_asked_for_is_withdrawn_before_it_is_begun(
    client: TestClient, company: Company, admin: Viewer, application: bootstrap.Application
) -> None:
    headers = {"x-csrf-token": sign_in(client, admin)}
    before = client.post("/api/v1/privacy/preview", json=PERSON, headers=headers).json()
    asked = client.post("/api/v1/privacy/erase", json={**PERSON, "reason": "request"}, headers=headers).json()
    assert asked["can_be_withdrawn"]
    assert client.delete(asked["state_url"]).status_code == 403
    assert client.delete(asked["state_url"], headers=headers).status_code == 204
    assert client.get(asked["state_url"]).status_code == 404
    assert client.delete(asked["state_url"], headers=headers).status_code == 404
    assert application.privacy.run_waiting() == 0
    assert client.post("/api/v1/privacy/preview", json=PERSON, headers=headers).json() == before


@pytest.mark.parametrize("action", ["preview", "export", "erase"])
def test_nobody_else_does(client: TestClient, company: Company, action: str) -> None:
    headers = {"x-csrf-token": sign_in(client, company.manager)}
    answer = client.post(f"/api/v1/privacy/{action}", json={**PERSON, **_reason(action)}, headers=headers)
    assert answer.status_code == 403
    assert "Rosa" not in answer.text


@pytest.mark.parametrize("action", ["preview", "export", "erase"])
def test_a_browser_must_prove_itself(client: TestClient, admin: Viewer, action: str) -> None:
    sign_in(client, admin)
    assert client.post(f"/api/v1/privacy/{action}", json={**PERSON, **_reason(action)}).status_code == 403


def test_nobody_else_sees_how_far_one_is(
    client: TestClient, company: Company, admin: Viewer, application: bootstrap.Application
) -> None:
    with application.database.unit_of_work() as uow:
        meant = application.privacy.identify(PERSON["person"], viewer=admin, uow=uow, account=PERSON["account"])
        erasure_id = application.privacy.confirm(meant, reason=Reason.REQUEST, viewer=admin, uow=uow)
    headers = {"x-csrf-token": sign_in(client, company.manager)}
    for known in (erasure_id, "erasure_0"):
        assert client.get(f"/api/v1/privacy/erasures/{known}").status_code == 403
        assert client.post(f"/api/v1/privacy/erasures/{known}/again", headers=headers).status_code == 403
        assert client.delete(f"/api/v1/privacy/erasures/{known}", headers=headers).status_code == 403
        assert client.get(f"/admin/erasure/{known}").status_code == 403


def test_somebody_unknown_is_not_found(client: TestClient, company: Company, admin: Viewer) -> None:
    headers = {"x-csrf-token": sign_in(client, admin)}
    answer = client.post("/api/v1/privacy/preview", json={"person": "Nadie Conocido"}, headers=headers)
    assert answer.status_code == 404
    assert "Nadie" not in answer.text


def _reason(action: str) -> dict[str, str]:
    return {"reason": "request"} if action == "erase" else {}
