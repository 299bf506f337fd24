"""A follow-up in the queue: written again as a colleague asked, with its attachments; and drafted from the chat."""

from collections.abc import Iterator
from datetime import date

import pytest

from copilot.approvals.feedback.styles import person_scope
from copilot.domain.access import Viewer
from copilot.domain.drafts import Draft
from copilot.domain.language import Language
from copilot.domain.plans import FollowUpStep
from copilot.domain.rendering_email import plain_text
from copilot.domain.review_items import ReviewItem, Verdict
from copilot.domain.style import Preference, PreferenceKind, StyleChange
from copilot.store import embedded
from copilot.store.drafts import DraftRepository
from copilot.store.style import StyleRepository
from copilot.workflows.chat.contract import Found, Scene
from copilot.workflows.follow_up.step import FollowUpSteps
from tests.approvals_builders import decision
from tests.follow_up_builders import Demo, demo

SOURCE = "clinicas-bahia-serena/2026-11-10-saml-con-sistemas.txt"
FILES = {"anexo.pdf": b"%PDF-1.7 anexo"}


@pytest.fixture(scope="module")
def world(server: embedded.EmbeddedAddresses) -> Iterator[Demo]:
    with demo(server) as made:
        yield made


@pytest.fixture(scope="module")
def people(world: Demo) -> dict[str, Viewer]:
    with world.application.database.unit_of_work() as uow:
        names = ("lucia.ferrer", "marta.solano", "tom.whitlock")
        return {name: world.application.people.viewer_by_email(f"{name}@tramontia.example", uow=uow) for name in names}


def filed(world: Demo, viewer: Viewer) -> ReviewItem:
    account_id, document = world.source(SOURCE)
    with world.application.database.unit_of_work() as uow:
        return world.application.follow_ups.run(
            account_id, viewer=viewer, language=None, uow=uow, document_id=document.id, attachments=FILES
        ).item


def again(world: Demo, item: ReviewItem, request: str, people: dict[str, Viewer]) -> tuple[Draft, dict[str, bytes]]:
    """Send it back with a request, have it drafted again, and read the new version and its bytes."""
    marta, lucia = people["marta.solano"], people["lucia.ferrer"]
    approvals = world.application.approvals
    with world.application.database.unit_of_work() as uow:
        asked = decision(item, marta, verdict=Verdict.REQUEST_CHANGES, comment=request)
        approvals.decide(item.id, asked, viewer=marta, uow=uow)
    with world.application.database.unit_of_work() as uow:
        new = world.application.redraft.run(item.id, viewer=lucia, uow=uow)
        drafts = DraftRepository(uow)
        return drafts.version(new.draft_id, new.version).draft, drafts.deliverables(new.draft_id, new.version)


def test_a_change_request_changes_tone_and_parts_and_keeps_people_thread_and_attachments(
    world: Demo, people: dict[str, Viewer]
) -> None:
    item = filed(world, people["lucia.ferrer"])
    draft, files = again(world, item, "Más cálido, de usted. Quita el siguiente paso; menciona el precio", people)
    text = plain_text(draft)
    assert text.startswith("Muy buenos días, Lourdes:")
    assert "De su parte queda:" in text
    assert "siguiente paso" not in text
    assert any("menciona el precio" in note for note in draft.provenance.notes)
    assert draft.email is not None
    assert [box.name for box in draft.email.to] == ["Lourdes Pinazo Vera"]
    assert [attached.name for attached in draft.email.attachments] == ["anexo.pdf"]
    assert files["attachments/anexo.pdf"] == FILES["anexo.pdf"]
    assert b"anexo.pdf" in files["message.eml"]
    assert draft.provenance.parameters["redraft_of"] == item.id


def test_a_tone_asked_for_before_stays_until_another_is_asked_for(world: Demo, people: dict[str, Viewer]) -> None:
    account_id, document = world.source(SOURCE)
    with world.application.database.unit_of_work() as uow:
        first = world.application.follow_ups.run(
            account_id, viewer=people["lucia.ferrer"], language=Language.EN, uow=uow, document_id=document.id,
        ).draft  # fmt: skip
        shorter = world.application.follow_ups.draft_again(
            first, instruction="Make it shorter", viewer=people["lucia.ferrer"], uow=uow
        )
        formal = world.application.follow_ups.draft_again(
            shorter, instruction="more formal", viewer=people["lucia.ferrer"], uow=uow
        )
        uow.session.rollback()
    assert {item.language for item in (first, shorter, formal)} == {Language.EN}
    assert formal.provenance.parameters["variant"] == "shorter"
    assert formal.provenance.parameters["register"] == "formal"
    assert plain_text(formal).startswith("Dear Lourdes,")


def test_a_learnt_style_goes_into_a_follow_up(world: Demo, people: dict[str, Viewer]) -> None:
    lucia = people["lucia.ferrer"]
    wanted = Preference(kind=PreferenceKind.SIGN_OFF, before="un saludo", after="un abrazo")
    account_id, document = world.source(SOURCE)
    with world.application.database.unit_of_work() as uow:
        styles = StyleRepository(uow)
        style = styles.current(person_scope(lucia, Language.ES))
        styles.add(style, (wanted,), change=StyleChange.SWITCHED, made_by=lucia.user_id)
        draft = world.application.follow_ups.run(
            account_id, viewer=lucia, language=None, uow=uow, document_id=document.id
        ).draft
        uow.session.rollback()
    assert "Un abrazo," in plain_text(draft)
    assert "sign_off" in draft.provenance.parameters["style_applied"]


def run_step(world: Demo, viewer: Viewer, account_id: str, request: str) -> Found:
    step = FollowUpStep(account_id=account_id, request=request)
    with world.application.database.unit_of_work() as uow:
        scene = Scene(
            viewer=viewer, uow=uow, today=date(2026, 11, 16), language=Language(viewer.language), message=request
        )
        found = FollowUpSteps(world.application.follow_ups).run_step(step, scene)
        if found.filed:
            view = world.application.approvals.get(found.filed[0].item_id, viewer=viewer, uow=uow)
            assert view.draft.email is not None
            assert {box.name.split()[0] for box in view.draft.email.to} <= set(found.lines[0].text.split())
        uow.session.rollback()
    return found


def test_the_chat_files_a_draft_and_sends_nothing(world: Demo, people: dict[str, Viewer]) -> None:
    account_id, _ = world.source(SOURCE)
    found = run_step(world, people["lucia.ferrer"], account_id, "Escribe un seguimiento a Lourdes, más corto")
    assert found.by_rules
    assert len(found.filed) == 1
    assert "no se ha enviado nada" in found.lines[0].text
    assert found.lines[0].uncited_reason


def test_the_chat_says_whom_it_could_write_to_when_that_is_not_certain(world: Demo, people: dict[str, Viewer]) -> None:
    account_id, _ = world.source("naviera-costa-clara/2026-06-12-no-renovacion.eml")
    found = run_step(world, world.admin, account_id, "Draft a follow-up on the aviso de no renovación email")
    assert not found.filed
    assert found.nothing
    assert "Héctor" in found.lines[0].text
