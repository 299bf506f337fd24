"""Signed checkpoints in the database.

Invariant: they are appended one at a time under a lock, each over the events since the one before.
"""

from sqlalchemy import func, insert, select, text

from copilot.domain.checkpoints import MOST_EVENTS, Checkpoint
from copilot.store.database import UnitOfWork
from copilot.store.tables.checkpoints import AuditCheckpointRow
from copilot.store.tables.work import AuditEventRow

_LOCK = 727206


class CheckpointRepository:
    """Appends and reads."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def lock(self) -> None:
        """Be the only one who appends until this unit of work ends."""
        self._session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})

    def add(self, checkpoint: Checkpoint) -> None:
        """Append; the caller holds the lock."""
        self._session.execute(insert(AuditCheckpointRow), [checkpoint.model_dump()])

    def last(self) -> Checkpoint | None:
        """The newest, or None before the first."""
        row = self._session.scalars(
            select(AuditCheckpointRow).order_by(AuditCheckpointRow.number.desc()).limit(1)
        ).one_or_none()
        return None if row is None else _to_domain(row)

    def all(self, *, after: int = 0) -> tuple[Checkpoint, ...]:
        """Those with a number above `after`, in order."""
        rows = self._session.scalars(
            select(AuditCheckpointRow).where(AuditCheckpointRow.number > after).order_by(AuditCheckpointRow.number)
        )
        return tuple(_to_domain(row) for row in rows)

    def uncovered(self, last: Checkpoint | None) -> int:
        """How many events there are that `last` does not cover."""
        newest = self._session.scalar(select(func.max(AuditEventRow.sequence))) or 0
        return newest - (last.sequence if last else 0)

    def hashes_after(self, last: Checkpoint | None) -> list[str]:
        """The hashes of the events after those that `last` covers, in order: of as many as the next one may cover."""
        return list(
            self._session.scalars(
                select(AuditEventRow.hash)
                .where(AuditEventRow.sequence > (last.sequence if last else 0))
                .order_by(AuditEventRow.sequence)
                .limit(MOST_EVENTS)
            )
        )


def _to_domain(row: AuditCheckpointRow) -> Checkpoint:
    return Checkpoint.model_validate({name: getattr(row, name) for name in Checkpoint.model_fields})
