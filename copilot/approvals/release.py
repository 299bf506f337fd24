"""The release gate: the only way out.

Invariant 5: what is delivered is byte for byte what was approved, once; no live approval, no delivery. The
steps are queued -> sending -> released, failed or parked, each its own transaction, so that a process killed
between any two of them leaves a state from which the next run goes on.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from copilot.approvals.entitlement import entitled_approvers
from copilot.approvals.record import approval_is_on_record
from copilot.approvals.release_check import check_before_release
from copilot.approvals.service import FILE_SINK, SYSTEM
from copilot.approvals.sinks import Delivery, Sink
from copilot.approvals.sinks.files import FileSink
from copilot.domain.access import Viewer
from copilot.domain.drafts import Draft, content_digest
from copilot.domain.review_items import ReviewState
from copilot.errors import CopilotError
from copilot.guardrails.pipeline import Guardrails
from copilot.store.audit import AuditLog
from copilot.store.database import Database, UnitOfWork
from copilot.store.drafts import DraftRepository, StoredVersion
from copilot.store.evidence import EvidenceRepository
from copilot.store.releases import ReleaseRepository, ReleaseState, sole_deliverer
from copilot.store.reviews import ReviewRepository
from copilot.telemetry import get_logger

_log = get_logger(__name__)

_STATE_AFTER_OBJECTION = {"expired": ReviewState.EXPIRED, "evidence_changed": ReviewState.STALE}
_OUT = (ReviewState.APPROVED, ReviewState.RELEASE_FAILED, ReviewState.STALE, ReviewState.EXPIRED)
"""States from which an item whose bytes did go out becomes RELEASED: the record follows what happened."""


@dataclass(frozen=True, slots=True)
class _Objection:
    """Why an approval does not hold at the moment of delivery."""

    code: str


@dataclass(frozen=True, slots=True)
class _Waits:
    """The approval holds, and the recipients cannot be written to at this moment."""

    rule: str


class ReleaseGate:
    """Delivers what is approved and due."""

    def __init__(self, database: Database, *, sinks: Mapping[str, Sink], guardrails: Guardrails | None = None) -> None:
        self._database = database
        self._sinks = sinks
        self._guardrails = guardrails or Guardrails()

    def run_due(self) -> int:
        """Deliver everything that waits, and finish what a killed process left. Returns how many went out."""
        with self._database.unit_of_work() as uow:
            due = ReleaseRepository(uow).due()
        return sum(self._run_readable(item_id) is ReleaseState.RELEASED for item_id in due)

    def _run_readable(self, item_id: str) -> ReleaseState | None:
        """One item whose rows make no sense holds up no other."""
        try:
            return self.run(item_id)
        except ValidationError:
            _log.error("release.unreadable", item=item_id)
            return None

    def run(self, item_id: str) -> ReleaseState | None:
        """Deliver one item. None: another process is at it, or nothing is to be done."""
        with sole_deliverer(self._database, item_id) as mine:
            return self._run_alone(item_id) if mine else None

    def _run_alone(self, item_id: str) -> ReleaseState | None:
        with self._database.unit_of_work() as uow:
            release = ReleaseRepository(uow).get(item_id)
            if release is None or release.state not in {ReleaseState.QUEUED, ReleaseState.SENDING}:
                return None
            sink = self._sinks[release.sink]
            if release.state is ReleaseState.SENDING:
                known = self._finish_cut_off(item_id, sink, uow=uow)
                if known is not None:
                    return known
            prepared = _prepare(item_id, release_digest=release.digest, guardrails=self._guardrails, uow=uow)
            if isinstance(prepared, _Waits):
                _log.info("release.waits", rule=prepared.rule)
                return None
            ReleaseRepository(uow).start(item_id)
            if isinstance(prepared, _Objection):
                return self._finish(item_id, ReleaseState.FAILED, uow=uow, error_code=prepared.code)
        try:
            receipt = sink.deliver(prepared)
        except CopilotError as error:
            with self._database.unit_of_work() as uow:
                return self._finish(item_id, ReleaseState.FAILED, uow=uow, error_code=error.code)
        with self._database.unit_of_work() as uow:
            return self._finish(item_id, ReleaseState.RELEASED, uow=uow, receipt=receipt)

    def _finish_cut_off(self, item_id: str, sink: Sink, *, uow: UnitOfWork) -> ReleaseState | None:
        """Settle a delivery that a killed process began, if its outcome is known or must not be guessed."""
        if not sink.repeatable:
            return self._finish(item_id, ReleaseState.PARKED, uow=uow, error_code="outcome_unknown")
        stored = _stored(item_id, uow=uow)
        receipt = None if stored is None else sink.delivered(stored[1])
        if receipt is None:
            return None
        return self._finish(item_id, ReleaseState.RELEASED, uow=uow, receipt=receipt)

    def _finish(
        self,
        item_id: str,
        state: ReleaseState,
        *,
        uow: UnitOfWork,
        receipt: dict[str, str] | None = None,
        error_code: str | None = None,
    ) -> ReleaseState | None:
        if not ReleaseRepository(uow).finish(item_id, state=state, receipt=receipt, error_code=error_code):
            return None
        reviews = ReviewRepository(uow)
        if state is ReleaseState.RELEASED:
            reviews.move(item_id, to=ReviewState.RELEASED, allowed_from=_OUT)
        else:
            after = _STATE_AFTER_OBJECTION.get(error_code or "", ReviewState.RELEASE_FAILED)
            reviews.move(item_id, to=after, allowed_from=(ReviewState.APPROVED,))
        AuditLog(uow).append(
            f"release.{state.value}",
            actor_id=SYSTEM,
            subject=f"review_item:{item_id}",
            details=dict(receipt or {}) | ({"error": error_code} if error_code else {}),
        )
        _log.info("release.finished", state=state.value, error=error_code)
        return state


def run_due_releases(database: Database, *, exports: Path, guardrails: Guardrails | None = None) -> int:
    """Deliver everything due into the folder `exports`; returns how many drafts went out."""
    return ReleaseGate(database, sinks={FILE_SINK: FileSink(exports)}, guardrails=guardrails).run_due()


def _stored(item_id: str, *, uow: UnitOfWork) -> tuple[StoredVersion, Delivery] | None:
    """The item's version and its bytes, or None if what is stored is no longer a draft."""
    entry = ReviewRepository(uow).get_unfiltered(item_id)
    if entry is None:
        return None
    item, drafts = entry.item, DraftRepository(uow)
    try:
        stored = drafts.version(item.draft_id, item.version)
    except ValidationError:
        return None
    files = drafts.deliverables(item.draft_id, item.version)
    name = _name(stored.draft)
    return stored, Delivery(review_item_id=item.id, digest=item.digest, name=name, files=files)


