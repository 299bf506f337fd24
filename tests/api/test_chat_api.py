"""The chat over HTTP: answers, events in order, going on after a break, and other people's threads."""

import threading
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api import event_stream
from api.app import create_app
from api.event_stream import EVENT_STREAM
from copilot import bootstrap
from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.conversation import LONGEST_MESSAGE, Started, TurnEvent
from copilot.errors import DatabaseUnavailable
from copilot.store.tables.records import AccountRow
from tests import approvals_builders as world
from tests import asynchronous
from tests.api.chat_worlds import Talker, chat_of, events_of, kept
from tests.api.queue_client import program
from tests.api.route_walk import every_route
from tests.chat_builders import GOOD, WRONG, Chat
from tests.conftest import MakeUser

QUESTION = "¿Cuánto factura Aceros Tormes?"


@pytest.fixture
def ana(make_user: MakeUser) -> Viewer:
    return make_user("Ana Prueba")


@pytest.fixture
def chat(application: bootstrap.Application, clock: FixedClock, ana: Viewer) -> Chat:
    return chat_of(application, clock, owner=ana)


@pytest.fixture
def talker(client: TestClient, application: bootstrap.Application, chat: Chat, ana: Viewer) -> Talker:
    del chat
    return Talker(client, program(client, application, ana))


@pytest.fixture
def other(client: TestClient, application: bootstrap.Application, make_user: MakeUser) -> Talker:
    """An administrator: a thread is its owner's, whatever the role of whoever asks."""
    return Talker(client, program(client, application, make_user("Inés Otra", role=Role.ADMIN)))


def test_a_question_is_answered_with_sentences_and_citations(talker: Talker) -> None:
    thread = talker.start()
    answered = talker.ask(thread, QUESTION)
    assert answered.status_code == HTTPStatus.CREATED, answered.text
    body = answered.json()
    assert answered.headers["location"] == f"/api/v1/chat/turns/{body['turn_id']}"
    assert (body["state"], body["unreviewed"], body["thread_id"]) == ("answered", True, thread)
    sentence = body["sections"][0]["sentences"][0]
    assert sentence["text"] == GOOD[0][0]
    assert [each["evidence_id"] for each in body["citations"] if each["number"] in sentence["citations"]] == [world.ARR]
    assert talker.program.get(f"/chat/turns/{body['turn_id']}").json() == body
    read = talker.program.get(f"/chat/threads/{thread}").json()
    assert [turn["message"] for turn in read["turns"]] == [QUESTION]
    assert read["title"] == QUESTION
    assert [each["id"] for each in talker.program.get("/chat/threads").json()] == [thread]


@pytest.mark.parametrize(
    ("language", "label", "text"),
    [("es", "HubSpot · «Aceros Tormes»", "ARR: 84.000 €"), ("en", "HubSpot · “Aceros Tormes”", "ARR: €84,000")],
    ids=["es", "en"],
)
def test_sources_are_told_in_the_readers_language_and_as_they_are_stored(
    talker: Talker, application: bootstrap.Application, language: str, label: str, text: str
) -> None:
    with application.database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, world.ACCOUNT).source_system = "hubspot"
    turn_id = talker.ask(talker.start(), QUESTION).json()["turn_id"]
    headers = {"accept-language": language}
    (source,) = talker.stream("GET", f"/chat/turns/{turn_id}", headers=headers).json()["citations"]
    assert (source["kind"], source["label"], source["text"].replace("\xa0", " ")) == ("record", label, text)
    assert source["canonical"] == "arr: 84000 EUR"
    streamed = events_of(talker.stream("GET", f"/chat/turns/{turn_id}/events", headers=headers).text)
    assert [event.data for event in streamed if event.name == "citation"] == [{"type": "citation"} | source]


