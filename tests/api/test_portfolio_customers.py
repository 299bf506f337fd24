"""The portfolio's table: order, filters, pages, views; amounts of two currencies are not compared."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from api.web.words import TABLES
from copilot import bootstrap
from copilot.domain.scores import ScoreKind
from copilot.store.tables.records import AccountRow
from copilot.workflows.portfolio.customers import CustomerSort
from tests.api.web_browser import form_token, sign_in
from tests.api.web_company import Company
from tests.portfolio_builders import LAST_WEEK, model, scores


@pytest.fixture
def scored(application: bootstrap.Application, company: Company) -> Company:
    """Two customers of the account executive's: one in euros that fell, one in dollars."""
    with application.database.unit_of_work() as uow:
        model(uow, ScoreKind.CHURN_90)
        uow.session.execute(
            update(AccountRow).where(AccountRow.id == company.second_id).values(arr=900_000, currency="USD")
        )
        for account_id, health, before in ((company.account_id, 30.0, 80.0), (company.second_id, 75.0, 60.0)):
            scores(uow, account_id, {ScoreKind.HEALTH: before, ScoreKind.CHURN_90: 0.1}, day=LAST_WEEK)
            scores(uow, account_id, {ScoreKind.HEALTH: health, ScoreKind.CHURN_90: 0.25})
        scores(uow, company.foreign_id, {ScoreKind.HEALTH: 20.0, ScoreKind.CHURN_90: 0.5})
    return company


def names(browser: TestClient, **asked: str | int) -> list[str]:
    """The accounts of the API's table, in order."""
    lines = browser.get("/api/v1/portfolio/customers", params=asked).json()["lines"]
    return [line["customer"]["account_id"] for line in lines]


def test_the_table_shows_health_its_course_and_what_is_at_stake(browser: TestClient, scored: Company) -> None:
    sign_in(browser, scored.ae)
    page = browser.get("/portfolio/customers").text
    assert "Frigoríficos Valdemora" in page
    assert "21.000" in page
    assert 'class="spark" role="img" aria-label="' in page
    assert "Personas activas en Frigoríficos Valdemora cada semana del último trimestre, de 107 a 96" in page
    assert "<script>alert" not in page
    assert "Brackenhill" not in page


def test_the_use_of_the_weeks_that_are_over_is_told(browser: TestClient, scored: Company) -> None:
    sign_in(browser, scored.manager)
    lines = browser.get("/api/v1/portfolio/customers", params={"sort": "health"}).json()["lines"]
    used = {line["customer"]["account_id"]: line["use"] for line in lines}
    assert used[scored.second_id] == []
    assert [point["people"] for point in used[scored.account_id]] == [float(96 + week) for week in range(11, -1, -1)]
    assert used[scored.account_id][-1]["week"] == "2026-11-02"


def test_orders_keep_currencies_apart_and_the_unknown_last(browser: TestClient, scored: Company) -> None:
    sign_in(browser, scored.ae)
    assert names(browser, sort="health") == [scored.account_id, scored.second_id]
    assert names(browser, sort="renewal") == [scored.account_id, scored.second_id]
    table = browser.get("/api/v1/portfolio/customers", params={"sort": "revenue"}).json()
    assert sorted(table["currencies"]) == ["EUR", "USD"]
    assert {line["customer"]["currency"] for line in table["lines"]} == {"EUR", "USD"}


def test_filters_narrow_and_pages_follow(browser: TestClient, scored: Company) -> None:
    sign_in(browser, scored.ae)
    assert names(browser, currency="USD") == [scored.second_id]
    assert names(browser, renewal_days=90) == [scored.account_id]
    assert names(browser, band="bad") == [scored.account_id]
    assert names(browser, sort="health", offset=1, limit=1) == [scored.second_id]
    assert browser.get("/portfolio/customers?band=odd&renewal=7x&currency=%C2%A7&sort=odd&offset=-1").status_code == 200


def test_a_view_is_kept_opened_first_and_deleted(browser: TestClient, scored: Company) -> None:
    sign_in(browser, scored.ae)
    sent = {"csrf_token": form_token(browser.get("/portfolio/customers")), "name": "Dólares", "currency": "USD"}
    kept = browser.post("/portfolio/customers/views", data=sent | {"sort": "name", "default": "yes", "shared": "yes"})
    assert kept.headers["location"].startswith("/portfolio/customers?currency=USD&sort=name")
    opened = browser.get("/portfolio/customers").text
    assert "Dólares" in opened
    assert "Frigoríficos Valdemora" not in opened
    assert browser.post("/portfolio/customers/views", data=sent).status_code == 409
    [view] = browser.get("/api/v1/portfolio/views").json()
    assert view["is_default"] is True
    assert browser.get("/api/v1/saved-views").json() == []
    browser.cookies.clear()
    sign_in(browser, scored.manager)
    assert [one["own"] for one in browser.get("/api/v1/portfolio/views").json()] == [False]
    token = {"csrf_token": form_token(browser.get("/portfolio/customers?sort=name"))}
    assert browser.post(f"/portfolio/customers/views/{view['id']}/delete", data=token).status_code == 404
    browser.cookies.clear()
    sign_in(browser, scored.outsider)
    assert browser.get(f"/api/v1/portfolio/views/{view['id']}").status_code == 404
    browser.cookies.clear()
    sign_in(browser, scored.ae)
    token = {"csrf_token": form_token(browser.get("/portfolio/customers?sort=name"))}
    assert browser.post(f"/portfolio/customers/views/{view['id']}/delete", data=token).status_code == 303
    assert "Frigoríficos Valdemora" in browser.get("/portfolio/customers").text


