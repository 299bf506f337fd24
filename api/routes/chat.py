"""Conversations: one's own threads, and questions put to them.

Invariants: a thread or turn of somebody else answers like one that does not exist; what goes wrong before a stream
begins is a problem with its status, what goes wrong later is its last event.
"""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Header, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.chat_asking import Asked, ask, resume
from api.citation_words import in_words
from api.deps import ApplicationDep, UnitOfWorkDep, ViewerAloneDep, ViewerDep
from api.event_stream import EVENT_STREAM, as_kept, as_told, kept_before, kept_count, one_answer, stream
from api.languages import language_of
from api.preconditions import CHANGES, changed, matches, missing
from api.schemas.chat import Correction, Question, Rename, Report
from api.schemas.common import CONFLICT, PROBLEMS, Problem
from copilot.domain.conversation import Finished, Thread, Turn, TurnEvent
from copilot.domain.conversation_view import TurnView, view_of

router = APIRouter(prefix="/api/v1/chat", tags=["chat"], responses=PROBLEMS)

ThreadId = Annotated[str, Path(max_length=64, examples=["thread_5f0c6f1e9b0a4a1f8a64d7f1c2b3a4d5"])]
TurnId = Annotated[str, Path(max_length=64, examples=["turn_9b0a4a1f8a64d7f1c2b3a4d55f0c6f1e"])]
_EVENTS = {EVENT_STREAM: {"schema": {"type": "string"}, "example": 'event: started\nid: turn_1:0\ndata: {"type": …}'}}
_AN_ANSWER = {"model": TurnView, "description": "The turn, once it is over; its events as `text/event-stream`."}
_TOO_FAST = {429: {"model": Problem, "description": "More questions within a minute than policy lets one person ask."}}


