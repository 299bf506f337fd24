"""Filing drafts: new ones, edited ones, and the same once more.

Invariant: a version enters the queue checked against the evidence of this moment, with the requirement that policy
asks today; a newer version leaves nothing of the older one's approval.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from copilot.approvals import record
from copilot.approvals.edits import edited_draft
from copilot.approvals.entries import find_readable, subject_of
from copilot.approvals.policy import Policy
from copilot.approvals.quality.outcome import settle_edited
from copilot.approvals.refusals import error, refusal
from copilot.domain.access import Role, Viewer, Visibility
from copilot.domain.drafts import Draft, content_digest
from copilot.domain.findings import Finding, GuardrailReport, Stage, risk_of, rule_names
from copilot.domain.rendering import render_deliverables
from copilot.domain.review_items import SUBMITTED_AGAIN, UNDECIDED, ReviewItem, ReviewState
from copilot.errors import Conflict, InputError, NotFound
from copilot.guardrails.pipeline import Guardrails, read_again
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.drafts import DraftRepository, NewVersion, StoredVersion
from copilot.store.evidence import EvidenceRepository
from copilot.store.releases import PERHAPS_OUT, ReleaseRepository
from copilot.store.review_entries import NewReviewItem
from copilot.store.reviews import ReviewRepository
from copilot.store.value_at_stake import value_at_stake
from copilot.telemetry import get_logger

_log = get_logger(__name__)
ATTACHMENTS = "attachments/"
"""Where the attachments of an email are among the bytes of its version."""
CAME_FROM = "came_from"
"""Parameter of a draft's provenance: the narrowest class of what its words rested on before somebody changed them."""
_DRAFTED_AGAIN = frozenset({ReviewState.STALE, ReviewState.EXPIRED, ReviewState.REJECTED})
"""End states from which the requester may file another draft as the next version."""
_NULL = re.compile(r"(?<!\\)(?:\\\\){0,8}\\u0000")
"""A null character as JSON writes it, not the words backslash-u-0000 of a text."""


