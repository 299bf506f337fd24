"""The queue: filing drafts, deciding on them, editing them, and letting them lapse.

Invariants: every change of state is one conditional UPDATE; the decision, its audit event and the release it
orders commit together; whoever acts is the viewer, never somebody named in the arguments.
"""

from collections.abc import Callable, Mapping

from copilot.approvals.changes import Changes
from copilot.approvals.deciding import Deciding
from copilot.approvals.entries import SYSTEM, find_readable
from copilot.approvals.filing import Filing
from copilot.approvals.handling import Handling
from copilot.approvals.policy import Policy
from copilot.approvals.quality.planting import plant_due
from copilot.approvals.refusals import error
from copilot.approvals.review_view import ReadItem, ReviewRights, ReviewView, VersionLine, read_item, read_view
from copilot.domain.access import Viewer
from copilot.domain.drafts import Draft
from copilot.domain.findings import GuardrailReport
from copilot.domain.review_items import Decision, ReviewItem
from copilot.errors import NotFound
from copilot.guardrails.pipeline import Guardrails
from copilot.store.database import UnitOfWork
from copilot.store.drafts import DraftRepository
from copilot.store.quality import QualityRepository
from copilot.store.queue_pages import QueueFilters, QueuePage, QueuePages
from copilot.store.review_comments import Comment
from copilot.store.review_entries import QueueEntry
from copilot.store.reviews import ReviewRepository
from copilot.store.votes import VoteLine

_MOST_PER_PAGE = 200
_NO_FILES: Mapping[str, bytes] = {}


def _nothing(_uow: UnitOfWork) -> None:
    """Default for `on_approved`: the caller releases by itself."""


def _nobody(_item: ReviewItem, _uow: UnitOfWork) -> None:
    """Default for `on_edited`: nothing follows from other words."""


