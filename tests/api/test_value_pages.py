"""Use and value, the team and deadlines, as pages and over the API: what they say, and to whom."""

import csv
import io
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from copilot import bootstrap
from copilot.domain.access import Role
from copilot.domain.review_items import ReviewState
from copilot.store.delegations import DelegationRepository
from tests.api.web_browser import sign_in
from tests.api.web_company import Company
from tests.value_worlds import Written, add_alert, add_draft, approved, at

FOUR = "uno dos tres cuatro"


@pytest.fixture
def history(application: bootstrap.Application, company: Company) -> None:
    """Twelve approved drafts of the team's, one of the other team, and three that wait."""
    database = application.database
    for number in range(12):
        filed = at(9 if number % 2 else 10)
        done = filed + timedelta(hours=number + 1)
        draft = approved(FOUR, filed, company.manager, done, opened=((company.manager, done - timedelta(minutes=2)),))
        add_draft(database, company.ae, [draft], account_id=company.account_id)
    add_draft(
        database,
        company.outsider,
        [approved(FOUR, at(10), company.outsider, at(10, 10))],
        account_id=company.foreign_id,
    )
    for due, assignee in ((at(15), company.manager), (at(16, 18), None), (at(18), company.manager)):
        waiting = Written(FOUR, ReviewState.PENDING, at(14))
        add_draft(database, company.ae, [waiting], account_id=company.account_id, due_at=due, assignee=assignee)
    add_draft(
        database,
        company.outsider,
        [Written("Secreto", ReviewState.PENDING, at(14))],
        account_id=company.foreign_id,
        due_at=at(15),
    )


def test_a_manager_sees_what_the_team_s_drafts_came_to(browser: TestClient, company: Company, history: None) -> None:
    sign_in(browser, company.manager)
    page = browser.get("/value", params={"weeks": "4"})
    assert page.status_code == 200
    assert "Equipo Norte" in page.text
    assert "12 de 12" in page.text
    # Twelve briefs of 35 minutes less twelve reviews of two: 6.6 hours.
    assert "6,6 h" in page.text
    assert "todavía no hay bastantes" in page.text
    assert "Brackenhill" not in page.text
    assert "/value.csv?weeks=4" in page.text


def test_the_api_says_the_same_and_how_it_was_counted(browser: TestClient, company: Company, history: None) -> None:
    sign_in(browser, company.manager)
    found = browser.get("/api/v1/value", params={"weeks": 4}).json()
    assert (found["scope"], found["team"]["name"], found["people"]) == ("team", "Norte", 2)
    assert found["total"]["sums"]["outputs"] == 15
    assert found["total"]["sums"]["minutes_by_hand"] == {"low": 180, "likely": 420, "high": 840}
    assert found["total"]["sums"]["review_minutes"] == 24
    assert found["total"]["median_hours_in_queue"]["value"] == 6.5
    assert found["total"]["p90_hours_in_queue"] == {"cases": 12, "value": None, "low": None, "high": None}
    assert {each["kind"] for each in found["method"]["kinds"]} >= {"brief", "rfp_package"}


def test_the_table_adds_up(browser: TestClient, company: Company, history: None) -> None:
    sign_in(browser, company.manager)
    for address in ("/value.csv?weeks=4", "/api/v1/value/export?weeks=4"):
        answer = browser.get(address)
        assert answer.headers["content-type"].startswith("text/csv")
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        by_cut = {cut: [row for row in rows if row["cut"] == cut] for cut in ("total", "week", "team", "kind", "cell")}
        for cut, some in by_cut.items():
            assert sum(int(row["outputs"]) for row in some) == 15, cut
            assert sum(float(row["hours_saved_likely"]) for row in some) == pytest.approx(6.6, abs=1e-9), cut


def test_a_person_sees_their_own_figures_and_no_team(browser: TestClient, company: Company, history: None) -> None:
    sign_in(browser, company.ae)
    page = browser.get("/value")
    assert "Borradores propios" in page.text
    for address in ("/value?team=north", "/value.csv?team=north", "/team", "/api/v1/team", "/api/v1/value?team=north"):
        assert browser.get(address).status_code == 404, address
    assert 'href="/team"' not in browser.get("/queue").text


def test_another_team_reads_like_none(browser: TestClient, company: Company, history: None) -> None:
    sign_in(browser, company.manager)
    for address in ("/value", "/team", "/api/v1/value", "/api/v1/team", "/value.csv"):
        there, nowhere = (browser.get(address, params={"team": name}) for name in ("south", "nowhere"))
        assert there.status_code == nowhere.status_code == 404, address
    assert browser.get("/value", params={"weeks": "<b>"}).status_code == 200
    assert browser.get("/api/v1/value", params={"weeks": 0}).status_code == 422


