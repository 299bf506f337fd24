"""Alerts: raised by the daily run, worked on by people, counted by what came of them.

Invariant 3: whatever is read for a person is of accounts that they may see. A change is one conditional UPDATE on the
version that was read, so two people do not overwrite each other; what is drafted about an alert is tied to it apart
from its version, since nobody who works on the alert is contradicted by that. A second standing alert of a kind for an
account is refused by the database itself.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

from sqlalchemy import ColumnElement, Select, case, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import ReturningUpdate

from copilot.domain.access import Viewer
from copilot.domain.alert_acts import RIGHT
from copilot.domain.alerting import STANDING, Change
from copilot.domain.alerts import Alert, AlertKind, AlertState, Moved, Outcome
from copilot.domain.proportions import Share
from copilot.domain.scores import ScoreKind
from copilot.store.database import UnitOfWork
from copilot.store.people import PeopleRepository
from copilot.store.tables.people import UserRow
from copilot.store.tables.records import AccountRow
from copilot.store.tables.scores import AlertRow, AlertsHeldRow
from copilot.store.visibility import visible_accounts

_STANDING = tuple(state.value for state in STANDING)
_STANDS = AlertRow.state.in_(_STANDING)
_SHOWN_FIRST = case(
    (AlertRow.state == AlertState.OPEN.value, 0), (AlertRow.state == AlertState.SNOOZED.value, 1), else_=2
)
_NOBODY = ""
_LOOKED = "alerts.looked"


Drafted = Literal["item_id", "outreach_item_id"]
"""What is drafted about an alert: its note, or the email to the customer."""


@dataclass(frozen=True, slots=True)
class ListedAlert:
    """An alert with the names that a list shows."""

    alert: Alert
    account_name: str
    owner_name: str | None


@dataclass(frozen=True, slots=True)
class AlertFilters:
    """What to list; empty: everything."""

    states: tuple[AlertState, ...] = (AlertState.OPEN,)
    kind: AlertKind | None = None
    cause: str = ""
    owner_id: str = ""
    """`nobody`: those without an owner."""
    account_id: str = ""


@dataclass(frozen=True, slots=True)
class AlertPage:
    """Some of what matches, and how many do."""

    alerts: tuple[ListedAlert, ...]
    total: int


@dataclass(frozen=True, slots=True)
class CauseQuality:
    """How often alerts of one kind and cause told of something real."""

    kind: AlertKind
    cause: str
    outcomes: Mapping[Outcome, int]
    dismissed: int
    standing: int

    @property
    def precision(self) -> Share:
        """Of those with an outcome. What was dismissed is neither right nor wrong."""
        right = sum(number for outcome, number in self.outcomes.items() if outcome in RIGHT)
        return Share(part=right, whole=sum(self.outcomes.values()))


@dataclass(frozen=True, slots=True)
class News:
    """What one digest tells."""

    told: int
    """Open ones that were raised, or came back."""
    held: int
    """Changes of the day that wait."""


class AlertRepository:
    """Of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def find(self, alert_id: str, *, viewer: Viewer) -> ListedAlert | None:
        """One alert; None if it does not exist or is of an account that the viewer may not see."""
        rows = self._session.execute(_listed(viewer).where(AlertRow.id == alert_id))
        return next((ListedAlert(to_alert(row), account, owner) for row, account, owner in rows), None)

    def beginning(self, start: str, *, viewer: Viewer) -> tuple[str, ...]:
        """Ids that begin so, of alerts that the viewer may see; two at most."""
        query = select(AlertRow.id).where(
            AlertRow.id.startswith(start, autoescape=True), AlertRow.account_id.in_(visible_accounts(viewer))
        )
        return tuple(self._session.scalars(query.order_by(AlertRow.id).limit(2)))

    def page(self, filters: AlertFilters, *, viewer: Viewer, limit: int, offset: int = 0) -> AlertPage:
        """Open ones first, the newest first."""
        where = tuple(_matching(filters))
        total = self._session.scalar(
            select(func.count()).select_from(AlertRow).where(AlertRow.account_id.in_(visible_accounts(viewer)), *where)
        )
        query = _listed(viewer).where(*where).order_by(_SHOWN_FIRST, AlertRow.day.desc(), AlertRow.id)
        rows = self._session.execute(query.limit(limit).offset(offset))
        return AlertPage(tuple(ListedAlert(to_alert(row), account, owner) for row, account, owner in rows), total or 0)

    def owners(self, *, viewer: Viewer) -> tuple[tuple[str, str], ...]:
        """Id and name of everybody who has an alert that the viewer may see, by name."""
        query = (
            select(UserRow.id, UserRow.name)
            .join(AlertRow, AlertRow.owner_id == UserRow.id)
            .where(AlertRow.account_id.in_(visible_accounts(viewer)))
            .distinct()
            .order_by(UserRow.name, UserRow.id)
        )
        return tuple((row.id, row.name) for row in self._session.execute(query))

    def add(self, change: Change, *, playbook: str) -> Alert | None:
        """Raise one. None: another run has raised one for this account meanwhile."""
        now = self._uow.clock.now()
        added = self._session.scalar(
            insert(AlertRow)
            .values(
                id=f"alert_{self._uow.clock.new_id().hex}",
                account_id=change.account_id,
                kind=change.kind.value,
                cause=change.cause,
                score_kind=change.score_kind.value,
                before=change.before,
                before_day=change.before_day,
                now=change.now,
                day=change.day,
                moved=[item.model_dump(mode="json") for item in change.moved],
                owner_id=change.owner_id,
                playbook=playbook,
                state=AlertState.OPEN.value,
                opened_at=now,
                changed_at=now,
                version=1,
            )
            .on_conflict_do_nothing()
            .returning(AlertRow)
        )
        return None if added is None else to_alert(added)

    def change(self, alert: Alert) -> Alert | None:
        """Write an alert as somebody changed it. None: it is not as they read it any more, or another stands."""
        try:
            with self._uow.savepoint():
                changed = self._session.scalar(self._update(alert))
        except IntegrityError:
            return None
        return None if changed is None else to_alert(changed)

    def tie(self, alert: Alert, drafted: Drafted, item_id: str) -> bool:
        """Write what was drafted about an alert. False: something else was, since the alert was read."""
        column = getattr(AlertRow, drafted)
        statement = (
            update(AlertRow)
            .where(AlertRow.id == alert.id, column.is_not_distinct_from(getattr(alert, drafted)))
            .values({drafted: item_id})
            .returning(AlertRow.id)
            .execution_options(populate_existing=True)
        )
        return self._session.scalar(statement) is not None

    def _update(self, alert: Alert) -> ReturningUpdate[AlertRow]:
        return (
            update(AlertRow)
            .where(AlertRow.id == alert.id, AlertRow.version == alert.version)
            .values(
                state=alert.state.value,
                snoozed_until=alert.snoozed_until,
                reason=alert.reason,
                outcome=alert.outcome.value if alert.outcome else None,
                owner_id=alert.owner_id,
                steps_done=list(alert.steps_done),
                changed_at=case((_is_dealt_with(alert), self._uow.clock.now()), else_=AlertRow.changed_at),
                version=alert.version + 1,
            )
            .returning(AlertRow)
            .execution_options(populate_existing=True)
        )

    def has_standing(self, account_id: str, kind: AlertKind) -> bool:
        """Whether there is an open or snoozed one."""
        query = select(AlertRow.id).where(AlertRow.account_id == account_id, AlertRow.kind == kind.value, _STANDS)
        return self._session.scalar(query.limit(1)) is not None

    def look(self, day: date) -> datetime | None:
        """Remember that scores of the day are looked at now; returns since when, None: none of this day were yet.

        By the server's clock, like the rows; whoever computes scores takes turns, so none is written meanwhile.
        """
        people = PeopleRepository(self._uow)
        known = people.workspace_fact(_LOOKED)
        now = self._session.scalar(select(func.now()))
        people.set_workspace_fact(_LOOKED, f"{day.isoformat()} {now.isoformat() if now else ''}")
        last_day, _, moment = (known or "").partition(" ")
        return datetime.fromisoformat(moment) if last_day == day.isoformat() and moment else None

    def raised_on(self, day: date) -> dict[str | None, int]:
        """Owner -> how many alerts this day has brought already."""
        query = select(AlertRow.owner_id, func.count()).where(AlertRow.day == day).group_by(AlertRow.owner_id)
        return {key: value for key, value in self._session.execute(query)}  # noqa: C416 - rows are no pairs to the checker

    def keep_held(self, day: date, held: Mapping[str | None, int]) -> frozenset[str | None]:
        """Remember how many changes of the day wait; returns the owners of whom more wait than was known.

        A later look of the day sees only a part of them, so the larger number stands.
        """
        query = select(AlertsHeldRow.owner_id, AlertsHeldRow.held).where(AlertsHeldRow.day == day)
        known = {owner_id or None: number for owner_id, number in self._session.execute(query)}
        more = {owner_id: number for owner_id, number in held.items() if number > known.get(owner_id, 0)}
        for owner_id, number in more.items():
            self._session.merge(AlertsHeldRow(day=day, owner_id=owner_id or _NOBODY, held=number))
        self._session.flush()
        return frozenset(more)

    def held(self, owner_id: str | None, *, day: date) -> int:
        """How many changes of the day wait for this owner."""
        found = self._session.get(AlertsHeldRow, (day, owner_id or _NOBODY), populate_existing=True)
        return 0 if found is None else found.held

    def moved_owner(self) -> list[tuple[Alert, str | None]]:
        """Standing alerts whose account has another owner now, with that owner's id."""
        query = (
            select(AlertRow, UserRow.id)
            .join(AccountRow, AccountRow.id == AlertRow.account_id)
            .outerjoin(UserRow, (func.lower(AccountRow.owner_email) == UserRow.email) & UserRow.active)
            .where(_STANDS, AlertRow.owner_id.is_distinct_from(UserRow.id))
            .order_by(AlertRow.id)
        )
        return [(to_alert(row), owner_id) for row, owner_id in self._session.execute(query)]

    def of_lost_accounts(self, *, day: date) -> list[tuple[Alert, date | None]]:
        """Standing alerts of accounts that have left by the day, with the day they left where it is known."""
        gone = or_(AccountRow.churned_on <= day, (AccountRow.lifecycle == "churned") & AccountRow.churned_on.is_(None))
        query = (
            select(AlertRow, AccountRow.churned_on)
            .join(AccountRow, AccountRow.id == AlertRow.account_id)
            .where(_STANDS, gone)
            .order_by(AlertRow.id)
        )
        return [(to_alert(row), left_on) for row, left_on in self._session.execute(query)]

    def without_note(self, *, limit: int) -> list[Alert]:
        """Some open alerts with an owner about which nothing was drafted yet.

        Drawn, so that those which cannot be drafted do not keep the others waiting for ever.
        """
        query = (
            select(AlertRow)
            .where(AlertRow.state == AlertState.OPEN.value, AlertRow.item_id.is_(None), AlertRow.owner_id.is_not(None))
            .order_by(func.random())
            .limit(limit)
        )
        return [to_alert(row) for row in self._session.scalars(query)]

    def quality(self, *, viewer: Viewer | None, since: date | None = None) -> tuple[CauseQuality, ...]:
        """What came of alerts, by kind and cause. `viewer` None: of all accounts, for the daily run and for labels."""
        query = select(AlertRow.kind, AlertRow.cause, AlertRow.state, AlertRow.outcome, func.count())
        if viewer is not None:
            query = query.where(AlertRow.account_id.in_(visible_accounts(viewer)))
        if since is not None:
            query = query.where(AlertRow.day >= since)
        query = query.group_by(AlertRow.kind, AlertRow.cause, AlertRow.state, AlertRow.outcome)
        counts: dict[tuple[str, str], list[_Count]] = {}
        for kind, cause, state, outcome, number in self._session.execute(query):
            counts.setdefault((kind, cause), []).append(_Count(state, outcome, number))
        return tuple(_quality(kind, cause, found) for (kind, cause), found in sorted(counts.items()))

    def news(self, *, viewer: Viewer, owner_ids: Collection[str | None], since: datetime, day: date) -> News:
        """What a digest tells: open alerts that were raised or came back since, and what waits."""
        mine = or_(*(AlertRow.owner_id.is_not_distinct_from(owner_id) for owner_id in owner_ids))
        seen = (AlertRow.account_id.in_(visible_accounts(viewer)), AlertRow.state == AlertState.OPEN.value, mine)
        told = self._session.scalar(
            select(func.count()).select_from(AlertRow).where(*seen, AlertRow.changed_at >= since)
        )
        return News(told or 0, sum(self.held(owner_id, day=day) for owner_id in owner_ids))


