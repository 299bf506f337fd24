"""Wishes for briefs, what came of their occasions, and what those are read from.

Invariant 3: names and accounts are read through what the person may see now; a wish for an account that they lost is
still theirs to remove, and says no more than that.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from copilot.domain.access import Viewer
from copilot.domain.brief_schedules import Occasion, OccasionOutcome, Schedule, Wish
from copilot.store.calendar import Booked, CalendarRepository
from copilot.store.database import UnitOfWork
from copilot.store.tables.briefs import BriefOccasionRow, BriefScheduleRow, OwnerChangeRow
from copilot.store.tables.people import AccountGrantRow
from copilot.store.tables.records import AccountRow
from copilot.store.visibility import visible_accounts

_BEGUN = "begun"
_LEASE = timedelta(minutes=30)
"""After this a brief that was begun and not settled counts as cut off; a model on a small computer takes minutes."""
_MOST_ATTEMPTS = 3
_SHARED = ("id", "owner_id", "account_id", "occasion", "language", "active", "from_change", "created_at", "counts_from")
_TIMES = ("hours_before", "weekday", "hour")
_TIMES_OF = {
    Occasion.MEETING: ("hours_before",),
    Occasion.WEEKLY: ("weekday", "hour"),
    Occasion.OWNER_CHANGE: (),
    Occasion.ONCE: (),
}


@dataclass(frozen=True, slots=True)
class ListedSchedule:
    """A wish with the name of its account: None for all accounts, and for one that is out of sight."""

    schedule: Schedule
    account_name: str | None

    @property
    def is_lost(self) -> bool:
        """Whether it is for an account that its owner no longer sees."""
        return self.schedule.account_id is not None and self.account_name is None


@dataclass(frozen=True, slots=True)
class ListedOccasion:
    """What came of one occasion."""

    account_id: str
    account_name: str
    occasion: Occasion
    outcome: OccasionOutcome
    review_item_id: str | None
    error_code: str | None
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class Counted:
    """What came of all occasions since a moment."""

    made: int
    unchanged: int
    failed: int


@dataclass(frozen=True, slots=True)
class Taken:
    """One occasion for one account that is being dealt with."""

    schedule_id: str
    account_id: str
    key: str
    attempt: int


class BriefScheduleRepository:
    """Works within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def of(self, viewer: Viewer) -> tuple[ListedSchedule, ...]:
        """The viewer's own, those for all accounts first."""
        seen = and_(AccountRow.id == BriefScheduleRow.account_id, AccountRow.id.in_(visible_accounts(viewer)))
        query = (
            select(BriefScheduleRow, AccountRow.name)
            .outerjoin(AccountRow, seen)
            .where(BriefScheduleRow.owner_id == viewer.user_id)
            .order_by(BriefScheduleRow.account_id.is_not(None), AccountRow.name, BriefScheduleRow.occasion)
            .execution_options(populate_existing=True)
        )
        return tuple(ListedSchedule(_schedule(row), name) for row, name in self._session.execute(query))

    def get(self, schedule_id: str, *, viewer: Viewer) -> ListedSchedule | None:
        """One of the viewer's own."""
        return next((one for one in self.of(viewer) if one.schedule.id == schedule_id), None)

    def count(self, viewer: Viewer) -> int:
        """How many the viewer has."""
        own = BriefScheduleRow.owner_id == viewer.user_id
        return self._session.scalar(select(func.count()).select_from(BriefScheduleRow).where(own)) or 0

    def save(self, wish: Wish, *, viewer: Viewer) -> str:
        """Keep a wish; there is one for each occasion and account, so another one changes it. Returns its id."""
        now = self._uow.clock.now()
        used = _TIMES_OF[wish.occasion]
        values: dict[str, Any] = {name: getattr(wish, name) if name in used else None for name in _TIMES}
        values |= {"language": wish.language.value, "active": True}
        values |= {"counts_from": now, "from_change": self._last_change()}
        added = insert(BriefScheduleRow).values(
            id=f"schedule_{self._uow.clock.new_id().hex}",
            owner_id=viewer.user_id,
            account_id=wish.account_id,
            occasion=wish.occasion.value,
            created_at=now,
            **values,
        )
        kept = added.on_conflict_do_update(
            index_elements=[
                BriefScheduleRow.owner_id,
                func.coalesce(BriefScheduleRow.account_id, ""),
                BriefScheduleRow.occasion,
            ],
            set_=values,
        )
        return self._session.scalars(kept.returning(BriefScheduleRow.id)).one()

    def switch(self, schedule_id: str, *, on: bool, viewer: Viewer) -> bool:
        """Switch one of the viewer's own on or off; what came meanwhile is not made up for. False: there is none."""
        values: dict[str, Any] = {"active": on}
        if on:
            values |= {"counts_from": self._uow.clock.now(), "from_change": self._last_change()}
        changed = self._session.scalars(
            update(BriefScheduleRow)
            .where(
                BriefScheduleRow.id == schedule_id,
                BriefScheduleRow.owner_id == viewer.user_id,
                BriefScheduleRow.active != on,
            )
            .values(**values)
            .returning(BriefScheduleRow.id)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        return changed is not None or self.get(schedule_id, viewer=viewer) is not None

    def end(self, schedule: Schedule, *, key: str) -> None:
        """Switch a wish off as it was read, unless an occasion with this key may still be taken up again."""
        left = exists().where(
            BriefOccasionRow.schedule_id == schedule.id, BriefOccasionRow.key == key, self._is_begun()
        )
        self._session.execute(
            update(BriefScheduleRow)
            .where(BriefScheduleRow.id == schedule.id, BriefScheduleRow.counts_from == schedule.counts_from, not_(left))
            .values(active=False)
            .execution_options(synchronize_session=False)
        )

    def remove(self, schedule_id: str, *, viewer: Viewer) -> bool:
        """Remove one of the viewer's own, with what came of it. False: there is none."""
        removed = self._session.scalars(
            delete(BriefScheduleRow)
            .where(BriefScheduleRow.id == schedule_id, BriefScheduleRow.owner_id == viewer.user_id)
            .returning(BriefScheduleRow.id)
            .execution_options(synchronize_session=False)
        )
        return removed.one_or_none() is not None

    def all_active(self) -> tuple[Schedule, ...]:
        """Everybody's, for the job that makes the briefs."""
        query = select(BriefScheduleRow).where(BriefScheduleRow.active).order_by(BriefScheduleRow.id)
        return tuple(map(_schedule, self._session.scalars(query.execution_options(populate_existing=True))))

    def accounts(self, schedule: Schedule, *, viewer: Viewer) -> tuple[str, ...]:
        """The account that it is for, if `viewer`, its owner, may see it; or all that are their own."""
        query = select(AccountRow.id).where(AccountRow.id.in_(visible_accounts(viewer)))
        one = AccountRow.id == schedule.account_id
        query = query.where(_is_own(viewer) if schedule.account_id is None else one)
        return tuple(self._session.scalars(query.order_by(AccountRow.name, AccountRow.id)))

    def meetings(self, *, first: date, hours: int, account_ids: Collection[str], viewer: Viewer) -> tuple[Booked, ...]:
        """All meetings and calls of some accounts on record within so many hours of a day, the soonest first."""
        last = first + timedelta(days=hours // 24 + 1)
        return CalendarRepository(self._uow).booked(first, last, account_ids=account_ids, viewer=viewer)

    def changes_of_owner(self, account_ids: Sequence[str], *, after: int) -> dict[str, int]:
        """Account -> number of its latest change of owner, of those changed after a number."""
        query = select(OwnerChangeRow.account_id, OwnerChangeRow.number).where(
            OwnerChangeRow.number > after, OwnerChangeRow.account_id.in_(account_ids)
        )
        return {row.account_id: row.number for row in self._session.execute(query)}

    def known(self, schedule_id: str, *, keys: Collection[str]) -> frozenset[tuple[str, str]]:
        """Account and key of those occasions that are dealt with, or that somebody is at."""
        query = select(BriefOccasionRow.account_id, BriefOccasionRow.key).where(
            BriefOccasionRow.schedule_id == schedule_id, BriefOccasionRow.key.in_(keys), not_(self._was_cut_off())
        )
        return frozenset((row.account_id, row.key) for row in self._session.execute(query))

    def take(self, schedule_id: str, account_id: str, key: str) -> int | None:
        """Take an occasion, so that nobody else deals with it; returns which attempt it is.

        None: somebody has, or the wish was taken back or switched off meanwhile.

        Commit before the work begins: what was cut off is then taken up again, a few times.
        """
        now = self._uow.clock.now()
        wish = select(BriefScheduleRow.id).where(BriefScheduleRow.id == schedule_id, BriefScheduleRow.active)
        if self._session.scalar(wish.with_for_update(read=True, key_share=True)) is None:
            return None
        begun = {"outcome": OccasionOutcome.FAILED.value, "error_code": _BEGUN, "happened_at": now}
        added = insert(BriefOccasionRow).values(
            schedule_id=schedule_id, account_id=account_id, key=key, attempts=1, **begun
        )
        taken = added.on_conflict_do_update(
            index_elements=["schedule_id", "account_id", "key"],
            set_={"attempts": BriefOccasionRow.attempts + 1, "happened_at": now},
            where=self._was_cut_off(),
        )
        return self._session.scalars(taken.returning(BriefOccasionRow.attempts)).one_or_none()

    def settle(
        self, taken: Taken, *, outcome: OccasionOutcome, item_id: str | None = None, code: str | None = None
    ) -> bool:
        """Note what came of an occasion. False: it counted as cut off, and somebody else took it."""
        settled = self._session.scalars(
            update(BriefOccasionRow)
            .where(
                BriefOccasionRow.schedule_id == taken.schedule_id,
                BriefOccasionRow.account_id == taken.account_id,
                BriefOccasionRow.key == taken.key,
                BriefOccasionRow.attempts == taken.attempt,
            )
            .values(outcome=outcome.value, review_item_id=item_id, error_code=code)
            .returning(BriefOccasionRow.key)
            .execution_options(synchronize_session=False)
        )
        return settled.one_or_none() is not None

    def _was_cut_off(self) -> ColumnElement[bool]:
        return and_(self._is_begun(), BriefOccasionRow.happened_at < self._uow.clock.now() - _LEASE)

    @staticmethod
    def _is_begun() -> ColumnElement[bool]:
        """Somebody is at it, or was cut off and may be followed by another attempt."""
        return and_(
            BriefOccasionRow.outcome == OccasionOutcome.FAILED.value,
            func.coalesce(BriefOccasionRow.error_code, "") == _BEGUN,
            BriefOccasionRow.attempts < _MOST_ATTEMPTS,
        )

    def occasions(self, *, viewer: Viewer, limit: int) -> tuple[ListedOccasion, ...]:
        """What came of the viewer's latest occasions, of accounts that they see, the newest first."""
        query = (
            select(
                BriefOccasionRow.account_id,
                AccountRow.name,
                BriefScheduleRow.occasion,
                BriefOccasionRow.outcome,
                BriefOccasionRow.review_item_id,
                BriefOccasionRow.error_code,
                BriefOccasionRow.happened_at,
            )
            .join(BriefScheduleRow, BriefScheduleRow.id == BriefOccasionRow.schedule_id)
            .join(AccountRow, AccountRow.id == BriefOccasionRow.account_id)
            .where(BriefScheduleRow.owner_id == viewer.user_id, AccountRow.id.in_(visible_accounts(viewer)))
            .order_by(BriefOccasionRow.happened_at.desc(), AccountRow.name, BriefOccasionRow.key)
            .limit(limit)
        )
        return tuple(
            ListedOccasion(account, name, Occasion(occasion), OccasionOutcome(outcome), item, error, at)
            for account, name, occasion, outcome, item, error, at in self._session.execute(query)
        )

    def counted(self, *, viewer: Viewer, since: datetime) -> Counted:
        """What came of the viewer's occasions since then, of accounts that they see."""
        query = (
            select(BriefOccasionRow.outcome, func.count())
            .join(BriefScheduleRow, BriefScheduleRow.id == BriefOccasionRow.schedule_id)
            .where(
                BriefScheduleRow.owner_id == viewer.user_id,
                BriefOccasionRow.happened_at >= since,
                BriefOccasionRow.account_id.in_(visible_accounts(viewer)),
            )
            .group_by(BriefOccasionRow.outcome)
        )
        counts = {OccasionOutcome(row[0]): row[1] for row in self._session.execute(query)}
        return Counted(*(counts.get(outcome, 0) for outcome in OccasionOutcome))

    def forget(self, *, before: datetime) -> int:
        """Remove what came of occasions long ago; returns how many those were."""
        gone = self._session.scalars(
            delete(BriefOccasionRow)
            .where(BriefOccasionRow.happened_at < before)
            .returning(BriefOccasionRow.key)
            .execution_options(synchronize_session=False)
        )
        return len(gone.all())

    def _last_change(self) -> int:
        return self._session.scalar(select(func.max(OwnerChangeRow.number))) or 0


def _is_own(viewer: Viewer) -> ColumnElement[bool]:
    """Their own: owned by them or shared with them. A manager sees more than that, and wants no brief of it all."""
    granted = select(AccountGrantRow.account_id).where(AccountGrantRow.user_id == viewer.user_id)
    return or_(func.lower(AccountRow.owner_email) == viewer.email.lower(), AccountRow.id.in_(granted))


def _schedule(row: BriefScheduleRow) -> Schedule:
    return Schedule.model_validate({name: getattr(row, name) for name in (*_SHARED, *_TIMES)})
