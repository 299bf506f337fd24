"""What pages and programs show of the queue.

Invariant 3: everything is read through the approval service for one viewer. What a person may do with an item is
asked of the same pure `decide` that settles it, so that a page never offers what would be refused.
"""

from dataclasses import dataclass

from copilot.approvals.releases import may_settle
from copilot.approvals.service import ApprovalService, QueueFilters, QueuePage, ReadItem, ReviewView
from copilot.domain.access import Viewer
from copilot.domain.approvals import RefusalCode
from copilot.domain.drafts import DraftKind, content_digest
from copilot.domain.language import Language
from copilot.domain.review_items import APPROVAL_STANDS, ReviewState
from copilot.errors import Conflict, DigestMismatch, NotFound
from copilot.store.cited_work import CitedWorkRepository
from copilot.store.database import UnitOfWork
from copilot.store.queue_pages import QueueCounts, QueuePages, Sort
from copilot.store.releases import ReleaseState
from copilot.workflows.redraft import AGAIN

MOST_PER_PAGE = 200
RIGHTS_OFFERED_APART = ("claim", "give_back", "reassign", "withdraw", "recall", "submit_again", "redraft", "copy")
"""Rights that a page offers beside the decision itself."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Why the viewer may not do something with an item; None: they may."""

    approve: RefusalCode | None
    reject: RefusalCode | None
    edit: RefusalCode | None
    retry: bool
    request_changes: RefusalCode | None
    claim: RefusalCode | None
    """Refused also to who is on it already."""
    give_back: RefusalCode | None
    reassign: RefusalCode | None
    comment: RefusalCode | None
    withdraw: RefusalCode | None
    recall: RefusalCode | None
    submit_again: RefusalCode | None
    redraft: RefusalCode | None
    """Have it drafted again with the change request."""
    resolve: RefusalCode | None
    """Say what became of a delivery whose outcome nobody knows."""
    copy: RefusalCode | None
    """Copy the approved text."""


def list_queue(
    *,
    viewer: Viewer,
    uow: UnitOfWork,
    filters: QueueFilters,
    sort: Sort,
    cursor: str | None,
    limit: int,
) -> QueuePage:
    """One page of the queue in the order asked for. Raises InputError for a cursor that is not of this order."""
    return QueuePages(uow).page(
        filters, viewer=viewer, cursor=cursor, limit=max(1, min(limit, MOST_PER_PAGE)), sort=sort
    )


def queue_counts(*, viewer: Viewer, uow: UnitOfWork) -> QueueCounts:
    """How much waits for whom, for the head of every page."""
    return QueuePages(uow).counts(viewer)


def rights_of(view: ReviewView, *, viewer: Viewer) -> Rights:
    """What the viewer may do with the item now, sentences without support taken as accepted."""
    may, item, release = view.rights, view.item, view.release
    parked = release is not None and release.state is ReleaseState.PARKED
    return Rights(
        approve=may.approve,
        reject=may.reject,
        request_changes=may.request_changes,
        edit=may.edit,
        retry=may.retry_release is None and not parked,
        claim="conflict" if view.claimer_id == viewer.user_id else may.claim,
        give_back=may.give_back,
        reassign=may.reassign,
        comment=may.comment,
        withdraw=may.withdraw,
        recall="conflict" if parked else may.recall,
        submit_again=may.submit_again,
        redraft=_may_redraft(view, viewer=viewer),
        resolve="conflict" if not parked else None if may_settle(view.entry, viewer) else "not_allowed",
        copy=None if item.state in APPROVAL_STANDS else "conflict",
    )


def _may_redraft(view: ReviewView, *, viewer: Viewer) -> RefusalCode | None:
    """As `copilot.workflows.redraft` settles it, which also says why it may fail."""
    item = view.item
    if item.kind is not DraftKind.BRIEF or item.state not in AGAIN:
        return "conflict"
    if viewer.user_id == item.requester_id:
        return None
    return view.rights.edit if item.state is ReviewState.CHANGES_REQUESTED else "not_allowed"


def latest_brief(
    account_id: str,
    *,
    language: Language | None = None,
    approvals: ApprovalService,
    viewer: Viewer,
    uow: UnitOfWork,
) -> ReviewView | None:
    """The newest brief of the account, perhaps of those in one language, that was not rejected or replaced."""
    item_id = _latest_brief_id(account_id, language=language, viewer=viewer, uow=uow)
    if item_id is None:
        return None
    try:
        return approvals.get(item_id, viewer=viewer, uow=uow)
    except NotFound:
        # It cites another account that this viewer may not see.
        return None


def latest_brief_to_read(
    account_id: str, *, approvals: ApprovalService, viewer: Viewer, uow: UnitOfWork
) -> ReadItem | None:
    """The same without what it could be decided by, for pages that only show its text."""
    item_id = _latest_brief_id(account_id, language=None, viewer=viewer, uow=uow)
    return brief_to_read(item_id, approvals=approvals, viewer=viewer, uow=uow)


def brief_to_read(
    item_id: str | None, *, approvals: ApprovalService, viewer: Viewer, uow: UnitOfWork
) -> ReadItem | None:
    """The brief of that review item, if there is one; None too where the viewer may not see all that it cites."""
    if item_id is None:
        return None
    try:
        return approvals.read(item_id, viewer=viewer, uow=uow)
    except NotFound:
        # It cites another account that this viewer may not see.
        return None


def _latest_brief_id(account_id: str, *, language: Language | None, viewer: Viewer, uow: UnitOfWork) -> str | None:
    cited = CitedWorkRepository(uow)
    return cited.latest_item_id(account_id, kind=DraftKind.BRIEF, language=language, viewer=viewer)


def released_files(item_id: str, *, approvals: ApprovalService, viewer: Viewer, uow: UnitOfWork) -> dict[str, bytes]:
    """The released bytes by file name. Raises NotFound, Conflict before the release, DigestMismatch."""
    return _released(approvals.get(item_id, viewer=viewer, uow=uow), approvals=approvals, viewer=viewer, uow=uow)


def released_file(
    item_id: str, name: str, *, approvals: ApprovalService, viewer: Viewer, uow: UnitOfWork
) -> tuple[bytes, str]:
    """The released bytes of one file and the name to save it under. Raises as `released_files`."""
    view = approvals.get(item_id, viewer=viewer, uow=uow)
    content = _released(view, approvals=approvals, viewer=viewer, uow=uow).get(name)
    if content is None:
        raise NotFound("There is no such file.", hint="Open the item to see its files.")
    folder = (view.release.receipt.get("folder", "") if view.release else "").split("-review_")[0]
    extension = name.rpartition(".")[2]
    if any(item.name == name for item in view.draft.files):
        return content, name
    return content, f"{folder}.{extension}" if folder else name


def _released(view: ReviewView, *, approvals: ApprovalService, viewer: Viewer, uow: UnitOfWork) -> dict[str, bytes]:
    if view.item.state is not ReviewState.RELEASED:
        raise Conflict("The files are not released yet.", hint="They can be downloaded once the draft is approved.")
    files = approvals.deliverables(view.item.id, viewer=viewer, uow=uow)
    if content_digest(view.draft, deliverables=files) != view.item.digest:
        raise DigestMismatch("The stored files are not those that were approved.", hint="Tell the administrator.")
    return files
