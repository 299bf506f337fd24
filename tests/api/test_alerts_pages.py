"""Alerts over HTTP: the pages in both languages, the API, who finds what, and what a browser must prove."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from copilot import bootstrap
from copilot.domain.alerts import Alert, AlertState, Outcome
from copilot.store.tables.records import AccountRow
from tests import alert_worlds as world
from tests.api.queue_client import Program, program
from tests.api.route_walk import every_route
from tests.api.web_browser import form_token, sign_in
from tests.api.web_company import Company
from tests.conftest import MakeUser

BODIES: dict[str, dict[str, object]] = {
    "snooze": {"until": (world.DAY + timedelta(days=3)).isoformat()},
    "dismiss": {"reason": "Known"},
    "close": {"outcome": "saved"},
    "reopen": {},
    "{step}": {"done": True},
    "note": {},
    "outreach": {},
}


@pytest.fixture
def alert(application: bootstrap.Application, company: Company) -> Alert:
    """An open alert of the account executive's first account."""
    database = application.database
    with database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, company.account_id).lifecycle = "customer"
    world.got_worse(database, company.account_id)
    world.raise_due(database)
    return world.one_alert(database, company.ae)


def post(browser: TestClient, alert: Alert, action: str, **fields: str) -> str:
    """Fill a form of the alert's page in, send it, and read the page that follows."""
    page = browser.get(f"/alerts/{alert.id}")
    version = page.text.split('name="version" value="')[1].split('"')[0]
    sent = {"csrf_token": form_token(page), "version": version} | fields
    answer = browser.post(f"/alerts/{alert.id}/{action}", data=sent)
    if answer.status_code != 303:
        return str(answer.status_code) + answer.text
    return browser.get(answer.headers["location"]).text


def state_of(application: bootstrap.Application, company: Company) -> Alert:
    return world.one_alert(application.database, company.ae)


def test_the_list_and_the_page_say_what_changed_why_and_what_to_do(
    browser: TestClient, company: Company, alert: Alert
) -> None:
    sign_in(browser, company.ae)
    listed = browser.get("/alerts").text
    assert "Frigoríficos Valdemora" in listed
    assert "10\u00a0% → 40\u00a0%" in listed
    assert "El cliente calla" in listed
    page = browser.get(f"/alerts/{alert.id}").text
    for words in ("Riesgo de baja", "Qué hacer: El cliente calla", "Lea lo último que se habló", "Alerta nueva"):
        assert words in page
    assert f"/accounts/{company.account_id}/evidence/metric:days_since_last_inbound:{company.account_id}" in page
    assert "Frigoríficos" not in browser.get("/alerts?state=closed").text
    assert "Frigoríficos" in browser.get("/alerts?state=nonsense&kind=nonsense&owner=" + company.ae.user_id).text


def test_every_action_can_be_taken_back_on_the_page(
    browser: TestClient, application: bootstrap.Application, company: Company, alert: Alert
) -> None:
    sign_in(browser, company.ae)
    until = (world.DAY + timedelta(days=3)).isoformat()
    assert "Aplazada. Vuelve ese día" in post(browser, alert, "snooze", until=until)
    assert "Abierta de nuevo" in post(browser, alert, "reopen")
    assert "«Volver a abrir»" in post(browser, alert, "dismiss", reason="Ya lo sabíamos")
    assert "Ya lo sabíamos" in browser.get(f"/alerts/{alert.id}").text
    post(browser, alert, "reopen")
    assert "Anotado" in post(browser, alert, "steps", step="last", done="yes")
    assert state_of(application, company).steps_done == ("last",)
    post(browser, alert, "steps", step="last", done="no")
    assert state_of(application, company).steps_done == ()
    assert "Cerrada." in post(browser, alert, "close", outcome="saved", note="Renueva")
    closed = state_of(application, company)
    assert (closed.state, closed.outcome, closed.reason) == (AlertState.CLOSED, Outcome.SAVED, "Renueva")


def test_what_is_refused_is_said_on_the_page(browser: TestClient, company: Company, alert: Alert) -> None:
    sign_in(browser, company.ae)
    assert "Elija otro día" in post(browser, alert, "snooze", until="mañana")
    assert "Escriba el motivo" in post(browser, alert, "dismiss", reason=" ")
    assert "Elija uno de los resultados" in post(browser, alert, "close", outcome="")
    post(browser, alert, "close", outcome="lost")
    told = post(browser, alert, "close", outcome="saved", version=str(alert.version))
    assert told.startswith("409")
    assert "ya no está abierta" in told


