"""Asking for a preparation and a summary in a real browser: on a phone, in both themes and languages."""

import pytest

from tests.browser.conftest import PHONE, Open, accessibility_problems, opened_account, too_wide_by

pytestmark = pytest.mark.browser
FORM = "section[aria-labelledby=meeting]"


@pytest.mark.parametrize(("theme", "language"), [("light", "es"), ("dark", "en")])
def test_notes_are_pasted_and_the_change_shows_what_it_changes(visit: Open, theme: str, language: str) -> None:
    one = opened_account(visit, language=language, theme=theme)
    for summary in one.page.locator(f"{FORM} summary").all():
        summary.click()
    found = accessibility_problems(one.page)
    one.page.fill("#summary-notes", "Reunión con Rosa Almendro.\nEl contrato vence el 30 de abril de 2027.")
    one.page.locator(f"{FORM} button.primary").last.click()
    one.page.wait_for_url("**/queue/review_*")
    assert found + accessibility_problems(one.page) == []
    assert "El contrato vence el 30 de abril de 2027." in one.page.inner_text("main")


def test_a_phone_shows_both_forms(visit: Open) -> None:
    one = opened_account(visit, language="es", size=PHONE)
    for summary in one.page.locator(f"{FORM} summary").all():
        summary.click()
    assert too_wide_by(one.page) <= 0
    one.page.locator(f"{FORM} button.primary").first.click()
    one.page.wait_for_url("**/queue/review_*")
    assert "Preparación de la reunión" in one.page.inner_text("main")
