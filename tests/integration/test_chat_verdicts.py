"""Accepting, correcting and reporting an answer, and what its asker sees afterwards."""

from collections.abc import Iterator

import pytest

from copilot.approvals.chat_rules import ChatRules
from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.conversation import Turn, TurnState, Verdict
from copilot.domain.review_items import ReviewState
from copilot.domain.review_items import Verdict as Decided
from copilot.errors import Conflict, InputError, NotAllowed, NotFound
from copilot.store.audit import AuditLog
from copilot.store.database import Database
from copilot.store.review_comments import CommentRepository
from copilot.store.tables.records import AccountRow
from tests import approvals_builders as world
from tests.chat_builders import GOOD, WRONG, Chat, finished, item_of, make_chat, sentences, turn_id_of, with_rules
from tests.conftest import MakeUser

BETTER = "La cuenta factura 84.000 € cada año."


@pytest.fixture
def ana(make_user: MakeUser) -> Viewer:
    return make_user("Ana Prueba")


@pytest.fixture
def manager(make_user: MakeUser) -> Viewer:
    return make_user("Mar Jefa", role=Role.MANAGER)


@pytest.fixture
def chat(database: Database, clock: FixedClock, ana: Viewer) -> Iterator[Chat]:
    world.add_account(database, owner=ana)
    made = make_chat(database, clock)
    yield made
    made.service.close()


def answered(chat: Chat, viewer: Viewer) -> Turn:
    """A question that was answered, or held."""
    thread = chat.start(viewer)
    chat.ask(thread, "¿Cuánto factura?", viewer)
    return chat.last_turn(thread, viewer)


def read(chat: Chat, turn: Turn, viewer: Viewer) -> str:
    """The digest of what is shown."""
    return finished(chat.replay(turn.id, viewer)).digest


def accept(chat: Chat, turn: Turn, viewer: Viewer, *, digest: str | None = None) -> Turn:
    seen = read(chat, turn, viewer) if digest is None else digest
    with chat.database.unit_of_work() as uow:
        return chat.service.accept(turn.id, digest=seen, viewer=viewer, uow=uow)


def correct(chat: Chat, turn: Turn, text: str, viewer: Viewer, *, digest: str | None = None) -> Turn:
    seen = read(chat, turn, viewer) if digest is None else digest
    with chat.database.unit_of_work() as uow:
        return chat.service.correct(turn.id, {"brief.1": text}, digest=seen, viewer=viewer, uow=uow)


def report(chat: Chat, turn: Turn, viewer: Viewer, reason: str = "Esa cifra es de 2025.") -> Turn:
    with chat.database.unit_of_work() as uow:
        return chat.service.report(turn.id, reason, viewer=viewer, uow=uow)


def events_about(chat: Chat, item_id: str | None) -> list[str]:
    with chat.database.unit_of_work() as uow:
        return [event.action for event in AuditLog(uow).about(f"review_item:{item_id}")]


def test_accepting_is_the_askers_approval_and_once(chat: Chat, ana: Viewer) -> None:
    turn = answered(chat, ana)
    for _ in range(2):
        assert accept(chat, turn, ana).verdict is Verdict.ACCEPTED
    item = item_of(chat, turn.item_id)
    assert (item.state, item.decided_by) == (ReviewState.APPROVED, ana.user_id)
    assert events_about(chat, turn.item_id) == ["review.submitted", "review.voted", "review.approved"]
    last = finished(chat.replay(turn.id, ana))
    assert not last.unreviewed
    assert last.notes == ()


def test_what_somebody_else_approved_is_accepted_without_another_vote(chat: Chat, ana: Viewer, manager: Viewer) -> None:
    turn = answered(chat, ana)
    world.approve(chat.database, item_of(chat, turn.item_id), viewer=manager)
    assert accept(chat, turn, ana).verdict is Verdict.ACCEPTED
    assert item_of(chat, turn.item_id).decided_by == manager.user_id


def test_a_held_answer_cannot_be_accepted_unread(chat: Chat, ana: Viewer) -> None:
    chat.script.lines = WRONG
    turn = answered(chat, ana)
    assert turn.state is TurnState.HELD
    with pytest.raises(NotFound):
        accept(chat, turn, ana)
    with pytest.raises(NotFound):
        correct(chat, turn, BETTER, ana)


def test_policy_may_show_what_the_asker_may_not_approve(chat: Chat, ana: Viewer) -> None:
    chat.script.lines = (("El mes pasado hubo 84.000 € y quizás https://ejemplo.example/x ayude.", (world.ARR,)),)
    lenient = with_rules(chat, ChatRules.model_validate({"show_at_once": ["low", "medium"]}))
    turn = answered(lenient, ana)
    if item_of(chat, turn.item_id).risk.value != "medium":
        pytest.skip("the guardrails weigh it otherwise now")
    assert turn.state is TurnState.ANSWERED
    with pytest.raises(NotAllowed):
        accept(lenient, turn, ana)