def test_events_come_in_order_and_every_kept_one_can_be_gone_on_from(talker: Talker, chat: Chat, ana: Viewer) -> None:
    thread = talker.start()
    answer = talker.stream("POST", f"/chat/threads/{thread}/turns", body={"message": "follow Aceros"})
    assert answer.headers["content-type"].startswith(EVENT_STREAM)
    assert answer.headers["x-accel-buffering"] == "no"
    assert "no-transform" in answer.headers["cache-control"]
    assert answer.headers["content-security-policy"]
    events = events_of(answer.text)
    names = [event.name for event in events]
    assert names[0] == "started"
    assert names[-1] == "finished"
    assert names.index("planned") < names.index("filed") < names.index("citation") < names.index("sentence")
    assert "progress" not in names[names.index("citation") :]
    assert all(event.name == event.data["type"] for event in events)
    turn_id = events[0].data["turn_id"]
    ids = [event.id for event in events if event.name != "progress"]
    assert ids == [f"{turn_id}:{number}" for number in range(len(ids))]
    assert not [event.id for event in events if event.name == "progress" and event.id]

    told = [event.data for event in events if event.name != "progress"]
    assert told == kept(chat.replay(turn_id, ana))
    for number in range(len(ids) - 1):
        again = talker.stream("GET", f"/chat/turns/{turn_id}/events", headers={"last-event-id": ids[number]})
        assert [event.data for event in events_of(again.text)] == told[number + 1 :]
        assert [event.id for event in events_of(again.text)] == ids[number + 1 :]
    over = talker.stream("GET", f"/chat/turns/{turn_id}/events", headers={"last-event-id": ids[-1]})
    assert over.status_code == HTTPStatus.NO_CONTENT


@pytest.mark.parametrize("sent", ["", "nonsense", ":", "turn_of_another:3", "-1", "²", "9" * 50])
def test_an_id_that_means_nothing_begins_from_the_beginning(talker: Talker, sent: str) -> None:
    turn_id = talker.ask(talker.start(), QUESTION).json()["turn_id"]
    again = talker.stream(
        "GET",
        f"/chat/turns/{turn_id}/events",
        headers={"last-event-id": sent.encode()},  # type: ignore[dict-item]
    )
    assert events_of(again.text)[0].name == "started"


def test_a_running_turn_is_followed_until_it_is_over(
    talker: Talker, chat: Chat, ana: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn_id = talker.ask(talker.start(), "follow Aceros").json()["turn_id"]
    whole = chat.replay(turn_id, ana)
    reads = iter([whole[:1], whole[:1], whole[:2], whole[:3], whole])

    def as_it_grows(*_args: object, **_kwargs: object) -> tuple[TurnEvent, ...]:
        return next(reads)

    monkeypatch.setattr(chat.service, "replay", as_it_grows)
    monkeypatch.setattr(event_stream, "_POLL_SECONDS", 0.01)
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.015)
    answer = talker.stream("GET", f"/chat/turns/{turn_id}/events")
    assert [event.data for event in events_of(answer.text)] == kept(whole)
    assert next(reads, None) is None