def test_the_note_and_the_email_wait_in_the_queue(
    browser: TestClient, application: bootstrap.Application, company: Company, alert: Alert
) -> None:
    sign_in(browser, company.ae)
    assert "La nota está escrita" in post(browser, alert, "note")
    assert "espera en la cola" in post(browser, alert, "outreach", request="")
    tied = state_of(application, company)
    for item_id in (tied.item_id, tied.outreach_item_id):
        assert browser.get(f"/queue/{item_id}").status_code == 200
    assert "Alerta de riesgo: Frigoríficos Valdemora" in browser.get(f"/queue/{tied.item_id}").text


def test_managers_read_how_good_alerts_are_once_it_was_measured(
    browser: TestClient, company: Company, alert: Alert
) -> None:
    sign_in(browser, company.manager)
    assert "sin medir" in browser.get("/alerts/quality").text
    post(browser, alert, "close", outcome="saved")
    assert "100\u00a0% de 1 (intervalo del 95 %: de 21\u00a0% a 100\u00a0%)" in browser.get("/alerts/quality").text
    browser.cookies.clear()
    sign_in(browser, company.ae)
    assert browser.get("/alerts/quality").status_code == 403


def test_an_alert_of_others_answers_like_one_that_does_not_exist(
    client: TestClient, application: bootstrap.Application, company: Company, alert: Alert
) -> None:
    stranger = program(client, application, company.outsider)
    walked = 0
    for route in every_route(create_app(application, worker=False)):
        if "{alert_id}" not in route.path or not route.path.startswith("/api/"):
            continue
        for method in route.methods or ():
            body = BODIES.get(route.path.rpartition("/")[2])
            answers = [
                stranger.send(
                    method, route.path.format(alert_id=alert_id, step="last").removeprefix("/api/v1"), body=body
                )
                for alert_id in (alert.id, "alert_none")
            ]
            assert [answer.status_code for answer in answers] == [404, 404], f"{method} {route.path}"
            assert answers[0].json() == answers[1].json()
            walked += 1
    assert walked >= 8
    assert stranger.get("/alerts").json() == {"alerts": [], "total": 0}
    sign_in(client, company.outsider)
    assert client.get(f"/alerts/{alert.id}").status_code == 404


def test_a_browser_proves_every_change_of_an_alert_with_its_token(
    browser: TestClient, application: bootstrap.Application, company: Company, alert: Alert
) -> None:
    sign_in(browser, company.ae)
    for action in ("snooze", "dismiss", "close", "reopen", "steps", "note", "outreach"):
        for token in ({}, {"csrf_token": "guess"}):
            fields = {"version": "1", "reason": "x", "outcome": "saved", "step": "last", "done": "yes"} | token
            assert browser.post(f"/alerts/{alert.id}/{action}", data=fields).status_code == 403
    assert state_of(application, company) == alert


def test_a_program_works_on_an_alert_as_it_read_it(
    client: TestClient, application: bootstrap.Application, company: Company, make_user: MakeUser, alert: Alert
) -> None:
    person: Program = program(client, application, company.ae)
    detail = person.get(f"/alerts/{alert.id}").json()
    assert detail["reasons"][0]["signal"] == "days_since_last_inbound"
    assert [step["key"] for step in detail["steps"]] == ["last", "write", "other"]
    done = person.send("PUT", f"/alerts/{alert.id}/steps/last", body={"done": True, "version": 1})
    assert done.json()["steps_done"] == ["last"]
    stale = person.send("POST", f"/alerts/{alert.id}/close", body={"outcome": "lost", "version": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "conflict")
    made = person.send("POST", f"/alerts/{alert.id}/note", body={"language": "en"})
    assert (made.status_code, made.json()["kind"]) == (201, "churn_alert")
    again = person.send("POST", f"/alerts/{alert.id}/note", body={"language": "es"})
    assert (again.status_code, again.json()["item_id"]) == (200, made.json()["item_id"])
    assert person.get("/alerts?state=open&cause=days_since_last_inbound").json()["total"] == 1
    assert person.get("/alerts/quality").status_code == 403
    boss = program(client, application, company.manager)
    [cause] = boss.get("/alerts/quality").json()["causes"]
    assert (cause["precision"], cause["interval"], cause["open"]) == (None, None, 1)
