"""Deliveries of approved drafts.

Invariant 5: one row per approval (its id is the key), and every step is one conditional UPDATE, so that an
approval is used at most once however many workers run.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select, text, update

from copilot.domain.access import Role, Viewer
from copilot.store.database import Database, UnitOfWork
from copilot.store.tables.people import UserRow
from copilot.store.tables.work import ReleaseRow


class ReleaseState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    RELEASED = "released"
    FAILED = "failed"
    """Nothing was delivered; it can be tried again if the cause was outside the approval."""
    PARKED = "parked"
    """Nobody can know what happened: a person has to look before anything is sent again."""


@dataclass(frozen=True, slots=True)
class Release:
    """One delivery."""

    review_item_id: str
    sink: str
    state: ReleaseState
    digest: str
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    receipt: dict[str, str]
    error_code: str | None


class ReleaseRepository:
    """The release queue in the database."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def queue(self, review_item_id: str, *, sink: str, digest: str) -> None:
        """Record that an approved item is to be delivered. A second row for one approval is refused by its key."""
        self._session.add(
            ReleaseRow(
                review_item_id=review_item_id,
                sink=sink,
                state=ReleaseState.QUEUED.value,
                digest=digest,
                queued_at=self._uow.clock.now(),
            )
        )
        self._session.flush()

    def get(self, review_item_id: str) -> Release | None:
        """The delivery of one item as it is now, or None if none was asked for."""
        row = self._session.get(ReleaseRow, review_item_id, populate_existing=True)
        return None if row is None else _to_domain(row)

    def due(self) -> tuple[str, ...]:
        """Items that wait for delivery or whose delivery was cut off, oldest first."""
        return tuple(
            self._session.scalars(
                select(ReleaseRow.review_item_id)
                .where(ReleaseRow.state.in_([ReleaseState.QUEUED, ReleaseState.SENDING]))
                .order_by(ReleaseRow.queued_at, ReleaseRow.review_item_id)
            )
        )

    def start(self, review_item_id: str) -> bool:
        """queued -> sending. False: somebody else did."""
        return self._moved(
            review_item_id,
            allowed_from=(ReleaseState.QUEUED,),
            values={"state": ReleaseState.SENDING.value, "started_at": self._uow.clock.now()},
        )

    def finish(
        self,
        review_item_id: str,
        *,
        state: ReleaseState,
        receipt: dict[str, str] | None = None,
        error_code: str | None = None,
    ) -> bool:
        """sending -> released, failed or parked. False: somebody else did."""
        return self._moved(
            review_item_id,
            allowed_from=(ReleaseState.SENDING,),
            values={
                "state": state.value,
                "finished_at": self._uow.clock.now(),
                "receipt": receipt,
                "error_code": error_code,
            },
        )

    def retry(self, review_item_id: str) -> bool:
        """failed -> queued. False: it had not failed."""
        return self._moved(
            review_item_id,
            allowed_from=(ReleaseState.FAILED,),
            values={
                "state": ReleaseState.QUEUED.value,
                "started_at": None,
                "finished_at": None,
                "error_code": None,
            },
        )

    def _moved(self, review_item_id: str, *, allowed_from: Collection[ReleaseState], values: dict[str, Any]) -> bool:
        moved = self._session.execute(
            update(ReleaseRow)
            .where(
                ReleaseRow.review_item_id == review_item_id,
                ReleaseRow.state.in_([state.value for state in allowed_from]),
            )
            .values(**values)
            .returning(ReleaseRow.review_item_id)
            .execution_options(synchronize_session=False)
        )
        return moved.one_or_none() is not None


@contextmanager
def sole_deliverer(database: Database, review_item_id: str) -> Iterator[bool]:
    """Hold the right to deliver one item; yields False if another process holds it now.

    The lock is the server's and ends with the connection, so a killed process frees it at once and a
    slow one is never overtaken: no time-out has to be guessed.
    """
    with database.unit_of_work() as uow:
        key = func.hashtextextended(text(":item"), 727204)
        taken = uow.session.execute(
            select(func.pg_try_advisory_xact_lock(key)).params(item=review_item_id)
        ).scalar_one()
        yield bool(taken)


def active_user(uow: UnitOfWork, user_id: str) -> Viewer | None:
    """The user as they are now, or None if they do not exist or were deactivated."""
    row = uow.session.scalars(select(UserRow).where(UserRow.id == user_id, UserRow.active)).one_or_none()
    if row is None:
        return None
    return Viewer(
        user_id=row.id,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        team_id=row.team_id,
        language=row.language,
    )


def _to_domain(row: ReleaseRow) -> Release:
    return Release(
        review_item_id=row.review_item_id,
        sink=row.sink,
        state=ReleaseState(row.state),
        digest=row.digest,
        queued_at=row.queued_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        receipt={key: str(value) for key, value in (row.receipt or {}).items()},
        error_code=row.error_code,
    )
