"""The portfolio's pages and API: what stands there, in which language, for whom, without scripts."""

import re
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient

from api.localisation import translate
from api.web.portfolio_words import TABLES
from copilot import bootstrap
from copilot.domain.access import Viewer
from copilot.domain.deals import LeftOut
from copilot.domain.language import Language
from copilot.domain.portfolio import BandChoice
from copilot.domain.scores import Band, ScoreKind
from copilot.scoring.forecast_lessons import NoForecast
from copilot.store.tables.scores import AlertRow
from copilot.workflows.portfolio.outlook import Until
from tests.api.web_browser import sign_in
from tests.api.web_company import HOSTILE, Company
from tests.portfolio_builders import LAST_WEEK, TODAY, Made, customer, deal, model, scores

PAGES = ("/portfolio", "/portfolio/renewals", "/portfolio/expansion", "/portfolio/forecast", "/portfolio/leads")
EURO = "\N{NO-BREAK SPACE}€"


@pytest.fixture
def scored(application: bootstrap.Application, company: Company) -> Company:
    """The company with scores: one customer fell, one of a hostile name has no revenue, one is another team's."""
    with application.database.unit_of_work() as uow:
        for kind in (ScoreKind.CHURN_90, ScoreKind.EXPANSION):
            model(uow, kind)
        for account_id, health, before in (
            (company.account_id, 30.0, 80.0),
            (company.second_id, 75.0, 60.0),
            (company.foreign_id, 20.0, 90.0),
        ):
            scores(uow, account_id, {ScoreKind.HEALTH: before, ScoreKind.CHURN_90: 0.1}, day=LAST_WEEK)
            scores(uow, account_id, {ScoreKind.HEALTH: health, ScoreKind.CHURN_90: 0.25, ScoreKind.EXPANSION: 0.6})
        deal(uow, company.foreign_id, "Brackenhill expansion", amount="77777")
    return company


