"""The scores of an account in a browser: read by keyboard, accessible in both themes, narrow enough for a phone."""

import pytest

from copilot.store.tables.records import AccountRow
from tests.browser.conftest import PHONE, Open, Visit, accessibility_problems, too_wide_by
from tests.score_worlds import add_customer

pytestmark = pytest.mark.browser
ACCOUNT = "acc_ill"


def opened(visit: Open, *, theme: str, language: str, size: tuple[int, int]) -> Visit:
    one = visit(theme=theme, language=language, size=size)
    database, owner = one.site.application.database, one.site.company.outsider
    with database.unit_of_work() as uow:
        is_there = uow.session.get(AccountRow, ACCOUNT) is not None
    if not is_there:
        add_customer(database, ACCOUNT, owner=owner.email, users=[100] * 14 + [60] * 6, nps=3, urgent=2)
    one.go("/accounts")
    one.sign_in(owner, language=language)
    one.go(f"/accounts/{ACCOUNT}")
    return one


@pytest.mark.parametrize(("theme", "language", "size"), [("light", "es", PHONE), ("dark", "en", (1280, 900))])
def test_a_score_is_read_by_keyboard(visit: Open, theme: str, language: str, size: tuple[int, int]) -> None:
    one = opened(visit, theme=theme, language=language, size=size)
    panel = one.page.locator("section.scores")
    summary = panel.locator("summary").first
    summary.focus()
    one.page.keyboard.press("Enter")
    shown = {"es": "si se cumpliera que", "en": "with this:"}[language]
    panel.get_by_text(shown).first.wait_for(state="visible")
    assert accessibility_problems(one.page) == []
    assert too_wide_by(one.page) <= 0
    against = {"es": "En contra", "en": "Against it"}[language]
    named = panel.get_by_role("list", name=against)
    assert named.count() == 1
    named.get_by_role("link").first.press("Enter")
    one.page.wait_for_url("**/evidence/metric:active_users_change_pct:*")
