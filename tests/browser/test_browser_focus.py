"""Where the focus goes: over the skip link, into dialogs and back, after something is deleted, once round every page.

Only keys are pressed; every stop on the way is in sight, uncovered and shows itself, see `tests.browser.keyboard`.
"""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from copilot.domain.access import Role
from tests.api.web_queue_items import file_draft
from tests.browser.conftest import DESKTOP, PAYS, PHONE, Open, People, Sit, Site
from tests.browser.keyboard import Keys

pytestmark = pytest.mark.browser
both = pytest.mark.parametrize(
    ("language", "size"), [("en", DESKTOP), ("es", PHONE)], ids=["english-desktop", "spanish-phone"]
)


def test_the_focus_comes_back_from_where_it_was_sent(sit: Sit, site: Site, people: People) -> None:
    file_draft(site.application, site.company, "Of the focus", viewer=people[Role.AE, "en"], sentences=(PAYS,))
    keys = sit(Role.MANAGER, language="en", path="/queue?show=open")
    page = keys.page
    keys.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    expect(page.locator("a.skip")).to_be_in_viewport()
    keys.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")  # the page has seen the jump
    keys.press("Tab")
    expect(page.locator("main *:focus")).to_have_count(1)

    more = page.locator("header details.menu > summary").first
    keys.to(more, key="Shift+Tab")
    keys.press("Enter", "Tab")
    expect(page.locator("header details[open] a:focus")).to_have_count(1)
    keys.press("Escape")
    expect(more).to_be_focused()
    expect(page.locator("header details[open]")).to_have_count(0)

    draft = page.locator("a[data-open]").first
    keys.to(draft)
    for opening, dialog in (("Control+k", "#palette"), ("?", "#keys")):
        keys.press(opening)
        expect(page.locator(dialog)).to_be_visible()
        for _ in range(6):
            keys.press("Tab")
            assert keys.has_focus(f"body, {dialog} *"), "the page behind a dialog is out of reach"
        keys.press("Escape")
        expect(page.locator(dialog)).to_be_hidden()
        expect(draft).to_be_focused()


def test_after_something_is_deleted_the_page_says_so_and_begins_anew(sit: Sit) -> None:
    keys = sit(Role.CSM, language="es", size=PHONE, path="/portfolio/customers?sort=name")
    page = keys.page
    keys.to(page.locator("#view-name"))
    keys.type("De la A a la Z")
    keys.follow(keys.named("button", "Save the view"))
    keys.to(page.locator("#view-name"))
    keys.press("Control+a")
    keys.type("Por nombre")
    keys.follow(page.locator("form[action*='/views/view_']").get_by_role("button", name=keys.word("Save"), exact=True))
    expect(page.locator("nav.views a[aria-current]").last).to_contain_text("Por nombre")
    keys.to(page.locator("details.confirm summary"))
    keys.press("Enter")
    keys.follow(page.locator("details.confirm button.danger"))
    expect(page.locator(".toast")).to_contain_text("Por nombre")
    keys.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    keys.to(page.locator(".toast [data-dismiss]"))
    keys.press("Enter")
    expect(page.locator(".toast")).to_have_count(0)
    expect(page.locator("#content")).to_be_focused()


@both
def test_tab_reaches_everything_there_is_to_press(
    sit: Sit, site: Site, people: People, language: str, size: tuple[int, int]
) -> None:
    item = file_draft(site.application, site.company, "Round", viewer=people[Role.AE, language], sentences=(PAYS,)).id
    of_manager = ("/queue?show=open", f"/queue/{item}", "/portfolio/customers", "/alerts", "/admin/policies")
    of_ae = ("/", f"/accounts/{site.company.account_id}", "/briefs", "/rfps")
    of_admin = ("/admin/people", "/admin/sources", "/audit")
    missed = []
    for role, pages in ((Role.MANAGER, of_manager), (Role.AE, of_ae), (Role.ADMIN, of_admin)):
        keys = sit(role, language=language, size=size, path=pages[0])
        for path in pages:
            keys.visit.go(path)
            missed += [f"{path}: {one}" for one in keys.missed()]
    assert missed == []


@pytest.mark.parametrize(
    ("motion", "scrolls", "turns"), [("reduce", "auto", "none"), ("no-preference", "smooth", "turn-round")]
)
def test_who_wants_no_motion_sees_none(sit: Sit, motion: Any, scrolls: str, turns: str) -> None:
    keys = sit(Role.AE, language="en", path="/chat")
    keys.page.emulate_media(reduced_motion=motion)
    assert keys.page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == scrolls
    shown = "document.body.append(document.querySelector('#turn-template').content.cloneNode(true))"
    keys.page.evaluate(shown)
    assert keys.page.evaluate("getComputedStyle(document.querySelector('.spinner')).animationName") == turns


_FAULTS = """<a href="#a" style="outline: none">without a ring</a>
<button style="position: fixed; left: -900px">outside</button>
<button style="position: fixed; right: 0; bottom: 0">below</button>
<div style="position: fixed; right: 0; bottom: 0; width: 300px; height: 90px; background: white"></div>
<button style="outline: 1px solid">thin</button>
<button style="outline: 3px solid">always ringed</button>
<input type="date"><button>right</button><input id="trap"><button id="beyond">beyond</button>"""


def test_a_stop_that_nobody_would_see_is_told(visit: Open) -> None:
    keys = Keys(visit(), "en")
    keys.page.set_content(f"<style>*:focus-visible {{ outline: 3px solid red }}</style>{_FAULTS}")
    assert keys.missed() == []
    told = [
        re.search(r">([\w ]*)(?:<[^>]*>)? (does|is) (not|out|covered)", problem)
        for problem in dict.fromkeys(keys.problems)
    ]
    assert [(found[1], found[3]) for found in told if found] == [
        ("without a ring", "not"),
        ("outside", "out"),
        ("below", "covered"),
        ("thin", "not"),
        ("always ringed", "not"),
        ("", "not"),  # the calendar of a date
    ]
    keys.page.evaluate("() => { document.querySelector('#trap').onkeydown = event => event.preventDefault() }")
    with pytest.raises(AssertionError, match="does not leave"):
        keys.to(keys.page.locator("#beyond"))
