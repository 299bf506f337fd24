"""The main job in a real browser: from sign-in to the released file, in both languages, on desk and phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Open

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("size", "language"), [(DESKTOP, "es"), (PHONE, "en")], ids=["desktop-es", "phone-en"])
def test_from_sign_in_to_the_released_file(visit: Open, language: str, size: tuple[int, int]) -> None:
    one = visit(size=size, language=language)
    page, company = one.page, one.site.company
    one.go("/accounts")
    one.sign_in(company.ae, language=language)
    page.click("tbody th a >> text=Frigoríficos Valdemora")
    one.make_brief(language)

    # A sentence that quotes the email: its citation leads to the source list, and on to the marked passage.
    # More than two sources are one marker, which opens by keyboard onto a link for each.
    many = page.locator("details.cites").first
    expect(many.locator("a.cite").first).to_be_hidden()
    many.locator("summary").press("Enter")
    expect(many.locator("a.cite").first).to_be_visible()
    assert many.locator("a.cite").count() > 2
    quoting = page.locator("#section-commitments ~ ul li", has_text="30").first
    for marker in quoting.locator("summary").all():
        marker.click()
    citation = quoting.locator("a.cite").first
    number = citation.inner_text()
    citation.click()
    source = page.locator(f"#source-{number}")
    expect(source).to_be_in_viewport()
    source.locator("a").click()
    passage = page.locator("#passage")
    expect(passage).to_be_in_viewport()
    expect(passage).to_have_text(re.compile("Enviaremos el contrato firmado"))
    page.go_back()

    page.click(".meta a[href^='/queue/']")
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.click("button[value=approve]")
    page.wait_for_selector(".notice.success")
    # The worker releases in the background; the page shows the files by itself.
    link = page.locator(".downloads a").first
    expect(link).to_be_visible(timeout=20_000)
    with page.expect_download() as waiting:
        link.click()
    saved = waiting.value
    assert saved.suggested_filename.startswith("2026-11-16-brief-frigorificos-valdemora")
    released = {path.read_bytes() for path in one.site.application.settings.exports.rglob("brief.*")}
    assert saved.path().read_bytes() in released


def test_approving_by_keyboard_alone(visit: Open) -> None:
    one = visit(language="en")
    page, company = one.page, one.site.company
    one.go("/queue")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    _tab_to(page, "email")
    page.keyboard.type(company.manager.email)
    page.keyboard.press("Tab")
    page.keyboard.type("correct horse battery")
    page.keyboard.press("Enter")
    page.wait_for_selector(".main-nav")
    one.make_brief("en")
    one.go("/queue?show=open&sort=deadline&requester=me")
    _tab_to(page, None, "tbody th a")
    page.keyboard.press("Enter")
    page.wait_for_selector("#decision")
    _tab_to(page, None, "a[href='#decision']")
    page.keyboard.press("Enter")
    _tab_to(page, None, "button[value=approve]")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "the focus is visible"
    page.keyboard.press("Enter")
    page.wait_for_selector(".notice.success")


def _tab_to(page: object, element_id: str | None, selector: str = "") -> None:
    """Press Tab until the element has the focus; fails when it cannot be reached."""
    wanted = f"#{element_id}" if element_id else selector
    for _ in range(150):
        if page.evaluate("selector => document.activeElement.matches(selector)", wanted):  # type: ignore[attr-defined]
            return
        page.keyboard.press("Tab")  # type: ignore[attr-defined]
    pytest.fail(f"{wanted} cannot be reached by keyboard")


def test_everything_works_without_scripts(visit: Open) -> None:
    one = visit(scripts=False, language="es")
    page, company = one.page, one.site.company
    one.go("/accounts")
    one.sign_in(company.ae, language="es")
    one.make_brief("es")
    page.click(".meta a[href^='/queue/']")
    page.fill("#comment", "Falta el detalle de octubre")
    page.click("button[value=reject]")
    expect(page.locator(".notice.success")).to_contain_text("Rechazado")
    expect(page.locator("blockquote.comment")).to_have_text("Falta el detalle de octubre")


def test_an_edit_in_place_is_checked_again(visit: Open) -> None:
    one = visit(language="en")
    page, company = one.page, one.site.company
    one.go("/accounts")
    one.sign_in(company.ae, language="en")
    one.make_brief("en")
    page.click(".meta a[href^='/queue/']")
    page.click("#segment-summary\\.1 .edit-link")
    page.fill("textarea", "They pay 123456 euros a year.")
    page.click("#edit-form button")
    expect(page.locator(".notice.success")).to_contain_text("new version")
    expect(page.locator("#segment-summary\\.1 .finding").first).to_contain_text("does not appear")
    expect(page.locator("button[value=approve]")).to_have_count(0)
