"""What holds for every page: accessible in both themes, narrow enough for a phone, light enough for a slow line."""

import pytest
from playwright.sync_api import Dialog

from tests.browser.conftest import PHONE, Open, Visit, too_wide_by, violations

pytestmark = pytest.mark.browser
_HEAVIEST = 150_000
_WEIGHT = """[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .reduce((sum, entry) => sum + entry.encodedBodySize, 0)"""


def prepared(one: Visit, language: str) -> list[str]:
    """Sign in, make a brief and return the address of every kind of page."""
    page, company = one.page, one.site.company
    one.go("/accounts")
    one.sign_in(company.ae, language=language)
    one.make_brief(language)
    item = str(page.get_attribute(".meta a[href^='/queue/']", "href"))
    cited = str(page.get_attribute(".sources a[href^='/documents/']", "href"))
    figure = str(page.get_attribute(".sources a[href*='/evidence/metric']", "href"))
    return [
        "/accounts",
        "/accounts?q=nothing",
        f"/accounts/{company.account_id}",
        f"/accounts/{company.second_id}",
        cited,
        f"/documents/{company.knowledge_id}",
        figure,
        "/queue",
        "/queue?risk=critical",
        item,
        f"{item}?edit=all",
        "/chat",
        "/rfps",
        "/answer-library",
        "/search",
        "/search?q=contrato+firmado",
        "/search?q=zzzz",
        "/nothing",
    ]


@pytest.mark.parametrize(("theme", "language"), [("light", "es"), ("dark", "en")])
def test_no_serious_accessibility_problem(visit: Open, theme: str, language: str) -> None:
    one = visit(theme=theme, language=language)
    one.go("/sign-in")
    found = _problems(one, "/sign-in")
    for address in prepared(one, language):
        one.go(address)
        found += _problems(one, address)
    one.problems.clear()  # the page that does not exist is one of them
    assert found == []


def _problems(one: Visit, address: str) -> list[str]:
    return [
        f"{address}: {item['id']} ({item['impact']}): {item['nodes'][0]['html'][:200]}"
        for item in violations(one.page)
        if item["impact"] in {"serious", "critical"}
    ]


def test_nothing_is_wider_than_a_phone_and_nothing_is_heavy(visit: Open) -> None:
    one = visit(size=(360, 740), language="es")
    for address in prepared(one, "es"):
        one.go(address)
        wide = too_wide_by(one.page)
        assert wide <= 0, f"{address} scrolls sideways by {wide} pixels"
        assert one.page.evaluate(_WEIGHT) <= _HEAVIEST, address
    one.problems.clear()


def test_a_hostile_account_name_runs_nothing(visit: Open) -> None:
    one = visit(size=PHONE, language="es")
    dialogs: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    one.page.on("dialog", note)
    one.go("/accounts")
    one.sign_in(one.site.company.ae, language="es")
    one.go(f"/accounts/{one.site.company.second_id}")
    one.go("/search?q=<script>alert(1)</script>")
    assert dialogs == []
