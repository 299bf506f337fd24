"""Briefs by themselves on their page and over the API: kept, switched, removed, and one's own only."""

from fastapi.testclient import TestClient

from api.web.words import TABLES
from copilot import bootstrap
from copilot.domain.brief_schedules import Occasion, OccasionOutcome
from tests.api.web_browser import form_token, sign_in
from tests.api.web_company import Company


def test_a_wish_is_kept_by_the_form_and_stands_in_the_list(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    page = browser.get(f"/briefs?account={company.account_id}")
    sent = {"csrf_token": form_token(page), "account": company.account_id, "occasion": "weekly", "language": "es"}
    kept = browser.post("/briefs", data=sent | {"weekday": "1", "hour": "8"})
    assert kept.status_code == 303
    shown = browser.get("/briefs").text
    assert "cada martes a las 08:00 (UTC)" in shown
    [one] = browser.get("/api/v1/brief-schedules").json()
    assert (one["account_name"], one["active"]) == ("Frigoríficos Valdemora", True)
    token = {"csrf_token": form_token(browser.get("/briefs"))}
    assert browser.post(f"/briefs/{one['id']}/switch", data=token | {"on": ""}).status_code == 303
    assert browser.get(f"/api/v1/brief-schedules/{one['id']}").json()["active"] is False
    assert browser.post(f"/briefs/{one['id']}/delete", data=token).status_code == 303
    assert browser.get("/api/v1/brief-schedules").json() == []


def test_what_cannot_be_kept_is_said_beside_the_form(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    token = {"csrf_token": form_token(browser.get("/briefs"))}
    for sent in (
        {"occasion": "meeting", "language": "es", "hours_before": "0"},
        {"occasion": "once", "language": "es"},
    ):
        refused = browser.post("/briefs", data=token | sent)
        assert refused.status_code == 422
        assert 'role="alert"' in refused.text
    assert browser.get("/api/v1/brief-schedules").json() == []


def test_wishes_of_others_and_accounts_out_of_sight_are_not_there(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    token = {"csrf_token": form_token(browser.get("/briefs"))}
    browser.post("/briefs", data=token | {"occasion": "owner_change", "language": "es"})
    [one] = browser.get("/api/v1/brief-schedules").json()
    browser.cookies.clear()
    sign_in(browser, company.outsider)
    token = {"csrf_token": form_token(browser.get("/briefs"))}
    assert browser.get(f"/api/v1/brief-schedules/{one['id']}").status_code == 404
    assert browser.post(f"/briefs/{one['id']}/delete", data=token).status_code == 404
    assert browser.get(f"/briefs?account={company.account_id}").status_code == 404
    foreign = {"account": company.account_id, "occasion": "weekly", "language": "es"}
    assert browser.post("/briefs", data=token | foreign).status_code == 404


def test_a_day_of_the_week_is_written_as_its_language_writes_it(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.outsider)
    sent = {"csrf_token": form_token(browser.get("/briefs")), "occasion": "weekly", "language": "en"}
    browser.post("/briefs", data=sent | {"weekday": "0", "hour": "9"})
    assert "every Monday at 09:00" in browser.get("/briefs").text


def test_briefs_of_all_accounts_are_made_in_the_background_and_listed(
    browser: TestClient, company: Company, application: bootstrap.Application
) -> None:
    sign_in(browser, company.ae)
    token = {"csrf_token": form_token(browser.get("/briefs"))}
    assert browser.post("/briefs/now", data=token | {"language": "es"}).status_code == 303
    assert "2" in browser.get("/briefs").text
    assert application.brief_schedules.run_due(application.database) == 2
    found = browser.get("/api/v1/brief-schedules/occasions").json()
    assert {one["outcome"] for one in found} == {"made"}
    page = browser.get("/briefs").text
    assert all(f"/queue/{one['review_item_id']}" in page for one in found)


def test_every_code_has_a_word() -> None:
    assert set(TABLES["brief_occasion"]) == {one.value for one in Occasion}
    assert set(TABLES["brief_outcome"]) == {one.value for one in OccasionOutcome} | {"begun"}
    assert set(TABLES["weekday"]) == {str(day) for day in range(7)}
