"""One item of the queue: the draft with all that belongs to it, its versions compared, its files.

Invariant 3: what the caller may not see answers exactly like what does not exist.
"""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep, is_in_person
from api.files import file_response
from api.preconditions import ItemId
from api.queue_reading import released_file, released_files
from api.schemas.common import A_PDF, CONFLICT, PROBLEMS
from api.schemas.comparisons import ComparisonOut
from api.schemas.queue import etag
from api.schemas.queue_items import DeliverableFile, PersonOut, ReviewDetail
from copilot.approvals.comparison import compare
from copilot.approvals.quality.openings import note_opening
from copilot.approvals.quality.outcome import revealed
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.store.database import UnitOfWork
from copilot.workflows.brief.printed import print_item

router = APIRouter(prefix="/api/v1/queue", tags=["queue"], responses=PROBLEMS)


def detail(
    item_id: str, request: Request, response: Response, *, viewer: Viewer, uow: UnitOfWork, application: Application
) -> ReviewDetail:
    """The item as it is now, with its ETag; noted as opened if a person looks. Raises NotFound."""
    view = application.approvals.get(item_id, viewer=viewer, uow=uow)
    response.headers["ETag"] = etag(view.item)
    if is_in_person(request):
        note_opening(view, viewer=viewer, uow=uow)
    return ReviewDetail.of(view, test=revealed(view.item, uow=uow))


@router.get("/{item_id}")
def read_item(
    item_id: ItemId,
    request: Request,
    response: Response,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> ReviewDetail:
    """One item with its draft, evidence, findings, votes, comments, versions, and what you may do.

    The `ETag` of the answer goes into `If-Match` of every call that changes the item.
    """
    return detail(item_id, request, response, viewer=viewer, uow=uow, application=application)


@router.get("/{item_id}/comparisons/{other_id}")
def compare_items(
    item_id: ItemId,
    other_id: Annotated[str, Path(max_length=64)],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> ComparisonOut:
    """What the item says that another one (an earlier version, say) did not, word by word."""
    after = application.approvals.get(item_id, viewer=viewer, uow=uow)
    before = application.approvals.get(other_id, viewer=viewer, uow=uow)
    return ComparisonOut.of(compare(before.draft, after.draft), before=other_id, after=item_id)


@router.get("/{item_id}/assignable")
def list_assignable(
    item_id: ItemId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> list[PersonOut]:
    """The people who may be asked to decide on the item."""
    people = application.approvals.assignable(item_id, viewer=viewer, uow=uow)
    return [PersonOut.of(person) for person in people]


@router.get("/{item_id}/pdf", response_class=Response, responses=CONFLICT | A_PDF)
def read_pdf(item_id: ItemId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Response:
    """An account brief as a PDF, sources as footnotes; what is not approved says so on every page."""
    content, name = print_item(item_id, approvals=application.approvals, viewer=viewer, uow=uow)
    return file_response(content, name=name)


@router.get("/{item_id}/files", responses=CONFLICT)
def list_files(
    item_id: ItemId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> list[DeliverableFile]:
    """The files of a released draft."""
    files = released_files(item_id, approvals=application.approvals, viewer=viewer, uow=uow)
    return [
        DeliverableFile(name=name, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
        for name, content in files.items()
    ]


@router.get("/{item_id}/files/{name}", response_class=Response, responses=CONFLICT)
def read_file(
    item_id: ItemId,
    name: Annotated[str, Path(max_length=100)],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> Response:
    """The bytes that were approved and released."""
    content, save_as = released_file(item_id, name, approvals=application.approvals, viewer=viewer, uow=uow)
    return file_response(content, name=save_as)
