"""What pages and programs show of the queue.

Invariant 3: everything is read through the approval service for one viewer. What a person may do with an item is
asked of the same pure `decide` that settles it, so that a page never offers what would be refused.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from copilot.approvals.service import ApprovalService, QueueEntry, QueueFilters, QueuePage, ReviewView
from copilot.domain.access import Role, Viewer
from copilot.domain.approvals import RefusalCode, Refused, decide
from copilot.domain.drafts import DraftKind, content_digest
from copilot.domain.findings import Risk
from copilot.domain.review_items import OPEN, UNDECIDED, Decision, ReviewState, Verdict
from copilot.errors import Conflict, DigestMismatch, InputError, NotFound
from copilot.store.cited_work import CitedWorkRepository
from copilot.store.database import UnitOfWork

_SEPARATOR = "~"


class Sort(StrEnum):
    """Order of the list."""

    DEADLINE = "deadline"
    RISK = "risk"
    """The riskiest first, then by deadline."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Why the viewer may not do something with an item; None: they may."""

    approve: RefusalCode | None
    reject: RefusalCode | None
    edit: RefusalCode | None
    retry: bool


def list_queue(
    approvals: ApprovalService,
    *,
    viewer: Viewer,
    uow: UnitOfWork,
    filters: QueueFilters,
    sort: Sort,
    cursor: str | None,
    limit: int,
) -> QueuePage:
    """One page of the queue in the order asked for. Raises InputError for a cursor that is not ours."""
    if sort is Sort.DEADLINE:
        return approvals.list_queue(viewer=viewer, uow=uow, filters=filters, cursor=cursor, limit=limit)
    wanted = [risk for risk in reversed(Risk) if not filters.risks or risk in filters.risks]
    risk, inner = _place(cursor, wanted)
    entries: list[QueueEntry] = []
    for position in range(wanted.index(risk), len(wanted)):
        page = approvals.list_queue(
            viewer=viewer,
            uow=uow,
            filters=replace(filters, risks=(wanted[position],)),
            cursor=inner,
            limit=limit - len(entries),
        )
        entries += page.entries
        following = wanted[position + 1] if position + 1 < len(wanted) else None
        if page.cursor is not None:
            return QueuePage(tuple(entries), f"{wanted[position].value}{_SEPARATOR}{page.cursor}")
        if len(entries) >= limit and following is not None:
            return QueuePage(tuple(entries), f"{following.value}{_SEPARATOR}")
        inner = None
    return QueuePage(tuple(entries), None)


def _place(cursor: str | None, wanted: list[Risk]) -> tuple[Risk, str | None]:
    if cursor is None:
        return wanted[0], None
    name, separator, inner = cursor.partition(_SEPARATOR)
    risk = next((risk for risk in wanted if risk.value == name), None)
    if risk is None or not separator:
        raise InputError("This page marker cannot be read.", hint="Start again from the first page.")
    return risk, inner or None


def rights_of(view: ReviewView, *, viewer: Viewer, uow: UnitOfWork) -> Rights:
    """What the viewer may do with the item now, sentences without support taken as accepted."""
    item = view.item

    def objection(verdict: Verdict) -> RefusalCode | None:
        if item.state not in OPEN:
            return "expired" if item.state is ReviewState.EXPIRED else "conflict"
        trial = Decision(
            verdict=verdict,
            decider_id=viewer.user_id,
            decider_role=viewer.role,
            digest=item.digest,
            comment="-",
            accepted_segments=view.unsupported_segments,
        )
        outcome = decide(item, trial, now=uow.clock.now(), findings=view.findings)
        return outcome.code if isinstance(outcome, Refused) else None

    editors = {*item.requirement.roles, Role.MANAGER, Role.ADMIN}
    involved = viewer.role in editors or viewer.user_id == item.requester_id
    pending = item.state in UNDECIDED
    return Rights(
        approve=objection(Verdict.APPROVE),
        reject=objection(Verdict.REJECT),
        edit="conflict" if not pending else None if involved else "not_allowed",
        retry=item.state is ReviewState.RELEASE_FAILED
        and (viewer.user_id == item.requester_id or viewer.role in item.requirement.roles),
    )


def latest_brief(account_id: str, *, approvals: ApprovalService, viewer: Viewer, uow: UnitOfWork) -> ReviewView | None:
    """The newest brief of the account that was not rejected or replaced."""
    item_id = CitedWorkRepository(uow).latest_item_id(account_id, kind=DraftKind.BRIEF, viewer=viewer)
    if item_id is None:
        return None
    try:
        return approvals.get(item_id, viewer=viewer, uow=uow)
    except NotFound:
        # It cites another account that this viewer may not see.
        return None


def released_files(item_id: str, *, approvals: ApprovalService, viewer: Viewer, uow: UnitOfWork) -> dict[str, bytes]:
    """The released bytes by file name. Raises NotFound, Conflict before the release, DigestMismatch."""
    view = approvals.get(item_id, viewer=viewer, uow=uow)
    if view.item.state is not ReviewState.RELEASED:
        raise Conflict("The files are not released yet.", hint="They can be downloaded once the draft is approved.")
    files = approvals.deliverables(item_id, viewer=viewer, uow=uow)
    if content_digest(view.draft, deliverables=files) != view.item.digest:
        raise DigestMismatch("The stored files are not those that were approved.", hint="Tell the administrator.")
    return files


def released_file(
    item_id: str, name: str, *, approvals: ApprovalService, viewer: Viewer, uow: UnitOfWork
) -> tuple[bytes, str]:
    """The released bytes of one file and the name to save it under. Raises as `released_files`."""
    view = approvals.get(item_id, viewer=viewer, uow=uow)
    content = released_files(item_id, approvals=approvals, viewer=viewer, uow=uow).get(name)
    if content is None:
        raise NotFound("There is no such file.", hint="Open the item to see its files.")
    folder = (view.release.receipt.get("folder", "") if view.release else "").split("-review_")[0]
    extension = name.rpartition(".")[2]
    return content, f"{folder}.{extension}" if folder else name
