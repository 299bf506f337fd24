"""Home, search everything and the menu in a real browser: by keyboard, on a phone, without scripts."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Open, accessibility_problems

pytestmark = pytest.mark.browser


def test_everything_is_found_and_opened_by_keyboard_alone(visit: Open) -> None:
    one = visit(language="es", theme="dark")
    one.go("/")
    one.sign_in(one.site.company.ae, language="es")
    page = one.page
    expect(page.locator("h1")).to_have_text("Hoy")
    assert accessibility_problems(page) == []
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Buscar en todo")
    expect(field).to_be_focused()
    page.keyboard.type("frigorificos valde")
    chosen = page.locator("#palette [role=option][aria-selected=true]")
    expect(chosen).to_contain_text("Frigoríficos Valdemora")
    expect(field).to_have_attribute("aria-activedescendant", str(chosen.get_attribute("id")))
    assert accessibility_problems(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).not_to_be_visible()
    page.keyboard.press("Control+k")
    expect(chosen).to_contain_text("Frigoríficos Valdemora")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/accounts/{one.site.company.account_id}")


def test_the_shell_works_on_a_phone_without_scripts(visit: Open) -> None:
    one = visit(size=PHONE, scripts=False, language="en")
    one.go("/")
    one.sign_in(one.site.company.manager, language="en")
    page = one.page
    page.locator(".person > summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto(f"{one.site.address}/queue")
    page.locator(".save-view > summary").click()
    page.locator(".save-form input[name=name]").fill("To be deleted")
    page.locator(".save-form button").click()
    one.go("/queue/views")
    page.locator(".confirm > summary").first.click()
    page.locator(".confirm button").first.click()
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".views")).to_contain_text("To be deleted")
    page.locator("#palette-open").click()
    page.locator("#q").fill("frigorificos")
    page.locator("main").get_by_role("button", name="Search").click()
    expect(page.locator("main").get_by_role("link", name="Frigoríficos Valdemora", exact=True).first).to_be_visible()
