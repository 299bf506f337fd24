"""Which erasures were done, and how long what is kept under retention has been there.

Invariant: an erasure is read as it was recorded: when, by whom, why and how much, never who. That somebody is at it is
told by the lock that ends with whoever holds it, not by what they wrote.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, cast, func, literal, select, tuple_

from copilot.domain.audit import AuditEvent
from copilot.domain.erasure import ErasureState
from copilot.store.database import UnitOfWork
from copilot.store.erasure_requests import IS_WAITING, TURN_TAKEN
from copilot.store.erasure_retention import has_content, has_ended
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
    asked_at: datetime
    erased_at: datetime | None
    failed_at: datetime | None
    actor_id: str
    """Who asked for it."""
    actor_name: str | None
    reason: str
    counts: dict[str, int]
    remove_files: bool
    begun: int
    step: str | None
    step_done: int
    step_total: int
    problem: str | None
    problem_tables: list[str]
    result: dict[str, Any]
    kept_out: int
    """Keyed hashes that keep the person out of later imports."""
    is_at_work: bool
    """Somebody erases now, and this one was begun."""

    @property
    def state(self) -> ErasureState:
        """Where it is."""
        if self.erased_at is not None:
            return ErasureState.DONE
        if self.failed_at is not None:
            return ErasureState.FAILED
        return ErasureState.UNDER_WAY if self.is_at_work else ErasureState.WAITING

    @property
    def can_be_withdrawn(self) -> bool:
        """Nothing of it was done, and nobody is at it; see `OpenErasures.withdraw`."""
        return self.erased_at is None and (self.begun == 0 or self.failed_at is not None)


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
        rows = self._session.execute(_records().order_by(ErasureRow.asked_at.desc(), ErasureRow.id).limit(limit))
        return tuple(ErasureRecord(**row._asdict()) for row in rows)

    def one(self, erasure_id: str) -> ErasureRecord | None:
        """One erasure."""
        row = self._session.execute(_records().where(ErasureRow.id == erasure_id)).first()
        return ErasureRecord(**row._asdict()) if row else None

    def before(self, record: ErasureRecord) -> int:
        """How many that wait were asked for before this one: they come first."""
        earlier = tuple_(ErasureRow.asked_at, ErasureRow.id) < tuple_(literal(record.asked_at), literal(record.id))
        return self._session.scalar(select(func.count()).where(IS_WAITING, earlier)) or 0

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
            "alert_days": _since(AlertRow.changed_at).where(has_ended()),
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
    at_work = ErasureRow.step.is_not(None) & TURN_TAKEN
    return select(
        ErasureRow.id,
        ErasureRow.asked_at,
        ErasureRow.erased_at,
        ErasureRow.failed_at,
        ErasureRow.actor_id,
        UserRow.name.label("actor_name"),
        ErasureRow.reason,
        ErasureRow.counts,
        ErasureRow.remove_files,
        ErasureRow.begun,
        ErasureRow.step,
        ErasureRow.step_done,
        ErasureRow.step_total,
        ErasureRow.problem,
        ErasureRow.problem_tables,
        ErasureRow.result,
        kept_out.label("kept_out"),
        at_work.label("is_at_work"),
    ).outerjoin(UserRow, UserRow.id == ErasureRow.actor_id)