def _is_dealt_with(alert: Alert) -> ColumnElement[bool]:
    """Whether this changes what became of it, or whose it is; a step ticked off or a draft about it does not."""
    return or_(
        AlertRow.state != alert.state.value,
        AlertRow.snoozed_until.is_distinct_from(alert.snoozed_until),
        AlertRow.outcome.is_distinct_from(alert.outcome.value if alert.outcome else None),
        AlertRow.owner_id.is_distinct_from(alert.owner_id),
    )


def _listed(viewer: Viewer) -> Select[AlertRow, str, str | None]:
    return (
        select(AlertRow, AccountRow.name, UserRow.name)
        .join(AccountRow, AccountRow.id == AlertRow.account_id)
        .outerjoin(UserRow, UserRow.id == AlertRow.owner_id)
        .where(AlertRow.account_id.in_(visible_accounts(viewer)))
        .execution_options(populate_existing=True)
    )


def _matching(filters: AlertFilters) -> Iterable[ColumnElement[bool]]:
    if filters.states:
        yield AlertRow.state.in_([state.value for state in filters.states])
    if filters.kind is not None:
        yield AlertRow.kind == filters.kind.value
    if filters.cause:
        yield AlertRow.cause == filters.cause
    if filters.owner_id:
        owner_id = None if filters.owner_id == "nobody" else filters.owner_id
        yield AlertRow.owner_id.is_not_distinct_from(owner_id)
    if filters.account_id:
        yield AlertRow.account_id == filters.account_id


