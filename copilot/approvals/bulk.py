"""Approving many items at once: only what policy lets be approved so and no check saw anything in.

Invariant: each item is decided by `ApprovalService.decide`, under every rule that holds for one alone, in a savepoint
of its own; nothing is approved that is not as it was seen. There is no rejecting in bulk: a rejection says why.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from copilot.approvals import queue_texts
from copilot.approvals.service import ApprovalService, ReviewView
from copilot.domain.access import Viewer
from copilot.domain.findings import Severity
from copilot.domain.review_items import OPEN, Decision, ReviewState, Verdict
from copilot.errors import CopilotError, InputError, NotAllowed, UnavailableError
from copilot.store.database import UnitOfWork
from copilot.store.queue_locks import lock_items
from copilot.telemetry import get_logger

_log = get_logger(__name__)

MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of one item."""

    item_id: str
    approved: bool
    """Whether this person's approval counts now; others may still be missing, see `state`."""
    state: ReviewState | None
    """The item's state afterwards; None if it could not be read or was left alone."""
    title: str | None
    """None if the viewer may not see it."""
    code: str | None = None
    """Machine name of the refusal; None: approved."""
    problem: str | None = None
    """The refusal in the viewer's language."""
    hint: str | None = None


class BulkApprovals:
    """Works inside the caller's unit of work."""

    def __init__(self, approvals: ApprovalService) -> None:
        self._approvals = approvals

    def approve_many(self, digests: Mapping[str, str], *, viewer: Viewer, uow: UnitOfWork) -> tuple[BulkResult, ...]:
        """Approve each item that is still what was seen: item id -> digest. Results come in the order asked.

        Raises InputError for more than `MOST_AT_ONCE` items, and UnavailableError if the database goes away.
        """
        if len(digests) > MOST_AT_ONCE:
            raise queue_texts.error(InputError, "too_many_at_once", viewer, most=MOST_AT_ONCE)
        # All rows are locked first and in one order, before the audit chain is: two such approvals, or one and a
        # single decision, then never wait for each other in a circle.
        lock_items(digests, viewer=viewer, uow=uow)
        results = {item_id: self._one(item_id, digests[item_id], viewer=viewer, uow=uow) for item_id in sorted(digests)}
        approved = sum(result.approved for result in results.values())
        _log.info("review.bulk", asked=len(digests), approved=approved)
        return tuple(results[item_id] for item_id in digests)

    def _one(self, item_id: str, digest: str, *, viewer: Viewer, uow: UnitOfWork) -> BulkResult:
        title: str | None = None
        try:
            view = self._approvals.get(item_id, viewer=viewer, uow=uow)
            title = view.entry.title
            _require_harmless(view, viewer)
            with uow.savepoint():
                item = self._approvals.decide(item_id, _approval(digest, viewer), viewer=viewer, uow=uow)
                # Deciding holds the item to today's policy, which may no longer let it be approved with others.
                if view.item.state in OPEN and not item.requirement.bulk:
                    raise queue_texts.error(NotAllowed, "not_in_bulk", viewer)
        except UnavailableError:
            raise
        except CopilotError as error:
            return BulkResult(item_id, False, None, title, error.code, error.message, error.hint)  # noqa: FBT003
        return BulkResult(item_id, True, item.state, title)  # noqa: FBT003


def may_be_approved_together(view: ReviewView) -> bool:
    """Whether the item may be offered for approval with others; who may approve it is asked elsewhere."""
    return _objection(view) is None


def _require_harmless(view: ReviewView, viewer: Viewer) -> None:
    name = _objection(view)
    # What is decided already is judged by `decide`: the same approval again is no fault, another one is a conflict.
    if name is not None and view.item.state in OPEN:
        raise queue_texts.error(NotAllowed, name, viewer)


def _objection(view: ReviewView) -> str | None:
    if not view.item.requirement.bulk:
        return "not_in_bulk"
    if any(finding.severity.rank > Severity.LOW.rank for finding in view.findings):
        return "finding_in_bulk"
    return None


def _approval(digest: str, viewer: Viewer) -> Decision:
    return Decision(verdict=Verdict.APPROVE, decider_id=viewer.user_id, decider_role=viewer.role, digest=digest)
