"""Conversations as pages: ask, read, go back to an earlier one.

Invariant: everything works without scripts: a form waits for the answer and shows it. What takes longer than a person
waits is shown as still being worked on, and nothing of it is lost.
"""

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from api.chat_asking import Asked, ask, resume
from api.deps import ApplicationDep, UnitOfWorkDep, ViewerAloneDep, ViewerDep
from api.errors import Failure, failure_of
from api.event_stream import as_told
from api.languages import language_of
from api.routes.chat import ThreadId, TurnId
from api.schemas.chat import LONGEST_REASON, LONGEST_TITLE
from api.web import flash
from api.web.chat_view import THREADS_SHOWN, TURNS_SHOWN, ShownTurn, example_questions, shown_turns
from api.web.templating import render
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.conversation import LONGEST_MESSAGE
from copilot.errors import Conflict, CopilotError, InputError, NotAllowed, TooFast
from copilot.store.database import UnitOfWork

router = APIRouter(include_in_schema=False)
LONGEST_WAIT_SECONDS = 45.0
Refusal = (Conflict, InputError, NotAllowed, TooFast)
"""What a person is told on the page they acted on."""

Message = Annotated[str, Form(max_length=LONGEST_MESSAGE * 2)]
Shown = Annotated[str, Query(max_length=64)]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was refused, and what had been written."""

    failure: Failure
    message: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    digest: str = ""
    """Of the answer that was being corrected."""


@router.get("/chat")
def new_chat(request: Request, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Response:
    """A conversation that has not begun, and the earlier ones."""
    return chat_page(request, None, viewer=viewer, uow=uow, application=application)


@router.post("/chat")
async def begin(
    request: Request, viewer: ViewerAloneDep, application: ApplicationDep, message: Message = ""
) -> Response:
    """Begin a conversation with a question."""

    def begun() -> Asked:
        with application.database.unit_of_work() as uow:
            thread = application.chat.start(viewer=viewer, uow=uow)
        try:
            return ask(thread.id, message, application=application, viewer=viewer)
        except CopilotError:
            with application.database.unit_of_work() as uow:
                application.chat.delete(thread.id, viewer=viewer, uow=uow)
            raise

    try:
        asked = await run_in_threadpool(begun)
    except Refusal as error:
        return await _refused(request, None, error, viewer=viewer, application=application, message=message)
    return await _waited(asked)


@router.get("/chat/{thread_id}")
def read_chat(
    request: Request,
    thread_id: ThreadId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    edit: Shown = "",
    only: Shown = "",
    whole: Annotated[str, Query(alias="all", max_length=5)] = "",
) -> Response:
    """A conversation; `edit` opens the sentences of one answer, `only` shows one turn, `all` the earlier ones too."""
    return chat_page(
        request,
        thread_id,
        viewer=viewer,
        uow=uow,
        application=application,
        edit=edit,
        only=only,
        all_of_them=bool(whole or edit),
    )


@router.post("/chat/{thread_id}")
async def put_question(
    request: Request, thread_id: ThreadId, viewer: ViewerAloneDep, application: ApplicationDep, message: Message = ""
) -> Response:
    """Ask, and wait for the answer."""
    try:
        asked = await run_in_threadpool(ask, thread_id, message, application=application, viewer=viewer)
    except Refusal as error:
        return await _refused(request, thread_id, error, viewer=viewer, application=application, message=message)
    return await _waited(asked)


@router.post("/chat/{thread_id}/turns/{turn_id}/resume")
async def go_on(
    request: Request, thread_id: ThreadId, turn_id: TurnId, viewer: ViewerAloneDep, application: ApplicationDep
) -> Response:
    """Go on with a turn that stopped."""
    try:
        asked = await run_in_threadpool(resume, turn_id, application=application, viewer=viewer)
    except Refusal as error:
        return await _refused(request, thread_id, error, viewer=viewer, application=application)
    return await _waited(asked)


def chat_page(
    request: Request,
    thread_id: str | None,
    *,
    viewer: Viewer,
    uow: UnitOfWork,
    application: Application,
    edit: str = "",
    only: str = "",
    all_of_them: bool = False,
    attempt: Attempt | None = None,
) -> Response:
    """The page of a conversation; None: of one that has not begun. Raises NotFound."""
    chat = application.chat
    thread = None if thread_id is None else chat.thread(thread_id, viewer=viewer, uow=uow)
    language = language_of(request)
    turns: tuple[ShownTurn, ...] = ()
    if thread is not None:
        turns = shown_turns(chat, thread, viewer=viewer, uow=uow, language=language, only=only, all_of_them=all_of_them)
    examples = () if turns else example_questions(viewer=viewer, uow=uow, language=language)
    return render(
        request,
        "chat.html",
        status=attempt.failure.status if attempt else HTTPStatus.OK,
        thread=thread,
        threads=chat.threads(viewer=viewer, uow=uow, limit=THREADS_SHOWN),
        turns=turns,
        earlier=0 if thread is None or all_of_them or only else max(0, len(thread.turns) - TURNS_SHOWN),
        examples=examples,
        edit=edit,
        attempt=attempt,
        kept_days=application.guardrails.policy.retention.conversation_days,
        longest=LONGEST_MESSAGE,
        longest_title=LONGEST_TITLE,
        longest_reason=LONGEST_REASON,
    )


def gone_to(address: str, *, application: Application, told: str) -> Response:
    """On to an address, with a message."""
    response = RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)
    flash.leave(response, told, secure=application.settings.secure_cookies)
    return response


async def _refused(
    request: Request,
    thread_id: str | None,
    error: CopilotError,
    *,
    viewer: Viewer,
    application: Application,
    message: str = "",
) -> Response:
    """The page with what was refused, and with what had been written."""

    def page() -> Response:
        attempt = Attempt(failure_of(request, error), message=message)
        with application.database.unit_of_work() as uow:
            return chat_page(request, thread_id, viewer=viewer, uow=uow, application=application, attempt=attempt)

    return await run_in_threadpool(page)


async def _waited(asked: Asked) -> Response:
    """The conversation, once the answer is there or a person has waited long enough."""

    async def told() -> None:
        async for _ in as_told(asked.events):
            pass

    try:
        async with asyncio.timeout(LONGEST_WAIT_SECONDS):
            await told()
    except TimeoutError:
        pass
    return RedirectResponse(f"/chat/{asked.thread_id}#turn-{asked.turn_id}", status_code=HTTPStatus.SEE_OTHER)