def test_a_correction_is_a_new_version_and_is_shown(chat: Chat, ana: Viewer) -> None:
    turn = answered(chat, ana)
    for _ in range(2):
        corrected = correct(chat, turn, BETTER, ana)
        assert corrected.verdict is Verdict.CORRECTED
    assert corrected.item_id != turn.item_id
    assert item_of(chat, corrected.item_id).version == 2
    assert item_of(chat, turn.item_id).state is ReviewState.SUPERSEDED
    shown = chat.replay(turn.id, ana)
    assert sentences(shown) == [BETTER]
    assert finished(shown).item_id == corrected.item_id


def test_a_correction_that_is_risky_waits_and_the_answer_stays(chat: Chat, ana: Viewer, manager: Viewer) -> None:
    turn = answered(chat, ana)
    corrected = correct(chat, turn, WRONG[0][0], ana)
    shown = chat.replay(turn.id, ana)
    assert sentences(shown) == [GOOD[0][0]]
    assert "Hay una versión corregida que espera revisión; esta es la anterior." in finished(shown).notes
    world.approve(chat.database, item_of(chat, corrected.item_id), viewer=manager, accepted=("brief.1",))
    assert sentences(chat.replay(turn.id, ana)) == [WRONG[0][0]]


def test_what_a_reviewer_edits_and_approves_takes_its_place(chat: Chat, ana: Viewer, manager: Viewer) -> None:
    chat.script.lines = WRONG
    turn = answered(chat, ana)
    held = item_of(chat, turn.item_id)
    with chat.database.unit_of_work() as uow:
        edited = chat.approvals.edit(held.id, {"brief.1": BETTER}, digest=held.digest, viewer=manager, uow=uow)
    assert sentences(chat.replay(turn.id, ana)) == [BETTER]
    assert finished(chat.replay(turn.id, ana)).item_id == edited.id


def test_a_correction_that_changes_nothing_or_names_nothing(chat: Chat, ana: Viewer) -> None:
    turn = answered(chat, ana)
    with pytest.raises(InputError):
        correct(chat, turn, GOOD[0][0], ana)
    with chat.database.unit_of_work() as uow, pytest.raises(InputError):
        chat.service.correct(turn.id, {"nowhere.1": "x"}, digest=read(chat, turn, ana), viewer=ana, uow=uow)


def test_what_was_accepted_and_is_leaving_is_not_corrected(chat: Chat, ana: Viewer) -> None:
    turn = answered(chat, ana)
    accept(chat, turn, ana)
    with pytest.raises(Conflict):
        correct(chat, turn, BETTER, ana)


def test_what_was_not_read_is_neither_accepted_nor_corrected(chat: Chat, ana: Viewer, manager: Viewer) -> None:
    turn = answered(chat, ana)
    seen = read(chat, turn, ana)
    item = item_of(chat, turn.item_id)
    with chat.database.unit_of_work() as uow:
        edited = chat.approvals.edit(item.id, {"brief.1": BETTER}, digest=item.digest, viewer=manager, uow=uow)
    for act in (accept, lambda *_, digest: correct(chat, turn, "La cuenta factura 84.000 € hoy.", ana, digest=digest)):
        with pytest.raises(Conflict, match="ha cambiado desde que usted la leyó"):
            act(chat, turn, ana, digest=seen)
    assert item_of(chat, edited.id).state not in {ReviewState.APPROVED, ReviewState.SUPERSEDED}
    assert accept(chat, turn, ana).verdict is Verdict.ACCEPTED


def test_reporting_sends_it_back_with_the_reason_and_tells_in_the_chain(chat: Chat, ana: Viewer) -> None:
    turn = answered(chat, ana)
    for _ in range(2):
        assert report(chat, turn, ana).verdict is Verdict.REPORTED
    item = item_of(chat, turn.item_id)
    assert (item.state, item.comment) == (ReviewState.CHANGES_REQUESTED, "Esa cifra es de 2025.")
    assert events_about(chat, turn.item_id) == ["review.submitted", "review.changes_requested", "chat.reported"]
    shown = chat.replay(turn.id, ana)
    assert sentences(shown) == [GOOD[0][0]]
    assert any("objeción" in note for note in finished(shown).notes)


