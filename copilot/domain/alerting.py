"""Which changes of scores raise an alert today, which snoozed ones wake, and what has to wait.

Invariants: nothing is raised without a change of the account itself: scores by two versions of a model are never
compared, nor is a score with the time before its account's last alert was dealt with, so each change is told once.
While an alert of a kind is open or snoozed there is no second. Nobody gets more new ones on a day than the policy says;
what waits is counted. Everything here is a function of its arguments.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from copilot.domain.alert_rules import AlertRules, Moves
from copilot.domain.alerts import Alert, AlertKind, AlertState, Moved
from copilot.domain.scores import AccountScore, Band, ScoreKind
from copilot.domain.signals import Signal

SCORES: Mapping[AlertKind, tuple[ScoreKind, ...]] = {
    AlertKind.CHURN_RISK: (ScoreKind.CHURN_90, ScoreKind.HEALTH),
    AlertKind.EXPANSION: (ScoreKind.EXPANSION,),
}
"""Which scores raise an alert of a kind; the first that changed is the one that is told."""
NO_SIGNAL = "score"
"""The cause of a change that no signal stands out of."""
STANDING = frozenset({AlertState.OPEN, AlertState.SNOOZED})
_OUTSTANDING = 0.25
"""Share of a move from which a signal stands out."""
_DISTRUSTED = 2.0
_MOST_TOLD = 4
_RANK = {Band.GOOD: 0, Band.WATCH: 1, Band.BAD: 2}
FALLS = frozenset({ScoreKind.HEALTH})
"""Scores that raise an alert by falling."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a score was on a day; its own `day` is that of its last change before."""

    day: date
    score: AccountScore


@dataclass(frozen=True, slots=True)
class Watched:
    """One account and one kind of alert: what is known on the day of the decision."""

    account_id: str
    kind: AlertKind
    owner_id: str | None
    now: Mapping[ScoreKind, AccountScore]
    before: Mapping[ScoreKind, tuple[Reading, ...]]
    """On earlier days; `seen_on` the last alert among them, if there was one."""
    last: Alert | None
    """The latest alert of this kind, whatever became of it."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change that is worth an alert."""

    account_id: str
    kind: AlertKind
    owner_id: str | None
    score_kind: ScoreKind
    before: float
    before_day: date
    now: float
    day: date
    cause: str
    moved: tuple[Moved, ...]
    size: float
    """The move in units of one that counts by itself."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What to do on one day."""

    raised: tuple[Change, ...]
    woken: tuple[Alert, ...]
    held: Mapping[str | None, int]
    """Owner -> how many changes had to wait."""


def decide(
    watched: Iterable[Watched],
    *,
    day: date,
    raised_today: Mapping[str | None, int],
    distrusted: Collection[tuple[AlertKind, str]] = (),
    rules: AlertRules,
) -> Decided:
    """Compare now with before. `raised_today`: owner -> alerts that this day has brought already. `distrusted`: kinds
    and causes whose alerts were mostly wrong."""
    woken, changes = [], []
    for one in watched:
        if one.last is not None and one.last.state in STANDING:
            if one.last.state is AlertState.SNOOZED and wakes(one, day=day, rules=rules):
                woken.append(one.last)
            continue
        change = change_of(one, day=day, distrusted=distrusted, rules=rules)
        if change is not None:
            changes.append(change)
    raised, held, count = [], Counter[str | None](), Counter(raised_today)
    for change in sorted(changes, key=lambda item: (-item.size, item.account_id, item.kind)):
        if count[change.owner_id] < rules.most_a_day:
            count[change.owner_id] += 1
            raised.append(change)
        else:
            held[change.owner_id] += 1
    return Decided(raised=tuple(raised), woken=tuple(woken), held=dict(held))


def wakes(one: Watched, *, day: date, rules: AlertRules) -> bool:
    """Whether a snoozed alert's day has come, or it got a lot worse since it was raised."""
    last = one.last
    if last is None or last.snoozed_until is None or last.snoozed_until <= day:
        return True
    return any(_moved(last, reading, one, rules=rules) for reading in one.before.get(last.score_kind, ()))


def change_of(
    one: Watched, *, day: date, distrusted: Collection[tuple[AlertKind, str]] = (), rules: AlertRules
) -> Change | None:
    """The change of one account that is worth an alert of this kind, if there is one."""
    for kind in SCORES[one.kind]:
        now = one.now.get(kind)
        if now is None:
            continue
        for reading in sorted(_comparable(one, kind, now, day=day), key=lambda item: item.day, reverse=True):
            cause = cause_of(reading.score, now)
            weight = _DISTRUSTED if (one.kind, cause) in distrusted else 1.0
            if _is_news(one, reading, now, moves=rules.moves.by_score[kind], weight=weight, day=day, rules=rules):
                return _told(one, reading, now, cause=cause, day=day, rules=rules)
    return None