class ApprovalService:
    """See the module docstring. Every method works inside the caller's unit of work."""

    def __init__(
        self,
        policy: Policy,
        *,
        guardrails: Guardrails | None = None,
        on_approved: Callable[[UnitOfWork], None] = _nothing,
        on_edited: Callable[[ReviewItem, UnitOfWork], None] = _nobody,
        home_currency: str = "EUR",
    ) -> None:
        """`on_approved` defers the release job on the transaction of the approval.

        `on_edited` sees to what follows from an edit, on its transaction: it is handed the item of the new version.
        `home_currency` (ISO 4217) is what the policy's amounts are in.
        """
        self._changes = Changes(policy=policy, currency=home_currency)
        self._filing = Filing(policy=policy, guardrails=guardrails or Guardrails(), currency=home_currency)
        self._deciding = Deciding(changes=self._changes, on_approved=on_approved)
        self._handling = Handling(policy=policy)
        self._on_edited = on_edited

    def submit(
        self,
        draft: Draft,
        report: GuardrailReport,
        *,
        viewer: Viewer,
        uow: UnitOfWork,
        attachments: Mapping[str, bytes] = _NO_FILES,
    ) -> ReviewItem:
        """File a draft that `viewer` asked for, with what the guardrails said about it.

        A report about another text is not believed: the draft is then checked here. `attachments`: name -> bytes of
        exactly those that the draft's email, or the draft itself in `files`, names.
        Raises NotFound if the viewer may not see the account, InputError if something cannot be stored.
        """
        return self._filing.submit(draft, report, attachments=attachments, viewer=viewer, uow=uow)

    def submit_again(self, item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> ReviewItem:
        """File what was sent back, taken back, or lapsed once more: same words, checked against today's evidence.

        A new version with a new item; for the requester only. Raises NotFound, NotAllowed or Conflict.
        """
        return self._filing.submit_again(item_id, viewer=viewer, uow=uow)

    def edit(
        self, item_id: str, new_texts: Mapping[str, str], *, digest: str, viewer: Viewer, uow: UnitOfWork
    ) -> ReviewItem:
        """Replace the text of segments (empty: take the segment out) of what was seen as `digest`.

        The edited draft is checked again and filed as a new version with a new item; the old item is
        superseded and its votes are void. The viewer is the author of the new version.
        Raises NotFound, NotAllowed, Conflict, DigestMismatch or InputError.
        """
        edited = self._filing.edit(item_id, new_texts, digest=digest, viewer=viewer, uow=uow)
        self._on_edited(edited, uow)
        return edited

    def replace(
        self,
        item_id: str,
        draft: Draft,
        *,
        digest: str,
        viewer: Viewer,
        uow: UnitOfWork,
        attachments: Mapping[str, bytes] | None = None,
    ) -> ReviewItem:
        """Put another draft in the place of what was seen as `digest`, as `edit` does: drafted again, say.

        `attachments` as in `submit`; None: those of the version before.
        """
        return self._filing.replace(item_id, draft, digest=digest, attachments=attachments, viewer=viewer, uow=uow)

    def decide(self, item_id: str, decision: Decision, *, viewer: Viewer, uow: UnitOfWork) -> ReviewItem:
        """Approve, reject or send back what was seen as `decision.digest`; the same decision again changes nothing.

        `decision.delegated` is for this service to set: the viewer's own right counts first, else a lent one.
        Raises NotFound, NotAllowed, Conflict, DigestMismatch or InputError, in the viewer's language.
        """
        return self._deciding.decide(item_id, decision, viewer=viewer, uow=uow)

    def withdraw(self, item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> ReviewItem:
        """Take back, before a decision, what one asked for. Raises NotFound, NotAllowed or Conflict."""
        return self._deciding.withdraw(item_id, viewer=viewer, uow=uow)

    def recall(self, item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> ReviewItem:
        """Take back what is approved and has not begun to leave. Raises NotFound, NotAllowed or Conflict."""
        return self._deciding.recall(item_id, viewer=viewer, uow=uow)

    def retry_release(self, item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> ReviewItem:
        """Queue a failed delivery again (the disk was full, say). Raises NotFound, NotAllowed or Conflict."""
        return self._deciding.retry_release(item_id, viewer=viewer, uow=uow)

    def claim(self, item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> ReviewItem:
        """Say that one works on an item; others may still decide. Raises NotFound, NotAllowed or Conflict."""
        return self._handling.claim(item_id, viewer=viewer, uow=uow)

    def give_back(self, item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> ReviewItem:
        """End a claim: one's own, or as a manager somebody's. Raises NotFound or Conflict."""
        return self._handling.give_back(item_id, viewer=viewer, uow=uow)

    def reassign(self, item_id: str, *, to: str | None, viewer: Viewer, uow: UnitOfWork) -> ReviewItem:
        """Ask somebody (an id; None: nobody in particular) to decide, who may see and approve the item.

        Raises NotFound, NotAllowed, Conflict or InputError.
        """
        return self._handling.reassign(item_id, to=to, viewer=viewer, uow=uow)

    def assignable(self, item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> tuple[Viewer, ...]:
        """The people who may be asked to decide on the item, by name. Raises NotFound."""
        return self._handling.assignable(item_id, viewer=viewer, uow=uow)

    def comment(self, item_id: str, text: str, *, viewer: Viewer, uow: UnitOfWork) -> Comment:
        """Say something about an item, in any state. Raises NotFound or InputError."""
        return self._handling.comment(item_id, text, viewer=viewer, uow=uow)

    def get(self, item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> ReviewView:
        """One item with its draft, findings, release, votes, comments and versions. Raises NotFound."""
        return read_view(item_id, handling=self._handling, viewer=viewer, uow=uow)

    def read(self, item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> ReadItem:
        """One item with its draft alone, for who only reads it. Raises NotFound."""
        return read_item(item_id, viewer=viewer, uow=uow)

    def resolve(self, prefix: str, *, viewer: Viewer, uow: UnitOfWork) -> str:
        """The full id of the one item the viewer may see whose id starts with `prefix`. Raises NotFound."""
        found = ReviewRepository(uow).ids_starting_with(prefix, viewer=viewer) if prefix else ()
        if prefix in found:
            return prefix
        if len(found) != 1:
            raise error(NotFound, "not_found", viewer)
        return found[0]

    def list_queue(
        self,
        *,
        viewer: Viewer,
        uow: UnitOfWork,
        filters: QueueFilters | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> QueuePage:
        """The items `viewer` may see, soonest due first. Raises InputError for a cursor that is not ours."""
        size = max(1, min(limit, _MOST_PER_PAGE))
        return QueuePages(uow).page(filters or QueueFilters(), viewer=viewer, cursor=cursor, limit=size)

    def deliverables(self, item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> dict[str, bytes]:
        """File name -> the exact bytes that approving this item would release. Raises NotFound."""
        item = find_readable(item_id, viewer=viewer, uow=uow)[0].item
        return DraftRepository(uow).deliverables(item.draft_id, item.version)

    def expire_due(self, *, uow: UnitOfWork) -> int:
        """Let what waited past its time lapse, and return how many items that was."""
        return self._changes.expire_due(uow=uow)

    def escalate_due(self, *, uow: UnitOfWork) -> int:
        """Note what is overdue, once each, in the audit chain (`review.escalated`); returns how many items."""
        return self._changes.escalate_due(uow=uow)

    def end_claims(self, *, uow: UnitOfWork) -> int:
        """Give back what was claimed too long ago; returns how many items."""
        return self._changes.end_claims(uow=uow)

    def apply_policy(self, *, uow: UnitOfWork) -> int:
        """Hold everything that has not left against today's policy; returns how many items it changes.

        Where it asks for something else, votes are void and an open item waits anew; what was approved and has not
        left goes stale. Does nothing while the policy is the one that was applied last.
        """
        return self._changes.apply_policy(uow=uow)

    def void_lost_votes(self, *, uow: UnitOfWork) -> int:
        """Void the votes whose voters could no longer give them, on items that have not left; returns how many items.

        What was approved with them goes stale.
        """
        return self._changes.void_lost_votes(uow=uow)

    def plant_tests(self, *, uow: UnitOfWork) -> int:
        """File a test item if the policy's share asks for one, and close those that nobody decided in time."""
        filing = self._filing
        planted = plant_due(filing.policy.quality, guardrails=filing.guardrails, file_item=filing.file_test, uow=uow)
        return planted + QualityRepository(uow).settle_lapsed()

    def mark_changed(self, *, uow: UnitOfWork) -> int:
        """Take undecided and unreleased items out of the queue whose records or passages changed or disappeared.

        For the end of an import; returns how many. Metrics are compared when the item is released.
        """
        return self._changes.mark_changed(uow=uow)


__all__ = [
    "SYSTEM",
    "ApprovalService",
    "Comment",
    "QueueEntry",
    "QueueFilters",
    "QueuePage",
    "ReadItem",
    "ReviewRights",
    "ReviewView",
    "VersionLine",
    "VoteLine",
]