def _prepare(
    item_id: str, *, release_digest: str, guardrails: Guardrails, uow: UnitOfWork
) -> Delivery | _Objection | _Waits:
    """Check everything again, and return exactly the stored bytes if the approval still holds."""
    entry = ReviewRepository(uow).get_unfiltered(item_id)
    if entry is None or entry.item.state is not ReviewState.APPROVED:
        return _Objection("not_approved")
    if uow.clock.now() >= entry.item.requirement.expires_at:
        return _Objection("expired")
    approvers = entitled_approvers(entry.item, uow=uow)
    if not approvers:
        return _Objection("approver_not_entitled")
    approver = approvers[-1]
    found = _stored(item_id, uow=uow)
    if found is None:
        return _Objection("digest_mismatch")
    stored, delivery = found
    now = content_digest(stored.draft, deliverables=dict(delivery.files))
    if {now, stored.digest, release_digest} != {entry.item.digest}:
        return _Objection("digest_mismatch")
    events = AuditLog(uow).about(f"review_item:{item_id}")
    if not approval_is_on_record(entry.item, stored.findings, events):
        return _Objection("not_approved")
    if not _evidence_stands(stored.draft, approver=approver, uow=uow):
        return _Objection("evidence_changed")
    check = check_before_release(
        stored, item_id=item_id, sender=entry.requester_name, viewer=approver, guardrails=guardrails, uow=uow
    )
    if check.objection is not None:
        return _Objection(check.objection)
    return delivery if check.waits_for is None else _Waits(check.waits_for)


def _evidence_stands(draft: Draft, *, approver: Viewer, uow: UnitOfWork) -> bool:
    current = EvidenceRepository(uow).read_for(draft.evidence, viewer=approver, today=draft.as_of)
    return all(item.id in current and current[item.id].content_hash == item.content_hash for item in draft.evidence)


def _name(draft: Draft) -> str:
    """`2026-11-16-brief-aceros-tormes`: plain letters, so that any file system takes it."""
    folded = unicodedata.normalize("NFKD", draft.account_name or "").encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:40].strip("-")
    return "-".join(part for part in (draft.as_of.isoformat(), draft.kind.value, slug) if part)