def test_an_empty_page_says_what_it_will_show(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    assert "En este periodo no se ha presentado nada" in browser.get("/value").text
    assert "No hay nada pendiente" in browser.get("/queue/sla").text


def test_deadlines_hold_what_the_viewer_may_see(browser: TestClient, company: Company, history: None) -> None:
    sign_in(browser, company.manager)
    page = browser.get("/queue/sla")
    assert page.status_code == 200
    assert "Brackenhill" not in page.text
    assert "Secreto" not in page.text
    found = browser.get("/api/v1/deadlines").json()
    assert found["total"]["by_due"] == {"overdue": 1, "today": 1, "later": 1}
    assert [(line["key"], line["items"]) for line in found["by_kind"]] == [("brief", 3)]
    assert [(line["name"], line["items"]) for line in found["by_person"]] == [("", 1), (company.manager.name, 2)]
    [week] = [week for week in found["weeks"] if week["decided"]]
    assert (week["week"], week["decided"], week["in_time"]["part"]) == ("2026-11-09", 12, 12)
    assert (week["median_hours"], week["p90_hours"]) == (6.5, pytest.approx(10.9))
    listed = browser.get("/queue", params={"show": "overdue", "assignee": company.manager.user_id})
    assert listed.text.count("/queue/review_") >= 1


def test_the_team_by_name_with_who_stands_in(
    browser: TestClient, application: bootstrap.Application, company: Company, history: None
) -> None:
    with application.database.unit_of_work() as uow:
        DelegationRepository(uow).add(
            delegator_id=company.manager.user_id,
            delegate_id=company.ae.user_id,
            starts_at=uow.clock.now(),
            ends_at=uow.clock.now() + timedelta(days=2),
        )
    add_alert(application.database, company.account_id, company.ae)
    add_alert(application.database, company.foreign_id, company.outsider)
    sign_in(browser, company.manager)
    members = browser.get("/api/v1/team").json()["members"]
    assert [(each["name"], each["waits"]["asked_for"], each["alerts_open"]) for each in members] == [
        (company.ae.name, 3, 1),
        (company.manager.name, 0, 0),
    ]
    assert members[0]["waits"]["overdue"] == 1
    assert members[0]["drafts"]["unchanged"] == 12
    assert members[0]["renewals_near"] == 1
    assert [each["delegator_name"] for each in members[0]["stands_in"]] == [company.manager.name]
    assert members[1]["waits"]["to_decide"] == 2
    page = browser.get("/team").text
    assert f"decide por {company.manager.name} hasta" in page
    assert company.outsider.name not in page


def test_the_team_s_counts_are_those_of_the_lists_that_they_lead_to(
    browser: TestClient, application: bootstrap.Application, company: Company, history: None
) -> None:
    sent_back = Written(FOUR, ReviewState.CHANGES_REQUESTED, at(14))
    for assignee in (company.manager, None):
        add_draft(
            application.database,
            company.ae,
            [sent_back],
            account_id=company.account_id,
            due_at=at(15),
            assignee=assignee,
        )
    sign_in(browser, company.manager)
    waits = [each["waits"] for each in browser.get("/api/v1/team").json()["members"]]
    assert (waits[0]["asked_for"], waits[0]["overdue"]) == (3, 1)
    assert (waits[1]["to_decide"], waits[1]["to_decide_overdue"]) == (2, 1)
    page = browser.get("/team").text
    person = f"show=open&amp;requester={company.ae.user_id}"
    assert f"{person}&amp;overdue=yes" in page
    for overdue, number in (("", 3), ("yes", 1)):
        asked = {"show": "open", "requester": company.ae.user_id, "overdue": overdue}
        assert f"{number} borrador" in browser.get("/queue", params=asked).text


def test_an_administrator_chooses_a_team(
    browser: TestClient, application: bootstrap.Application, company: Company, history: None
) -> None:
    admin = company.manager.model_copy(update={"role": Role.ADMIN, "team_id": None})
    with application.database.unit_of_work() as uow:
        application.people.add_user(admin, password=None, uow=uow)
    sign_in(browser, company.manager)
    everybody = browser.get("/value").text
    assert "Por equipo" in everybody
    assert "Sur" in everybody
    assert browser.get("/api/v1/value", params={"team": "south"}).json()["total"]["sums"]["outputs"] == 2
    assert "en ningún equipo" in browser.get("/team").text
