"""The page of styles and proposals in a browser: readable in both themes, on a phone, and by keyboard alone."""

import pytest

from copilot.approvals.feedback.styles import person_scope, team_scope
from copilot.domain.drafts import DraftKind
from copilot.domain.feedback import Proposal, ProposalTarget
from copilot.domain.language import Language
from copilot.domain.style import Preference, PreferenceKind, StyleChange
from copilot.store.proposals import ProposalRepository
from copilot.store.style import StyleRepository
from tests.browser.conftest import PHONE, Open, Site, too_wide_by, violations

pytestmark = pytest.mark.browser
_PREFERENCE = Preference(
    kind=PreferenceKind.WORDING, before="con el fin de", after="para", items=("review_1", "review_2")
)


def fill(site: Site) -> None:
    """A style of one's own, one of the team's, and a proposal; once for all tests."""
    viewer = site.company.manager
    with site.application.database.unit_of_work() as uow:
        styles = StyleRepository(uow)
        for scope in (person_scope(viewer, Language.ES), team_scope(viewer, Language.ES)):
            assert scope is not None
            if styles.current(scope).version == 0:
                styles.add(styles.current(scope), (_PREFERENCE,), change=StyleChange.LEARNT, made_by=None)
        ProposalRepository(uow).save(
            Proposal(
                id="proposal_browser",
                target=ProposalTarget.PROMPT,
                about="reason:too_long",
                draft_kind=DraftKind.BRIEF,
                language=Language.ES,
                items=("review_1",),
                people=2,
                created_at=uow.clock.now(),
            )
        )


@pytest.mark.parametrize(("theme", "language"), [("light", "es"), ("dark", "en")])
def test_the_page_is_accessible_and_fits_a_phone(visit: Open, site: Site, theme: str, language: str) -> None:
    fill(site)
    one = visit(theme=theme, language=language, size=PHONE)
    one.go("/feedback")
    one.sign_in(site.company.manager, language=language)
    one.go("/feedback")
    assert [item["id"] for item in violations(one.page) if item["impact"] in {"serious", "critical"}] == []
    assert too_wide_by(one.page) <= 0
    assert one.problems == []


def test_a_preference_is_switched_by_keyboard(visit: Open, site: Site) -> None:
    fill(site)
    one = visit(language="es")
    one.go("/feedback")
    one.sign_in(site.company.manager, language="es")
    one.go("/feedback")
    one.page.focus("section[aria-labelledby=style-person-es] table button")
    one.page.keyboard.press("Enter")
    one.page.wait_for_selector(".notice.success")
    assert "Activar" in one.page.inner_text("section[aria-labelledby=style-person-es] table button")
