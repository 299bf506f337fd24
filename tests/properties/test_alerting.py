"""Alerts whatever the scores do: one at a time, never above the cap, never without a change, woken on their day."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.alert_acts import OUTCOMES, Act, ActKind, perform
from copilot.domain.alert_rules import AlertRules
from copilot.domain.alerting import STANDING, Change, Decided, Reading, Watched, decide, move, seen_on
from copilot.domain.alerts import Alert, AlertKind, AlertState
from copilot.domain.scores import AccountScore, Band, Part, ScoreKind
from copilot.domain.signals import Signal

FIRST = date(2026, 1, 1)
RULES = AlertRules(compare_days=(2, 5), quiet_days=4, most_a_day=1, longest_snooze_days=10)
ACCOUNTS = ("a", "b", "c", "d", "e")
OWNERS = {"a": "u1", "b": "u1", "c": "u1", "d": None, "e": None}
KIND = AlertKind.CHURN_RISK


def score(account: str, value: float, day: date, version: str) -> AccountScore:
    band = Band.BAD if value > 0.5 else Band.WATCH if value > 0.25 else Band.GOOD
    part = Part(name=Signal.INBOUND.value, value=value, effect=value)
    return AccountScore(
        account_id=account, kind=ScoreKind.CHURN_90, day=day, value=value, band=band, parts=(part,), version=version
    )


@dataclass
class World:
    """What the store would keep, in memory."""

    scores: dict[str, list[AccountScore]] = field(default_factory=dict)
    alerts: list[Alert] = field(default_factory=list)
    raised: list[tuple[date, Change]] = field(default_factory=list)

    def on(self, account: str, day: date) -> AccountScore | None:
        return next((item for item in reversed(self.scores.get(account, [])) if item.day <= day), None)

    def last(self, account: str) -> Alert | None:
        return next((item for item in reversed(self.alerts) if item.account_id == account), None)

    def watched(self, account: str, day: date) -> Watched:
        last, now = self.last(account), self.on(account, day)
        days = {day - timedelta(days=back) for back in RULES.compare_days}
        days |= {seen_on(last, day=day)} if last else set()
        readings = [Reading(then, found) for then in sorted(days) if (found := self.on(account, then)) is not None]
        return Watched(
            account_id=account,
            kind=KIND,
            owner_id=OWNERS[account],
            now={} if now is None else {ScoreKind.CHURN_90: now},
            before={ScoreKind.CHURN_90: tuple(readings)},
            last=last,
        )

    def run(self, day: date) -> Decided:
        today = Counter(change.owner_id for then, change in self.raised if then == day)
        decided = decide([self.watched(account, day) for account in ACCOUNTS], day=day, raised_today=today, rules=RULES)
        for alert in decided.woken:
            self.put(alert.model_copy(update={"state": AlertState.OPEN, "snoozed_until": None}), day)
        for change in decided.raised:
            self.raised.append((day, change))
            self.alerts.append(opened(change, day, number=len(self.alerts)))
        return decided

    def put(self, alert: Alert, day: date) -> None:
        changed = alert.model_copy(update={"changed_at": at(day)})
        self.alerts = [changed if item.id == alert.id else item for item in self.alerts]


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=UTC)


def opened(change: Change, day: date, *, number: int) -> Alert:
    return Alert(
        id=f"alert_{number}",
        account_id=change.account_id,
        kind=change.kind,
        cause=change.cause,
        score_kind=change.score_kind,
        before=change.before,
        before_day=change.before_day,
        now=change.now,
        day=day,
        moved=change.moved,
        owner_id=change.owner_id,
        playbook="risk_general",
        state=AlertState.OPEN,
        snoozed_until=None,
        opened_at=at(day),
        changed_at=at(day),
    )


Move = tuple[int, float, int]
days = st.lists(
    st.tuples(
        st.lists(
            st.tuples(st.sampled_from(ACCOUNTS), st.floats(0, 1), st.sampled_from(["m1", "m1", "m1", "m2"])), max_size=6
        ),
        st.lists(st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(list(ActKind)), st.integers(1, 10)), max_size=3),
    ),
    min_size=3,
    max_size=14,
)


@given(days)
def test_whatever_happens_alerts_are_few_single_and_caused_by_a_change(
    course: Sequence[tuple[list[tuple[str, float, str]], list[tuple[str, ActKind, int]]]],
) -> None:
    world = World()
    for number, (moves, acts) in enumerate(course):
        day = FIRST + timedelta(days=number)
        for account, value, version in moves:
            world.scores.setdefault(account, []).append(score(account, value, day, version))
        snoozed = {item.id: item for item in world.alerts if item.state is AlertState.SNOOZED}
        decided = world.run(day)
        check(world, decided, snoozed, day)
        again = world.run(day)
        assert (again.raised, again.woken) == ((), ()), "the same day again raises nothing but what had to wait"
        for account, kind, length in acts:
            act_on(world, account, kind, length, day)


def check(world: World, decided: Decided, snoozed: dict[str, Alert], day: date) -> None:
    standing = Counter(item.account_id for item in world.alerts if item.state in STANDING)
    assert all(number == 1 for number in standing.values())
    today = Counter(change.owner_id for then, change in world.raised if then == day)
    assert all(number <= RULES.most_a_day for number in today.values())
    for owner, number in decided.held.items():
        assert number > 0
        assert today[owner] == RULES.most_a_day, "nothing waits while there is room"
    for change in decided.raised:
        before, now = world.on(change.account_id, change.before_day), world.on(change.account_id, day)
        assert before is not None
        assert now is not None
        assert change.before_day < day
        assert move(before, now) >= RULES.moves.churn_90.with_band
        assert before.version == now.version
        assert now.band is not Band.GOOD
        assert change.cause == Signal.INBOUND.value
    for alert in snoozed.values():
        due = alert.snoozed_until is not None and alert.snoozed_until <= day
        then, now = world.on(alert.account_id, alert.day), world.on(alert.account_id, day)
        worse = then is not None and now is not None and move(then, now) >= RULES.moves.churn_90.alone
        assert (alert.id in {item.id for item in decided.woken}) is (due or worse)


def act_on(world: World, account: str, kind: ActKind, length: int, day: date) -> None:
    alert = world.last(account)
    if alert is None or (kind is ActKind.REOPEN and alert.state not in STANDING and world.last(account) is not alert):
        return
    act = Act(kind, until=day + timedelta(days=length), reason="known", outcome=OUTCOMES[KIND][length % 3])
    changed = perform(alert, act, today=day, rules=RULES)
    if isinstance(changed, Alert):
        assert perform(changed, act, today=day, rules=RULES) is changed, "the same act again changes nothing"
        if changed is not alert:
            world.put(changed, day)


@given(st.floats(0, 1), st.integers(0, 40))
def test_a_score_that_stays_where_it_is_never_raises_anything(value: float, length: int) -> None:
    world = World()
    world.scores["a"] = [score("a", value, FIRST, "m1")]
    for number in range(length):
        assert world.run(FIRST + timedelta(days=number)) == Decided(raised=(), woken=(), held={})
