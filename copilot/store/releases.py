"""Deliveries of approved drafts.

Invariant 5: one row per approval (its id is the key), and every step is one conditional UPDATE, so that an
approval is used at most once however many workers run. Whoever begins a delivery draws an id for it and names it when
it ends, so that a slow worker never records its end over what somebody else began or settled since.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, text, update

from copilot.domain.access import Viewer
from copilot.errors import DatabaseUnavailable
from copilot.store.database import Database, UnitOfWork
from copilot.store.review_entries import item_is_visible
from copilot.store.tables.work import ReleaseRow, ReviewItemRow

OUTCOME_UNKNOWN = "outcome_unknown"
"""Error code of a delivery that was cut off, found by somebody else than who began it."""


class ReleaseState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    RELEASED = "released"
    FAILED = "failed"
    """Nothing was delivered; it can be tried again if the cause was outside the approval."""
    PARKED = "parked"
    """Nobody can know what happened: a person has to look before anything is sent again."""
    RECALLED = "recalled"
    """Taken back before anything was delivered."""


UNDER_WAY = frozenset({ReleaseState.QUEUED, ReleaseState.SENDING})
PERHAPS_OUT = frozenset({ReleaseState.SENDING, ReleaseState.PARKED, ReleaseState.RELEASED})
"""Of these it left, or nobody can say that it did not."""


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
    not_before: datetime | None = None
    """Until then it can be recalled and does not leave."""
    attempts: int = 0
    """How often a delivery was begun."""
    tries: int = 0
    """How often the other side said to come back later since it was queued."""
    channel: str | None = None
    """What the delivery begun last went through."""
    waits_for: str | None = None
    """Code of what it waits for."""
    waits_until: datetime | None = None
    resolved_by: str | None = None
    """Who said what became of a delivery whose outcome was unknown."""
    resolved_at: datetime | None = None
    resolution_note: str | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether a delivery may begin."""
        times = [moment for moment in (self.not_before, self.waits_until) if moment is not None]
        return all(moment <= now for moment in times)


@dataclass(frozen=True, slots=True)
class End:
    """How a delivery ended."""

    state: ReleaseState
    receipt: dict[str, str] | None = None
    error_code: str | None = None


