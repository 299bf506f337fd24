"""The page of styles and proposals over HTTP: rights, forms, both languages."""

import pytest
from fastapi.testclient import TestClient

from api.web.pages import feedback as page
from copilot import bootstrap
from copilot.approvals.feedback.reasons import TARGETS
from copilot.approvals.feedback.styles import person_scope, team_scope
from copilot.domain.drafts import DraftKind
from copilot.domain.feedback import Proposal, ProposalState, ProposalTarget
from copilot.domain.language import Language
from copilot.domain.style import Preference, PreferenceKind, Scope, StyleChange
from copilot.store.proposals import ProposalRepository
from copilot.store.style import StyleRepository
from tests.api.web_browser import form_token, sign_in
from tests.api.web_company import Company

PREFERENCE = Preference(kind=PreferenceKind.WORDING, before="utilizar", after="usar")
KEY = {"whose": "person", "language": "es", "key": PREFERENCE.key}


def give_style(application: bootstrap.Application, scope: Scope | None) -> None:
    assert scope is not None
    with application.database.unit_of_work() as uow:
        styles = StyleRepository(uow)
        styles.add(styles.current(scope), (PREFERENCE,), change=StyleChange.LEARNT, made_by=None)


def enabled(application: bootstrap.Application, scope: Scope | None) -> list[bool]:
    assert scope is not None
    with application.database.unit_of_work() as uow:
        return [item.enabled for item in StyleRepository(uow).current(scope).preferences]


def post(browser: TestClient, address: str, **fields: str) -> int:
    token = form_token(browser.get("/feedback"))
    return int(browser.post(address, data={"csrf_token": token, **fields}).status_code)


def test_a_person_sees_and_switches_their_own_style(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    scope = person_scope(company.ae, Language.ES)
    give_style(application, scope)
    sign_in(browser, company.ae)
    shown = browser.get("/feedback").text
    assert "utilizar → usar" in shown
    assert "Mi estilo" in shown
    assert "Propuestas</h2>" not in shown
    assert post(browser, "/feedback/style/switch", **KEY, enabled="false") == 303
    assert enabled(application, scope) == [False]
    assert "Vale a partir del próximo borrador" in browser.get("/feedback").text
    assert post(browser, "/feedback/style/rollback", whose="person", language="es", version="1") == 303
    assert enabled(application, scope) == [True]
    assert post(browser, "/feedback/style/rollback", whose="person", language="es", version="7") == 422
    assert post(browser, "/feedback/style/switch", **(KEY | {"key": "wording:x>y"}), enabled="false") == 422
    assert browser.post("/feedback/style/switch", data=KEY | {"enabled": "true"}).status_code == 403


def test_a_member_mutes_what_the_manager_may_switch_off(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    shared = team_scope(company.ae, Language.ES)
    give_style(application, shared)
    sign_in(browser, company.ae)
    assert "No en mis borradores" in browser.get("/feedback").text
    assert post(browser, "/feedback/style/switch", **(KEY | {"whose": "team"}), enabled="false") == 403
    assert post(browser, "/feedback/style/mute", language="es", key=PREFERENCE.key) == 303
    assert enabled(application, person_scope(company.ae, Language.ES)) == [False]
    assert enabled(application, shared) == [True]
    browser.cookies.clear()
    sign_in(browser, company.manager)
    assert post(browser, "/feedback/style/switch", **(KEY | {"whose": "team"}), enabled="false") == 303
    assert enabled(application, shared) == [False]


@pytest.fixture
def proposal(application: bootstrap.Application) -> Proposal:
    with application.database.unit_of_work() as uow:
        made = Proposal(
            id="proposal_1",
            target=ProposalTarget.PROMPT,
            about="reason:too_long",
            draft_kind=DraftKind.BRIEF,
            language=Language.ES,
            items=("review_unseen",),
            people=2,
            created_at=uow.clock.now(),
        )
        assert ProposalRepository(uow).save(made)
    return made


def test_a_manager_decides_proposals(
    browser: TestClient, application: bootstrap.Application, company: Company, proposal: Proposal
) -> None:
    sign_in(browser, company.manager)
    shown = browser.get("/feedback").text
    assert "Motivo: demasiado largo" in shown
    assert "review_unseen" not in shown
    exported = browser.get(f"/feedback/proposals/{proposal.id}/text")
    assert "attachment" in exported.headers["content-disposition"]
    assert "reason:too_long" in exported.text
    assert post(browser, f"/feedback/proposals/{proposal.id}", accept="true", note="Sí") == 303
    assert post(browser, f"/feedback/proposals/{proposal.id}", accept="false") == 404
    with application.database.unit_of_work() as uow:
        assert ProposalRepository(uow).all()[0].state is ProposalState.ACCEPTED


def test_a_proposal_says_what_it_is_about_in_words(
    browser: TestClient, application: bootstrap.Application, company: Company, proposal: Proposal
) -> None:
    with application.database.unit_of_work() as uow:
        for number, topic in enumerate(("section:next_steps", "finding:grounding")):
            ProposalRepository(uow).save(proposal.model_copy(update={"id": f"proposal_x{number}", "about": topic}))
    sign_in(browser, company.manager)
    shown = browser.get("/feedback").text
    assert "Apartado: Próximos pasos propuestos" in shown
    assert "Aviso: " in shown


def test_others_do_not_decide_proposals(browser: TestClient, company: Company, proposal: Proposal) -> None:
    sign_in(browser, company.ae)
    assert post(browser, f"/feedback/proposals/{proposal.id}", accept="true") == 403
    assert browser.get(f"/feedback/proposals/{proposal.id}/text").status_code == 403


def test_every_code_on_the_page_has_a_word() -> None:
    assert page.KINDS.keys() == {item.value for item in PreferenceKind}
    assert page.CHANGES.keys() == {item.value for item in StyleChange}
    assert page.STATES.keys() == {item.value for item in ProposalState}
    assert page.TARGETS.keys() == {item.value for item in ProposalTarget}
    assert page.REASONS.keys() == TARGETS.keys()
