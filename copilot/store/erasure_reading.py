"""Which erasures were done, and how long what is kept under retention has been there.

Invariant: an erasure is read as it was recorded: when, by whom, why and how much, never who.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, cast, func, select

from copilot.domain.audit import AuditEvent
from copilot.store.database import UnitOfWork
from copilot.store.erasure_retention import has_content
from copilot.store.reviews import UNRELEASED
from copilot.store.tables.chat import ChatThreadRow
from copilot.store.tables.models import ModelCallRow
from copilot.store.tables.people import LoginAttemptRow, UserRow
from copilot.store.tables.privacy import ErasureRow, SuppressionRow
from copilot.store.tables.records import ImportRunRow
from copilot.store.tables.rfp import RfpProjectRow
from copilot.store.tables.scores import AlertRow, SignalSnapshotRow, TextSignalRow
from copilot.store.tables.work import AuditEventRow, DraftVersionRow, ReviewItemRow


@dataclass(frozen=True, slots=True)
class ErasureRecord:
    """One erasure. `counts`: places by table, `contacts`, `passages` and `drafts`."""

    id: str
    erased_at: datetime
    actor_id: str
    actor_name: str | None
    reason: str
    counts: dict[str, int]
    kept_out: int
    """Keyed hashes that keep the person out of later imports."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is held of one kind: how many, and since when the oldest."""

    number: int
    oldest: datetime | None


class ErasureReading:
    """Reads within one unit of work. For administrators."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def all(self, *, limit: int = 200) -> tuple[ErasureRecord, ...]:
        """The latest erasures first."""
        rows = self._session.execute(_records().order_by(ErasureRow.erased_at.desc(), ErasureRow.id).limit(limit))
        return tuple(ErasureRecord(**row._asdict()) for row in rows)

    def one(self, erasure_id: str) -> ErasureRecord | None:
        """One erasure."""
        row = self._session.execute(_records().where(ErasureRow.id == erasure_id)).first()
        return ErasureRecord(**row._asdict()) if row else None

    def event(self, erasure_id: str) -> AuditEvent | None:
        """The event of the audit chain that tells of an erasure."""
        row = self._session.scalar(
            select(AuditEventRow).where(
                AuditEventRow.action == "privacy.erased", AuditEventRow.details["erasure"].astext == erasure_id
            )
        )
        if row is None:
            return None
        return AuditEvent.model_validate({name: getattr(row, name) for name in AuditEvent.model_fields})

    def kept(self) -> dict[str, Kept]:
        """What is held of each kind that a retention rule is about, by the rule's name."""
        settled = func.coalesce(ReviewItemRow.decided_at, ReviewItemRow.expires_at)
        drafts = (
            select(func.count(), func.min(settled))
            .select_from(ReviewItemRow)
            .join(
                DraftVersionRow,
                (DraftVersionRow.draft_id == ReviewItemRow.draft_id)
                & (DraftVersionRow.version == ReviewItemRow.version),
            )
            .where(ReviewItemRow.state.not_in([state.value for state in UNRELEASED]), has_content())
        )
        queries: dict[str, Any] = {
            "draft_days": drafts,
            "import_report_days": _since(ImportRunRow.finished_at),
            "conversation_days": _since(ChatThreadRow.updated_at),
            "questionnaire_days": _since(RfpProjectRow.updated_at),
            "login_attempt_days": _since(LoginAttemptRow.attempted_at),
            "alert_days": _since(AlertRow.changed_at),
            "signal_snapshot_days": _since(cast(SignalSnapshotRow.day, DateTime(timezone=True))),
            "text_signal_days": _since(cast(TextSignalRow.day, DateTime(timezone=True))),
            "model_call_days": _since(ModelCallRow.called_at),
        }
        return {name: Kept(*self._session.execute(query).one()) for name, query in queries.items()}


def _since(column: Any) -> Any:
    return select(func.count(), func.min(column))


def _records() -> Any:
    kept_out = (
        select(func.count()).where(SuppressionRow.erasure_id == ErasureRow.id).correlate(ErasureRow).scalar_subquery()
    )
    return select(
        ErasureRow.id,
        ErasureRow.erased_at,
        ErasureRow.actor_id,
        UserRow.name.label("actor_name"),
        ErasureRow.reason,
        ErasureRow.counts,
        kept_out.label("kept_out"),
    ).outerjoin(UserRow, UserRow.id == ErasureRow.actor_id)