class ReleaseRepository:
    """The release queue in the database."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def queue(self, review_item_id: str, *, sink: str, digest: str, not_before: datetime | None = None) -> None:
        """Record that an approved item is to be delivered. A second row for one approval is refused by its key."""
        self._session.add(
            ReleaseRow(
                review_item_id=review_item_id,
                sink=sink,
                state=ReleaseState.QUEUED.value,
                digest=digest,
                queued_at=self._uow.clock.now(),
                not_before=not_before,
            )
        )
        self._session.flush()

    def get(self, review_item_id: str) -> Release | None:
        """The delivery of one item as it is now, or None if none was asked for."""
        row = self._session.get(ReleaseRow, review_item_id, populate_existing=True)
        return None if row is None else _to_domain(row)

    def due(self) -> tuple[str, ...]:
        """Items whose delivery may begin or was cut off, oldest first."""
        now = self._uow.clock.now()
        return tuple(
            self._session.scalars(
                select(ReleaseRow.review_item_id)
                .where(
                    ReleaseRow.state.in_([ReleaseState.QUEUED, ReleaseState.SENDING]),
                    or_(ReleaseRow.state == ReleaseState.SENDING, _may_begin(now)),
                )
                .order_by(ReleaseRow.queued_at, ReleaseRow.review_item_id)
            )
        )

    def in_state(self, state: ReleaseState, *, viewer: Viewer, limit: int) -> tuple[Release, ...]:
        """Deliveries of items that the viewer may see, oldest first."""
        rows = self._session.scalars(
            select(ReleaseRow)
            .join(ReviewItemRow, ReviewItemRow.id == ReleaseRow.review_item_id)
            .where(ReleaseRow.state == state.value, item_is_visible(viewer))
            .order_by(ReleaseRow.queued_at, ReleaseRow.review_item_id)
            .limit(limit)
        )
        return tuple(_to_domain(row) for row in rows)

    def start(self, review_item_id: str, *, attempt_id: str, channel: str) -> bool:
        """queued -> sending, as the delivery `attempt_id`. False: it is not to begin now, or somebody did."""
        now = self._uow.clock.now()
        return self._moved(
            review_item_id,
            ReleaseRow.state == ReleaseState.QUEUED.value,
            _may_begin(now),
            values={
                "state": ReleaseState.SENDING.value,
                "started_at": now,
                "attempts": ReleaseRow.attempts + 1,
                "attempt_id": attempt_id,
                "channel": channel,
                "waits_for": None,
                "waits_until": None,
            },
        )

    def refuse(self, review_item_id: str, *, error_code: str) -> bool:
        """queued -> failed: nothing was begun. False: it was not queued."""
        values = {"state": ReleaseState.FAILED.value, "error_code": error_code, "receipt": None}
        return self._moved(
            review_item_id,
            ReleaseRow.state == ReleaseState.QUEUED.value,
            values={**values, "finished_at": self._uow.clock.now()} | _wait(None, None),
        )

    def finish(self, review_item_id: str, end: End, *, attempt_id: str | None = None) -> bool:
        """sending -> released, failed or parked. False: somebody else did, or this delivery is not the last one begun.

        Who began a delivery knows its outcome also when somebody has parked it in the meantime.
        """
        values: dict[str, Any] = {"state": end.state.value, "receipt": end.receipt, "error_code": end.error_code}
        values["finished_at"] = self._uow.clock.now()
        return self._moved(review_item_id, _is_mine(attempt_id), values=values)

    def postpone(self, review_item_id: str, *, waits_for: str, until: datetime, attempt_id: str | None) -> bool:
        """Nothing was delivered, and the other side said to come back later: (sending ->) queued.

        `attempt_id`: the delivery that was begun, or None if none was.
        """
        condition = ReleaseRow.state == ReleaseState.QUEUED.value if attempt_id is None else _is_mine(attempt_id)
        values = {**_AGAIN, "tries": ReleaseRow.tries + 1} | _wait(waits_for, until)
        return self._moved(review_item_id, condition, values=values)

    def take_back(self, review_item_id: str, *, attempt_id: str) -> bool:
        """Nothing of this delivery was handed over: (sending ->) queued, as if it had not begun."""
        return self._moved(review_item_id, _is_mine(attempt_id), values=_AGAIN)

    def back_to_queue(self, review_item_id: str) -> bool:
        """sending -> queued, for who found out that nothing was delivered and holds the right to deliver."""
        return self._moved(review_item_id, _is_mine(None), values=_AGAIN)

    def wait(self, review_item_id: str, *, waits_for: str, until: datetime) -> bool:
        """Say what a queued delivery waits for, and when it is looked at again."""
        queued = ReleaseRow.state == ReleaseState.QUEUED.value
        return self._moved(review_item_id, queued, values=_wait(waits_for, until))

    def retry(self, review_item_id: str) -> bool:
        """failed -> queued. False: it had not failed."""
        failed = ReleaseRow.state == ReleaseState.FAILED.value
        return self._moved(review_item_id, failed, values={**_AGAIN, "tries": 0} | _wait(None, None))

    def recall(self, review_item_id: str) -> bool:
        """queued or failed -> recalled. False: it is under way, has left, may have left, or was never asked for."""
        states = ReleaseRow.state.in_([ReleaseState.QUEUED.value, ReleaseState.FAILED.value])
        values = {"state": ReleaseState.RECALLED.value, "finished_at": self._uow.clock.now()} | _wait(None, None)
        return self._moved(review_item_id, states, values=values)

    def resolve(self, review_item_id: str, *, sent: bool, note: str, resolver_id: str, receipt: dict[str, str]) -> bool:
        """parked -> released or queued, as a person found out. False: it is not parked."""
        now = self._uow.clock.now()
        said = {"resolved_by": resolver_id, "resolved_at": now, "resolution_note": note}
        outcome: dict[str, Any] = (
            {"state": ReleaseState.RELEASED.value, "receipt": receipt, "finished_at": now} if sent else {**_AGAIN}
        )
        parked = ReleaseRow.state == ReleaseState.PARKED.value
        return self._moved(review_item_id, parked, values={**said, **outcome, "tries": 0})

    def _moved(self, review_item_id: str, *conditions: ColumnElement[bool], values: dict[str, Any]) -> bool:
        """Whether the row was as the conditions say."""
        moved = self._session.execute(
            update(ReleaseRow)
            .where(ReleaseRow.review_item_id == review_item_id, *conditions)
            .values(**values)
            .returning(ReleaseRow.review_item_id)
            .execution_options(synchronize_session=False)
        )
        return moved.one_or_none() is not None

    def hold(self, review_item_id: str) -> None:
        """Keep the delivery and its item as they are until this transaction ends.

        In the order in which a recall takes them, so that the two never wait for each other in a circle.
        """
        for key in (ReleaseRow.review_item_id, ReviewItemRow.id):
            self._session.execute(select(key).where(key == review_item_id).with_for_update())

    def is_test_item(self, review_item_id: str) -> bool:
        """Whether the item was made to see who finds its fault. The database refuses its release, too."""
        query = select(ReviewItemRow.is_test).where(ReviewItemRow.id == review_item_id)
        return bool(self._session.scalars(query).one_or_none())


_AGAIN: dict[str, Any] = {
    "state": ReleaseState.QUEUED.value,
    "started_at": None,
    "finished_at": None,
    "error_code": None,
    "receipt": None,
}


def _wait(waits_for: str | None, until: datetime | None) -> dict[str, Any]:
    return {"waits_for": waits_for, "waits_until": until}


def _may_begin(now: datetime) -> ColumnElement[bool]:
    return or_(ReleaseRow.not_before.is_(None), ReleaseRow.not_before <= now) & or_(
        ReleaseRow.waits_until.is_(None), ReleaseRow.waits_until <= now
    )


def _is_mine(attempt_id: str | None) -> ColumnElement[bool]:
    sending = ReleaseRow.state == ReleaseState.SENDING.value
    if attempt_id is None:
        return sending
    cut_off = (ReleaseRow.state == ReleaseState.PARKED.value) & (ReleaseRow.error_code == OUTCOME_UNKNOWN)
    return (sending | cut_off) & (ReleaseRow.attempt_id == attempt_id)


@contextmanager
def sole_deliverer(database: Database, review_item_id: str) -> Iterator[bool]:
    """Hold the right to deliver one item; yields False if another process holds it now.

    The lock is the server's and ends with the connection, so a killed process frees it at once and a
    slow one is never overtaken while the server runs: no time-out has to be guessed.
    """
    done = False
    try:
        with database.unit_of_work() as uow:
            key = func.hashtextextended(text(":item"), 727204)
            taken = uow.session.execute(
                select(func.pg_try_advisory_xact_lock(key)).params(item=review_item_id)
            ).scalar_one()
            yield bool(taken)
            done = True
    except DatabaseUnavailable:
        # The work is done and recorded on connections of its own; this one had nothing left to say.
        if not done:
            raise


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
        not_before=row.not_before,
        attempts=row.attempts,
        tries=row.tries,
        channel=row.channel,
        waits_for=row.waits_for,
        waits_until=row.waits_until,
        resolved_by=row.resolved_by,
        resolved_at=row.resolved_at,
        resolution_note=row.resolution_note,
    )
