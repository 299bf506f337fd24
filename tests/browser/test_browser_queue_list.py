"""The queue in a real browser: keys, approving together, filters without scripts, every page accessible."""

import pytest
from playwright.sync_api import Page, expect

from copilot.domain.access import Viewer
from tests.api.web_queue_items import UNSUPPORTED, admin_of, file_draft
from tests.browser.conftest import PHONE, Open, Site, accessibility_problems, too_wide_by

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def admin(site: Site) -> Viewer:
    return admin_of(site.application)


@pytest.fixture(scope="module")
def queued(site: Site) -> list[str]:
    """Ids of two harmless drafts and a risky one."""
    drafts = [("Primero", "La cuenta factura 84.000 € al año."), ("Segundo", "Factura 84.000 € al año.")]
    harmless = [file_draft(site.application, site.company, title, sentences=(text,)) for title, text in drafts]
    risky = file_draft(site.application, site.company, "Arriesgado", sentences=(UNSUPPORTED,))
    return [*(item.id for item in harmless), risky.id]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


@pytest.mark.usefixtures("queued")
def test_keys_lead_from_the_list_to_an_item(visit: Open) -> None:
    one = visit(language="en")
    page = one.page
    one.go("/queue?show=open&sort=deadline")
    one.sign_in(one.site.company.manager, language="en")
    one.go("/queue?show=open&sort=deadline")
    links = page.locator("a[data-open]")
    titles = [title.strip() for title in links.all_inner_texts()]
    press(page, "j")
    assert focused(page) == titles[0]
    press(page, "j", "ArrowDown", "k")
    assert focused(page) == titles[1]
    assert page.locator("tr[data-current]").count() == 1
    press(page, "/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("jxo?")
    expect(page.locator("#q")).to_have_value("jxo?")
    expect(page.locator("#keys")).to_be_hidden()
    page.fill("#q", "")
    page.locator("h1").click()
    press(page, "j")
    assert focused(page) == titles[2], "the keys go on where the list was left"
    press(page, "k", "o")
    page.wait_for_url("**/queue/review_*")
    assert "list=show%3Dopen%26sort%3Ddeadline" in page.url
    expect(page.locator("h1")).to_contain_text(titles[1])
    one.go("/queue?show=open&sort=deadline")
    press(page, "j", "Enter")
    page.wait_for_url("**/queue/review_*")


@pytest.mark.usefixtures("queued")
def test_keys_can_be_listed_and_switched_off(visit: Open) -> None:
    one = visit(language="es")
    page = one.page
    one.go("/queue?show=open")
    one.sign_in(one.site.company.manager, language="es")
    one.go("/queue?show=open&risk=low")
    press(page, "?")
    expect(page.locator("#keys")).to_be_visible()
    page.locator("#keys-on").press("Space")
    press(page, "Escape")
    expect(page.locator("#keys")).to_be_hidden()
    press(page, "j", "g", "q")
    expect(page.locator("tr[data-current]")).to_have_count(0)
    page.reload()
    press(page, "j")
    expect(page.locator("tr[data-current]")).to_have_count(0)
    page.click("[data-keys-open]")
    page.locator("#keys-on").press("Space")
    press(page, "Escape", "g", "q")
    page.wait_for_url("**/queue")
    # Without the keys, Tab reaches every row.
    _tab_to(page, "a[data-open]")


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(150):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        press(page, "Tab")
    pytest.fail(f"{selector} cannot be reached by keyboard")


def test_approving_together_by_keyboard_alone(visit: Open, queued: list[str]) -> None:
    one = visit(language="es")
    page = one.page
    one.go("/queue?show=for-me")
    one.sign_in(one.site.company.manager, language="es")
    one.go("/queue?show=open&q=factura&sort=deadline")
    boxes = page.locator("input[name=item]")
    expect(boxes).to_have_count(2)
    assert sorted(boxes.evaluate_all("boxes => boxes.map(box => box.value)")) == sorted(queued[:2])
    for _ in range(page.locator("a[data-open]").count()):
        press(page, "j", "x")
    expect(page.locator(".chosen")).to_have_text("2 elegidos")
    press(page, "x", "x")
    _tab_back_to(page, ".bulk-bar button")
    press(page, "Enter")
    page.wait_for_url("**/queue/bulk?*")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("tbody code").first).to_be_visible()
    _tab_to(page, "form.stack button.primary")
    press(page, "Enter")
    expect(page.locator("#approved")).to_have_text("2 aprobados")
    page.click("main .actions a")
    expect(page.locator("input[name=item]")).to_have_count(0)


def _tab_back_to(page: Page, selector: str) -> None:
    for _ in range(150):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        press(page, "Shift+Tab")
    pytest.fail(f"{selector} cannot be reached by keyboard")


@pytest.mark.usefixtures("queued")
def test_filters_and_views_work_without_scripts(visit: Open) -> None:
    one = visit(scripts=False, language="es", size=PHONE)
    page = one.page
    one.go("/queue?show=open")
    one.sign_in(one.site.company.ae, language="es")
    one.go("/queue?show=open")
    page.click(".more-filters summary")
    page.check("#risk-high")
    page.fill("#q", "arriesgado")
    page.click(".filter-line button")
    expect(page.locator("a[data-open]")).to_have_count(1)
    page.click(".save-view summary")
    page.fill("#view-name", "Lo arriesgado")
    page.check("#view-default")
    page.click(".save-form button")
    expect(page.locator(".views a[aria-current]")).to_contain_text("Lo arriesgado")
    page.click(".chip >> nth=0")
    expect(page.locator(".chip")).to_have_count(1)
    one.go("/queue")
    expect(page.locator(".chip")).to_have_count(2)
    page.click(".views a.manage")
    page.click(".confirm summary")
    page.click(".confirm button")
    expect(page.locator(".notice.success")).to_contain_text("Lo arriesgado")


@pytest.mark.parametrize(("theme", "language"), [("light", "es"), ("dark", "en")])
def test_every_page_around_the_queue_is_accessible_and_fits_a_phone(
    visit: Open, admin: Viewer, queued: list[str], theme: str, language: str
) -> None:
    one = visit(theme=theme, language=language, size=(360, 740))
    page = one.page
    one.go("/queue")
    one.sign_in(admin, language=language)
    found: list[str] = []
    for address in (
        "/queue?show=open",
        "/queue?show=open&risk=low&q=x&overdue=yes&kind=brief",
        "/queue?show=decided",
        f"/queue/bulk?item={queued[0]}&item={queued[2]}",
        "/queue/bulk",
        "/queue/views",
        "/delegations",
        "/notifications",
        "/unsubscribe/token",
        "/audit",
    ):
        one.go(address)
        for summary in page.locator("main summary").all()[:3]:
            summary.click()
        wide = too_wide_by(page)
        found += [f"{address} scrolls sideways by {wide} pixels"] if wide > 0 else []
        found += [f"{address}: {problem}" for problem in accessibility_problems(page)]
    assert found == []