class _Count(NamedTuple):
    state: str
    outcome: str | None
    number: int


def _quality(kind: str, cause: str, counts: Sequence[_Count]) -> CauseQuality:
    outcomes: dict[Outcome, int] = {}
    for item in counts:
        if item.state == AlertState.CLOSED.value and item.outcome is not None:
            outcomes[Outcome(item.outcome)] = outcomes.get(Outcome(item.outcome), 0) + item.number
    return CauseQuality(
        kind=AlertKind(kind),
        cause=cause,
        outcomes=outcomes,
        dismissed=sum(item.number for item in counts if item.state == AlertState.DISMISSED.value),
        standing=sum(item.number for item in counts if item.state in _STANDING),
    )


def to_alert(row: AlertRow) -> Alert:
    """A row as it stands."""
    return Alert(
        id=row.id,
        account_id=row.account_id,
        kind=AlertKind(row.kind),
        cause=row.cause,
        score_kind=ScoreKind(row.score_kind),
        before=row.before,
        before_day=row.before_day,
        now=row.now,
        day=row.day,
        moved=tuple(Moved.model_validate(item) for item in row.moved),
        owner_id=row.owner_id,
        playbook=row.playbook,
        state=AlertState(row.state),
        snoozed_until=row.snoozed_until,
        reason=row.reason,
        outcome=None if row.outcome is None else Outcome(row.outcome),
        steps_done=tuple(row.steps_done),
        item_id=row.item_id,
        outreach_item_id=row.outreach_item_id,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        version=row.version,
    )
