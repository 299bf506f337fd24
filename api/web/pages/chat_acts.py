"""What a person does with a conversation and its answers besides asking: accept, correct, report, rename, delete.

Invariant: each of these is one call of the chat under the viewer's own name; what it refuses is said on the page,
with what had been written.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.errors import failure_of
from api.routes.chat import ThreadId, TurnId
from api.schemas.chat import LONGEST_REASON, LONGEST_TITLE
from api.web import flash
from api.web.pages.chat import Attempt, Refusal, chat_page, gone_to
from api.web.pages.item import edited_texts
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.errors import CopilotError
from copilot.store.database import UnitOfWork

router = APIRouter(include_in_schema=False)

Digest = Annotated[str, Form(max_length=64)]
"""Of the answer that was on the page."""


class Acting:
    """One request about one conversation."""

    def __init__(
        self,
        request: Request,
        thread_id: ThreadId,
        viewer: ViewerDep,
        uow: UnitOfWorkDep,
        application: ApplicationDep,
    ) -> None:
        self.request = request
        self.thread_id = thread_id
        self.viewer: Viewer = viewer
        self.uow: UnitOfWork = uow
        self.application: Application = application

    def act(
        self,
        do: Callable[[], object],
        *,
        to: str,
        told: str,
        edit: str = "",
        attempt: Callable[[CopilotError], Attempt] | None = None,
    ) -> Response:
        """Do something and go on; what is refused is said on the page, and nothing of it is kept."""
        try:
            with self.uow.savepoint():
                do()
        except Refusal as error:
            return self.refused(error, edit=edit, attempt=attempt)
        return gone_to(to, application=self.application, told=told)

    def refused(
        self, error: CopilotError, *, edit: str = "", attempt: Callable[[CopilotError], Attempt] | None = None
    ) -> Response:
        """The conversation with what was refused, and with what had been written."""
        return chat_page(
            self.request,
            self.thread_id,
            viewer=self.viewer,
            uow=self.uow,
            application=self.application,
            edit=edit,
            attempt=attempt(error) if attempt else Attempt(failure_of(self.request, error)),
        )

    def turn_address(self, turn_id: str) -> str:
        """Where the turn is shown."""
        return f"/chat/{self.thread_id}#turn-{turn_id}"


ActingDep = Annotated[Acting, Depends(Acting)]


@router.post("/chat/{thread_id}/turns/{turn_id}/accept")
def accept(asked: ActingDep, turn_id: TurnId, digest: Digest = "") -> Response:
    """Stand behind an answer."""
    chat = asked.application.chat
    return asked.act(
        lambda: chat.accept(turn_id, digest=digest, viewer=asked.viewer, uow=asked.uow),
        to=asked.turn_address(turn_id),
        told="answer_accepted",
    )


@router.post("/chat/{thread_id}/turns/{turn_id}/correct")
def correct(
    asked: ActingDep, turn_id: TurnId, texts: Annotated[dict[str, str], Depends(edited_texts)], digest: Digest = ""
) -> Response:
    """Put other words into an answer."""
    chat = asked.application.chat
    return asked.act(
        lambda: chat.correct(turn_id, texts, digest=digest, viewer=asked.viewer, uow=asked.uow),
        to=asked.turn_address(turn_id),
        told="answer_corrected",
        edit=turn_id,
        attempt=lambda error: Attempt(failure_of(asked.request, error), texts=texts, digest=digest),
    )


@router.post("/chat/{thread_id}/turns/{turn_id}/report")
def report(asked: ActingDep, turn_id: TurnId, reason: Annotated[str, Form(max_length=LONGEST_REASON)] = "") -> Response:
    """Say what is wrong with an answer."""
    chat = asked.application.chat
    return asked.act(
        lambda: chat.report(turn_id, reason, viewer=asked.viewer, uow=asked.uow),
        to=asked.turn_address(turn_id),
        told="answer_reported",
        attempt=lambda error: Attempt(failure_of(asked.request, error), reason=reason),
    )


@router.post("/chat/{thread_id}/rename")
def rename(asked: ActingDep, title: Annotated[str, Form(max_length=LONGEST_TITLE * 4)] = "") -> Response:
    """Call a conversation otherwise."""
    chat = asked.application.chat
    return asked.act(
        lambda: chat.rename(asked.thread_id, title, viewer=asked.viewer, uow=asked.uow),
        to=f"/chat/{asked.thread_id}",
        told="chat_renamed",
    )


@router.post("/chat/{thread_id}/delete")
def delete(asked: ActingDep) -> Response:
    """Delete a conversation; for some minutes it can be brought back."""
    chat = asked.application.chat
    try:
        with asked.uow.savepoint():
            chat.delete(asked.thread_id, viewer=asked.viewer, uow=asked.uow)
    except Refusal as error:
        return asked.refused(error)
    response = RedirectResponse("/chat", status_code=HTTPStatus.SEE_OTHER)
    secure = asked.application.settings.secure_cookies
    flash.leave_with_undo(response, "chat_deleted", {"id": asked.thread_id}, secure=secure)
    return response


@router.post("/chat/{thread_id}/restore")
def restore(asked: ActingDep) -> Response:
    """Bring a deleted conversation back."""
    asked.application.chat.bring_back(asked.thread_id, viewer=asked.viewer, uow=asked.uow)
    return gone_to(f"/chat/{asked.thread_id}", application=asked.application, told="chat_restored")
