"""The main job of a questionnaire in a real browser: from the customer's file to the same file, filled in."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from copilot.store.tables.work import ReleaseRow
from tests.browser.conftest import DESKTOP, PHONE, Open, Visit, accessibility_problems, too_wide_by
from tests.rfp_files import BACKUPS, HOSTED, MOON, XLSX, cells, workbook_bytes

pytestmark = pytest.mark.browser
_READ = 60_000
"""Milliseconds for a run on a slow machine."""
_MOST_STOPS = 80
"""Of the focus, from the top of a page to what is wanted."""


def look(one: Visit, name: str) -> list[str]:
    """What is wrong with the page as it stands."""
    wide = too_wide_by(one.page)
    found = [f"{name}: {problem}" for problem in accessibility_problems(one.page)]
    return found + ([f"{name} scrolls sideways by {wide} pixels"] if wide > 0 else [])


def handed_in(one: Visit) -> str:
    """Upload the workbook and return the address of its page."""
    one.go("/rfps")
    one.page.set_input_files("#rfp-file", {"name": "vendor.xlsx", "mimeType": XLSX, "buffer": workbook_bytes()})
    one.page.fill("#rfp-account", "Frigoríficos Valdemora")
    one.page.click("section[aria-labelledby=hand-in] button.primary")
    one.page.wait_for_selector("#selection")
    return one.page.url.removeprefix(one.site.address)


def answered(one: Visit) -> None:
    """Confirm what was found, and wait for the answers: the page shows them by itself."""
    one.page.click("#selection button[value=start]")
    expect(one.page.locator("article.rfp-question").first).to_be_visible()
    expect(one.page.locator("[data-rfp-progress]")).to_have_count(0, timeout=_READ)


def approved(one: Visit, address: str) -> None:
    """Approve an entry; sentences that no source carries are accepted by name."""
    one.go(address)
    for box in one.page.locator("#decision-form input[name=accepted]").all():
        box.check()
    with one.page.expect_navigation():  # else the next page is asked for while this one is still on its way
        one.page.click("button[value=approve]")
    expect(one.page.locator("button[value=approve]")).to_have_count(0)


def let_go(one: Visit, address: str) -> None:
    """Let the time to recall it be over."""
    with one.site.application.database.unit_of_work() as uow:
        mine = ReleaseRow.review_item_id == address.rpartition("/")[2]
        uow.session.execute(update(ReleaseRow).where(mine).values(not_before=None))
    one.site.application.release_due()


def in_queue(one: Visit) -> list[str]:
    links = one.page.locator("article.rfp-question a[href^='/queue/review_']")
    return [str(link.get_attribute("href")) for link in links.all()]


@pytest.mark.parametrize("language", ["es", "en"])
def test_from_the_customers_file_to_the_same_file_filled_in(visit: Open, language: str) -> None:
    one, boss = visit(language=language), visit(language=language)
    one.go("/rfps")
    one.sign_in(one.site.company.ae, language=language)
    address = handed_in(one)
    expect(one.page.locator("tbody")).to_contain_text(BACKUPS)
    answered(one)

    # One answer is written by a person; the other is put into the queue as it is.
    article = one.page.locator("article.rfp-question", has_text=HOSTED)
    article.locator("summary", has_text=("Escribir" if language == "es" else "Write")).click()
    article.locator("textarea").fill("In Frankfurt and Dublin.")
    article.locator("button.primary").click()
    one.page.wait_for_selector(".notice.success")
    for text in (HOSTED, BACKUPS):
        one.page.locator("article.rfp-question", has_text=text).locator("input[name=question]").check()
    one.page.click("#bulk button[value=chosen]")
    one.page.wait_for_selector(".notice.success")
    entries = in_queue(one)
    assert len(entries) == 2

    boss.go("/queue")
    boss.sign_in(boss.site.company.manager, language=language)
    for entry in entries:
        approved(boss, entry)
    one.go(address)
    one.page.click(f"form[action='{address}/package'] button")
    one.page.wait_for_url("**/queue/review_*")
    package = one.page.url.removeprefix(one.site.address)
    approved(boss, package)
    let_go(boss, package)
    boss.go(package)
    with boss.page.expect_download() as waiting:
        boss.page.locator(".downloads a[href$='vendor-filled.xlsx']").click()
    filled = cells(Path(waiting.value.path()).read_bytes())
    assert filled.pop("C2") == "In Frankfurt and Dublin."
    assert "35 days" in str(filled.pop("C3"))
    assert filled == cells(workbook_bytes())


@pytest.mark.parametrize(
    ("size", "theme", "language"),
    [(PHONE, "dark", "es"), (DESKTOP, "light", "en")],
    ids=["phone-dark-es", "desktop-light-en"],
)
def test_every_step_is_accessible_and_fits(visit: Open, size: tuple[int, int], theme: str, language: str) -> None:
    one = visit(size=size, theme=theme, language=language)
    one.go("/rfps")
    one.sign_in(one.site.company.outsider, language=language)
    one.go("/rfps")
    found = look(one, "empty list")
    one.page.set_input_files("#rfp-file", {"name": "vendor.xlsx", "mimeType": XLSX, "buffer": workbook_bytes()})
    one.page.click("section[aria-labelledby=hand-in] button.primary")
    one.page.wait_for_selector("#selection")
    found += look(one, "preview")
    one.page.locator("tbody a").first.click()
    found += look(one, "correction")
    address = one.page.url.removeprefix(one.site.address).partition("?")[0]
    one.go(address)
    answered(one)
    one.page.locator("article details").evaluate_all("all => all.forEach((each) => { each.open = true; })")
    expect(one.page.locator("button[name=passage]").first).to_be_visible()
    found += look(one, "answers")
    one.go("/rfps")
    assert found + look(one, "list") == []
    one.go(f"{address}?state=no_source")
    assert MOON in one.page.inner_text("main")


def tab_to(one: Visit, selector: str, *, key: str = "Tab") -> None:
    """Move the focus as a person without a mouse does, until it is there."""
    for _ in range(_MOST_STOPS):
        if one.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
        one.page.keyboard.press(key)
    raise AssertionError(f"{selector} is not reached by {key}")


def test_from_the_file_to_the_queue_without_a_mouse(visit: Open) -> None:
    one = visit(language="en")
    one.go("/rfps")
    one.sign_in(one.site.company.outsider, language="en")
    one.go("/rfps")
    page, keys = one.page, one.page.keyboard
    # Waited for from here on: the browser is only told to hand the dialog over, and Space would be faster.
    with page.expect_file_chooser() as chooser:
        tab_to(one, "#rfp-file")
        keys.press("Space")
    chooser.value.set_files({"name": "vendor.xlsx", "mimeType": XLSX, "buffer": workbook_bytes()})
    tab_to(one, "section[aria-labelledby=hand-in] button.primary")
    keys.press("Enter")
    page.wait_for_selector("#selection")
    tab_to(one, "tbody a[href*='edit=']")
    keys.press("Enter")
    page.wait_for_selector("#edit-text")
    tab_to(one, "#edit-text")
    keys.press("Control+End")
    keys.type(" Which region?")
    tab_to(one, "#edit button.primary")
    keys.press("Enter")
    expect(page.locator("tbody")).to_contain_text("Which region?")
    tab_to(one, "#selection button[value=start]")
    keys.press("Enter")
    page.wait_for_selector("article.rfp-question")
    expect(page.locator("[data-rfp-progress]")).to_have_count(0, timeout=_READ)
    tab_to(one, "article.rfp-question .rfp-write summary")
    keys.press("Enter")
    tab_to(one, "article.rfp-question textarea")
    keys.press("Control+a")
    keys.type("In Frankfurt and Dublin.")
    tab_to(one, "article.rfp-question button.primary")
    keys.press("Enter")
    page.wait_for_selector(".notice.success")
    tab_to(one, "article.rfp-question input[name=question]")
    keys.press("Space")
    tab_to(one, "#bulk button[value=chosen]", key="Shift+Tab")
    keys.press("Enter")
    page.wait_for_selector(".notice.success")
    assert len(in_queue(one)) == 1
    used_and_taken_back(one, page.url.removeprefix(one.site.address).partition("?")[0])


def used_and_taken_back(one: Visit, address: str) -> None:
    """Use the closest passage for what nothing answers, then undo it; by keyboard, too."""
    page, keys = one.page, one.page.keyboard
    one.go(f"{address}?only=closest")
    tab_to(one, "button[name=passage]")
    keys.press("Enter")
    page.wait_for_selector(".toast.success")
    expect(page.locator("article.rfp-question")).to_have_count(0)
    tab_to(one, ".toast form button")
    keys.press("Enter")
    expect(page.locator("article.rfp-question")).to_have_count(1)
    expect(page.locator("article.rfp-question")).to_contain_text(MOON)


def test_without_scripts_it_is_handed_in_and_started(visit: Open) -> None:
    one = visit(scripts=False)
    one.go("/rfps")
    one.page.fill("#email", one.site.company.ae.email)
    one.page.fill("#password", "correct horse battery")
    one.page.click("main form button")
    one.page.wait_for_selector(".main-nav")
    address = handed_in(one)
    one.page.click("#selection button[value=start]")
    one.page.wait_for_selector("article.rfp-question")
    one.go(address)
    expect(one.page.locator("progress")).to_be_visible()


@pytest.mark.parametrize(("size", "theme"), [(PHONE, "dark"), (DESKTOP, "light")], ids=["phone-dark", "desktop-light"])
def test_the_library_is_accessible_and_fits(visit: Open, size: tuple[int, int], theme: str) -> None:
    one = visit(size=size, theme=theme, language="es")
    one.go("/answer-library")
    one.sign_in(one.site.company.outsider, language="es")
    one.go("/answer-library")
    found = look(one, "before")
    table = b"Question,Answer\nIs data encrypted?,Yes.\nIs data encrypted?,No.\n"
    one.page.set_input_files("#library-file", {"name": "kept.csv", "mimeType": "text/csv", "buffer": table})
    one.page.click("section[aria-labelledby=take-over] button")
    one.page.wait_for_selector(".notice.success")
    assert found + look(one, "after") == []
