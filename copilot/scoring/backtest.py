"""Learns a score from the records, judges it on the months after those that it learnt from, and writes the report.

Invariants: the features of a row are those of its day and its outcome is one that is on record by now; nothing that
judges was on record when what is judged was learnt. What cannot be believed is refused, with what is missing counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from copilot.domain.alerts import AlertKind, Outcome
from copilot.domain.scores import CHURN_DAYS, ScoreKind, ScoreModel
from copilot.scoring.afterwards import changed_afterwards
from copilot.scoring.believable import (
    LEAST_OF_A_SIDE,
    LEAST_OF_AN_OUTCOME,
    LEAST_ROWS,
    History,
    Refusal,
    Split,
    Verdict,
    judge,
)
from copilot.scoring.compared import compared
from copilot.scoring.in_time import known_since, left_out_in_time, season_of, silent_where_unknown
from copilot.scoring.labels import Course, Courses, Delay, delay_of
from copilot.scoring.lead_time import groups_of, lead_time, quarters_of
from copilot.scoring.past import Past, Rows, read_past, rows_of, with_table
from copilot.scoring.recent import Recent, corrected, recent_of
from copilot.scoring.report import AlertsTold, Counts, DelayTold, LeftOutTold, Needed, Report, Season, Side, SplitTold
from copilot.scoring.shift import shifts
from copilot.scoring.tables import Places, Table, usable
from copilot.scoring.training import counted
from copilot.store.alerts import AlertRepository
from copilot.store.courses import CourseRepository, CustomerCourse
from copilot.store.database import UnitOfWork
from copilot.store.scores import ScoreRepository
from copilot.store.signals import Population, SignalsRepository, SignalTable

QUARTER_DAYS = 91
"""So often a model is learnt again to judge the one of today: about as often as anybody does."""
NEEDED = Needed(rows=LEAST_ROWS, of_an_outcome=LEAST_OF_AN_OUTCOME, of_a_side=LEAST_OF_A_SIDE)


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """What may be asked for."""

    label_delay_days: int = 30
    """After so many days a departure is on record, unless the records show that it takes longer."""
    alert_budget: float = 0.2
    """Share of the accounts that the report's lead time is for."""
    months: int = 36
    """So far back."""
    most_rows: int = 100_000
    """An account and a month end each; with more, a sample of the accounts is learnt from."""
    kept: frozenset[str] = frozenset()
    """Columns that somebody vouches for: they are learnt from although they look like leaks."""


@dataclass(frozen=True, slots=True)
class Learnable:
    """What happened to accounts, whatever it is that is learnt, and what was counted on the way."""

    delay: Delay
    counts: Counts
    past: Past = field(repr=False)

    @property
    def courses(self) -> Courses:
        """Of the accounts."""
        return self.past.courses


def customers_past(uow: UnitOfWork, *, options: TrainingOptions | None = None) -> Learnable:
    """What there is to learn churn from. Read it once for several horizons: it is most of the work."""
    options, today = options or TrainingOptions(), uow.clock.today()
    customers = CourseRepository(uow).customers(until=today)
    usual = [one for one in customers if not _is_without_day(one) and not one.is_gone_before_it_came]
    courses = Courses(tuple(_churn_course(one, today) for one in usual))
    left = [(one.left_on, one.recorded_on) for one in usual if one.left_on is not None and one.left_on <= today]
    by: dict[str, int] = {}
    for one in usual:
        if one.left_by is not None:
            by[one.left_by.value] = by.get(one.left_by.value, 0) + 1
    counts = Counts(
        accounts=len(usual),
        happened=len(left),
        happened_by=by,
        without_day=sum(map(_is_without_day, customers)),
        gone_before_they_came=sum(one.is_gone_before_it_came for one in customers),
        used_after_leaving=sum(one.is_used_after_leaving for one in usual),
    )
    delay = delay_of(left, today=today, setting=options.label_delay_days)
    return learnable(uow, courses, delay=delay, counts=counts, options=options)


def learnable(
    uow: UnitOfWork, courses: Courses, *, delay: Delay, counts: Counts | None = None, options: TrainingOptions
) -> Learnable:
    """The same for anything that happens to accounts, e.g. an expansion."""
    signals = SignalsRepository(uow)

    def read(day: date, account_ids: Sequence[str]) -> SignalTable:
        return signals.of_day(day, population=Population.ALL, account_ids=account_ids)

    past = read_past(read, courses, today=uow.clock.today(), months=options.months, most_rows=options.most_rows)
    happened = sum(bool(course.happened) for course in courses.all)
    return Learnable(delay, counts or Counts(accounts=len(courses.all), happened=happened), past)


def train_from_records(
    uow: UnitOfWork, kind: ScoreKind, *, options: TrainingOptions | None = None, found: Learnable | None = None
) -> ScoreModel:
    """Learn one of the churn scores, or refuse to; nothing is kept, see `copilot.scoring.registry`.

    `found` is what `customers_past` gave. Raises KeyError for a kind that is no churn score.
    """
    options = options or TrainingOptions()
    found = found or customers_past(uow, options=options)
    return train(uow, kind, horizon=CHURN_DAYS[kind], found=found, options=options)


