"""Asking for a follow-up in a real browser: with the keyboard, on a phone, in both themes and languages."""

import pytest

from tests.browser.conftest import PHONE, Open, accessibility_problems, opened_account, too_wide_by

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("theme", "language"), [("light", "es"), ("dark", "en")])
def test_the_form_and_the_entry_are_free_of_accessibility_problems(visit: Open, theme: str, language: str) -> None:
    one = opened_account(visit, language=language, theme=theme)
    one.page.click("section[aria-labelledby=follow-up] summary")
    found = accessibility_problems(one.page)
    one.page.click("section[aria-labelledby=follow-up] button.primary")
    one.page.wait_for_url("**/queue/review_*")
    assert found + accessibility_problems(one.page) == []


def test_it_is_asked_for_with_the_keyboard_alone(visit: Open) -> None:
    one = opened_account(visit, language="en")
    one.page.focus("#follow-up-source")
    for _ in range(3):
        one.page.keyboard.press("Tab")
    assert one.page.evaluate("document.activeElement.id") == "follow-up-tone"
    one.page.keyboard.press("s")
    assert one.page.evaluate("document.activeElement.value") == "shorter"
    one.page.keyboard.press("Tab")
    one.page.keyboard.press("Enter")
    one.page.keyboard.press("Tab")
    one.page.keyboard.press("Space")
    one.page.keyboard.press("Tab")
    one.page.keyboard.press("Enter")
    one.page.wait_for_url("**/queue/review_*")
    assert "Rosa Almendro" in one.page.inner_text("main")


def test_a_phone_shows_all_of_it(visit: Open) -> None:
    one = opened_account(visit, language="es", size=PHONE)
    one.page.click("section[aria-labelledby=follow-up] summary")
    assert too_wide_by(one.page) <= 0
    box = one.page.locator("section[aria-labelledby=follow-up] button.primary").bounding_box()
    assert box is not None
    assert box["height"] >= 24
