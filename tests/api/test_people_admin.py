"""Administering people, tokens and sessions, through the API and the pages."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from copilot import bootstrap
from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import Audience
from copilot.domain.language import Language
from copilot.errors import Conflict
from copilot.identity import administration
from copilot.identity.administration import Details
from copilot.store.audit_reading import AuditFilters, AuditReading
from tests import approvals_builders as world
from tests.api.queue_client import program, submit
from tests.api.web_browser import form_token
from tests.api.web_company import PASSWORD
from tests.conftest import MakeUser

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def client_of(application: bootstrap.Application, client: TestClient, viewer: Viewer) -> dict[str, str]:
    """Sign the client in with a password; returns the header that its changes need."""
    with application.database.unit_of_work() as uow:
        application.people.add_user(viewer, password=PASSWORD, uow=uow)
    client.cookies.clear()
    answer = client.post(
        "/api/v1/sessions",
        json={"email": viewer.email, "password": PASSWORD},
        headers={"user-agent": FIREFOX},
    )
    return {"x-csrf-token": str(answer.json()["csrf_token"])}


@pytest.fixture
def admin(make_user: MakeUser) -> Viewer:
    return make_user("Ada Prueba", role=Role.ADMIN)


@pytest.fixture
def headers(application: bootstrap.Application, client: TestClient, admin: Viewer) -> dict[str, str]:
    return client_of(application, client, admin)


def actions(application: bootstrap.Application) -> list[str]:
    with application.database.unit_of_work() as uow:
        return [event.action for event in AuditReading(uow).page(AuditFilters(), before=None, limit=50).events]


def test_somebody_is_added_chooses_a_password_by_the_link_and_comes_in(
    client: TestClient, application: bootstrap.Application, headers: dict[str, str], clock: FixedClock
) -> None:
    wanted = {"email": "Nuno@Tramontia.example", "name": "Nuno Prueba", "role": "ae", "language": "es"}
    made = client.post("/api/v1/people", json=wanted, headers=headers)
    assert made.status_code == 201, made.text
    assert client.post("/api/v1/people", json=wanted, headers=headers).status_code == 409
    person = made.json()["id"]
    first, second = (client.post(f"/api/v1/people/{person}/password-link", headers=headers).json() for _ in range(2))
    paths = [str(link["address"]).removeprefix("http://testserver") for link in (first, second)]
    assert client.get(paths[0]).status_code == 404, "a new link ends the one before"
    short = client.post(paths[1], data={"password": "short", "again": "short"})
    assert short.status_code == 422
    assert (
        client.post(paths[1], data={"password": PASSWORD, "again": PASSWORD}, follow_redirects=False).status_code == 303
    )
    assert client.post(paths[1], data={"password": PASSWORD, "again": PASSWORD}).status_code == 404, "once"
    client.cookies.clear()
    signed_in = client.post("/api/v1/sessions", json={"email": "nuno@tramontia.example", "password": PASSWORD})
    assert signed_in.status_code == 200
    assert {"person.added", "person.password_link_made", "person.password_chosen"} <= set(actions(application))


def test_a_link_runs_out(client: TestClient, headers: dict[str, str], make_user: MakeUser, clock: FixedClock) -> None:
    person = make_user("Nuno Prueba").user_id
    link = client.post(f"/api/v1/people/{person}/password-link", headers=headers).json()["address"]
    path = str(link).removeprefix("http://testserver")
    assert client.get(path).status_code == 200
    clock.advance(timedelta(hours=49))
    assert client.get(path).status_code == 404


def test_only_an_administrator_administers(
    client: TestClient, application: bootstrap.Application, make_user: MakeUser
) -> None:
    manager = make_user("Marta Prueba", role=Role.MANAGER)
    headers = client_of(application, client, manager)
    for path in ("/api/v1/people", "/api/v1/teams", "/api/v1/people/tokens", f"/api/v1/people/{manager.user_id}"):
        assert client.get(path).status_code == 403
    for path in ("/admin/people", "/admin/teams", "/admin/tokens", f"/admin/people/{manager.user_id}"):
        assert client.get(path).status_code == 403
    promoted = {"name": "Marta Prueba", "role": "admin", "language": "es"}
    assert client.put(f"/api/v1/people/{manager.user_id}", json=promoted, headers=headers).status_code == 403


def test_people_are_found_and_changed(
    client: TestClient, application: bootstrap.Application, headers: dict[str, str], make_user: MakeUser
) -> None:
    nuno = make_user("Nuno Prueba", team="north")
    make_user("Marta Prueba", role=Role.MANAGER)

    def found(**asked: str) -> list[str]:
        return [each["name"] for each in client.get("/api/v1/people", params=asked).json()["people"]]

    assert found(q="nUNO") == ["Nuno Prueba"]
    assert found(role="manager") == ["Marta Prueba"]
    assert found(q="100%") == []
    team = client.post("/api/v1/teams", json={"name": "Sur"}, headers=headers).json()["id"]
    assert client.post("/api/v1/teams", json={"name": "sur"}, headers=headers).status_code == 409
    wanted = {"name": "Nuno Prueba", "role": "csm", "team_id": team, "language": "en"}
    changed = client.put(f"/api/v1/people/{nuno.user_id}", json=wanted, headers=headers).json()
    assert (changed["role"], changed["team_name"]) == ("csm", "Sur")
    assert client.delete(f"/api/v1/teams/{team}", headers=headers).status_code == 409, "somebody is in it"
    client.put(f"/api/v1/people/{nuno.user_id}", json=wanted | {"team_id": None}, headers=headers)
    assert client.delete(f"/api/v1/teams/{team}", headers=headers).status_code == 204
    assert client.put(f"/api/v1/people/{nuno.user_id}", json=wanted, headers=headers).status_code == 422, "no such team"
    assert {"person.changed", "team.created", "team.deleted"} <= set(actions(application))


def test_the_last_administrator_stays_one(
    client: TestClient, application: bootstrap.Application, headers: dict[str, str], admin: Viewer, make_user: MakeUser
) -> None:
    as_ae = {"name": admin.name, "role": "ae", "language": "es"}
    assert client.put(f"/api/v1/people/{admin.user_id}", json=as_ae, headers=headers).status_code == 409
    assert client.post(f"/api/v1/people/{admin.user_id}/deactivation", headers=headers).status_code == 403
    other = make_user("Olga Prueba", role=Role.ADMIN)

    def step_down(viewer: Viewer) -> bool:
        try:
            with application.database.unit_of_work() as uow:
                details = Details(viewer.name, Role.AE, None, Language.ES)
                administration.change_person(viewer.user_id, details, actor=viewer, uow=uow)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(step_down, (admin, other))) == [False, True], "of two at once one stays"


def test_who_leaves_is_out_and_what_waited_goes_to_who_may_decide(
    client: TestClient, application: bootstrap.Application, headers: dict[str, str], make_user: MakeUser
) -> None:
    owner = world.account_owner(application.database, make_user("Nuno Prueba"))
    boss, other = make_user("Marta Prueba", role=Role.MANAGER), make_user("Olga Prueba", role=Role.MANAGER)
    away = make_user("Pau Prueba", role=Role.MANAGER, team="south")
    item = submit(application, owner, audience=Audience.EXTERNAL)
    with application.database.unit_of_work() as uow:
        application.approvals.reassign(item.id, to=boss.user_id, viewer=boss, uow=uow)
        until = uow.clock.now() + timedelta(days=3)
        application.delegations.create(other.email, uow.clock.now(), until, viewer=boss, uow=uow)
    token = program(client, application, boss)
    waiting = client.get(f"/api/v1/people/{boss.user_id}").json()["waiting"]
    assert (waiting["asked_to_decide"], waiting["delegations"]) == (1, 1)
    path = f"/api/v1/people/{boss.user_id}/deactivation"
    handed = client.post(path, json={"successor_id": away.user_id}, headers=headers).json()
    assert handed == {"to_successor": 0, "to_nobody": 1, "delegations_ended": 1}, "who may not see it is not given it"
    client.cookies.clear()
    assert token.get("/me").status_code == 401


def test_a_successor_who_may_decide_is_asked(
    client: TestClient, application: bootstrap.Application, headers: dict[str, str], make_user: MakeUser
) -> None:
    owner = world.account_owner(application.database, make_user("Nuno Prueba"))
    boss, other = make_user("Marta Prueba", role=Role.MANAGER), make_user("Olga Prueba", role=Role.MANAGER)
    item = submit(application, owner, audience=Audience.EXTERNAL)
    with application.database.unit_of_work() as uow:
        application.approvals.reassign(item.id, to=boss.user_id, viewer=boss, uow=uow)
    path = f"/api/v1/people/{boss.user_id}/deactivation"
    handed = client.post(path, json={"successor_id": other.user_id}, headers=headers).json()
    assert (handed["to_successor"], handed["to_nobody"]) == (1, 0)
    with application.database.unit_of_work() as uow:
        assert application.approvals.get(item.id, viewer=other, uow=uow).item.assignee_id == other.user_id
    back = client.post(f"/api/v1/people/{boss.user_id}/reactivation", headers=headers)
    assert back.json()["active"] is True


def test_nobody_who_came_in_while_the_door_closed_is_in_when_it_opens_again(
    client: TestClient, application: bootstrap.Application, headers: dict[str, str], make_user: MakeUser
) -> None:
    person = make_user("Nuno Prueba")
    path = f"/api/v1/people/{person.user_id}"
    assert client.post(f"{path}/deactivation", headers=headers).status_code == 200
    with application.database.unit_of_work() as uow:
        late = application.people.open_session(person, way="password", uow=uow)
        _, token = application.people.create_api_token(person, name="t", valid_for=None, uow=uow)
    assert client.post(f"{path}/reactivation", headers=headers).status_code == 200
    client.cookies.clear()
    assert client.get("/api/v1/me", headers={"authorization": f"Bearer {token}"}).status_code == 401
    client.cookies.set("sc_session", late.token)
    assert client.get("/api/v1/me").status_code == 401


def test_a_link_to_choose_a_password_is_told_to_nobody_else(
    client: TestClient, headers: dict[str, str], make_user: MakeUser
) -> None:
    person = make_user("Nuno Prueba").user_id
    link = client.post(f"/api/v1/people/{person}/password-link", headers=headers).json()["address"]
    path = str(link).removeprefix("http://testserver")
    short = {"password": "short", "again": "short"}
    for page in (client.get(path), client.post(path, data=short), client.get(path + "x")):
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"


def test_an_account_is_opened_and_closed(
    client: TestClient, application: bootstrap.Application, headers: dict[str, str], make_user: MakeUser
) -> None:
    world.account_owner(application.database, make_user("Nuno Prueba"))
    guest = make_user("Gema Prueba", role=Role.CSM, team=None)
    seen = program(client, application, guest)
    [account] = client.get("/api/v1/accounts").json()["accounts"]
    path = f"/api/v1/people/{guest.user_id}/accounts/{account['id']}"
    signed_in = dict(client.cookies)
    for method, expected in (("PUT", 200), ("DELETE", 404)):
        assert client.request(method, path, headers=headers).status_code == 204
        client.cookies.clear()
        assert seen.get(f"/accounts/{account['id']}").status_code == expected
        client.cookies.update(signed_in)


def test_a_token_that_only_reads_changes_nothing_and_ends_when_revoked(
    client: TestClient, application: bootstrap.Application, headers: dict[str, str], make_user: MakeUser
) -> None:
    made = client.post("/api/v1/me/tokens", json={"name": "report", "days": 7}, headers=headers).json()
    assert made["reach"] == "read"
    assert made["last_used_at"] is None
    assert "secret" not in client.get("/api/v1/me/tokens").json()[0]
    bearer = {"authorization": f"Bearer {made['secret']}"}
    signed_in = dict(client.cookies)
    client.cookies.clear()
    assert client.get("/api/v1/me", headers=bearer).status_code == 200
    assert client.post("/api/v1/teams", json={"name": "Sur"}, headers=bearer).status_code == 403
    client.cookies.update(signed_in)
    assert client.get("/api/v1/me/tokens").json()[0]["last_used_at"] is not None
    assert client.get("/api/v1/people/tokens").json()[0]["name"] == "report"
    assert client.delete(f"/api/v1/people/tokens/{made['id']}", headers=headers).status_code == 204
    client.cookies.clear()
    assert client.get("/api/v1/me", headers=bearer).status_code == 401
    assert {"token.created", "token.revoked"} <= set(actions(application))


def test_a_token_makes_no_token_and_others_are_not_there(
    client: TestClient, application: bootstrap.Application, make_user: MakeUser
) -> None:
    one, other = make_user("Nuno Prueba"), make_user("Marta Prueba")
    writing = program(client, application, one)
    assert writing.send("POST", "/me/tokens", body={"name": "more"}).status_code == 403
    headers = client_of(application, client, other)
    with application.database.unit_of_work() as uow:
        foreign, _ = application.people.create_api_token(one, name="t", valid_for=None, uow=uow)
    assert client.delete(f"/api/v1/me/tokens/{foreign}", headers=headers).status_code == 404


def test_sessions_are_seen_and_ended_by_their_owner(
    client: TestClient, application: bootstrap.Application, make_user: MakeUser
) -> None:
    nuno, other = make_user("Nuno Prueba"), make_user("Marta Prueba")
    client_of(application, client, other)
    foreign = client.get("/api/v1/me/sessions").json()["sessions"][0]["id"]
    headers = client_of(application, client, nuno)
    again = {"email": nuno.email, "password": PASSWORD}
    with TestClient(client.app) as second:
        second.post("/api/v1/sessions", json=again)
        found = client.get("/api/v1/me/sessions").json()["sessions"]
        assert len(found) == 2
        [mine] = [each for each in found if each["current"]]
        assert (mine["browser"], mine["way"]) == ("Firefox, Linux", "password")
        assert client.delete(f"/api/v1/me/sessions/{foreign}", headers=headers).status_code == 404
        assert client.delete("/api/v1/me/sessions", headers=headers).json() == {"ended": 1}
        assert second.get("/api/v1/me").status_code == 401
    assert client.get("/api/v1/me").status_code == 200


def test_the_pages_say_and_do_the_same(
    client: TestClient, application: bootstrap.Application, headers: dict[str, str], make_user: MakeUser
) -> None:
    world.account_owner(application.database, make_user("Nuno Prueba"))
    person = make_user("Gema Prueba", role=Role.CSM, language="en")
    csrf = {"csrf_token": form_token(client.get("/admin/people"))}
    page = client.post(
        "/admin/people", data=csrf | {"email": person.email, "name": "x", "role": "ae", "language": "es"}
    )
    assert page.status_code == 409
    assert 'role="alert"' in page.text
    added = client.post("/admin/people", data=csrf | {"email": "i@tramontia.example", "name": "Ines", "role": "ae"})
    assert re.search(r"http://testserver/password/[\w-]+", added.text)
    own = f"/admin/people/{person.user_id}"
    changed = client.post(own, data=csrf | {"name": "Gema Otra", "role": "manager", "team": "north", "language": "es"})
    assert "Gema Otra" in changed.text
    assert f"{own}/accounts/" in client.get(own, params={"account": "a"}).text
    left = client.post(f"{own}/deactivate", data=csrf)
    assert 'class="notice toast success"' in left.text
    assert client.get("/admin/people", params={"state": "former"}).text.count("Gema Otra") == 1
    assert client.post(f"{own}/reactivate", data=csrf).status_code == 200
    assert client.post("/admin/teams", data=csrf | {"name": "Sur"}).status_code == 200
    made = client.post("/my-access/tokens", data=csrf | {"name": "report", "days": "30", "reach": "read"})
    secret = re.search(r"sct_[\w-]+", made.text)
    assert secret
    assert secret[0] not in client.get("/my-access").text
    assert "report" in client.get("/admin/tokens").text
    assert client.post("/admin/people", data={"email": "x@y.example"}).status_code == 403, "without the form's token"