def train(uow: UnitOfWork, kind: ScoreKind, *, horizon: int, found: Learnable, options: TrainingOptions) -> ScoreModel:
    """Learn whether it happens within so many days; beside a model in use, say which is better."""
    delay = found.delay
    report = Report(
        horizon_days=horizon,
        needed=NEEDED,
        counts=found.counts.model_copy(update={"sampled": found.past.sampled, "unknown_rows": found.past.unknown}),
        delay=DelayTold(days=delay.days, source=delay.source, cases=delay.cases),
        alerts=_alerts(uow) if kind in CHURN_DAYS else (),
        kept=tuple(sorted(options.kept)),
    )
    verdict = Verdict(Refusal.FEW_ROWS)
    all_rows = rows_of(found.past, horizon=horizon, delay=delay)
    if all_rows is not None:
        season = season_of(all_rows)
        clean = _usable(all_rows, season, kept=options.kept)
        recent = recent_of(found.past, horizon=horizon, delay=delay) if kind in CHURN_DAYS else None
        verdict = judge(_history(clean, horizon=horizon, delay=delay, kept=options.kept, recent=recent))
        told = _told(clean, verdict, found, horizon, options)
        if verdict.model is not None and recent is not None:
            told["lately"] = lately = recent.lately(verdict.model, by=found.past.today.toordinal())
            verdict = replace(verdict, model=corrected(verdict.model, lately) if lately else verdict.model)
        if (in_use := ScoreRepository(uow).model(kind)) is not None:
            told["compared"] = compared(verdict, all_rows, embargo=horizon + delay.days, other=in_use)
        told |= {"season": season, "counts": _counted(report.counts, clean)}
        report = report.model_copy(update=told)
    return ScoreModel(
        id=str(uow.clock.new_id()),
        kind=kind,
        trained_at=uow.clock.now(),
        trained_on=uow.clock.today(),
        refusal=None if verdict.refusal is None else verdict.refusal.value,
        model=None if verdict.model is None else verdict.model.model_dump(mode="json"),
        report=report.model_dump(mode="json"),
    )


def _alerts(uow: UnitOfWork) -> tuple[AlertsTold, ...]:
    found = AlertRepository(uow).quality(viewer=None)
    return tuple(
        AlertsTold(
            cause=one.cause,
            right=one.precision.part,
            closed=one.precision.whole,
            saved=one.outcomes.get(Outcome.SAVED, 0),
        )
        for one in found
        if one.kind is AlertKind.CHURN_RISK and one.precision.whole
    )


def _history(rows: Rows, *, horizon: int, delay: Delay, kept: frozenset[str], recent: Recent | None) -> History:
    return History(
        table=rows.table,
        labels=rows.labels,
        days=rows.days,
        kept=kept,
        groups=rows.groups,
        window=horizon,
        delay=delay.days,
        step=QUARTER_DAYS,
        straight=True,
        level=recent.levelled if recent else None,
    )


def _usable(rows: Rows, season: Season | None, *, kept: frozenset[str]) -> Rows:
    """The rows without the columns that say nothing, that say what came after, or that say it of the time and not of
    the account."""
    suspects = [*left_out_in_time(rows, season), *changed_afterwards(rows)]
    table = rows.table.without(*(item for item in suspects if item.column not in kept))
    chosen = silent_where_unknown(table, rows.days)
    clean = usable(chosen.columns, rows=chosen.rows)
    return with_table(rows, Table(clean.columns, clean.rows, (*chosen.left_out, *clean.left_out)))


def _told(rows: Rows, verdict: Verdict, found: Learnable, horizon: int, options: TrainingOptions) -> dict[str, object]:
    told: dict[str, object] = {
        "rows": rows.table.rows,
        "positives": int(rows.labels.sum()),
        "left_out": tuple(
            LeftOutTold(column=item.column, reason=item.reason, detail=item.detail) for item in verdict.left_out
        ),
        "quality": verdict.quality,
        "shifts": shifts(rows, found.past.now),
        "used": verdict.model.names if verdict.model else (),
        "known_since": {
            name: date.fromordinal(int(day))
            for name, day in known_since(rows.table, rows.days).items()
            if verdict.model and name in verdict.model.names
        },
    }
    if verdict.split is not None:
        told["split"] = _split(rows, verdict.split, embargo=horizon + found.delay.days)
        if verdict.told is not None:
            told["quarters"] = quarters_of(rows, verdict.split, verdict.told)
            told["segments"] = groups_of(rows, verdict.split, verdict.told, budget=options.alert_budget)
            told["lead"] = lead_time(rows, verdict.split, verdict.told, budget=options.alert_budget)
    return told


def _split(rows: Rows, split: Split, *, embargo: int) -> SplitTold:
    return SplitTold(
        from_day=date.fromordinal(int(split.from_day)),
        embargo_days=embargo,
        times=max(1, len(split.origins)),
        learnt=_side(rows, split.learnt),
        judged=_side(rows, split.counted),
    )


def _side(rows: Rows, places: Places) -> Side:
    labels, groups, days = rows.labels[places], rows.groups[places], rows.days[places]
    return Side(
        rows=len(places),
        positives=counted(labels, groups),
        negatives=counted(~labels, groups),
        first_day=date.fromordinal(int(days.min())) if days.size else None,
        last_day=date.fromordinal(int(days.max())) if days.size else None,
    )


def _counted(counts: Counts, rows: Rows) -> Counts:
    side = _side(rows, np.arange(rows.table.rows))
    return counts.model_copy(update={**side.model_dump(), "days": int(np.unique(rows.days).size)})


def _is_without_day(one: CustomerCourse) -> bool:
    return one.is_gone and one.left_on is None


def _churn_course(one: CustomerCourse, today: date) -> Course:
    """A day of leaving that is still to come has not happened."""
    left_on = one.left_on if one.left_on is not None and one.left_on <= today else None
    return Course(one.account_id, one.since, left_on, () if left_on is None else (left_on,))