def test_a_view_is_renamed_by_its_owner_alone(browser: TestClient, scored: Company) -> None:
    sign_in(browser, scored.ae)
    asked = "/portfolio/customers?sort=name"
    sent = {"csrf_token": form_token(browser.get(asked))}
    for name, sort in (("Por nombre", "name"), ("Por salud", "health")):
        browser.post("/portfolio/customers/views", data=sent | {"name": name, "sort": sort, "shared": "yes"})
    first, second = browser.get("/api/v1/portfolio/views").json()
    page = browser.get(asked).text
    assert f'action="/portfolio/customers/views/{first["id"]}"' in page
    address = f"/portfolio/customers/views/{first['id']}"
    taken = browser.post(address, data=sent | {"name": "por SALUD"})
    assert taken.status_code == 409
    assert 'value="por SALUD"' in taken.text
    assert browser.post(address, data=sent | {"name": "  "}).status_code == 422
    done = browser.post(address, data=sent | {"name": " De la A  a la Z "})
    assert done.headers["location"].startswith("/portfolio/customers?sort=name")
    api = f"/api/v1/portfolio/views/{first['id']}"
    kept = browser.get(api).json()
    assert (kept["name"], kept["shared"], kept["sort"]) == ("De la A a la Z", False, "name")
    token = {"x-csrf-token": sent["csrf_token"]}
    assert browser.patch(api, json={"name": second["name"]}, headers=token).status_code == 409
    assert browser.patch(api, json={"shared": True}, headers=token).json()["name"] == "De la A a la Z"
    assert browser.patch(api, json={}, headers=token).json()["shared"] is True
    browser.cookies.clear()
    sign_in(browser, scored.manager)
    sent = {"csrf_token": form_token(browser.get(asked))}
    assert f'action="{address}"' not in browser.get(asked).text
    assert browser.post(address, data=sent | {"name": "Mía"}).status_code == 404
    assert browser.get(api).json()["name"] == "De la A a la Z"


def test_of_two_views_that_ask_for_the_same_each_is_renamed_and_deleted(browser: TestClient, scored: Company) -> None:
    sign_in(browser, scored.ae)
    sent = {"csrf_token": form_token(browser.get("/portfolio/customers?sort=name"))}
    for name in ("Una", "Otra"):
        browser.post("/portfolio/customers/views", data=sent | {"name": name, "sort": "name"})
    first, second = browser.get("/api/v1/portfolio/views").json()
    plain = browser.get("/portfolio/customers?sort=name").text
    assert f'href="/portfolio/customers?sort=name&amp;view={second["id"]}"' in plain
    opened = browser.get(f"/portfolio/customers?sort=name&view={second['id']}").text
    address = f"/portfolio/customers/views/{second['id']}"
    assert f'action="{address}"' in opened
    assert f'action="/portfolio/customers/views/{first["id"]}"' not in opened
    taken = browser.post(address, data=sent | {"name": "una"})
    assert (taken.status_code, f'action="{address}"' in taken.text) == (409, True)
    done = browser.post(address, data=sent | {"name": "La otra"})
    assert f'action="{address}"' in browser.get(done.headers["location"]).text
    assert [one["name"] for one in browser.get("/api/v1/portfolio/views").json()] == ["Una", "La otra"]
    elsewhere = browser.get(f"/portfolio/customers?sort=health&view={second['id']}").text
    assert f'action="{address}"' not in elsewhere


def test_my_own_customers_are_whoevers_the_view_is_used_by(browser: TestClient, scored: Company) -> None:
    sign_in(browser, scored.ae)
    sent = {"csrf_token": form_token(browser.get("/portfolio/customers")), "name": "Mías", "owner": scored.ae.email}
    browser.post("/portfolio/customers/views", data=sent | {"sort": "name"})
    [view] = browser.get("/api/v1/portfolio/views").json()
    assert view["filters"]["owner"] == "me"


def test_every_order_has_a_word() -> None:
    assert set(TABLES["customer_sort"]) == {one.value for one in CustomerSort}
