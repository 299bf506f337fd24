"""Asking for a preparation and a summary in a real browser: on a phone, in both themes and languages."""

import pytest
from axe_core_python.sync_playwright import Axe

from tests.browser.conftest import DESKTOP, PHONE, Open, Visit

FORM = "section[aria-labelledby=meeting]"


def opened(visit: Open, *, language: str, theme: str = "light", size: tuple[int, int] = DESKTOP) -> Visit:
    one = visit(theme=theme, language=language, size=size)
    one.go("/accounts")
    one.sign_in(one.site.company.ae, language=language)
    one.go(f"/accounts/{one.site.company.account_id}")
    return one


def problems(one: Visit) -> list[str]:
    result = Axe().run(one.page, options={"resultTypes": ["violations"]})
    return [f"{item['id']}: {item['nodes'][0]['html'][:200]}" for item in result["violations"]]


@pytest.mark.parametrize(("theme", "language"), [("light", "es"), ("dark", "en")])
def test_notes_are_pasted_and_the_change_shows_what_it_changes(visit: Open, theme: str, language: str) -> None:
    one = opened(visit, language=language, theme=theme)
    for summary in one.page.locator(f"{FORM} summary").all():
        summary.click()
    found = problems(one)
    one.page.fill("#summary-notes", "Reunión con Rosa Almendro.\nEl contrato vence el 30 de abril de 2027.")
    one.page.locator(f"{FORM} button.primary").last.click()
    one.page.wait_for_url("**/queue/review_*")
    assert found + problems(one) == []
    assert "El contrato vence el 30 de abril de 2027." in one.page.inner_text("main")


def test_a_phone_shows_both_forms(visit: Open) -> None:
    one = opened(visit, language="es", size=PHONE)
    for summary in one.page.locator(f"{FORM} summary").all():
        summary.click()
    wide = one.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    one.page.locator(f"{FORM} button.primary").first.click()
    one.page.wait_for_url("**/queue/review_*")
    assert "Preparación de la reunión" in one.page.inner_text("main")