@pytest.mark.parametrize("held", [False, True], ids=["approved", "held"])
def test_reporting_works_where_the_asker_may_not_decide(
    chat: Chat, ana: Viewer, manager: Viewer, *, held: bool
) -> None:
    chat.script.lines = WRONG if held else GOOD
    turn = answered(chat, ana)
    if not held:
        world.approve(chat.database, item_of(chat, turn.item_id), viewer=manager)
    assert report(chat, turn, ana).verdict is Verdict.REPORTED
    assert "chat.reported" in events_about(chat, turn.item_id)
    with chat.database.unit_of_work() as uow:
        comments = CommentRepository(uow).on_items([turn.item_id or ""])
    assert [comment.text for comment in comments] == ["Esa cifra es de 2025."]


def test_reporting_works_for_what_may_no_longer_be_seen(chat: Chat, ana: Viewer) -> None:
    turn = answered(chat, ana)
    with chat.database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, world.ACCOUNT).owner_email = "otra@tramontia.example"
    shown = chat.replay(turn.id, ana)
    assert sentences(shown) == []
    assert finished(shown).text == "Ya no puede ver algo de lo que cita esta respuesta, así que no se muestra."
    assert report(chat, turn, ana).verdict is Verdict.REPORTED
    assert "chat.reported" in events_about(chat, turn.item_id)


def test_reporting_needs_a_reason_and_an_answer(chat: Chat, ana: Viewer) -> None:
    turn = answered(chat, ana)
    with pytest.raises(InputError):
        report(chat, turn, ana, reason="  ")
    thread = chat.start(ana)
    chat.ask(thread, "no", ana)
    with pytest.raises(Conflict):
        report(chat, chat.last_turn(thread, ana), ana)


def test_a_rejected_answer_stays_and_says_so(chat: Chat, ana: Viewer, manager: Viewer) -> None:
    thread = chat.start(ana)
    turn_id = turn_id_of(chat.ask(thread, "¿Cuánto factura?", ana))
    item = item_of(chat, chat.last_turn(thread, ana).item_id)
    rejected = world.decision(item, manager, verdict=Decided.REJECT, comment="No.")
    with chat.database.unit_of_work() as uow:
        chat.approvals.decide(item.id, rejected, viewer=manager, uow=uow)
    shown = chat.replay(turn_id, ana)
    assert sentences(shown) == [GOOD[0][0]]
    assert "Quien la revisó la rechazó: no se apoye en ella." in finished(shown).notes


def test_a_stricter_policy_takes_back_nothing_that_was_shown_and_shows_nothing_held(chat: Chat, ana: Viewer) -> None:
    shown = answered(chat, ana)
    chat.script.lines = WRONG
    held = answered(chat, ana)
    strict = with_rules(chat, ChatRules(show_at_once=()))
    assert sentences(strict.replay(shown.id, ana)) == [GOOD[0][0]]
    assert finished(strict.replay(shown.id, ana)).unreviewed
    assert sentences(strict.replay(held.id, ana)) == []
    chat.script.lines = GOOD
    assert answered(strict, ana).state is TurnState.HELD


def test_a_stricter_policy_takes_back_no_correction_that_was_shown(chat: Chat, ana: Viewer) -> None:
    turn = answered(chat, ana)
    corrected = correct(chat, turn, BETTER, ana)
    assert events_about(chat, corrected.item_id) == ["review.edited", "chat.corrected"]
    strict = with_rules(chat, ChatRules(show_at_once=()))
    shown = strict.replay(turn.id, ana)
    assert sentences(shown) == [BETTER]
    assert finished(shown).item_id == corrected.item_id
    assert finished(shown).unreviewed


def test_a_correction_that_was_never_shown_is_not_shown_by_a_stricter_policy(chat: Chat, ana: Viewer) -> None:
    turn = answered(chat, ana)
    correct(chat, turn, WRONG[0][0], ana)
    strict = with_rules(chat, ChatRules(show_at_once=()))
    assert sentences(strict.replay(turn.id, ana)) == [GOOD[0][0]]
    later = answered(chat, ana)
    correct(strict, later, BETTER, ana)
    assert sentences(strict.replay(later.id, ana)) == [GOOD[0][0]]


def test_a_held_answer_that_was_rejected_is_never_shown(chat: Chat, ana: Viewer, manager: Viewer) -> None:
    chat.script.lines = WRONG
    turn = answered(chat, ana)
    item = item_of(chat, turn.item_id)
    rejected = world.decision(item, manager, verdict=Decided.REJECT, comment="No.")
    with chat.database.unit_of_work() as uow:
        chat.approvals.decide(item.id, rejected, viewer=manager, uow=uow)
    shown = chat.replay(turn.id, ana)
    assert sentences(shown) == []
    assert finished(shown).text == "Quien la revisó la rechazó: no se apoye en ella."
