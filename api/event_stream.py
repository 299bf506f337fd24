"""Events of a turn on their way to a reader, as server-sent events or as one answer.

Invariants: a reader who goes away stops nothing, and one who waits holds neither a thread of the pool nor a database
connection; an event that is kept has the same id whenever it is sent, so that a reader can go on behind it.
"""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import suppress

from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from api.localisation import translate_error
from copilot.domain.conversation import Finished, Progress, TurnEvent, TurnState
from copilot.domain.conversation_view import view_of
from copilot.domain.language import Language
from copilot.errors import CopilotError
from copilot.telemetry import get_logger

_log = get_logger(__name__)
EVENT_STREAM = "text/event-stream"
HEARTBEAT_SECONDS = 10.0
_POLL_SECONDS = 0.4
_LONGEST_FOLLOW_SECONDS = 120.0
"""Then the stream ends and the reader, who knows how far they got, connects again."""
_RETRY_MILLISECONDS = 1_500
HEADERS = {
    "Cache-Control": "no-store, no-cache, no-transform",
    "X-Accel-Buffering": "no",
}
"""Against whatever between us and the reader would collect events before it passes them on."""

Told = AsyncIterator[TurnEvent | None]
"""None: nothing happened for a while."""
_END = object()


async def as_told(events: Iterator[TurnEvent]) -> Told:
    """Events of a turn that runs in this process, as they come about."""
    loop = asyncio.get_running_loop()
    waiting: asyncio.Queue[object] = asyncio.Queue()

    def pump() -> None:
        # A loop that is closed has nobody left who could read.
        with suppress(RuntimeError):
            for event in events:
                loop.call_soon_threadsafe(waiting.put_nowait, event)
            loop.call_soon_threadsafe(waiting.put_nowait, _END)

    threading.Thread(target=pump, daemon=True, name="chat-reader").start()
    while True:
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                event = await waiting.get()
        except TimeoutError:
            yield None
            continue
        if event is _END:
            return
        yield event  # type: ignore[misc] # the only other thing that the pump puts there


async def as_kept(replay: Callable[[], tuple[TurnEvent, ...]], first: tuple[TurnEvent, ...]) -> Told:
    """Events of a turn, wherever it runs: those in `first`, then what `replay` adds, until it is over."""
    loop = asyncio.get_running_loop()
    begun = quiet_since = loop.time()
    found, sent = first, 0
    while True:
        for event in found[sent:]:
            quiet_since = loop.time()
            yield event
        sent = max(sent, len(found))
        if found and isinstance(found[-1], Finished):
            return
        await asyncio.sleep(_POLL_SECONDS)
        if loop.time() - begun > _LONGEST_FOLLOW_SECONDS:
            return
        if loop.time() - quiet_since > HEARTBEAT_SECONDS:
            quiet_since = loop.time()
            yield None
        found = await run_in_threadpool(replay)


def stream(turn_id: str, told: Told, *, language: Language, behind: int = 0) -> StreamingResponse:
    """The events as server-sent events, without the first `behind` of those that are kept."""
    encoded = _encoded(turn_id, told, behind=behind, language=language)
    return StreamingResponse(encoded, media_type=EVENT_STREAM, headers=HEADERS)


def one_answer(told: Told, *, status: int, headers: dict[str, str]) -> StreamingResponse:
    """The turn as one JSON object once it is over; spaces before it keep the connection alive."""
    return StreamingResponse(_whole(told), status_code=status, media_type="application/json", headers=headers | HEADERS)


def kept_before(last_event_id: str, *, turn_id: str) -> int:
    """How many kept events of this turn a reader has who names the id of the last; 0 for any other text."""
    of_turn, _, number = last_event_id.rpartition(":")
    known = of_turn == turn_id and number.isascii() and number.isdigit() and len(number) < 7
    return int(number) + 1 if known else 0


def kept_count(events: Iterable[TurnEvent]) -> int:
    """How many of them are kept: progress is told once and then forgotten."""
    return sum(not isinstance(event, Progress) for event in events)


async def _encoded(turn_id: str, told: Told, *, behind: int, language: Language) -> AsyncIterator[str]:
    yield f"retry: {_RETRY_MILLISECONDS}\n\n"
    number = 0
    try:
        async for event in told:
            if event is None:
                yield ": still here\n\n"
            elif isinstance(event, Progress):
                yield _written(event)
            else:
                if number >= behind:
                    yield _written(event, event_id=f"{turn_id}:{number}")
                number += 1
    except CopilotError as error:
        _log.warning("chat.stream_broke", reason=error.code)
        words = translate_error(error.message, language=language)
        # Without an id: who connects again gets what really became of the turn.
        yield _written(Finished(turn_id=turn_id, state=TurnState.FAILED, text=words))


def _written(event: TurnEvent, *, event_id: str | None = None) -> str:
    """JSON has no line breaks of its own, so the data is one line whatever it says."""
    data = json.dumps(event.model_dump(mode="json"), ensure_ascii=True)
    named = "" if event_id is None else f"id: {event_id}\n"
    return f"event: {event.type}\n{named}data: {data}\n\n"


async def _whole(told: Told) -> AsyncIterator[str]:
    events: list[TurnEvent] = []
    async for event in told:
        if event is None:
            yield " "
        else:
            events.append(event)
    yield view_of(events).model_dump_json()
