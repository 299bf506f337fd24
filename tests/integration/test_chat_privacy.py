"""Conversations and the places of their turns are found, exported, overwritten and let go like everything else."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from copilot import bootstrap
from copilot.clock import FixedClock
from copilot.domain.access import Viewer
from copilot.domain.conversation import Thread, TurnState
from copilot.errors import ModelUnavailable
from copilot.guardrails.policy import default_guardrail_policy
from copilot.guardrails.retention_policy import RetentionRules
from copilot.privacy.retention import let_go
from copilot.settings import Settings
from copilot.store.database import Database
from copilot.store.tables.chat import CheckpointRow, CheckpointWriteRow
from tests import approvals_builders as world
from tests import privacy_company as company
from tests.chat_builders import Chat, finished, item_of, make_chat
from tests.conftest import MakeUser

People = tuple[Viewer, Viewer, Viewer]
MESSAGE = "search ¿Qué pidió Begoña Arrieta Salvo (begona.arrieta@tormes.example)?"


@pytest.fixture
def people(make_user: MakeUser) -> People:
    return company.people(make_user)


@pytest.fixture
def application(database: Database, data_dir: Path, tmp_path: Path, people: People) -> bootstrap.Application:
    application = bootstrap.assemble(Settings(data_dir=data_dir, embedding_model="none"), database=database)
    company.write_export(tmp_path / "export", owner=people[0].email)
    company.import_export(tmp_path / "export", application)
    return application


@pytest.fixture
def chat(application: bootstrap.Application, clock: FixedClock, people: People) -> Iterator[Chat]:
    world.add_account(application.database, owner=people[0])
    made = make_chat(application.database, clock)
    yield made
    made.service.close()


def asked(chat: Chat, viewer: Viewer, *, stopped: bool) -> Thread:
    """A conversation about the person: answered, or stopped with an answer that a model wrote."""

    def stop(name: str) -> None:
        if name == "verify":
            raise ModelUnavailable("away")

    chat.script.writer = "model"
    chat.script.on_call = stop if stopped else lambda _name: None
    thread = chat.start(viewer)
    state = finished(chat.ask(thread, MESSAGE, viewer)).state
    assert (state is TurnState.FAILED) is stopped
    return thread


def test_a_person_is_found_in_and_erased_from_conversations(
    application: bootstrap.Application, chat: Chat, people: People
) -> None:
    owner, _, admin = people
    answered = asked(chat, owner, stopped=False)
    stopped = asked(chat, owner, stopped=True)
    places = {place.partition(".")[0] for place in company.where_named(company.everything_held(chat.database))}
    assert places >= {"chat_threads", "chat_turns", "review_items"}
    assert not places & {"checkpoints", "checkpoint_blobs", "checkpoint_writes"}
    with chat.database.unit_of_work() as uow:
        held = application.privacy.find(company.EMAIL, viewer=admin, uow=uow)
        assert held.counts["chat_turns"] == 2
        assert any(MESSAGE in texts for item in held.items for texts in item.fields.values())
    company.erase(application.privacy, company.EMAIL, viewer=admin, database=chat.database)
    assert company.where_named(company.everything_held(chat.database)) == []

    for thread in (answered, stopped):
        assert "¿Qué pidió" in chat.thread(thread, owner).turns[0].message
    chat.script.on_call = lambda _name: None
    turn = chat.last_turn(stopped, owner)
    assert finished(list(chat.service.resume(turn.id, viewer=owner))).state in {TurnState.ANSWERED, TurnState.HELD}
    assert company.where_named(company.everything_held(chat.database)) == []


def test_words_that_an_error_left_in_a_checkpoint_go_with_the_person(
    application: bootstrap.Application, chat: Chat, people: People
) -> None:
    owner, _, admin = people
    thread = asked(chat, owner, stopped=True)
    turn = chat.last_turn(thread, owner)
    with chat.database.unit_of_work() as uow:
        some = uow.session.query(CheckpointWriteRow).filter_by(thread_id=turn.id).first()
        assert some is not None
        some.blob = b"\xa5ValueError: Bego\xc3\xb1a Arrieta Salvo\x00"
    company.erase(application.privacy, company.EMAIL, viewer=admin, database=chat.database)
    assert company.where_named(company.everything_held(chat.database)) == []


def let_go_after(chat: Chat, days: int, rules: RetentionRules) -> int:
    chat.clock.instant += timedelta(days=days)
    with chat.database.unit_of_work() as uow:
        return let_go(rules, uow=uow)


@pytest.mark.usefixtures("every_level_is_logged")
def test_conversations_go_after_their_time_and_what_they_filed_stays(chat: Chat, people: People) -> None:
    owner = people[0]
    thread = asked(chat, owner, stopped=False)
    item_id = chat.last_turn(thread, owner).item_id
    assert let_go_after(chat, 365, RetentionRules()) == 0
    before = company.everything_held(chat.database)
    with capture_logs() as logs:
        assert let_go_after(chat, 1, RetentionRules()) == 1
    assert [line["conversations"] for line in logs if line["event"] == "privacy.let_go"] == [1]
    with chat.database.unit_of_work() as uow:
        assert chat.service.threads(viewer=owner, uow=uow) == ()
    assert item_of(chat, item_id).requester_id == owner.user_id
    after = company.everything_held(chat.database)
    changed = {table for table, rows in before.items() if after[table] != rows}
    assert changed == {"chat_threads", "chat_turns", "audit_events"}
    # One event tells that it happened; those before it stay.
    assert len(after["audit_events"]) == len(before["audit_events"]) + 1
    assert all(event in after["audit_events"] for event in before["audit_events"])


def test_as_many_conversations_go_as_are_counted_and_0_days_keep_them(chat: Chat, people: People) -> None:
    owner = people[0]
    for _ in range(3):
        asked(chat, owner, stopped=False)
    assert let_go_after(chat, 4000, RetentionRules(conversation_days=0)) == 0
    assert len(company.everything_held(chat.database)["chat_threads"]) == 3
    assert let_go_after(chat, 0, default_guardrail_policy().retention) == 3
    assert company.everything_held(chat.database)["chat_threads"] == []


def test_a_conversation_that_goes_on_is_kept(chat: Chat, people: People) -> None:
    owner = people[0]
    thread = asked(chat, owner, stopped=False)
    chat.clock.instant += timedelta(days=29)
    chat.ask(thread, "¿Y cuánto factura?", owner)
    assert let_go_after(chat, 29, RetentionRules(conversation_days=30)) == 0
    assert len(chat.thread(thread, owner).turns) == 2


def test_places_of_turns_that_nobody_took_up_are_forgotten(chat: Chat, people: People) -> None:
    owner = people[0]
    thread = asked(chat, owner, stopped=True)
    assert let_go_after(chat, 0, RetentionRules()) == 0
    assert let_go_after(chat, 2, RetentionRules()) == 1
    with chat.database.unit_of_work() as uow:
        assert uow.session.query(CheckpointRow).count() == 0
    chat.script.on_call = lambda _name: None
    turn = chat.last_turn(thread, owner)
    assert finished(list(chat.service.resume(turn.id, viewer=owner))).state in {TurnState.ANSWERED, TurnState.HELD}
