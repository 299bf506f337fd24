"""What alerts are decided from: accounts whose scores moved, as they are and as they were.

Invariant: these reads are for the daily run, which acts for nobody; nothing of them is shown to a person but through
`copilot.store.alerts`, which filters. Which accounts are looked at more closely is found by one statement for each
score and day, so that a million accounts that did not change cost two look-ups each.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.sql.selectable import LateralFromClause

from copilot.domain.alert_rules import AlertRules
from copilot.domain.alerting import FALLS, SCORES, STANDING, Reading, Watched, seen_on
from copilot.domain.alerts import Alert, AlertKind, AlertState
from copilot.domain.scores import AccountScore, ScoreKind
from copilot.store.alerts import to_alert
from copilot.store.customers import is_customer
from copilot.store.database import UnitOfWork
from copilot.store.scores import ScoreRepository
from copilot.store.tables.people import UserRow
from copilot.store.tables.records import AccountRow
from copilot.store.tables.scores import AccountScoreRow, AlertRow

_AT_ONCE = 1_000


class AlertChanges:
    """Of one unit of work and one day."""

    def __init__(self, uow: UnitOfWork, *, day: date, rules: AlertRules, written_since: datetime | None = None) -> None:
        """`written_since`: look only at accounts with scores written since, and at those that have had alerts."""
        self._written_since = written_since
        self._uow = uow
        self._session = uow.session
        self._day = day
        self._rules = rules

    def watched(self, kind: AlertKind) -> Iterator[Watched]:
        """Every customer that may have an alert of this kind today."""
        ids = sorted(self._moved(kind) | self._known(kind))
        for start in range(0, len(ids), _AT_ONCE):
            yield from self._read(kind, ids[start : start + _AT_ONCE])

    def _read(self, kind: AlertKind, account_ids: Sequence[str]) -> Iterator[Watched]:
        owners = self._customers(account_ids)
        ids = sorted(owners)
        latest = self._latest(kind, ids)
        scores = {one: self._scores(one, ids, latest) for one in SCORES[kind]}
        for account_id in ids:
            yield Watched(
                account_id=account_id,
                kind=kind,
                owner_id=owners[account_id],
                now={one: now[account_id] for one, (now, _) in scores.items() if account_id in now},
                before={one: tuple(before.get(account_id, ())) for one, (_, before) in scores.items()},
                last=latest.get(account_id),
            )

    def _scores(
        self, kind: ScoreKind, ids: Sequence[str], latest: Mapping[str, Alert]
    ) -> tuple[dict[str, AccountScore], dict[str, list[Reading]]]:
        """The scores of today, and the readings of before."""
        repository = ScoreRepository(self._uow)
        wanted: dict[date, set[str]] = {self._day - timedelta(days=days): set(ids) for days in self._rules.compare_days}
        for account_id, alert in latest.items():
            seen = seen_on(alert, day=self._day)
            if alert.state is AlertState.SNOOZED or seen >= self._since:
                wanted.setdefault(seen, set()).add(account_id)
        before: dict[str, list[Reading]] = {}
        for day, of_day in sorted(wanted.items()):
            for account_id, score in repository.latest(kind, account_ids=sorted(of_day), on=day).items():
                before.setdefault(account_id, []).append(Reading(day=day, score=score))
        return repository.latest(kind, account_ids=ids, on=self._day), before

    def _moved(self, kind: AlertKind) -> set[str]:
        """Accounts with a score of the kind that moved far enough for any alert."""
        if self._written_since is not None:
            query = select(AccountScoreRow.account_id).where(
                AccountScoreRow.written_at > self._written_since,
                AccountScoreRow.kind.in_([score.value for score in SCORES[kind]]),
            )
            return set(self._session.scalars(query.distinct()))
        return {
            account_id
            for score in SCORES[kind]
            for days in self._rules.compare_days
            for account_id in self._moved_since(score, self._day - timedelta(days=days))
        }

    def _moved_since(self, kind: ScoreKind, before_day: date) -> Iterable[str]:
        now, before = self._score_on(kind, self._day), self._score_on(kind, before_day)
        moved = before.c.value - now.c.value if kind in FALLS else now.c.value - before.c.value
        query = (
            select(AccountRow.id)
            .join(now, now.c.day > before_day)
            .join(before, before.c.version == now.c.version)
            .where(moved >= self._rules.moves.by_score[kind].with_band, is_customer(self._day))
        )
        return self._session.scalars(query)

    @staticmethod
    def _score_on(kind: ScoreKind, day: date) -> LateralFromClause:
        """The score that the account at hand had on the day."""
        return (
            select(AccountScoreRow.day, AccountScoreRow.value, AccountScoreRow.version)
            .where(
                AccountScoreRow.account_id == AccountRow.id,
                AccountScoreRow.kind == kind.value,
                AccountScoreRow.day <= day,
            )
            .order_by(AccountScoreRow.day.desc())
            .limit(1)
            .lateral()
        )

    @property
    def _since(self) -> date:
        """From when on alerts say with what a score is compared."""
        return self._day - timedelta(days=self._rules.remembered_days)

    def _known(self, kind: AlertKind) -> set[str]:
        """Accounts with a snoozed alert, or one of late: a small move since it may count."""
        query = select(AlertRow.account_id).where(
            AlertRow.kind == kind.value,
            or_(
                AlertRow.state == AlertState.SNOOZED.value,
                AlertRow.day >= self._since,
                func.date(AlertRow.changed_at) >= self._since,
            ),
        )
        return set(self._session.scalars(query))

    def _latest(self, kind: AlertKind, ids: Sequence[str]) -> dict[str, Alert]:
        """The one that stands, which may be an older one that somebody reopened; else the latest."""
        query = (
            select(AlertRow)
            .ext(distinct_on(AlertRow.account_id))
            .where(AlertRow.kind == kind.value, AlertRow.account_id.in_(ids))
            .order_by(AlertRow.account_id, AlertRow.state.in_(STANDING).desc(), AlertRow.opened_at.desc(), AlertRow.id)
        )
        return {row.account_id: to_alert(row) for row in self._session.scalars(query)}

    def _customers(self, ids: Sequence[str]) -> dict[str, str | None]:
        """Account -> its owner's id, of those that are customers on the day."""
        query = (
            select(AccountRow.id, UserRow.id)
            .outerjoin(UserRow, (func.lower(AccountRow.owner_email) == UserRow.email) & UserRow.active)
            .where(AccountRow.id.in_(ids), is_customer(self._day))
        )
        return {key: value for key, value in self._session.execute(query)}  # noqa: C416 - rows are no pairs to the checker
