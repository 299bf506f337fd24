"""`sales-copilot chat` as its users run it: one question, the prompt with its commands, JSON for programs."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from copilot.cli import acting, chat, chat_view
from copilot.cli.chat_words import ALIASES, TEXTS
from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.conversation import TurnEvent, TurnState, Verdict
from copilot.store.database import Database
from copilot.store.tables.records import AccountRow
from tests import approvals_builders as world
from tests.chat_builders import GOOD, WRONG, Chat, make_chat
from tests.command_line import command_line
from tests.conftest import MakeUser

Run = Callable[..., Result]
QUESTION = "¿Cuánto factura Aceros Tormes?"


@pytest.fixture
def ana(make_user: MakeUser) -> Viewer:
    return make_user("Ana Prueba")


@pytest.fixture
def talk(database: Database, clock: FixedClock, ana: Viewer) -> Chat:
    world.add_account(database, owner=ana)
    return make_chat(database, clock)


@pytest.fixture
def run(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, talk: Chat) -> Run:
    call = command_line(database, tmp_path, monkeypatch, chat)
    application = vars(acting)["open_application"]()
    # The application builds its chat once; this one stands in for it, and outlives each command.
    vars(application)["chat"] = talk.service
    monkeypatch.setattr(type(application), "close", lambda _self: None)
    return call


def answers(done: Result) -> list[dict[str, Any]]:
    """The objects that were printed, each on its line; logs of tests stand between them."""
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def test_one_question_is_answered_with_its_sources_and_where_it_stands(run: Run, talk: Chat, ana: Viewer) -> None:
    done = run("¿Cuánto", "factura", "Aceros", "Tormes?", viewer=ana)
    assert done.exit_code == 0, done.output
    assert f"{GOOD[0][0]} [1]" in done.stdout
    assert "Fuentes" in done.stdout
    assert "[1] " in done.stdout
    assert "Sin revisar por nadie." in done.stdout
    assert done.stdout.count("Nadie ha revisado") == 0
    assert "En la cola como review_" in done.stdout
    assert "1. ¿Y sus incidencias?" in done.stdout
    assert "Comprobando cada frase" in done.stderr
    with talk.database.unit_of_work() as uow:
        (thread,) = talk.service.threads(viewer=ana, uow=uow)
    assert talk.last_turn(thread, ana).message == QUESTION


@pytest.mark.parametrize(
    ("language", "label", "text", "command"),
    [
        ("es", "HubSpot · «Aceros Tormes»", "ARR: 84.000 €", "/fuentes"),
        ("en", "HubSpot · “Aceros Tormes”", "ARR: €84,000", "/sources"),
    ],
    ids=["es", "en"],
)
def test_sources_are_told_in_the_readers_words(
    run: Run, talk: Chat, make_user: MakeUser, language: str, label: str, text: str, command: str
) -> None:
    reader = make_user("Inés Admin", role=Role.ADMIN, language=language)
    with talk.database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, world.ACCOUNT).source_system = "hubspot"
    done = run("--new", QUESTION, viewer=reader)
    assert f"[1] {label}" in done.stdout
    told = run(viewer=reader, answer=f"{command}\n/quit\n").stdout.replace("\xa0", " ")
    assert text in told
    assert "arr: 84000 EUR" not in told + done.stdout
    (answer,) = answers(run("--new", "--json", QUESTION, viewer=reader))
    (source,) = answer["citations"]
    assert (source["label"], source["text"].replace("\xa0", " ")) == (label, text)
    assert source["canonical"] == "arr: 84000 EUR"


@pytest.mark.parametrize(
    ("language", "show", "accept", "done"),
    [("es", "/ver", "/aceptar", "Aceptada"), ("en", "/show", "/accept", "Accepted")],
    ids=["es", "en"],
)
def test_what_one_question_alone_offers_is_a_command_that_works(
    run: Run, talk: Chat, make_user: MakeUser, language: str, show: str, accept: str, done: str
) -> None:
    reader = make_user("Inés Admin", role=Role.ADMIN, language=language)
    printed = " ".join(run("--new", QUESTION, viewer=reader).stdout.split())
    with talk.database.unit_of_work() as uow:
        (thread,) = talk.service.threads(viewer=reader, uow=uow)
    offered = f"sales-copilot chat --thread {thread.id}"
    assert offered in printed
    assert printed.index(offered) < printed.index(show) < printed.index(accept)
    assert TEXTS[language]["next"] not in printed
    followed = run(*offered.split()[2:], viewer=reader, answer=f"{show}\n{accept}\n/quit\n")
    assert done in followed.stdout
    asked_back = " ".join(run("--new", "which account?", viewer=reader).stdout.split())
    assert f'sales-copilot chat --thread {talk_latest(talk, reader)} "' in asked_back
    assert TEXTS[language]["choose"] not in asked_back


def talk_latest(talk: Chat, viewer: Viewer) -> str:
    """The id of the conversation that was begun last."""
    with talk.database.unit_of_work() as uow:
        threads = talk.service.threads(viewer=viewer, uow=uow)
    return next(one.id for one in threads if talk.last_turn(one, viewer).message == "which account?")


def test_a_question_goes_on_with_the_latest_conversation_unless_a_new_one_is_wanted(
    run: Run, talk: Chat, ana: Viewer
) -> None:
    run(QUESTION, viewer=ana)
    run("no", viewer=ana)
    run("--new", "no", viewer=ana)
    with talk.database.unit_of_work() as uow:
        threads = talk.service.threads(viewer=ana, uow=uow)
        counts = sorted(len(talk.service.thread(one.id, viewer=ana, uow=uow).turns) for one in threads)
    assert counts == [1, 2]
    oldest = next(one for one in threads if one.title == QUESTION)
    run("--thread", oldest.id, "no", viewer=ana)
    assert len(talk.thread(oldest, ana).turns) == 3


def test_json_is_for_programs(run: Run, ana: Viewer) -> None:
    (one,) = answers(run("--json", QUESTION, viewer=ana))
    assert (one["state"], one["unreviewed"]) == ("answered", True)
    assert one["sections"][0]["sentences"][0]["text"] == GOOD[0][0]
    several = answers(run("--json", viewer=ana, answer=f"no\n\n{QUESTION}\n"))
    assert [one["state"] for one in several] == ["refused", "answered"]


def test_a_candidate_is_picked_by_its_number(run: Run, talk: Chat, ana: Viewer) -> None:
    done = run(viewer=ana, answer="which account?\n1\n/salir\n")
    assert "Una pregunta antes:" in done.stdout
    assert "1. Aceros Tormes" in done.stdout
    assert GOOD[0][0] in done.stdout
    with talk.database.unit_of_work() as uow:
        (thread,) = talk.service.threads(viewer=ana, uow=uow)
    assert [turn.message for turn in talk.thread(thread, ana).turns] == ["which account?", "Aceros Tormes"]


def test_a_suggestion_is_picked_by_its_number_and_other_numbers_are_questions(
    run: Run, talk: Chat, ana: Viewer
) -> None:
    run(viewer=ana, answer=f"{QUESTION}\n1\n7\n/salir\n")
    with talk.database.unit_of_work() as uow:
        (thread,) = talk.service.threads(viewer=ana, uow=uow)
    assert [turn.message for turn in talk.thread(thread, ana).turns] == [QUESTION, "¿Y sus incidencias?", "7"]


def test_answers_are_judged_at_the_prompt(run: Run, talk: Chat, ana: Viewer) -> None:
    corrected = "Aceros Tormes factura 84.000 € al año."
    lines = [
        QUESTION,
        "/fuentes",
        "/corregir 9 nada",
        "/corregir",
        "1",
        corrected,
        "/ver",
        "/aceptar",
        QUESTION,
        "/senalar",
        "No es esa cifra.",
        "/salir",
    ]
    done = run(viewer=ana, answer="\n".join(lines) + "\n")
    assert "84.000" in done.stdout
    assert "No hay ninguna frase con ese número." in done.stderr
    assert corrected in done.stdout.split("Corregida")[1]
    assert "Aceptada" in done.stdout
    assert "Señalada" in done.stdout
    with talk.database.unit_of_work() as uow:
        (thread,) = talk.service.threads(viewer=ana, uow=uow)
    assert [turn.verdict for turn in talk.thread(thread, ana).turns] == [Verdict.ACCEPTED, Verdict.REPORTED]


def test_an_answer_is_accepted_as_it_was_printed(run: Run, ana: Viewer) -> None:
    run(QUESTION, viewer=ana)
    done = run(viewer=ana, answer="/aceptar\n/ver\n/aceptar\n/salir\n")
    assert "léala antes con /ver" in done.stderr
    assert "Aceptada" in done.stdout


def test_conversations_are_listed_opened_and_begun(run: Run, talk: Chat, ana: Viewer, clock: FixedClock) -> None:
    run("no", viewer=ana)
    lines = ["/conversaciones", "/nueva", QUESTION, "/abrir 9", "/abrir x", "/abrir 2", "/nada", "/ayuda", "/salir"]
    done = run(viewer=ana, answer="\n".join(lines) + "\n")
    assert "1. no · 16 de noviembre de 2026" in done.stdout
    assert done.stderr.count("No hay ninguna conversación con ese número.") == 2
    assert "Eso no es lo mío." in done.stdout or GOOD[0][0] in done.stdout
    assert "No conozco /nada." in done.stdout
    assert "/corregir [N]" in done.stdout
    assert "sales-copilot chat --thread thread_" in done.stdout
    del clock, talk


def test_a_held_answer_says_why(run: Run, talk: Chat, ana: Viewer) -> None:
    talk.script.lines = WRONG
    done = run(QUESTION, viewer=ana)
    assert "Retenida hasta que otra persona la revise." in done.stdout
    assert WRONG[0][0] not in done.output


def test_what_is_refused_is_said_and_the_prompt_goes_on(run: Run, ana: Viewer) -> None:
    done = run(viewer=ana, answer=f"/aceptar\n{'x' * 4001}\nno\n/salir\n")
    assert "todavía no hay respuesta" in done.stderr
    assert "demasiado largo" in done.stderr
    assert "Eso no es lo mío." in done.stdout
    assert done.exit_code == 0


def test_a_conversation_of_another_is_not_found(run: Run, talk: Chat, ana: Viewer, make_user: MakeUser) -> None:
    thread = talk.start(ana)
    other = make_user("Inés Otra", language="en")
    refused = run("--thread", thread.id, "no", viewer=other)
    assert refused.exit_code == 1
    assert "There is no such conversation, or it is not yours." in refused.output
    assert refused.output == run("--thread", "thread_none", "no", viewer=other).output


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_ctrl_c_loses_nothing_and_the_next_time_goes_on(
    run: Run, talk: Chat, ana: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = chat_view.print_events

    def interrupted(events: Any, *, viewer: Viewer) -> list[TurnEvent]:
        real(iter([next(events)]), viewer=viewer)
        raise KeyboardInterrupt

    died = threading.Event()

    def die(name: str) -> None:
        if name == "write":
            died.set()
            raise SystemExit

    talk.script.on_call = die
    monkeypatch.setattr(chat, "print_events", interrupted)
    stopped = run(QUESTION, viewer=ana)
    assert stopped.exit_code == 130
    assert died.wait(20)
    assert "La pregunta queda guardada" in stopped.stderr
    monkeypatch.setattr(chat, "print_events", real)
    talk.script.on_call = lambda _name: None
    with talk.database.unit_of_work() as uow:
        (thread,) = talk.service.threads(viewer=ana, uow=uow)
    assert talk.last_turn(thread, ana).state is TurnState.RUNNING

    waits = []

    def pass_time(_seconds: float) -> None:
        waits.append(1)
        talk.leave()

    monkeypatch.setattr("copilot.cli.chat_session.time.sleep", pass_time)
    gone_on = run(viewer=ana, answer="/salir\n")
    assert f"Se continúa con la pregunta que quedó a medias: {QUESTION}" in gone_on.stdout
    assert GOOD[0][0] in gone_on.stdout
    assert talk.script.count("plan") == 1
    assert waits


def test_both_languages_say_the_same_things(run: Run, ana: Viewer, make_user: MakeUser) -> None:
    assert TEXTS["es"].keys() == TEXTS["en"].keys()
    known = {"sources", "accept", "correct", "report", "show", "continue", "threads", "open", "new", "help", "quit"}
    assert set(ALIASES.values()) == known
    english = run(viewer=make_user("Tom Otro", language="en"), answer="/nothing\n/quit\n")
    assert "I do not know /nothing." in english.stdout
    del ana
