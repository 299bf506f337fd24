"""Who asks for what of which item, from which list: what every route of one item works with.

Invariant: the list that an item was opened from travels as text and is read again by whoever needs it; it never
becomes an address that leaves this site.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.errors import failure_of
from api.routes.queue import ItemId
from api.web import flash
from api.web.item_view import Attempt, Opened, item_page
from api.web.links import with_query
from api.web.queue_query import LIST_PARAMETER, LONGEST_ADDRESS, QueueQuery, from_text
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.review_items import ReviewItem
from copilot.errors import Conflict, CopilotError, InputError, NotAllowed
from copilot.store.database import UnitOfWork

OpenedFrom = Annotated[str, Query(alias=LIST_PARAMETER, max_length=LONGEST_ADDRESS)]
SentFrom = Annotated[str, Form(alias=LIST_PARAMETER, max_length=LONGEST_ADDRESS)]
Refusal = (Conflict, InputError, NotAllowed)
"""What a person is told on the page they acted on."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request about one item."""

    request: Request
    item_id: str
    viewer: Viewer
    uow: UnitOfWork
    application: Application

    def page(
        self, *, list_text: str, editing: str = "", attempt: Attempt | None = None, copied: str | None = None
    ) -> Response:
        """The item as it is now."""
        opened = Opened(list_text=list_text, editing=editing, attempt=attempt, copied=copied)
        return item_page(
            self.request,
            self.item_id,
            viewer=self.viewer,
            uow=self.uow,
            application=self.application,
            opened=opened,
        )

    def go(self, item_id: str, *, list_text: str, told: str = "", **values: str) -> Response:
        """On to an item, with a message."""
        return self._redirect(with_query(f"/queue/{item_id}", {LIST_PARAMETER: list_text}), told=told, **values)

    def to_list(self, query: QueueQuery, *, told: str) -> Response:
        """Back to the list, with a message."""
        return self._redirect(query.address, told=told)

    def act(self, do: Callable[[], object], *, list_text: str, told: str, remark: str = "", **values: str) -> Response:
        """Do something with the item and go on to what became of it, another version perhaps.

        What is refused is said on the page, and nothing of it is kept.
        """
        try:
            with self.uow.savepoint():
                result = do()
        except Refusal as error:
            return self.page(list_text=list_text, attempt=self.failed(error, remark=remark))
        there = result.id if isinstance(result, ReviewItem) else self.item_id
        return self.go(there, list_text=list_text, told=told, **values)

    def failed(self, error: CopilotError, *, remark: str = "") -> Attempt:
        """What was refused, to be shown with the page."""
        return Attempt(failure=failure_of(self.request, error), remark=remark)

    def _redirect(self, address: str, *, told: str = "", **values: str) -> Response:
        response = RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)
        if told:
            flash.leave(response, told, secure=self.application.settings.secure_cookies, **values)
        return response


def asked_item(
    request: Request, item_id: ItemId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> Asked:
    """The dependency behind `AskedDep`."""
    return Asked(request, item_id, viewer, uow, application)


AskedDep = Annotated[Asked, Depends(asked_item)]


def list_of(list_text: str) -> QueueQuery:
    """The list that an item was opened from; the usual one if it does not say."""
    return from_text(list_text)
