"""Alerts in a browser: readable in both themes, on a phone, and worked on by keyboard alone."""

import pytest

from copilot.domain.alerts import Alert, AlertState
from copilot.store.tables.records import AccountRow
from tests import alert_worlds as world
from tests.browser.conftest import PHONE, Open, Site, Visit, too_wide_by, violations

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def alert(site: Site) -> Alert:
    """An open alert of the account with a hostile name."""
    database, account_id = site.application.database, site.company.second_id
    with database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, account_id).lifecycle = "customer"
    world.got_worse(database, account_id)
    world.raise_due(database)
    return world.one_alert(database, site.company.ae)


def signed_in(one: Visit, language: str) -> Visit:
    one.go("/alerts")
    one.sign_in(one.site.company.manager, language=language)
    return one


@pytest.mark.parametrize(("theme", "language"), [("light", "es"), ("dark", "en")])
def test_every_page_is_accessible_and_fits_a_phone(visit: Open, alert: Alert, theme: str, language: str) -> None:
    one = signed_in(visit(theme=theme, language=language, size=PHONE), language)
    for address in ("/alerts", f"/alerts/{alert.id}", "/alerts/quality"):
        one.go(address)
        assert [item["id"] for item in violations(one.page) if item["impact"] in {"serious", "critical"}] == []
        assert too_wide_by(one.page) <= 0, address
    assert one.problems == []


def test_an_alert_is_found_worked_on_closed_and_reopened_by_keyboard(visit: Open, site: Site, alert: Alert) -> None:
    one = signed_in(visit(language="es"), "es")
    page = one.page
    one.go("/alerts")
    press(one, f"a[href='/alerts/{alert.id}']")
    page.wait_for_selector("#playbook")
    press(one, "section[aria-labelledby=playbook] button")
    page.wait_for_selector(".notice.success")
    assert "hecho" in page.inner_text("section[aria-labelledby=playbook]")
    page.focus("#outcome")
    page.keyboard.press("ArrowDown")
    press(one, "section[aria-labelledby=end] button")
    page.wait_for_selector("#ended")
    assert "Salvada" in page.inner_text("main")
    press(one, "section[aria-labelledby=ended] button")
    page.wait_for_selector("#end")
    history = page.inner_text("section[aria-labelledby=history]")
    assert history.index("abierta de nuevo") < history.index("cerrada") < history.index("nueva")
    assert world.one_alert(site.application.database, site.company.ae).state is AlertState.OPEN
    assert one.problems == []


def press(one: Visit, selector: str) -> None:
    """Reach it and press Enter."""
    one.page.focus(selector)
    one.page.keyboard.press("Enter")
