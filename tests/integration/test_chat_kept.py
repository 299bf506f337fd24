"""What a conversation keeps and shows later: no secret, no name lost from sight, no draft that is of no use."""

from collections.abc import Iterator

import pytest

from copilot.clock import FixedClock
from copilot.domain.access import Viewer
from copilot.domain.conversation import Filed, TurnState
from copilot.store.database import Database
from copilot.store.tables.chat import ChatTurnRow
from copilot.store.tables.records import AccountRow
from tests import approvals_builders as world
from tests.chat_builders import Chat, finished, make_chat, turn_id_of
from tests.conftest import MakeUser


@pytest.fixture
def ana(make_user: MakeUser) -> Viewer:
    return make_user("Ana Prueba")


@pytest.fixture
def chat(database: Database, clock: FixedClock, ana: Viewer) -> Iterator[Chat]:
    world.add_account(database, owner=ana)
    made = make_chat(database, clock)
    yield made
    made.service.close()


@pytest.mark.parametrize(
    ("message", "secret"),
    [
        ("mi contraseña: Hunter2-Secreta!9 ¿qué hay de Aceros?", "Hunter2"),
        ("clave sk-proj-AbCdEf1234567890GhIjKlMnOpQrStUvWxYz", "sk-proj-AbCdEf"),
    ],
    ids=["password", "key"],
)
def test_a_secret_is_kept_in_no_message_and_no_title(chat: Chat, ana: Viewer, message: str, secret: str) -> None:
    thread = chat.start(ana)
    assert finished(chat.ask(thread, message, ana)).state is TurnState.REFUSED
    kept = chat.thread(thread, ana)
    assert kept.title
    assert secret not in repr(kept)


def test_a_thread_has_no_title_before_its_question_was_looked_at(chat: Chat, ana: Viewer) -> None:
    titles: list[str] = []
    thread = chat.start(ana)
    chat.script.on_call = lambda name: titles.append(chat.thread(thread, ana).title) if name == "plan" else None
    chat.ask(thread, "¿Cuánto factura?", ana)
    assert titles == [""]
    assert chat.thread(thread, ana).title == "¿Cuánto factura?"


@pytest.mark.parametrize("message", ["which one", "brief x", "follow x"], ids=["candidates", "plan", "filed"])
def test_a_name_that_was_lost_from_sight_is_not_told_again(chat: Chat, ana: Viewer, message: str) -> None:
    thread = chat.start(ana)
    events = chat.ask(thread, message, ana)
    assert "Aceros Tormes" in repr(events)
    with chat.database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, world.ACCOUNT).owner_email = "otra@tramontia.example"
    again = chat.replay(turn_id_of(events), ana)
    assert "Aceros Tormes" not in repr(again)
    assert "Aceros Tormes" not in repr(chat.thread(thread, ana))
    assert not [event for event in again if isinstance(event, Filed)]


def test_what_a_failed_turn_kept_to_go_on_with_goes_with_the_next_question(chat: Chat, ana: Viewer) -> None:
    def fail(name: str) -> None:
        if name == "verify":
            raise RuntimeError("stopped")

    chat.script.writer, chat.script.on_call = "model", fail
    thread = chat.start(ana)
    failed = turn_id_of(chat.ask(thread, "follow x", ana))
    with chat.database.unit_of_work() as uow:
        before = uow.session.get_one(ChatTurnRow, failed)
        assert before.draft is not None
        assert "He preparado un borrador" in repr(before.filed)
    chat.script.on_call = lambda _name: None
    chat.ask(thread, "no", ana)
    with chat.database.unit_of_work() as uow:
        after = uow.session.get_one(ChatTurnRow, failed)
        assert after.draft is None
        assert "He preparado un borrador" not in repr(after.filed)
        assert [len(step["filed"]) for step in after.filed] == [1]


def test_reasons_of_a_held_answer_do_not_quote_it(chat: Chat, ana: Viewer) -> None:
    words = "Escriba a pedro.secreto@otra.example y pague 99.000 € el 3 de enero, prometido."
    chat.script.lines = ((words, (world.ARR,)),)
    held = finished(chat.ask(chat.start(ana), "brief x", ana))
    assert held.state is TurnState.HELD
    assert "El importe «…» no aparece en las fuentes citadas." in held.reasons
    for word in ("secreto", "99", "enero", "prometido"):
        assert word not in " ".join(held.reasons)