def cause_of(before: AccountScore, now: AccountScore) -> str:
    """The signal whose effect moved the score most; `score` where none stands out."""
    sign = -1 if now.kind in FALLS else 1
    moved: dict[str, float] = {}
    for score, way in ((now, sign), (before, -sign)):
        for part in score.parts:
            moved[part.name] = moved.get(part.name, 0.0) + way * part.effect
    pushing = {name: value for name, value in moved.items() if value > 0}
    if not pushing:
        return NO_SIGNAL
    strongest = min(pushing, key=lambda name: (-pushing[name], name))
    outstanding = pushing[strongest] >= _OUTSTANDING * sum(pushing.values())
    return strongest if outstanding and strongest in Signal.__members__.values() else NO_SIGNAL


def moved_signals(before: AccountScore, now: AccountScore, *, most: int = _MOST_TOLD) -> tuple[Moved, ...]:
    """The signals that moved it most, the strongest first; of two scores that cannot be compared, none."""
    if before.version != now.version or before.kind is not now.kind:
        return ()
    was, is_now = ({part.signal: part for part in score.parts if part.signal} for score in (before, now))
    moved = []
    for signal in {*was, *is_now}:
        first, last = was.get(signal), is_now.get(signal)
        effect = (last.effect if last else 0.0) - (first.effect if first else 0.0)
        if effect:
            values = (_number(part.value) if part else None for part in (first, last))
            then, today = values
            pushes = (effect < 0) is (now.kind in FALLS)
            moved.append(Moved(signal=signal, before=then, now=today, effect=effect, pushes=pushes))
    return tuple(sorted(moved, key=lambda item: (-abs(item.effect), item.signal))[:most])


def _number(value: float | str | None) -> float | None:
    return value if isinstance(value, float) else None


def seen_on(alert: Alert, *, day: date) -> date:
    """The day whose score is known to whoever has the alert: when it was raised, or when it was dealt with."""
    return alert.day if alert.state in STANDING else min(alert.changed_at.date(), day)


def move(before: AccountScore, now: AccountScore) -> float:
    """How far the score moved towards an alert; 0 if the two cannot be compared."""
    if before.value is None or now.value is None or before.version != now.version or before.kind is not now.kind:
        return 0.0
    return (before.value - now.value) if now.kind in FALLS else (now.value - before.value)


def _comparable(one: Watched, kind: ScoreKind, now: AccountScore, *, day: date) -> list[Reading]:
    """Readings of before that tell of something new: none from before the last alert."""
    since = None if one.last is None else seen_on(one.last, day=day)
    return [
        reading
        for reading in one.before.get(kind, ())
        if reading.day < day and (since is None or reading.day >= since) and move(reading.score, now) > 0
    ]


def _is_news(
    one: Watched,
    reading: Reading,
    now: AccountScore,
    *,
    moves: Moves,
    weight: float,
    day: date,
    rules: AlertRules,
) -> bool:
    moved = move(reading.score, now) / weight
    was, is_now = _rank(reading.score), _rank(now)
    if one.last is not None and day < one.last.changed_at.date() + timedelta(days=rules.quiet_days):
        return moved >= moves.alone and is_now > 0
    return (is_now > was and moved >= moves.with_band) or (moved >= moves.alone and is_now > 0)


def _rank(score: AccountScore) -> int:
    """How near a band is to an alert: 0 is far."""
    if score.band is None:
        return 0
    rank = _RANK[score.band]
    return 2 - rank if score.kind is ScoreKind.EXPANSION else rank


def _moved(last: Alert, reading: Reading, one: Watched, *, rules: AlertRules) -> bool:
    """Whether the alert's own score is a lot worse than on its day."""
    now = one.now.get(last.score_kind)
    if now is None or reading.day != last.day:
        return False
    return move(reading.score, now) >= rules.moves.by_score[last.score_kind].alone


def _told(one: Watched, reading: Reading, now: AccountScore, *, cause: str, day: date, rules: AlertRules) -> Change:
    moved = move(reading.score, now)
    return Change(
        account_id=one.account_id,
        kind=one.kind,
        owner_id=one.owner_id,
        score_kind=now.kind,
        before=reading.score.value or 0.0,
        before_day=reading.day,
        now=now.value or 0.0,
        day=day,
        cause=cause,
        moved=moved_signals(reading.score, now),
        size=moved / rules.moves.by_score[now.kind].alone,
    )