def test_a_stream_that_nobody_feeds_says_that_it_lives_and_ends(
    talker: Talker, chat: Chat, ana: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn_id = talker.ask(talker.start(), QUESTION).json()["turn_id"]
    begun = chat.replay(turn_id, ana)[:1]
    monkeypatch.setattr(chat.service, "replay", lambda *_args, **_kwargs: begun)
    for name, seconds in (("_POLL_SECONDS", 0.01), ("HEARTBEAT_SECONDS", 0.03), ("_LONGEST_FOLLOW_SECONDS", 0.3)):
        monkeypatch.setattr(event_stream, name, seconds)
    answer = talker.stream("GET", f"/chat/turns/{turn_id}/events")
    assert ": still here\n\n" in answer.text
    assert [event.name for event in events_of(answer.text)] == ["started"]


def test_a_reader_who_goes_away_stops_nothing(talker: Talker, chat: Chat, ana: Viewer) -> None:
    """The reader leaves after the first event, while the answer is being written."""
    thread, left = talker.start(), threading.Event()
    chat.script.on_call = lambda name: None if name != "write" else _until(left)

    async def read_a_little() -> TurnEvent | None:
        told = event_stream.as_told(chat.service.ask(thread, QUESTION, viewer=ana))
        async for event in told:
            await told.aclose()  # type: ignore[attr-defined] # it is a generator
            return event
        return None

    first = asynchronous.run(read_a_little())
    assert isinstance(first, Started)
    left.set()
    found = talker.stream("GET", f"/chat/turns/{first.turn_id}/events")
    assert events_of(found.text)[-1].data["state"] == "answered"


def _until(happened: threading.Event) -> None:
    assert happened.wait(20)


def test_what_fails_while_a_stream_is_open_ends_it_with_words(
    talker: Talker, chat: Chat, ana: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn_id = talker.ask(talker.start(), QUESTION).json()["turn_id"]
    begun, calls = chat.replay(turn_id, ana)[:1], [0]

    def fails_later(*_args: object, **_kwargs: object) -> tuple[TurnEvent, ...]:
        calls[0] += 1
        if calls[0] > 1:
            raise DatabaseUnavailable("The database does not answer.")
        return begun

    monkeypatch.setattr(chat.service, "replay", fails_later)
    monkeypatch.setattr(event_stream, "_POLL_SECONDS", 0.01)
    answer = talker.stream("GET", f"/chat/turns/{turn_id}/events")
    assert answer.status_code == HTTPStatus.OK
    last = events_of(answer.text)[-1]
    assert (last.name, last.data["state"], last.id) == ("finished", "failed", "")
    assert last.data["text"] == "The database does not answer."


def test_what_fails_in_a_turn_is_its_last_event(talker: Talker, chat: Chat) -> None:
    def fail(name: str) -> None:
        if name == "write":
            raise RuntimeError("the words of a customer")

    chat.script.on_call = fail
    thread = talker.start()
    answer = talker.stream("POST", f"/chat/threads/{thread}/turns", body={"message": QUESTION})
    last = events_of(answer.text)[-1]
    assert answer.status_code == HTTPStatus.OK
    assert (last.name, last.data["state"]) == ("finished", "failed")
    assert "words of a customer" not in answer.text

    chat.script.on_call = lambda _name: None
    resumed = talker.stream("POST", f"/chat/turns/{last.data['turn_id']}/resume")
    assert events_of(resumed.text)[-1].data["state"] == "answered"
    assert chat.script.count("plan") == 1
    waited = talker.program.send("POST", f"/chat/turns/{last.data['turn_id']}/resume")
    assert (waited.status_code, waited.json()["state"]) == (200, "answered")


@pytest.mark.parametrize(
    ("message", "code"), [("", "bad_input"), ("   ", "bad_input"), ("x" * (LONGEST_MESSAGE + 1), "bad_input")]
)
@pytest.mark.parametrize("accept", ["application/json", EVENT_STREAM])
def test_what_cannot_be_asked_is_a_problem_before_any_stream(
    talker: Talker, message: str, code: str, accept: str
) -> None:
    thread = talker.start()
    answer = talker.stream(
        "POST", f"/chat/threads/{thread}/turns", body={"message": message}, headers={"accept": accept}
    )
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert talker.program.get(f"/chat/threads/{thread}").json()["turns"] == []


def test_one_question_at_a_time(talker: Talker, chat: Chat) -> None:
    thread = talker.start()
    answers = []

    def meanwhile(name: str) -> None:
        if name == "write":
            answers.append(talker.ask(thread, "¿Y ahora?"))
            answers.append(talker.program.send("DELETE", f"/chat/threads/{thread}"))

    chat.script.on_call = meanwhile
    assert talker.ask(thread, QUESTION).json()["state"] == "answered"
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(409, "conflict")] * 2


def test_who_asks_too_often_is_told_to_wait(
    talker: Talker, other: Talker, application: bootstrap.Application, chat: Chat, clock: FixedClock
) -> None:
    first, second = talker.start(), talker.start()
    allowed = application.policy.chat.questions_per_minute
    for number in range(allowed):
        assert talker.ask((first, second)[number % 2], QUESTION).status_code == HTTPStatus.CREATED
    used = len(chat.script.calls)
    refused = talker.ask(first, QUESTION)
    assert (refused.status_code, refused.json()["code"]) == (HTTPStatus.TOO_MANY_REQUESTS, "too_fast")
    assert len(chat.script.calls) == used
    assert other.ask(other.start(), "no").status_code == HTTPStatus.CREATED
    clock.advance(timedelta(seconds=61))
    assert talker.ask(first, QUESTION).status_code == HTTPStatus.CREATED


def tag_of(view: dict[str, Any]) -> str:
    """Of the answer as it was read."""
    return f'"{view["digest"]}"'


def test_an_answer_is_accepted_corrected_and_reported(talker: Talker) -> None:
    thread = talker.start()
    turns = [talker.ask(thread, QUESTION).json() for _ in range(3)]
    accepted = talker.program.send("POST", f"/chat/turns/{turns[0]['turn_id']}/accept", tag=tag_of(turns[0]))
    assert accepted.json()["verdict"] == "accepted"
    assert talker.program.get(f"/chat/turns/{turns[0]['turn_id']}").json()["unreviewed"] is False

    segment = turns[1]["sections"][0]["sentences"][0]["segment_id"]
    body = {"texts": {segment: "Aceros Tormes factura 84.000 € al año."}}
    address = f"/chat/turns/{turns[1]['turn_id']}/correct"
    assert talker.program.send("POST", address, body=body).status_code == HTTPStatus.PRECONDITION_REQUIRED
    unread = talker.program.send("POST", address, body=body, tag='"0"')
    assert (unread.status_code, unread.headers["etag"]) == (HTTPStatus.PRECONDITION_FAILED, tag_of(turns[1]))
    corrected = talker.program.send("POST", address, body=body, tag=tag_of(turns[1]))
    assert corrected.json()["verdict"] == "corrected", corrected.text
    shown = talker.program.get(f"/chat/turns/{turns[1]['turn_id']}").json()
    assert shown["sections"][0]["sentences"][0]["text"] == "Aceros Tormes factura 84.000 € al año."

    address = f"/chat/turns/{turns[2]['turn_id']}/report"
    assert talker.program.send("POST", address, body={"reason": "  "}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    reported = talker.program.send("POST", address, body={"reason": "No es esa cifra."})
    assert reported.json()["verdict"] == "reported"


def test_a_held_answer_shows_why_and_no_word_of_itself(talker: Talker, chat: Chat) -> None:
    chat.script.lines = WRONG
    thread = talker.start()
    answer = talker.stream("POST", f"/chat/threads/{thread}/turns", body={"message": QUESTION})
    last = events_of(answer.text)[-1].data
    assert last["state"] == "held"
    assert last["reasons"]
    assert last["item_id"]
    assert not [event for event in events_of(answer.text) if event.name in {"sentence", "citation"}]


def test_a_thread_is_renamed_and_deleted(talker: Talker) -> None:
    thread = talker.start()
    turn = talker.ask(thread, QUESTION).json()["turn_id"]
    renamed = talker.program.send("PATCH", f"/chat/threads/{thread}", body={"title": "  Las  cifras "})
    assert renamed.json()["title"] == "Las cifras"
    for title in ("", "x" * 121):
        bad = talker.program.send("PATCH", f"/chat/threads/{thread}", body={"title": title})
        assert bad.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert talker.program.send("DELETE", f"/chat/threads/{thread}").status_code == HTTPStatus.NO_CONTENT
    assert talker.program.get(f"/chat/threads/{thread}").status_code == HTTPStatus.NOT_FOUND
    assert talker.program.get(f"/chat/turns/{turn}").status_code == HTTPStatus.NOT_FOUND
    assert talker.program.get("/chat/threads").json() == []


BODIES: dict[str, object] = {
    "turns": {"message": QUESTION},
    "correct": {"texts": {"brief.1": "x"}},
    "report": {"reason": "x"},
}


def test_nobody_reaches_a_thread_or_turn_of_another_by_any_route(
    application: bootstrap.Application, talker: Talker, other: Talker, chat: Chat
) -> None:
    thread = talker.start()
    turn = talker.ask(thread, QUESTION).json()["turn_id"]
    before = talker.program.get(f"/chat/threads/{thread}").json()
    walked = 0
    for route in every_route(create_app(application, worker=False)):
        if "{thread_id}" not in route.path and "{turn_id}" not in route.path:
            continue
        if not route.path.startswith("/api/"):
            continue
        for method in sorted((route.methods or set()) - {"HEAD"}):
            body = {"title": "x"} if method == "PATCH" else BODIES.get(route.path.rpartition("/")[2])
            answers = []
            for ids in ((thread, turn), ("thread_none", "turn_none")):
                path = route.path.replace("{thread_id}", ids[0]).replace("{turn_id}", ids[1]).removeprefix("/api/v1")
                answers.append(other.program.send(method, path, body=body))
            assert [answer.status_code for answer in answers] == [404, 404], f"{method} {route.path}"
            assert answers[0].json() == answers[1].json(), route.path
            walked += 1
    assert walked >= 10
    assert other.program.get("/chat/threads").json() == []
    assert talker.program.get(f"/chat/threads/{thread}").json() == before


def test_waiting_for_an_answer_holds_no_connection(
    talker: Talker, chat: Chat, application: bootstrap.Application
) -> None:
    held: list[int] = []

    def look(name: str) -> None:
        if name == "write":
            held.append(application.database.engine.pool.checkedout())  # type: ignore[attr-defined]

    chat.script.on_call = look
    idle = application.database.engine.pool.checkedout()  # type: ignore[attr-defined]
    talker.ask(talker.start(), QUESTION)
    # The step that writes works within a transaction of its own, and nobody else does.
    assert held == [idle + 1] or held == [idle]
