"""Asking for a follow-up in a real browser: with the keyboard, on a phone, in both themes and languages."""

import pytest
from axe_core_python.sync_playwright import Axe

from tests.browser.conftest import DESKTOP, PHONE, Open, Visit


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
def test_the_form_and_the_entry_are_free_of_accessibility_problems(visit: Open, theme: str, language: str) -> None:
    one = opened(visit, language=language, theme=theme)
    one.page.click("section[aria-labelledby=follow-up] summary")
    found = problems(one)
    one.page.click("section[aria-labelledby=follow-up] button.primary")
    one.page.wait_for_url("**/queue/review_*")
    assert found + problems(one) == []


def test_it_is_asked_for_with_the_keyboard_alone(visit: Open) -> None:
    one = opened(visit, language="en")
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
    one = opened(visit, language="es", size=PHONE)
    one.page.click("section[aria-labelledby=follow-up] summary")
    wide = one.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    box = one.page.locator("section[aria-labelledby=follow-up] button.primary").bounding_box()
    assert box is not None
    assert box["height"] >= 24
