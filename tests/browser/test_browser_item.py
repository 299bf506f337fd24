"""The reviewer's page in a real browser: by keyboard alone, in both themes, on desk and phone, with hostile text."""

import pytest
from playwright.sync_api import Page, expect

from tests.api.item_worlds import filed
from tests.browser.conftest import DESKTOP, PHONE, Open, Site, Visit, too_wide_by, violations

pytestmark = pytest.mark.browser
HIDDEN = "Pagan\u200b 123.456 € al \u202eoña\u202c en p\u0430gos."
RISKY = ((HIDDEN, ("arr",)), ("Renuevan el 31 de enero de 2027.", ("renewal_date",)), ("Resumen.", ()))


def risky_item(site: Site) -> str:
    item = filed(site.application, site.company, viewer=site.company.ae, sentences=RISKY)
    return f"/queue/{item.id}"


def opened(one: Visit, address: str, *, language: str = "en") -> Page:
    """Sign in as the manager and open the item."""
    one.go(address)
    one.sign_in(one.site.company.manager, language=language)
    one.go(address)
    return one.page


def problems(page: Page) -> list[str]:
    return [
        f"{item['id']} ({item['impact']}): {item['nodes'][0]['html'][:200]}"
        for item in violations(page)
        if item["impact"] != "minor"
    ]


@pytest.mark.parametrize(
    ("theme", "size", "language"),
    [("light", DESKTOP, "es"), ("dark", DESKTOP, "en"), ("light", PHONE, "en"), ("dark", PHONE, "es")],
    ids=["light-desk", "dark-desk", "light-phone", "dark-phone"],
)
def test_accessible_in_both_themes_and_sizes(visit: Open, theme: str, size: tuple[int, int], language: str) -> None:
    one = visit(theme=theme, size=size, language=language)
    address = risky_item(one.site)
    page = opened(one, address, language=language)
    found = problems(page)
    page.keyboard.press("j")
    found += problems(page)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    found += problems(page)
    one.go(f"{address}?edit=all")
    found += problems(page)
    assert found == []
    assert too_wide_by(page) <= 0


def test_from_list_to_decision_by_keyboard_alone(visit: Open) -> None:
    one = visit(language="en")
    address = risky_item(one.site)
    page = opened(one, "/queue?show=open")
    link = page.locator(f"a[href^='{address}']").first
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#decision")
    # The doubtful sentence is chosen and its sources are shown beside it.
    expect(page.locator("#evidence-summary\\.1")).to_be_visible()
    expect(page.locator("#evidence-summary\\.2")).to_be_hidden()
    page.keyboard.press("j")
    expect(page.locator("#evidence-summary\\.2")).to_be_visible()
    expect(page.locator("#evidence-summary\\.1")).to_be_hidden()
    assert page.evaluate("document.activeElement.getAttribute('aria-expanded')") == "true"
    page.keyboard.press("k")
    expect(page.locator("#evidence-summary\\.1")).to_be_visible()
    page.keyboard.press("r")
    assert page.evaluate("document.activeElement.id") == "comment"
    expect(page.locator("#said")).to_contain_text("Say why")
    page.keyboard.type("rajc: the figure is wrong")  # letters of shortcuts, typed in a field, are letters
    expect(page.locator("#comment")).to_have_value("rajc: the figure is wrong")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".notice.success")
    expect(page.locator("blockquote.comment")).to_have_text("rajc: the figure is wrong")
    page.keyboard.press("u")
    page.wait_for_url("**/queue?**show=open**")


def test_approving_by_keyboard_ticks_first_what_has_to_be_answered_for(visit: Open) -> None:
    one = visit(language="en")
    page = opened(one, risky_item(one.site))
    page.keyboard.press("a")
    assert page.evaluate("document.activeElement.name") == "accepted"
    while page.evaluate("document.activeElement.name") == "accepted":
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("a")
    assert page.evaluate("document.activeElement.value") == "approve"
    page.keyboard.press("Enter")
    page.wait_for_selector(".notice.success")
    expect(page.locator(".support-accepted").first).to_be_visible()


def test_shortcuts_can_be_switched_off_and_stay_off(visit: Open) -> None:
    one = visit(language="en")
    address = risky_item(one.site)
    page = opened(one, address)
    page.keyboard.press("?")
    page.locator("#keys-on").press("Space")
    page.locator("#keys-close").press("Enter")
    page.reload()
    page.keyboard.press("e")
    page.keyboard.press("c")
    assert "edit=" not in page.url
    assert page.evaluate("document.activeElement.id") != "comment"
    page.locator("#keys-open").press("Enter")
    page.locator("#keys-on").press("Space")
    page.locator("#keys-close").press("Enter")
    page.keyboard.press("e")
    page.wait_for_selector("textarea[name^='text:']")


def test_hidden_characters_are_seen_before_and_after_an_edit(visit: Open) -> None:
    one = visit(size=PHONE, language="en")
    page = opened(one, risky_item(one.site))
    expect(page.locator("#segment-summary\\.1")).to_contain_text("zero width space")
    expect(page.locator("#segment-summary\\.1 .unseen").first).to_be_visible()
    page.click("#segment-summary\\.1 .edit-link")
    page.fill("textarea[name='text:summary.1']", "They pay 84.000 € a year.")
    page.click("#edit-form button")
    page.wait_for_selector(".notice.success")
    expect(page.locator("#changes")).to_be_visible()
    assert page.locator(".changes del").count()
    assert page.locator(".changes ins").count()
    expect(page.locator("#segment-summary\\.1 .unseen")).to_have_count(0)


def test_without_scripts_every_sentence_shows_its_sources(visit: Open) -> None:
    one = visit(scripts=False, language="en")
    page = opened(one, risky_item(one.site))
    expect(page.locator("#evidence-summary\\.1")).to_be_visible()
    expect(page.locator("#evidence-summary\\.2")).to_be_visible()
    expect(page.locator("#keys-open")).to_be_hidden()
    page.click("a[data-choose='summary.2']")
    expect(page.locator("#evidence-summary\\.2")).to_be_in_viewport()
    page.fill("#comment", "Other figure, please")
    page.click("button[value=request_changes]")
    expect(page.locator(".notice.success")).to_contain_text("Sent back")


def test_the_undo_window_counts_down_and_recalls(visit: Open) -> None:
    one = visit(language="en")
    item = filed(one.site.application, one.site.company, viewer=one.site.company.ae, email=True)
    page = opened(one, f"/queue/{item.id}")
    for box in page.locator("input[name=accepted]").all():
        box.check()
    page.click("button[value=approve]")
    page.wait_for_selector(".countdown:not(:empty)")
    expect(page.locator(".countdown")).to_contain_text("Time left:")
    page.click("form[action$='/recall'] button")
    expect(page.locator(".notice.success")).to_contain_text("Recalled")


def test_copying_leaves_the_text_in_the_clipboard(visit: Open) -> None:
    one = visit(language="en")
    one.context.grant_permissions(["clipboard-read", "clipboard-write"])
    item = filed(one.site.application, one.site.company, viewer=one.site.company.ae, email=True)
    page = opened(one, f"/queue/{item.id}")
    for box in page.locator("input[name=accepted]").all():
        box.check()
    page.click("button[value=approve]")
    page.click("#copy-form button")
    expect(page.locator("#said")).to_contain_text("copied")
    assert "Pagan 84.000 € al año." in page.evaluate("navigator.clipboard.readText()")
