"""The audit chain in the database.

Invariant 6: an event is written in the transaction of what it tells about, at its very end and under one
lock, so that sequences have no gaps, the lock is held for a moment only, and nobody waits in a circle. The server's
function `append_audit_events` (migration 0010) is the only way in for the application's role.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session, SessionTransaction

from copilot.domain.audit import GENESIS, AuditEvent, HashInput, hash_input
from copilot.store.database import UnitOfWork
from copilot.store.tables.work import AuditEventRow

_PENDING = "copilot.audit.pending"
_PAGE = 1000
_APPEND = "select append_audit_events(%s, %s)"


@dataclass(frozen=True, slots=True)
class _Entry:
    text: HashInput
    savepoints: tuple[SessionTransaction, ...]
    """Those that were open: if one of them is undone, it did not happen."""


class AuditLog:
    """Appends to and reads the chain."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def append(self, action: str, *, actor_id: str, subject: str, details: dict[str, str] | None = None) -> None:
        """Record that `actor_id` did `action` to `subject`; written when the unit of work commits.

        `details` holds identifiers and codes, never personal data or draft text.
        """
        session = self._uow.session
        pending: list[_Entry] | None = session.info.get(_PENDING)
        if pending is None:
            pending = session.info[_PENDING] = []
            event.listen(session, "before_commit", _write_pending)
            event.listen(session, "after_soft_rollback", _forget_undone)
        pending.append(
            _Entry(
                text=hash_input(
                    happened_at=self._uow.clock.now(),
                    actor_id=actor_id,
                    action=action,
                    subject=subject,
                    details=dict(details or {}),
                ),
                savepoints=tuple(_open_savepoints(session)),
            )
        )

    def events(self, *, after: int = 0) -> Iterator[AuditEvent]:
        """Every event with a sequence above `after`, in order, read in pages."""
        while True:
            rows = self._uow.session.scalars(
                select(AuditEventRow)
                .where(AuditEventRow.sequence > after)
                .order_by(AuditEventRow.sequence)
                .limit(_PAGE)
            ).all()
            for row in rows:
                yield _to_domain(row)
            if len(rows) < _PAGE:
                return
            after = rows[-1].sequence

    def hash_before(self, sequence: int) -> str | None:
        """The hash of the event before this one; that of the beginning for the first, None for one that is missing."""
        if sequence <= 1:
            return GENESIS
        return self._uow.session.scalar(select(AuditEventRow.hash).where(AuditEventRow.sequence == sequence - 1))

    def about(self, subject: str) -> tuple[AuditEvent, ...]:
        """The events of one subject (`review_item:<id>`), in order."""
        rows = self._uow.session.scalars(
            select(AuditEventRow).where(AuditEventRow.subject == subject).order_by(AuditEventRow.sequence)
        )
        return tuple(_to_domain(row) for row in rows)


def _open_savepoints(session: Session) -> Iterator[SessionTransaction]:
    transaction = session.get_nested_transaction()
    while transaction is not None and transaction.nested:
        yield transaction
        transaction = transaction.parent


def _forget_undone(session: Session, undone: SessionTransaction) -> None:
    pending: list[_Entry] = session.info.get(_PENDING, [])
    pending[:] = [entry for entry in pending if undone.nested and undone not in entry.savepoints]


def _write_pending(session: Session) -> None:
    pending: list[_Entry] = session.info.get(_PENDING, [])
    # The end of a savepoint is announced as a commit too; the lock is for the real one.
    if not pending or session.in_nested_transaction():
        return
    entries, pending[:] = list(pending), []
    session.flush()
    # Sent together with the commit: between the two the server, which holds the lock, waits for nobody. The session's
    # own commit finds nothing left to do; this is the last listener, so nobody writes in between.
    connection: Any = session.connection().connection.driver_connection
    with connection.pipeline():
        connection.execute(_APPEND, ([entry.text.head for entry in entries], [entry.text.tail for entry in entries]))
        connection.commit()


def _to_domain(row: AuditEventRow) -> AuditEvent:
    return AuditEvent(
        sequence=row.sequence,
        happened_at=row.happened_at,
        actor_id=row.actor_id,
        action=row.action,
        subject=row.subject,
        details=row.details,
        previous_hash=row.previous_hash,
        hash=row.hash,
    )
