"""The queue: filing drafts, deciding on them, editing them, and letting them lapse.

Invariants: every change of state is one conditional UPDATE; the decision, its audit event and the release it
orders commit together; whoever acts is the viewer, never somebody named in the arguments.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from copilot.approvals import record, texts
from copilot.approvals.edits import edited_draft
from copilot.approvals.policy import Policy
from copilot.domain.access import Role, Viewer, Visibility
from copilot.domain.approvals import Accepted, RefusalCode, Refused, decide, may_approve
from copilot.domain.drafts import Draft, content_digest
from copilot.domain.findings import Finding, GuardrailReport, Stage, risk_of, rule_names, unsupported_segments
from copilot.domain.rendering import render_deliverables
from copilot.domain.review_items import Decision, ReviewItem, ReviewState, Verdict
from copilot.errors import Conflict, CopilotError, DigestMismatch, InputError, NotAllowed, NotFound
from copilot.guardrails.pipeline import Guardrails
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.drafts import DraftRepository, NewVersion, StoredVersion
from copilot.store.evidence import EvidenceRepository
from copilot.store.queue_pages import QueueFilters, QueuePage, QueuePages
from copilot.store.releases import Release, ReleaseRepository
from copilot.store.review_entries import NewReviewItem, QueueEntry
from copilot.store.reviews import ReviewRepository
from copilot.telemetry import get_logger

_log = get_logger(__name__)

FILE_SINK = "files"
SYSTEM = "system"
"""Actor of what nobody asked for: deadlines and changed sources."""
_SYSTEM_VIEWER = Viewer(user_id=SYSTEM, email=SYSTEM, name=SYSTEM, role=Role.ADMIN)
_MOST_PER_PAGE = 200
_READ_AT_ONCE = 2_000
_NULL = re.compile(r"(?<!\\)(?:\\\\){0,8}\\u0000")
"""A null character as JSON writes it, not the words backslash-u-0000 of a text."""


@dataclass(frozen=True, slots=True)
class ReviewView:
    """Everything a reviewer sees of one item."""

    entry: QueueEntry
    version: StoredVersion
    release: Release | None
    may_approve: RefusalCode | None
    """Why this viewer may not approve it; None: they may."""

    @property
    def item(self) -> ReviewItem:
        return self.entry.item

    @property
    def draft(self) -> Draft:
        return self.version.draft

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.version.findings

    @property
    def unsupported_segments(self) -> tuple[str, ...]:
        """Ids of the segments that must be accepted by name."""
        return unsupported_segments(self.version.findings)


def _nothing(_uow: UnitOfWork) -> None:
    """Default for `on_approved`: the caller releases by itself."""


class ApprovalService:
    """See the module docstring. Every method works inside the caller's unit of work."""

    def __init__(
        self,
        policy: Policy,
        *,
        guardrails: Guardrails | None = None,
        on_approved: Callable[[UnitOfWork], None] = _nothing,
    ) -> None:
        """`on_approved` defers the release job on the transaction of the approval."""
        self._policy = policy
        self._guardrails = guardrails or Guardrails()
        self._on_approved = on_approved

    def submit(self, draft: Draft, report: GuardrailReport, *, viewer: Viewer, uow: UnitOfWork) -> ReviewItem:
        """File a draft that `viewer` asked for, with what the guardrails said about it.

        A report about another text is not believed: the draft is then checked here.
        Raises NotFound if the viewer may not see the account, InputError if the text cannot be stored.
        """
        self._require_account(draft, viewer=viewer, uow=uow)
        findings = self._believed(draft, report, viewer=viewer, uow=uow)
        new = _new_version(draft, findings, author=viewer)
        stored = DraftRepository(uow).create(new, requester_id=viewer.user_id)
        item = self._file(stored, requester_id=viewer.user_id, uow=uow)
        AuditLog(uow).append(
            record.SUBMITTED,
            actor_id=viewer.user_id,
            subject=_subject(item.id),
            details=record.details(item, findings),
        )
        return item

    def decide(self, item_id: str, decision: Decision, *, viewer: Viewer, uow: UnitOfWork) -> ReviewItem:
        """Approve or reject what was seen as `decision.digest`; the same decision again changes nothing.

        Raises NotFound, NotAllowed, Conflict, DigestMismatch or InputError, in the viewer's language.
        """
        if (decision.decider_id, decision.decider_role) != (viewer.user_id, viewer.role):
            raise _error(NotAllowed, "not_yourself", viewer)
        entry = self._find(item_id, viewer=viewer, uow=uow)
        findings = DraftRepository(uow).version(entry.item.draft_id, entry.item.version).findings
        for _attempt in range(2):
            outcome = decide(entry.item, decision, now=uow.clock.now(), findings=findings)
            if isinstance(outcome, Refused):
                raise _refusal(outcome.code, viewer)
            if not isinstance(outcome, Accepted):
                return entry.item
            settled = ReviewRepository(uow).settle(entry.item, _narrowed(decision, findings), outcome)
            entry = self._find(item_id, viewer=viewer, uow=uow)
            if settled:
                return self._record_decision(entry.item, findings, uow=uow)
        raise _refusal("conflict", viewer)

    def edit(
        self, item_id: str, new_texts: Mapping[str, str], *, digest: str, viewer: Viewer, uow: UnitOfWork
    ) -> ReviewItem:
        """Replace the text of segments (empty: take the segment out) of what was seen as `digest`.

        The edited draft is checked again and filed as a new version with a new item; the old item is
        superseded and its votes are void. The viewer is the author of the new version.
        Raises NotFound, NotAllowed, Conflict, DigestMismatch or InputError.
        """
        entry = self._find(item_id, viewer=viewer, uow=uow)
        item = entry.item
        if item.digest != digest:
            raise _refusal("digest_mismatch", viewer)
        if (
            viewer.role not in {*item.requirement.roles, Role.MANAGER, Role.ADMIN}
            and viewer.user_id != item.requester_id
        ):
            raise _refusal("not_allowed", viewer)
        drafts = DraftRepository(uow)
        before = drafts.version(item.draft_id, item.version)
        draft = edited_draft(before.draft, new_texts, viewer=viewer, now=uow.clock.now())
        if not ReviewRepository(uow).supersede(item_id, digest=digest):
            raise _refusal("conflict", viewer)
        report = self._guardrails.check_draft(draft, viewer=viewer, uow=uow)
        new = _new_version(draft, report.findings, author=viewer)
        stored = drafts.add_version(item.draft_id, new, after=item.version)
        filed = self._file(stored, requester_id=item.requester_id, uow=uow)
        details = {**record.details(filed, report.findings), "replaces": item.id}
        AuditLog(uow).append(record.EDITED, actor_id=viewer.user_id, subject=_subject(filed.id), details=details)
        return filed

    def get(self, item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> ReviewView:
        """One item with its draft, findings and release. Raises NotFound."""
        entry = self._find(item_id, viewer=viewer, uow=uow)
        version = DraftRepository(uow).version(entry.item.draft_id, entry.item.version)
        self._require_readable(entry, version.draft, viewer=viewer, uow=uow)
        return ReviewView(
            entry=entry,
            version=version,
            release=ReleaseRepository(uow).get(item_id),
            may_approve=may_approve(entry.item, user_id=viewer.user_id, role=viewer.role),
        )

    def resolve(self, prefix: str, *, viewer: Viewer, uow: UnitOfWork) -> str:
        """The full id of the one item the viewer may see whose id starts with `prefix`. Raises NotFound."""
        found = ReviewRepository(uow).ids_starting_with(prefix, viewer=viewer) if prefix else ()
        if prefix in found:
            return prefix
        if len(found) != 1:
            raise _error(NotFound, "not_found", viewer)
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
        view = self.get(item_id, viewer=viewer, uow=uow)
        return DraftRepository(uow).deliverables(view.item.draft_id, view.item.version)

    def retry_release(self, item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> ReviewItem:
        """Queue a failed delivery again (the disk was full, say). Raises NotFound, NotAllowed or Conflict."""
        entry = self._find(item_id, viewer=viewer, uow=uow)
        if viewer.user_id != entry.item.requester_id and viewer.role not in entry.item.requirement.roles:
            raise _refusal("not_allowed", viewer)
        retried = entry.item.state is ReviewState.RELEASE_FAILED and ReleaseRepository(uow).retry(item_id)
        if not retried or not ReviewRepository(uow).move(
            item_id, to=ReviewState.APPROVED, allowed_from=(ReviewState.RELEASE_FAILED,)
        ):
            raise _error(Conflict, "not_failed", viewer)
        AuditLog(uow).append("release.retried", actor_id=viewer.user_id, subject=_subject(item_id))
        self._on_approved(uow)
        return self._find(item_id, viewer=viewer, uow=uow).item

    def expire_due(self, *, uow: UnitOfWork) -> int:
        """Let what waited past its time lapse, and return how many items that was."""
        return self._lapse(ReviewRepository(uow).expire_due(), "review.expired", uow=uow)

    def mark_changed(self, *, uow: UnitOfWork) -> int:
        """Take undecided and unreleased items out of the queue whose records or passages changed or disappeared.

        For the end of an import; returns how many. Metrics are compared when the item is released.
        """
        cited = ReviewRepository(uow).cited_by_open_items()
        checkable = sorted(key for key in cited if not key.startswith("metric:"))
        outdated: dict[str, set[str]] = {}
        for start in range(0, len(checkable), _READ_AT_ONCE):
            batch = checkable[start : start + _READ_AT_ONCE]
            current = EvidenceRepository(uow).read(batch, viewer=_SYSTEM_VIEWER)
            for key in batch:
                gone = cited[key] - ({current[key].content_hash} if key in current else set())
                outdated |= {key: gone} if gone else {}
        if not outdated:
            return 0
        return self._lapse(ReviewRepository(uow).mark_stale(outdated), "review.stale", uow=uow)

    def _file(self, stored: StoredVersion, *, requester_id: str, uow: UnitOfWork) -> ReviewItem:
        now, draft = uow.clock.now(), stored.draft
        risk = risk_of(stored.findings)
        item = ReviewItem(
            id=f"review_{uow.clock.new_id().hex}",
            draft_id=stored.draft_id,
            version=stored.version,
            kind=draft.kind,
            digest=stored.digest,
            state=ReviewState.PENDING,
            risk=risk,
            requester_id=requester_id,
            author_id=stored.author_id,
            audience=draft.audience,
            requirement=self._policy.requirement(
                kind=draft.kind, risk=risk, audience=draft.audience, value=None, now=now
            ),
            submitted_at=now,
        )
        ReviewRepository(uow).add(
            NewReviewItem(
                item=item,
                account_id=draft.account_id,
                kind=draft.kind,
                title=draft.title,
                language=draft.language,
                visibility=_visibility_of(draft).value,
                rules=rule_names(stored.findings),
            )
        )
        _log.info("review.filed", risk=risk.value, rule=item.requirement.rule, findings=len(stored.findings))
        return item

    def _record_decision(self, item: ReviewItem, findings: tuple[Finding, ...], *, uow: UnitOfWork) -> ReviewItem:
        approved = item.state is ReviewState.APPROVED
        if approved:
            ReleaseRepository(uow).queue(item.id, sink=FILE_SINK, digest=item.digest)
            self._on_approved(uow)
        AuditLog(uow).append(
            record.APPROVED if approved else record.REJECTED,
            actor_id=item.decided_by or SYSTEM,
            subject=_subject(item.id),
            details=record.decision_details(item, findings),
        )
        return item

    def _lapse(self, item_ids: Collection[str], action: str, *, uow: UnitOfWork) -> int:
        for item_id in item_ids:
            AuditLog(uow).append(action, actor_id=SYSTEM, subject=_subject(item_id))
        return len(item_ids)

    def _find(self, item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> QueueEntry:
        entry = ReviewRepository(uow).find(item_id, viewer=viewer)
        if entry is None:
            raise _error(NotFound, "not_found", viewer)
        return entry

    def _require_readable(self, entry: QueueEntry, draft: Draft, *, viewer: Viewer, uow: UnitOfWork) -> None:
        """Invariant 3 for a draft that cites other accounts: who may not see one of them does not see the draft."""
        others = {item.account_id for item in draft.evidence if item.account_id} - {entry.account_id}
        if others:
            visible = EvidenceRepository(uow).visible_account_ids(others, viewer=viewer)
            if others - visible:
                raise _error(NotFound, "not_found", viewer)

    def _require_account(self, draft: Draft, *, viewer: Viewer, uow: UnitOfWork) -> None:
        account_id = draft.account_id
        if account_id and not EvidenceRepository(uow).visible_account_ids([account_id], viewer=viewer):
            raise _error(NotFound, "account_not_found", viewer)

    def _believed(
        self, draft: Draft, report: GuardrailReport, *, viewer: Viewer, uow: UnitOfWork
    ) -> tuple[Finding, ...]:
        _require_storable(draft, viewer)
        if report.stage is Stage.OUTPUT and report.draft_digest == content_digest(draft, deliverables={}):
            return report.findings
        return self._guardrails.check_draft(draft, viewer=viewer, uow=uow).findings


def _new_version(draft: Draft, findings: tuple[Finding, ...], *, author: Viewer) -> NewVersion:
    _require_storable(draft, author)
    deliverables = render_deliverables(draft)
    return NewVersion(
        draft=draft,
        digest=content_digest(draft, deliverables=deliverables),
        deliverables=deliverables,
        findings=findings,
        author_id=author.user_id,
    )


def _require_storable(draft: Draft, viewer: Viewer) -> None:
    """PostgreSQL stores no null character, and half a surrogate pair is no text."""
    try:
        usable = _NULL.search(draft.model_dump_json()) is None
    except ValueError:
        usable = False
    if not usable:
        raise _error(InputError, "unusable_text", viewer)


def _narrowed(decision: Decision, findings: tuple[Finding, ...]) -> Decision:
    """The decision with only those accepted segments that had to be accepted."""
    if decision.verdict is Verdict.REJECT:
        return decision.model_copy(update={"accepted_segments": ()})
    needed = unsupported_segments(findings)
    accepted = tuple(item for item in needed if item in decision.accepted_segments)
    return decision.model_copy(update={"accepted_segments": accepted})


def _visibility_of(draft: Draft) -> Visibility:
    """The narrowest class of shared knowledge that the draft cites."""
    order = list(Visibility)
    cited = [Visibility(item.visibility) for item in draft.evidence if item.visibility]
    return max(cited, key=order.index, default=Visibility.STAFF)


def _subject(item_id: str) -> str:
    return f"review_item:{item_id}"


_ERRORS: dict[RefusalCode, type[CopilotError]] = {
    "conflict": Conflict,
    "digest_mismatch": DigestMismatch,
    "not_allowed": NotAllowed,
    "not_your_turn": NotAllowed,
    "already_voted": Conflict,
    "delegation_over": NotAllowed,
    "own_draft": NotAllowed,
    "held": NotAllowed,
    "expired": Conflict,
    "comment_required": InputError,
    "unsupported_segments": InputError,
    "blocked": NotAllowed,
}


def _refusal(code: RefusalCode, viewer: Viewer) -> CopilotError:
    words, hint = texts.refusal(code, language=viewer.language)
    return _ERRORS[code](words, hint=hint)


def _error(kind: type[CopilotError], name: str, viewer: Viewer) -> CopilotError:
    words, hint = texts.message(name, language=viewer.language)
    return kind(words, hint=hint)


__all__ = ["ApprovalService", "QueueEntry", "QueueFilters", "QueuePage", "ReviewView"]
