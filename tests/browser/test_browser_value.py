"""A manager's pages in a real browser: accessible, narrow enough, and the same figures in plot and table."""

from datetime import timedelta

import pytest

from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import DraftKind
from copilot.domain.review_items import ReviewState
from copilot.store.delegations import DelegationRepository
from copilot.store.people import PeopleRepository
from tests.api.web_company import PASSWORD
from tests.browser.conftest import Open, Site, accessibility_problems, too_wide_by
from tests.value_worlds import Written, add_account, add_draft, approved

pytestmark = pytest.mark.browser
PAGES = ("/value?weeks=13", "/queue/sla", "/team", "/reviewers")
TEXT = "uno dos tres cuatro cinco"


def person(site: Site, name: str, role: Role) -> Viewer:
    """Of a team that no other test looks at."""
    viewer = Viewer(
        user_id=f"user-west-{role.value}",
        email=f"west.{role.value}@tramontia.example",
        name=name,
        role=role,
        team_id="west",
        language="es",
    )
    with site.application.database.unit_of_work() as uow:
        PeopleRepository(uow).save_team("west", "Oeste")
        return site.application.people.add_user(viewer, password=PASSWORD, uow=uow)


@pytest.fixture(scope="module")
def manager(site: Site) -> Viewer:
    """With a quarter of history and some items that wait."""
    database, now = site.application.database, site.application.clock.now()
    lead, seller = person(site, "Inés Robledo", Role.MANAGER), person(site, "Óscar Villanueva de la Serna", Role.AE)
    account_id = add_account(database, seller, lifecycle="customer")
    kinds = (DraftKind.BRIEF, DraftKind.FOLLOW_UP, DraftKind.RFP_ANSWER)
    for number in range(60):
        filed = now - timedelta(days=1 + number * 1.3, hours=30)
        done = filed + timedelta(hours=1 + number % 26)
        read = ((lead, done - timedelta(minutes=3)),)
        last = approved(TEXT, filed, lead, done, opened=read, cost="0.004")
        if number % 5 == 1:
            first = Written(TEXT, ReviewState.SUPERSEDED, filed)
            last = approved(f"{TEXT} seis", filed, lead, done, author=lead, opened=read)
            add_draft(database, seller, [first, last], kind=kinds[number % 3], account_id=account_id)
            continue
        if number % 5 == 2:
            last = Written(
                TEXT, ReviewState.REJECTED, filed, decided_by=lead, decided_at=done, verdict="reject", opened=read
            )
        if number % 11 == 3:
            last = Written(TEXT, ReviewState.WITHDRAWN if number % 2 else ReviewState.EXPIRED, filed)
        add_draft(database, seller, [last], kind=kinds[number % 3], account_id=account_id)
    for hours, assignee in ((-30, lead), (-2, None), (1, lead), (50, None)):
        waiting = Written(TEXT, ReviewState.PENDING, now - timedelta(hours=40))
        due = now + timedelta(hours=hours)
        add_draft(database, seller, [waiting], account_id=account_id, due_at=due, assignee=assignee)
    with database.unit_of_work() as uow:
        DelegationRepository(uow).add(
            delegator_id=lead.user_id,
            delegate_id=seller.user_id,
            starts_at=now,
            ends_at=now + timedelta(days=3),
        )
    return lead


@pytest.mark.parametrize(
    ("theme", "language", "width"), [("light", "en", 1280), ("dark", "es", 360)], ids=["desktop", "phone"]
)
def test_the_pages_are_accessible_and_fit(manager: Viewer, visit: Open, theme: str, language: str, width: int) -> None:
    one = visit(theme=theme, language=language, size=(width, 800))
    one.go("/value")
    one.sign_in(manager, language=language)
    for address in PAGES:
        one.go(address)
        assert accessibility_problems(one.page) == [], address
        assert too_wide_by(one.page) <= 0, address
    one.go(PAGES[0])
    one.page.click("section[aria-labelledby=weekly] summary")
    outputs = one.page.locator("section[aria-labelledby=weekly] tbody td:nth-of-type(1)").all_inner_texts()
    assert sum(int(text) for text in outputs) == 64
    assert one.page.locator("section[aria-labelledby=weekly] svg[role=img] rect.mark").count() > 0
    one.page.click("main .page-links a[href='/team']")
    one.page.click("a.late >> nth=0")
    assert "overdue=yes" in one.page.url
    assert one.page.locator("main a[href*='/queue/review_']").count() > 0