@router.post("/threads", status_code=201)
def start(response: Response, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Thread:
    """Begin a conversation."""
    made = application.chat.start(viewer=viewer, uow=uow)
    response.headers["Location"] = f"/api/v1/chat/threads/{made.id}"
    return made


@router.get("/threads")
def list_threads(
    viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> list[Thread]:
    """Your own conversations, the latest first, without their turns."""
    return list(application.chat.threads(viewer=viewer, uow=uow, limit=limit))


@router.get("/threads/{thread_id}")
def read(thread_id: ThreadId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Thread:
    """One of your conversations with its turns."""
    return application.chat.thread(thread_id, viewer=viewer, uow=uow)


@router.patch("/threads/{thread_id}")
def rename(
    thread_id: ThreadId,
    wanted: Annotated[Rename, Body()],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> Thread:
    """Call it otherwise."""
    return application.chat.rename(thread_id, wanted.title, viewer=viewer, uow=uow)


@router.delete("/threads/{thread_id}", status_code=204, responses=CONFLICT)
def delete(thread_id: ThreadId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> None:
    """Delete it with its questions; what they put into the queue stays there. For ten minutes it can be restored."""
    application.chat.delete(thread_id, viewer=viewer, uow=uow)


@router.post("/threads/{thread_id}/restore")
def restore(thread_id: ThreadId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Thread:
    """Bring back a conversation that you deleted less than ten minutes ago."""
    return application.chat.bring_back(thread_id, viewer=viewer, uow=uow)


@router.post(
    "/threads/{thread_id}/turns",
    status_code=201,
    response_model=TurnView,
    responses=CONFLICT | _TOO_FAST | {201: _AN_ANSWER | {"content": _EVENTS}},
)
async def put_question(
    thread_id: ThreadId,
    wanted: Annotated[Question, Body()],
    request: Request,
    viewer: ViewerAloneDep,
    application: ApplicationDep,
) -> Response:
    """Ask, and wait for the answer or watch it come about. Whoever goes away finds it in the thread later."""
    begun = await run_in_threadpool(ask, thread_id, wanted.message, application=application, viewer=viewer)
    return _answer(request, begun, status=201)


@router.get("/turns/{turn_id}")
def read_turn(
    turn_id: TurnId, request: Request, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> TurnView:
    """A turn as it is shown now: also a held answer once it is approved."""
    events = application.chat.replay(turn_id, viewer=viewer, uow=uow)
    return view_of(in_words(events, language=language_of(request)))


@router.get(
    "/turns/{turn_id}/events",
    response_class=Response,
    responses={
        200: {"description": "The turn's events; they follow until it is over.", "content": _EVENTS},
        204: {"description": "You have had all of them."},
    },
)
async def read_events(
    turn_id: TurnId,
    request: Request,
    viewer: ViewerAloneDep,
    application: ApplicationDep,
    last_event_id: Annotated[str, Header(max_length=200, description="Go on behind this event.")] = "",
) -> Response:
    """The events of a turn as it is shown now, or as it goes on, in whatever process; progress is not repeated."""

    language = language_of(request)

    def replay() -> tuple[TurnEvent, ...]:
        with application.database.unit_of_work() as uow:
            return tuple(in_words(application.chat.replay(turn_id, viewer=viewer, uow=uow), language=language))

    first = await run_in_threadpool(replay)
    behind = kept_before(last_event_id, turn_id=turn_id)
    if behind >= kept_count(first) and first and isinstance(first[-1], Finished):
        return Response(status_code=204)
    return stream(turn_id, as_kept(replay, first), language=language, behind=behind)


@router.post("/turns/{turn_id}/resume", response_model=TurnView, responses=CONFLICT | {200: {"content": _EVENTS}})
async def go_on(turn_id: TurnId, request: Request, viewer: ViewerAloneDep, application: ApplicationDep) -> Response:
    """Go on with a turn that was interrupted or failed, from where it stopped."""
    begun = await run_in_threadpool(resume, turn_id, application=application, viewer=viewer)
    return _answer(request, begun, status=200)


def answer_as_read(
    turn_id: TurnId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    if_match: Annotated[
        str | None, Header(description="The `digest` of the answer as it was read, in quotes. Required.")
    ] = None,
) -> str:
    """The digest of the answer, if it is as the client read it. Raises NotFound or Precondition."""
    current = view_of(application.chat.replay(turn_id, viewer=viewer, uow=uow)).digest
    tag = f'"{current}"'
    if if_match is None:
        raise missing()
    if current and not matches(if_match, tag):
        raise changed(tag)
    return current


ReadAnswer = Annotated[str, Depends(answer_as_read)]


@router.post("/turns/{turn_id}/accept", responses=CHANGES)
def accept(
    turn_id: TurnId, digest: ReadAnswer, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> Turn:
    """Stand behind the answer: it is approved in the queue under your name."""
    return application.chat.accept(turn_id, digest=digest, viewer=viewer, uow=uow)


@router.post("/turns/{turn_id}/correct", responses=CHANGES)
def correct(
    turn_id: TurnId,
    wanted: Annotated[Correction, Body()],
    digest: ReadAnswer,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> Turn:
    """Put other words into the answer; they are checked from the beginning and filed as its next version."""
    return application.chat.correct(turn_id, wanted.texts, digest=digest, viewer=viewer, uow=uow)


@router.post("/turns/{turn_id}/report", responses=CONFLICT)
def report(
    turn_id: TurnId,
    wanted: Annotated[Report, Body()],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> Turn:
    """Say that the answer is wrong, and why."""
    return application.chat.report(turn_id, wanted.reason, viewer=viewer, uow=uow)


def _answer(request: Request, begun: Asked, *, status: int) -> Response:
    language = language_of(request)
    told = as_told(in_words(begun.events, language=language))
    if EVENT_STREAM in request.headers.get("accept", ""):
        return stream(begun.turn_id, told, language=language)
    return one_answer(told, status=status, headers={"Location": f"/api/v1/chat/turns/{begun.turn_id}"})
