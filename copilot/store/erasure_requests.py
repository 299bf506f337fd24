"""Erasures that were asked for and are not done yet.

Invariants: of one person one erasure is open at most; one is worked on at a time, by whoever holds a lock that ends
with its transaction, however that ends; whom it is about stands in one row, which goes in the transaction that erases.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Text, cast, delete, func, literal_column, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from copilot.domain.erasure import Step
from copilot.store.database import UnitOfWork
from copilot.store.tables.privacy import ErasureRow, ErasureSubjectRow
from copilot.store.tables.records import ContactRow

_TURN = 727213
TURN_TAKEN: ColumnElement[bool] = literal_column(
    f"exists (select from pg_locks where locktype = 'advisory' and classid = 0 and objid = {_TURN} and granted "  # noqa: S608 - a number of ours
    "and database = (select oid from pg_database where datname = current_database()))",
    Boolean,
)
"""Somebody erases now."""
_OPEN = ErasureRow.erased_at.is_(None)
IS_WAITING: ColumnElement[bool] = _OPEN & ErasureRow.failed_at.is_(None)
"""It is to be done, or somebody is at it."""
_IS_UNTOUCHED = _OPEN & ((ErasureRow.begun == 0) | ErasureRow.failed_at.is_not(None))
"""Nobody is at it, and nobody begins it at this moment without waiting for this row."""
_WHOM = ErasureSubjectRow.person
IS_TO_BE_ERASED: ColumnElement[bool] = (
    select(ErasureSubjectRow.erasure_id)
    .where(
        or_(
            func.jsonb_exists(_WHOM["contact_ids"], ContactRow.id),
            func.jsonb_exists(cast(func.lower(cast(_WHOM["emails"], Text)), JSONB), func.lower(ContactRow.email)),
        )
    )
    .correlate(ContactRow)
    .exists()
)
"""Condition on contacts: an open erasure is about them, whatever an import has made of their records meanwhile."""
BANNED = "banned"
"""Of whom it is about: the contacts to whom nobody may write since it was asked for, and only therefore."""


class OpenErasures:
    """Works within one unit of work. Not filtered by a viewer: only the privacy services may ask."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session
        self._uow = uow

    def ask(
        self, subject: str, *, actor_id: str, reason: str, person: Mapping[str, Any], remove_files: bool
    ) -> tuple[str, bool]:
        """The id of the open erasure of this subject, and whether it was made just now."""
        while True:
            erasure_id = f"erasure_{self._uow.clock.new_id().hex}"
            statement = insert(ErasureRow).values(
                id=erasure_id,
                asked_at=self._uow.clock.now(),
                actor_id=actor_id,
                reason=reason,
                counts={},
                subject=subject,
                remove_files=remove_files,
            )
            made = self._session.scalar(
                statement.on_conflict_do_nothing(index_elements=[ErasureRow.subject], index_where=_OPEN).returning(
                    ErasureRow.id
                )
            )
            if made is not None:
                self._session.add(ErasureSubjectRow(erasure_id=erasure_id, person=dict(person)))
                self._session.flush()
                return made, True
            known = self._session.scalar(
                update(ErasureRow)
                .where(ErasureRow.subject == subject, _OPEN)
                .values(remove_files=ErasureRow.remove_files | remove_files)
                .returning(ErasureRow.id)
            )
            # None: it was done at this very moment, so that this is another one.
            if known is not None:
                return known, False

    def take_turn(self) -> bool:
        """Be the one who erases until this unit of work ends; False if somebody else is."""
        return bool(self._session.scalar(select(func.pg_try_advisory_xact_lock(_TURN))))

    def waiting(self) -> list[str]:
        """Ids of what is to be done, in the order it was asked for."""
        order = (ErasureRow.asked_at, ErasureRow.id)
        return list(self._session.scalars(select(ErasureRow.id).where(IS_WAITING).order_by(*order)))

    def begin(self, erasure_id: str) -> int | None:
        """Count that it is begun, and return how often it was; None if it is not to be done (any more)."""
        return self._session.scalar(
            update(ErasureRow)
            .where(ErasureRow.id == erasure_id, IS_WAITING)
            .values(begun=ErasureRow.begun + 1, step=Step.TURN.value, step_done=0, step_total=0)
            .returning(ErasureRow.begun)
        )

    def person(self, erasure_id: str) -> dict[str, Any]:
        """Whom an open erasure is about."""
        return dict(self._session.get_one(ErasureSubjectRow, erasure_id).person)

    def note_banned(self, erasure_id: str, contact_ids: Iterable[str]) -> None:
        """Nobody may write to these contacts since this new erasure was asked for, and only therefore."""
        row = self._session.get_one(ErasureSubjectRow, erasure_id)
        row.person = row.person | {BANNED: sorted(contact_ids)}

    def others(self, erasure_id: str) -> dict[str, dict[str, Any]]:
        """Whom the other open erasures are about, by their ids."""
        rows = self._session.execute(
            select(ErasureSubjectRow.erasure_id, ErasureSubjectRow.person).where(
                ErasureSubjectRow.erasure_id != erasure_id
            )
        )
        return {row.erasure_id: row.person for row in rows}

    def withdraw(self, erasure_id: str) -> dict[str, Any] | None:
        """Delete one that nobody has begun or that failed, with its hashes, and return whom it was about.

        None: somebody has begun it, or it is not open.
        """
        untouched = select(ErasureRow).where(ErasureRow.id == erasure_id, _IS_UNTOUCHED).with_for_update()
        if (row := self._session.scalar(untouched)) is None:
            return None
        known = self.person(erasure_id)
        self._session.delete(row)
        self._session.flush()
        return known

    def removes_files(self, erasure_id: str) -> bool:
        """Whether released files go as well."""
        return bool(self._session.scalar(select(ErasureRow.remove_files).where(ErasureRow.id == erasure_id)))

    def note(self, erasure_id: str, *, step: str, done: int, total: int) -> None:
        """How far it is."""
        self._change(erasure_id, step=step, step_done=done, step_total=total)

    def leave(self, erasure_id: str) -> None:
        """The worker ends before it has: this was no attempt."""
        self._change(erasure_id, begun=ErasureRow.begun - 1, step=None)

    def note_problem(self, erasure_id: str, *, code: str, tables: Sequence[str], for_good: bool) -> None:
        """An attempt did not end well; `for_good`: nobody tries again by themselves."""
        failed_at = self._uow.clock.now() if for_good else None
        self._change(erasure_id, problem=code, problem_tables=list(tables), step=None, failed_at=failed_at)

    def again(self, erasure_id: str) -> bool:
        """Have one that failed tried again; False if it did not fail, or is not open."""
        asked = self._session.scalar(
            update(ErasureRow)
            .where(ErasureRow.id == erasure_id, _OPEN, ErasureRow.failed_at.is_not(None))
            .values(failed_at=None, begun=0)
            .returning(ErasureRow.id)
        )
        return asked is not None

    def forget_whom(self, erasure_id: str) -> None:
        """Before the search for them: the erasure must not find its own request."""
        self._session.execute(delete(ErasureSubjectRow).where(ErasureSubjectRow.erasure_id == erasure_id))

    def end(self, erasure_id: str, *, counts: Mapping[str, int], result: Mapping[str, Any]) -> None:
        """It is done, in the transaction that did it."""
        self._change(
            erasure_id,
            erased_at=self._uow.clock.now(),
            counts=dict(counts),
            result=dict(result),
            step=None,
            problem=None,
            problem_tables=[],
        )

    def _change(self, erasure_id: str, **values: Any) -> None:
        self._session.execute(update(ErasureRow).where(ErasureRow.id == erasure_id, _OPEN).values(**values))