@dataclass(frozen=True, slots=True)
class Filing:
    """Files versions under one policy."""

    policy: Policy
    guardrails: Guardrails
    currency: str

    def submit(
        self,
        draft: Draft,
        report: GuardrailReport,
        *,
        attachments: Mapping[str, bytes],
        viewer: Viewer,
        uow: UnitOfWork,
    ) -> ReviewItem:
        """See `ApprovalService.submit`."""
        _require_account(draft, viewer=viewer, uow=uow)
        _require_storable(draft, viewer)
        findings = self._believed(draft, report, viewer=viewer, uow=uow)
        new = _new_version(draft, findings, author_id=viewer.user_id, attachments=attachments, viewer=viewer)
        stored = DraftRepository(uow).create(new, requester_id=viewer.user_id)
        return self._file(stored, action=record.SUBMITTED, requester_id=viewer.user_id, viewer=viewer, uow=uow)

    def file_test(self, draft: Draft, report: GuardrailReport, requester: Viewer, uow: UnitOfWork) -> ReviewItem:
        """File a test item in the name of whoever asked for the draft that it was made from.

        The audit chain names them too, so that nothing tells it from a real one; how it ended says what it was.
        """
        findings = self._believed(draft, report, viewer=requester, uow=uow)
        new = _new_version(draft, findings, author_id=requester.user_id, attachments={}, viewer=requester)
        stored = DraftRepository(uow).create(new, requester_id=requester.user_id)
        return self._file(stored, action=record.SUBMITTED, requester_id=requester.user_id, viewer=requester, uow=uow)

    def edit(
        self, item_id: str, new_texts: Mapping[str, str], *, digest: str, viewer: Viewer, uow: UnitOfWork
    ) -> ReviewItem:
        """See `ApprovalService.edit`."""
        entry, _ = find_readable(item_id, viewer=viewer, uow=uow)
        item = entry.item
        if item.digest != digest:
            raise refusal("digest_mismatch", viewer)
        if not may_edit(item, viewer):
            raise refusal("not_allowed", viewer)
        before = DraftRepository(uow).version(item.draft_id, item.version)
        draft = edited_draft(before.draft, new_texts, viewer=viewer, now=uow.clock.now())
        return self._replace(item, draft, action=record.EDITED, author_id=viewer.user_id, viewer=viewer, uow=uow)

    def submit_again(self, item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> ReviewItem:
        """See `ApprovalService.submit_again`."""
        entry, _ = find_readable(item_id, viewer=viewer, uow=uow)
        item = entry.item
        if viewer.user_id != item.requester_id:
            raise refusal("not_allowed", viewer)
        if item.state not in SUBMITTED_AGAIN:
            raise error(Conflict, "not_submittable", viewer)
        before = DraftRepository(uow).version(item.draft_id, item.version)
        _require_account(before.draft, viewer=viewer, uow=uow)
        draft = _with_evidence_of_now(before.draft, viewer=viewer, uow=uow)
        # Who wrote the words has not changed by filing them again.
        author_id = before.author_id
        return self._replace(item, draft, action=record.SUBMITTED_AGAIN, author_id=author_id, viewer=viewer, uow=uow)

    def replace(
        self,
        item_id: str,
        draft: Draft,
        *,
        digest: str,
        attachments: Mapping[str, bytes] | None,
        viewer: Viewer,
        uow: UnitOfWork,
    ) -> ReviewItem:
        """See `ApprovalService.replace`."""
        entry, _ = find_readable(item_id, viewer=viewer, uow=uow)
        if entry.item.digest != digest:
            raise refusal("digest_mismatch", viewer)
        if not may_edit(entry.item, viewer):
            raise refusal("not_allowed", viewer)
        _require_account(draft, viewer=viewer, uow=uow)
        _require_storable(draft, viewer)
        again = entry.item.state in _DRAFTED_AGAIN and viewer.user_id == entry.item.requester_id
        return self._replace(
            entry.item,
            draft,
            action=record.EDITED,
            author_id=viewer.user_id,
            viewer=viewer,
            uow=uow,
            after_its_end=again,
            attachments=attachments,
        )

    def _replace(
        self,
        item: ReviewItem,
        draft: Draft,
        *,
        action: str,
        author_id: str,
        viewer: Viewer,
        uow: UnitOfWork,
        after_its_end: bool = False,
        attachments: Mapping[str, bytes] | None = None,
    ) -> ReviewItem:
        """File `draft` as the version after that of `item`, with other `attachments` or those of that version."""
        _require_not_out(item, viewer=viewer, uow=uow)
        drafts = DraftRepository(uow)
        # What ended before stays as it ended; its version number then says whether somebody was faster.
        if not (after_its_end or action == record.SUBMITTED_AGAIN) or item.state in UNDECIDED:
            if not ReviewRepository(uow).supersede(item.id, digest=item.digest):
                raise refusal("conflict", viewer)
            AuditLog(uow).append(record.SUPERSEDED, actor_id=viewer.user_id, subject=subject_of(item.id))
        report = self.guardrails.check_draft(draft, viewer=viewer, uow=uow)
        if attachments is None:
            attachments = _attachments(drafts.version(item.draft_id, item.version).draft, drafts=drafts, item=item)
        new = _new_version(draft, report.findings, author_id=author_id, attachments=attachments, viewer=viewer)
        stored = drafts.add_version(item.draft_id, new, after=item.version)
        filed = self._file(
            stored,
            action=action,
            requester_id=item.requester_id,
            viewer=viewer,
            uow=uow,
            replaces=item.id,
            earlier_authors=item.author_ids,
        )
        settle_edited(item, filed, by=viewer.user_id, uow=uow)
        return filed

    def _file(
        self,
        stored: StoredVersion,
        *,
        action: str,
        requester_id: str,
        viewer: Viewer,
        uow: UnitOfWork,
        replaces: str | None = None,
        earlier_authors: tuple[str, ...] = (),
    ) -> ReviewItem:
        now, draft, risk = uow.clock.now(), stored.draft, risk_of(stored.findings)
        value = value_at_stake(draft.account_id, currency=self.currency, uow=uow)
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
            author_ids=tuple(sorted({*earlier_authors, stored.author_id})),
            audience=draft.audience,
            value_at_stake=value,
            requirement=self.policy.requirement(
                kind=draft.kind, risk=risk, audience=draft.audience, value=value, now=now
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
        told = record.details(item, stored.findings) | ({"replaces": replaces} if replaces else {})
        AuditLog(uow).append(action, actor_id=viewer.user_id, subject=subject_of(item.id), details=told)
        _log.info("review.filed", risk=risk.value, rule=item.requirement.rule, findings=len(stored.findings))
        return item

    def _believed(
        self, draft: Draft, report: GuardrailReport, *, viewer: Viewer, uow: UnitOfWork
    ) -> tuple[Finding, ...]:
        if report.stage is Stage.OUTPUT and report.draft_digest == content_digest(draft, deliverables={}):
            return report.findings
        return self.guardrails.check_draft(draft, viewer=viewer, uow=uow).findings


def may_edit(item: ReviewItem, viewer: Viewer) -> bool:
    """Whether the person may write another version of it."""
    return viewer.role in {*item.requirement.roles, Role.MANAGER, Role.ADMIN} or viewer.user_id == item.requester_id


def _new_version(
    draft: Draft,
    findings: tuple[Finding, ...],
    *,
    author_id: str,
    attachments: Mapping[str, bytes],
    viewer: Viewer,
) -> NewVersion:
    _require_storable(draft, viewer)
    named = {item.name: item.sha256 for item in (draft.email.attachments if draft.email else draft.files)}
    if named != {name: hashlib.sha256(content).hexdigest() for name, content in attachments.items()}:
        raise error(InputError, "attachments_differ", viewer)
    deliverables = render_deliverables(draft, attachments=attachments)
    if draft.email is not None:  # a file of any other draft is among what was rendered
        deliverables |= {f"{ATTACHMENTS}{name}": content for name, content in attachments.items()}
    return NewVersion(
        draft=draft,
        digest=content_digest(draft, deliverables=deliverables),
        deliverables=deliverables,
        findings=findings,
        author_id=author_id,
    )


def _attachments(draft: Draft, *, drafts: DraftRepository, item: ReviewItem) -> dict[str, bytes]:
    """What goes with the version of `item`, by the names that its draft gives it."""
    deliverables = drafts.deliverables(item.draft_id, item.version)
    named = draft.email.attachments if draft.email else draft.files
    prefix = ATTACHMENTS if draft.email else ""
    kept = ((each.name, deliverables.get(f"{prefix}{each.name}")) for each in named)
    return {name: content for name, content in kept if content is not None}


def _with_evidence_of_now(draft: Draft, *, viewer: Viewer, uow: UnitOfWork) -> Draft:
    """The same words beside what their sources say today; what is gone stays, and the guardrails say so."""
    current = read_again(draft, viewer=viewer, uow=uow)
    return draft.model_copy(update={"evidence": tuple(current.get(item.id, item) for item in draft.evidence)})


def _require_account(draft: Draft, *, viewer: Viewer, uow: UnitOfWork) -> None:
    account_id = draft.account_id
    if account_id and not EvidenceRepository(uow).visible_account_ids([account_id], viewer=viewer):
        raise error(NotFound, "account_not_found", viewer)


def _require_not_out(item: ReviewItem, *, viewer: Viewer, uow: UnitOfWork) -> None:
    """A version that may have left is not written anew, whatever state its item is in: it could leave twice."""
    releases = ReleaseRepository(uow)
    releases.hold(item.id)
    release = releases.get(item.id)
    if release is not None and release.state in PERHAPS_OUT:
        raise error(Conflict, "perhaps_left", viewer)


def _require_storable(draft: Draft, viewer: Viewer) -> None:
    """PostgreSQL stores no null character, and half a surrogate pair is no text."""
    try:
        usable = _NULL.search(draft.model_dump_json()) is None
    except ValueError:
        usable = False
    if not usable:
        raise error(InputError, "unusable_text", viewer)


def _visibility_of(draft: Draft) -> Visibility:
    """The narrowest class of shared knowledge that the draft cites, or that its words came from before an edit."""
    order = list(Visibility)
    cited = [Visibility(item.visibility) for item in draft.evidence if item.visibility]
    said = draft.provenance.parameters.get(CAME_FROM, Visibility.STAFF.value)
    return max([*cited, Visibility(said)], key=order.index)
