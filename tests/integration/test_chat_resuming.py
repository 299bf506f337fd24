"""A turn that is cut off anywhere is taken up again, and never files anything twice."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from copilot.clock import FixedClock
from copilot.domain.access import Viewer
from copilot.domain.conversation import Filed, Planned, Started, TurnState
from copilot.domain.drafts import DraftKind
from copilot.errors import Conflict, DatabaseUnavailable, ModelUnavailable
from copilot.store.chat import ChatRepository
from copilot.store.database import Database
from copilot.store.queue_pages import QueueFilters, QueuePages
from copilot.store.tables.chat import ChatTurnRow, CheckpointBlobRow, CheckpointRow, CheckpointWriteRow
from tests import approvals_builders as world
from tests.chat_builders import GOOD, Chat, finished, make_chat, sentences, turn_id_of
from tests.conftest import MakeUser
from tests.dying_process import dying_process

POINTS = 20
PARTS = ("plan", "read", "file", "filed", "write", "assemble", "verify", "submit", "submitted")
"""Everything that is handed in, in the order of its use; `filed` and `submitted` are inside the transaction."""
BEFORE = {"plan": 1, "read": 1, "file": 1, "filed": 1}


@pytest.fixture
def ana(make_user: MakeUser) -> Viewer:
    return make_user("Ana Prueba")


@pytest.fixture
def chat(database: Database, clock: FixedClock, ana: Viewer) -> Iterator[Chat]:
    world.add_account(database, owner=ana)
    made = make_chat(database, clock)
    yield made
    made.service.close()


def filed_kinds(database: Database, viewer: Viewer) -> list[DraftKind]:
    """Kinds of everything in the queue that the viewer sees."""
    with database.unit_of_work() as uow:
        page = QueuePages(uow).page(QueueFilters(), viewer=viewer, cursor=None, limit=200)
    return sorted(entry.item.kind for entry in page.entries)


def kept_checkpoints(database: Database) -> int:
    """Rows that the checkpointer keeps."""
    with database.unit_of_work() as uow:
        return sum(uow.session.query(table).count() for table in (CheckpointRow, CheckpointBlobRow, CheckpointWriteRow))


def fails_once(at: str, error: Exception) -> Callable[[str], None]:
    """Raises when a part is used for the first time."""
    left = [error]

    def fail(name: str) -> None:
        if name == at and left:
            raise left.pop()

    return fail


@pytest.mark.parametrize("at", PARTS)
def test_what_fails_is_taken_up_where_it_stopped(chat: Chat, ana: Viewer, at: str) -> None:
    chat.script.on_call = fails_once(at, ModelUnavailable("away"))
    thread = chat.start(ana)
    events = chat.ask(thread, "follow up with Aceros", ana)
    turn_id = turn_id_of(events)
    assert finished(events).state is TurnState.FAILED
    assert finished(events).text == "El modelo no responde ahora. Inténtelo de nuevo dentro de un momento."
    assert finished(chat.replay(turn_id, ana)).text == finished(events).text
    assert sentences(events) == []
    before = list(chat.script.calls)

    again = list(chat.service.resume(turn_id, viewer=ana))
    assert finished(again).state is TurnState.ANSWERED
    assert GOOD[0][0] in sentences(again)
    assert filed_kinds(chat.database, ana) == [DraftKind.BRIEF, DraftKind.CHAT_ANSWER]
    assert [event for event in again if isinstance(event, Planned | Filed)] == [
        event for event in chat.replay(turn_id, ana) if isinstance(event, Planned | Filed)
    ]
    # Planned once, filed once, whatever happened.
    assert chat.script.count("plan") == 1 + (at == "plan")
    assert chat.script.count("filed") == 1 + (at == "filed")
    done = {name for name in ("read", "write") if name in before and at != name}
    if at in {"verify", "submit", "submitted"}:
        assert done == {"read", "write"}
    assert kept_checkpoints(chat.database) == 0


@pytest.mark.parametrize("at", ["verify", "submit", "submitted"])
def test_what_a_model_wrote_is_not_written_again(chat: Chat, ana: Viewer, at: str) -> None:
    chat.script.writer = "model"
    chat.script.on_call = fails_once(at, DatabaseUnavailable("away"))
    turn_id = turn_id_of(chat.ask(chat.start(ana), "follow up with Aceros", ana))
    again = list(chat.service.resume(turn_id, viewer=ana))
    assert finished(again).state is TurnState.ANSWERED
    assert finished(again).suggestions == ("¿Y sus incidencias?",)
    assert (chat.script.count("write"), chat.script.count("read")) == (1, 1)
    with chat.database.unit_of_work() as uow:
        assert uow.session.get_one(ChatTurnRow, turn_id).draft is None


def test_an_unexpected_error_ends_the_turn_and_leaves_no_words(chat: Chat, ana: Viewer) -> None:
    chat.script.on_call = fails_once("read", ValueError("Marta Ruiz"))
    turn_id = turn_id_of(chat.ask(chat.start(ana), "¿Cuánto factura?", ana))
    assert chat.replay(turn_id, ana)[-1].type == "finished"
    assert kept_checkpoints(chat.database) == 0
    assert finished(list(chat.service.resume(turn_id, viewer=ana))).state is TurnState.ANSWERED


def test_a_turn_that_is_over_is_replayed(chat: Chat, ana: Viewer) -> None:
    turn_id = turn_id_of(chat.ask(chat.start(ana), "¿Cuánto factura?", ana))
    assert tuple(chat.service.resume(turn_id, viewer=ana)) == chat.replay(turn_id, ana)
    assert len(filed_kinds(chat.database, ana)) == 1


def test_only_the_last_turn_is_taken_up(chat: Chat, ana: Viewer) -> None:
    chat.script.on_call = fails_once("read", ModelUnavailable("away"))
    thread = chat.start(ana)
    turn_id = turn_id_of(chat.ask(thread, "¿Cuánto factura?", ana))
    chat.ask(thread, "¿Y cuándo renueva?", ana)
    with pytest.raises(Conflict):
        chat.service.resume(turn_id, viewer=ana)


def test_nobody_takes_up_what_is_being_worked_on(chat: Chat, ana: Viewer) -> None:
    thread, seen = chat.start(ana), []

    def look(name: str) -> None:
        if name == "write":
            turn_id = chat.last_turn(thread, ana).id
            with pytest.raises(Conflict):
                chat.service.resume(turn_id, viewer=ana)
            seen.append(chat.replay(turn_id, ana))

    chat.script.on_call = look
    chat.ask(thread, "¿Cuánto factura?", ana)
    (replayed,) = seen
    assert [type(event) for event in replayed] == [Started, Planned]


@pytest.mark.parametrize("at", ["read", "file", "filed", "write", "verify", "submit", "submitted"])
def test_a_run_that_was_taken_over_files_nothing_more(chat: Chat, ana: Viewer, at: str) -> None:
    """A process that slept through its lease wakes up after another one finished its work."""
    thread = chat.start(ana)
    first: list[str] = []

    def sleep_through(name: str) -> None:
        if name == at and not first:
            first.append(chat.last_turn(thread, ana).id)
            chat.leave()
            other = make_chat(chat.database, chat.clock)
            assert finished(list(other.service.resume(first[0], viewer=ana))).state is TurnState.ANSWERED
            other.service.close()

    if at in {"filed", "submit", "submitted"}:
        # Inside the transaction that files: the other one would wait for it, and it for the other.
        chat.script.on_call = lambda name: chat.leave() if name == at else None
    else:
        chat.script.on_call = sleep_through
    events = chat.ask(thread, "follow up with Aceros", ana)
    assert finished(events).state is TurnState.ANSWERED
    assert filed_kinds(chat.database, ana) == [DraftKind.BRIEF, DraftKind.CHAT_ANSWER]


def test_an_abandoned_turn_gives_way_to_the_next_question(chat: Chat, ana: Viewer) -> None:
    thread = chat.start(ana)
    with chat.database.unit_of_work() as uow:
        ChatRepository(uow).ask(thread.id, "¿?", alive_until=chat.clock.now())
    chat.leave()
    assert finished(chat.ask(thread, "¿Cuánto factura?", ana)).state is TurnState.ANSWERED
    states = [turn.state for turn in chat.thread(thread, ana).turns]
    assert states == [TurnState.FAILED, TurnState.ANSWERED]


def test_the_work_goes_on_when_nobody_watches(chat: Chat, ana: Viewer) -> None:
    thread = chat.start(ana)
    events = chat.service.ask(thread.id, "¿Cuánto factura?", viewer=ana)
    first = next(events)
    del events
    assert isinstance(first, Started)
    chat.wait_for(thread, ana)
    assert chat.last_turn(thread, ana).state is TurnState.ANSWERED


@contextmanager
def dying(database: Database, viewer: Viewer) -> Iterator[Callable[..., dict[str, Any]]]:
    """Answers questions in processes that die."""
    common = {
        "url": database.url,
        "viewer": viewer.model_dump(mode="json"),
        "message": "follow up with Aceros",
    }
    with dying_process("tests.chat_killed_turn") as run:
        yield lambda thread_id, *, die_at, writer: run(
            common | {"thread": thread_id, "die_at": die_at, "writer": writer}
        )


@pytest.mark.skipif(sys.platform == "win32", reason="no fork and no SIGKILL there")
@pytest.mark.parametrize("writer", ["offline", "model"])
def test_kill_at_many_points_of_a_turn(chat: Chat, ana: Viewer, writer: str) -> None:
    chat.script.writer = writer
    with dying(chat.database, ana) as ask:
        whole = ask(chat.start(ana).id, die_at=0, writer=writer)
        assert not whole["killed"]
        threads = [chat.start(ana) for _ in range(POINTS)]
        steps = [1 + number * (whole["lines"] - 1) // (POINTS - 1) for number in range(POINTS)]
        deaths = [ask(thread.id, die_at=step, writer=writer) for thread, step in zip(threads, steps, strict=True)]
    assert sum(death["killed"] for death in deaths) >= POINTS - 2

    chat.leave()
    states = []
    for thread in threads:
        turn = chat.last_turn(thread, ana)
        states.append(turn.state)
        events = list(chat.service.resume(turn.id, viewer=ana))
        assert finished(events).state is TurnState.ANSWERED
        assert GOOD[0][0] in sentences(events)
        assert len(chat.last_turn(thread, ana).filed_item_ids) == 1
    # Some died before the end, some between the end and the last line.
    assert {TurnState.RUNNING, TurnState.ANSWERED} == set(states)
    kinds = filed_kinds(chat.database, ana)
    assert kinds == [DraftKind.BRIEF] * (POINTS + 1) + [DraftKind.CHAT_ANSWER] * (POINTS + 1)
