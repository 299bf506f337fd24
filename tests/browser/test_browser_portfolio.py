"""The portfolio in a real browser: accessible, narrow enough, by keyboard alone and without scripts."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from copilot.domain.scores import ScoreKind
from tests.api.web_company import PASSWORD
from tests.browser.conftest import Open, Site, accessibility_problems, too_wide_by
from tests.portfolio_builders import LAST_WEEK, TODAY, Made, customer, deal, model, scores

pytestmark = pytest.mark.browser
PAGES = ("/portfolio", "/portfolio/renewals", "/portfolio/expansion", "/portfolio/forecast")


@pytest.fixture(scope="module")
def filled(site: Site) -> Iterator[Site]:
    """Customers of the other team's owner, in three currencies and every band."""
    owner = site.company.outsider.email
    with site.application.database.unit_of_work() as uow:
        for kind in (ScoreKind.CHURN_90, ScoreKind.EXPANSION):
            model(uow, kind)
        for number in range(12):
            made = Made(
                owner=owner,
                arr=str(12_000 * (number + 1)),
                currency=("EUR", "USD", "GBP")[number % 3],
                renewal=TODAY + timedelta(days=25 * number - 10),
            )
            account_id = customer(uow, f"Northgate Cold Storage and Distribution {number}", made)
            if number != 5:
                health = 8.0 * number
                scores(uow, account_id, {ScoreKind.HEALTH: 90 - health, ScoreKind.CHURN_90: 0.1}, day=LAST_WEEK)
                now = {ScoreKind.HEALTH: health, ScoreKind.CHURN_90: 0.5 - 0.04 * number, ScoreKind.EXPANSION: 0.4}
                scores(uow, account_id, now)
            deal(uow, account_id, "More seats", amount="4500.50", close=TODAY + timedelta(days=9 * number))
        for number in range(70):
            closed = TODAY - timedelta(days=7 * number)
            begun, status = closed - timedelta(days=50 + number), "won" if number % 3 else "lost"
            deal(uow, account_id, f"Closed {number}", status=status, created=begun, close=closed)
    yield site
    # Other tests share the site and do not expect a model in it.
    with site.application.database.unit_of_work() as uow:
        for kind in (ScoreKind.CHURN_90, ScoreKind.EXPANSION):
            model(uow, kind, refusal="few_rows")


@pytest.mark.parametrize(
    ("theme", "language", "width"), [("light", "en", 1280), ("dark", "es", 360)], ids=["desktop", "phone"]
)
def test_every_part_is_accessible_and_fits(filled: Site, visit: Open, theme: str, language: str, width: int) -> None:
    one = visit(theme=theme, language=language, size=(width, 800))
    one.go("/portfolio")
    one.sign_in(filled.company.outsider, language=language)
    for address in (*PAGES, "/portfolio?band=bad&days=30", "/portfolio?segment=nothing"):
        one.go(address)
        assert accessibility_problems(one.page) == [], address
        assert too_wide_by(one.page) <= 0, address
        if address in PAGES and address != "/portfolio/expansion":
            assert one.page.locator("svg[role=img]").count() > 0, address


def test_the_keyboard_alone_filters_and_opens_a_month(filled: Site, visit: Open) -> None:
    one = visit(language="en")
    one.go("/portfolio/renewals")
    one.sign_in(filled.company.outsider, language="en")
    page = one.page
    page.focus("#band")
    page.keyboard.type("Bad")
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.portfolio-filters button')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**band=bad**")
    assert page.locator("table .band-good").count() == 0
    page.focus(".months a")
    page.keyboard.press("Enter")
    page.wait_for_url("**month=**")
    assert page.evaluate("location.hash") == "#list"


def test_it_works_and_prints_without_scripts(filled: Site, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="en")
    page = context.new_page()
    page.goto(f"{filled.address}/sign-in?next=/portfolio")
    page.fill("#email", filled.company.outsider.email)
    page.fill("#password", PASSWORD)
    page.click("main form button")
    page.select_option("#days", "30")
    page.click(".portfolio-filters button")
    assert "days=30" in page.url
    page.goto(f"{filled.address}/portfolio?band=bad")
    page.emulate_media(media="print")
    assert not page.is_visible(".portfolio-filters")
    assert page.is_visible(".print-only")
    assert page.is_visible(".risk-figure svg")
    context.close()