class Figures(HTMLParser):
    """Plots of a page: what each is labelled by, the ids there are, and anything that would not be drawn."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.labels: list[str] = []
        self.ids: list[str] = []
        self.bad: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name: value or "" for name, value in attrs}
        if "id" in names:
            self.ids.append(names["id"])
        if tag == "svg" and names.get("role") == "img":
            self.labels += names.get("aria-labelledby", "").split()
            if not names.get("aria-labelledby") and not names.get("aria-label"):
                self.bad.append("a plot without a name")
        if "style" in names or tag == "style" or any(name.startswith("on") for name in names):
            self.bad.append(self.get_starttag_text() or tag)


def test_the_page_says_what_is_at_risk_and_what_moved(browser: TestClient, scored: Company) -> None:
    sign_in(browser, scored.ae)
    page = browser.get("/portfolio").text
    assert "2 clientes que puede ver" in page
    # 84,000 x 0.25, a week ago x 0.1.
    assert f"21.000{EURO}" in page
    assert f"12.600{EURO} más que hace una semana" in page
    assert f"entre 0{EURO} y 84.000{EURO}" in page
    assert "De 1 cliente no se sabe lo que paga" in page
    assert "Bien → Mal" in page
    assert "−50" in page
    assert "Frigoríficos Valdemora" in page
    assert "Brackenhill" not in page


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_drawn_without_scripts_or_styles_of_its_own(
    address: str, browser: TestClient, scored: Company
) -> None:
    sign_in(browser, scored.ae)
    page = browser.get(address).text
    found = Figures(page)
    assert found.bad == []
    assert set(found.labels) <= set(found.ids)
    assert len(found.ids) == len(set(found.ids))
    assert HOSTILE not in page
    assert "Brackenhill" not in page
    assert f'href="{address}" aria-current="page"' in page


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(
    "query", ["?owner=x&segment=%3Cb%3E&band=nonsense&days=abc&until=never&month=2027-99", "?band=bad"]
)
def test_any_address_is_understood(address: str, query: str, browser: TestClient, scored: Company) -> None:
    sign_in(browser, scored.ae)
    assert browser.get(address + query).status_code == 200


def test_filters_narrow_and_can_be_cleared(browser: TestClient, scored: Company) -> None:
    sign_in(browser, scored.ae)
    page = browser.get("/portfolio?band=bad").text
    assert "Frigoríficos Valdemora" in page
    assert "Talleres" not in page
    assert "Quitar los filtros" in page
    nobody = browser.get("/portfolio?segment=nothing").text
    assert "No hay ningún cliente en esta parte de la cartera" in nobody


def test_an_alert_that_stands_is_linked(
    application: bootstrap.Application, browser: TestClient, scored: Company
) -> None:
    sign_in(browser, scored.ae)
    link = f'href="/alerts?account={scored.account_id}&amp;state=all"'
    assert link not in browser.get("/portfolio").text
    with application.database.unit_of_work() as uow:
        uow.session.add(
            AlertRow(
                id="alert-1",
                account_id=scored.account_id,
                kind="churn_risk",
                cause="score",
                score_kind="churn_90",
                before=0.1,
                before_day=LAST_WEEK,
                now=0.25,
                day=TODAY,
                owner_id=scored.ae.user_id,
                playbook="score",
                state="open",
                opened_at=uow.clock.now(),
                changed_at=uow.clock.now(),
                version=1,
            )
        )
    assert link in browser.get("/portfolio").text


def test_a_month_of_the_calendar_opens(browser: TestClient, scored: Company) -> None:
    sign_in(browser, scored.ae)
    page = browser.get("/portfolio/renewals").text
    [address] = re.findall(r'href="(/portfolio/renewals\?month=[^"#]+)#list"', page)
    assert address.endswith("month=2027-01")
    opened = browser.get(address).text
    assert "Renovaciones de enero de 2027" in opened
    assert "Todos los meses" in opened


def test_without_a_model_the_page_says_why_and_shows_no_probability(
    application: bootstrap.Application, browser: TestClient, company: Company
) -> None:
    with application.database.unit_of_work() as uow:
        scores(uow, company.account_id, {ScoreKind.HEALTH: 30.0, ScoreKind.CHURN_90: 0.25})
    sign_in(browser, company.ae)
    page = browser.get("/portfolio").text
    assert "No hay probabilidad de que se vayan" in page
    assert "Todavía no se ha entrenado ningún modelo." in page
    assert "Donde hay más en juego" not in page
    assert f"84.000{EURO}" in page
    assert "Los clientes no se ordenan por lo probable" in browser.get("/portfolio/expansion").text
    assert "No hay previsión" in browser.get("/portfolio/forecast").text
    assert "sales-copilot scores train" in page
    with application.database.unit_of_work() as uow:
        model(uow, ScoreKind.CHURN_90, refusal="too_good")
    assert "sales-copilot scores train" not in browser.get("/portfolio").text


def test_the_board_says_worth_and_what_others_bought(
    application: bootstrap.Application, browser: TestClient, company: Company
) -> None:
    with application.database.unit_of_work() as uow:
        model(uow, ScoreKind.EXPANSION)
        scores(uow, company.account_id, {ScoreKind.EXPANSION: 0.7})
        for number in range(60):
            gone = TODAY - timedelta(days=20 * number + 9) if number >= 35 else None
            lifecycle = "churned" if gone else "customer"
            # Nearly everybody with routes has reports, and hardly anybody else.
            products = ["Routes", "Reports"] if number < 20 else ["Reports"] if number < 22 else ["Desk"]
            made = Made(owner=company.outsider.email, lifecycle=lifecycle, churned_on=gone, since=date(2022, 1, 1))
            account_id = customer(uow, f"Other {number}", made)
            for product in products:
                deal(uow, account_id, product, status="won", product=product, close=LAST_WEEK)
        deal(uow, company.account_id, "Routes", status="won", product="Routes", close=LAST_WEEK)
    sign_in(browser, company.ae)
    [row] = browser.get("/api/v1/portfolio/expansion").json()["rows"]
    [pair] = row["cross_sell"]
    assert (pair["having"], pair["product"], pair["both"], pair["with_having"]) == ("Routes", "Reports", 20, 21)
    assert row["value"]["basis"] == "tenure"
    page = browser.get("/portfolio/expansion").text
    assert "20 de 21 que tienen Routes" in page
    assert "Valor en 36 meses" in page
    assert "Other" not in page


def test_nobody_to_show_is_said(application: bootstrap.Application, browser: TestClient, manager: Viewer) -> None:
    sign_in(browser, manager)
    for address in PAGES[:3]:
        assert "Todavía no hay clientes" in browser.get(address).text
    assert "No hay previsión" in browser.get(PAGES[3]).text


def test_the_api_tells_each_their_own(browser: TestClient, scored: Company, application: bootstrap.Application) -> None:
    with application.database.unit_of_work() as uow:
        leaving = Made(owner=scored.ae.email, arr="1000", churned_on=TODAY + timedelta(days=5), renewal=None)
        customer(uow, "Se va", leaving)
    sign_in(browser, scored.ae)
    found = browser.get("/api/v1/portfolio").json()
    [euros] = found["at_risk"]
    assert (euros["expected"], euros["low"], euros["high"]) == ("22000", "1000", "85000")
    assert [one["customer"]["name"] for one in found["largest"]] == ["Frigoríficos Valdemora", "Se va"]
    assert (found["customers"], found["without_revenue"], found["by_health"]["unscored"]["customers"]) == (3, 1, 1)
    assert [one["customer"]["name"] for one in found["movement"]["fell"]] == ["Frigoríficos Valdemora"]
    renewals = browser.get("/api/v1/portfolio/renewals").json()
    assert [month["first"] for month in renewals["months"] if month["customers"]] == ["2027-01-01"]
    assert [one["name"] for one in renewals["leaving"]] == ["Se va"]
    expansion = browser.get("/api/v1/portfolio/expansion").json()
    assert [item["name"] for item in expansion["rows"][0]["deals"]] == ["Ampliación Assets"]
    forecast = browser.get("/api/v1/portfolio/forecast", params={"until": "half_year"}).json()
    # Where a deal names no owner it is whoever looks after the account.
    assert {deal["owner_name"] for deal in forecast["deals"]} == {"Lucía Ferrer"}
    dated = browser.get("/api/v1/portfolio/forecast", params={"until": "2027-03-31"}).json()
    assert (dated["until"], dated["day"]) == ("2027-03-31", TODAY.isoformat())
    assert browser.get("/api/v1/portfolio/forecast", params={"until": "soon"}).status_code == 422
    assert (forecast["until"], forecast["overdue"]) == (str(date(2027, 5, 17)), 1)
    assert forecast["outlooks"][0]["stated"] == "16704.30"
    for part in ("", "/renewals", "/expansion", "/forecast"):
        answer = browser.get(f"/api/v1/portfolio{part}")
        assert "Brackenhill" not in answer.text
        narrowed = browser.get(f"/api/v1/portfolio{part}", params={"owner": scored.outsider.email})
        assert scored.account_id not in narrowed.text
        assert "Brackenhill" not in narrowed.text
    assert browser.get("/api/v1/portfolio", params={"days": "45"}).status_code == 422


def test_every_code_of_the_portfolio_has_a_word() -> None:
    for table, codes in (
        ("band", BandChoice),
        ("likelihood", Band),
        ("no_forecast", NoForecast),
        ("deal_left_out", LeftOut),
        ("until", Until),
    ):
        assert set(TABLES[table]) == {code.value for code in codes}
        assert all(translate(word, language=Language.ES) != word for word in TABLES[table].values())
