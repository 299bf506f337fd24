"""The report of a score learnt from the records, as Markdown.

Invariant: it says what stands out before it shows figures; a refusal has the same report, as far as it got.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from pydantic import ValidationError

from copilot.cli.model_pages import ModelPages, cell, table
from copilot.cli.scores_words import TEXTS, say, score_name
from copilot.cli.train_words import say as say_of_training
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.domain.scores import ScoreModel
from copilot.domain.signal_words import signal_name
from copilot.domain.signals import Signal
from copilot.errors import InputError
from copilot.scoring.quality import Measure
from copilot.scoring.refusals import refusal_text
from copilot.scoring.report import Group, Report
from copilot.scoring.shapes import AdditiveModel
from copilot.scoring.tables import Reason
from copilot.workflows.scores.models import Choice

SHORT = 8
"""Characters of an id."""
_FOUND = frozenset({Reason.LEAK, Reason.EMPTY})
"""Said elsewhere than among the columns that are not used."""


def report_text(model: ScoreModel, *, state: str, language: Language) -> str:
    """The whole report; `state` says whether it is in use. Raises InputError for one of another kind."""
    pages = _Pages(_report(model), language)
    parts = [*pages.head(model, state), *pages.findings(), *pages.figures(), *pages.alerts()]
    if model.model is not None:
        parts += pages.moves(AdditiveModel.model_validate(model.model))
    return "\n".join([*parts, *pages.left_out()]) + "\n"


def column_name(name: str, language: Language) -> str:
    """A signal or a column of the account, in words."""
    if name in Signal.__members__.values():
        return signal_name(Signal(name), language)
    return TEXTS[language].get(name, name)


class _Pages(ModelPages):
    """The parts."""

    def __init__(self, report: Report, language: Language) -> None:
        share = report.positives / report.rows if report.rows else 0.0
        super().__init__(language, share=share, name_of=lambda name: column_name(name, language))
        self._report = report

    def _tell(self, key: str, **values: object) -> str:
        return say(key, self._language, **values)

    def head(self, model: ScoreModel, state: str) -> Iterator[str]:
        """Which model, what it learnt from, or why there is none."""
        counts, day = self._report.counts, self._format.day
        title = "title" if model.refusal is None else "title_refused"
        yield f"# {self._tell(title, kind=score_name(model.kind, self._language), id=model.id[:SHORT])}\n"
        yield self._tell("trained", day=day(model.trained_on), state=state)
        if counts.first_day is None or counts.last_day is None:
            yield self._tell("counts_none", accounts=counts.accounts)
        else:
            yield self._tell(
                "counts",
                rows=counts.rows,
                accounts=counts.accounts,
                positives=counts.positives,
                first=day(counts.first_day),
                last=day(counts.last_day),
            )
        if counts.happened_by:
            said = [self._tell(f"by.{by}", count=count) for by, count in sorted(counts.happened_by.items())]
            yield self._tell("left_by", said="; ".join(said))
        if counts.sampled < 1:
            yield self._tell("sampled", share=self._percent(counts.sampled))
        if (why := refusal_text(model, self._language)) is not None:
            yield f"\n**{why}**"

    def findings(self) -> Iterator[str]:
        """Traps in the data, and where the score does not hold."""
        yield f"\n## {self._tell('findings')}\n"
        found = [*self._of_counts(), *self._of_columns(), *self._of_groups()]
        yield from (f"- {line}" for line in found or [self._tell("nothing_found")])

    def _of_counts(self) -> Iterator[str]:
        counts, delay = self._report.counts, self._report.delay
        for key in ("without_day", "gone_before_they_came", "used_after_leaving", "unknown_rows"):
            if (count := getattr(counts, key)) > 0:
                yield self._tell(key, count=count)
        yield self._tell(f"delay.{delay.source}", days=delay.days, cases=delay.cases)

    def _of_columns(self) -> Iterator[str]:
        season = self._report.season
        for item in self._report.left_out:
            if item.reason is Reason.LEAK:
                yield self._tell("leak", column=cell(self._name_of(item.column)), detail=cell(item.detail))
        for name, since in self._report.known_since.items():
            yield self._tell("known_since", column=self._name_of(name), day=self._format.day(since))
        if season is not None and season.is_season:
            year = "–" if season.year is None else self._number(season.year)
            yield self._tell("season", quarter=self._number(season.quarter), year=year)
        for shift in self._report.shifts:
            if shift.is_shifted:
                index, threshold = self._number(shift.index), self._number(shift.threshold)
                yield self._tell("shift", column=self._name_of(shift.column), index=index, threshold=threshold)

    def _of_groups(self) -> Iterator[str]:
        for group in (*self._report.segments, *self._report.quarters):
            if group.deviates:
                yield self._tell(
                    "deviates",
                    column=self._name_of(group.column),
                    name=cell(group.name),
                    predicted=self._number(group.predicted),
                    observed=self._number(group.observed),
                    low=self._number(group.low),
                    high=self._number(group.high),
                )
        yield from self._lately()
        yield from self.apart_lately()
        if (beside := self._report.compared) is not None:
            yield self._tell(
                f"compared.{beside.measure}",
                id=beside.other_id[:SHORT],
                rows=beside.rows,
                own=self._number(beside.own),
                other=self._number(beside.other),
                low=self._number(beside.low),
                high=self._number(beside.high),
            )

    def _lately(self) -> Iterator[str]:
        """What the newest months say of the level."""
        if (lately := self._report.lately) is not None:
            yield self._tell(
                "lately",
                first=self._format.day(lately.first_day),
                last=self._format.day(lately.last_day),
                happened=self._format.number(lately.happened),
                expected=self._count(lately.expected),
                factor=self._number(lately.factor),
            )

    def apart_lately(self) -> Iterator[str]:
        """The groups that differ from the others in the newest months."""
        lately = self._report.lately
        for group in lately.groups if lately else ():
            if lately and group.deviates:
                yield self._tell(
                    "lately_group",
                    column=self._name_of(group.column),
                    name=cell(group.name),
                    first=self._format.day(lately.first_day),
                    last=self._format.day(lately.last_day),
                    happened=self._format.number(group.happened),
                    expected=self._count(group.expected),
                )

    def _count(self, expected: float) -> str:
        return self._format.number(Decimal(f"{expected:.1f}"))

    def figures(self) -> Iterator[str]:
        """Of the months that were judged."""
        if self._report.quality is None:
            return
        yield from self.quality(self._report.quality, judged=self._judged())
        yield from self._lead()
        yield from self._groups("quarters", self._report.quarters)
        yield from self._groups("groups", self._report.segments)

    def _judged(self) -> str:
        split, day = self._report.split, self._format.day
        if split is None or split.learnt.last_day is None or not split.judged.first_day or not split.judged.last_day:
            return ""
        told = self._tell(
            "judged",
            learnt=day(split.learnt.last_day),
            learnt_happened=split.learnt.positives,
            first=day(split.judged.first_day),
            last=day(split.judged.last_day),
            judged_happened=split.judged.positives,
            embargo=split.embargo_days,
            window=self._report.horizon_days,
        )
        return f"{told} {self._tell('judged_again', times=split.times)}" if split.times > 1 else told

    def _lead(self) -> Iterator[str]:
        lead = self._report.lead
        if lead is not None:
            yield f"\n## {self._tell('lead')}\n"
            yield self._tell(
                "lead_said",
                budget=self._percent(lead.budget),
                happened=lead.happened,
                found=lead.found,
                share=self._percent(lead.share),
                low=self._percent(lead.low),
                high=self._percent(lead.high),
                least=lead.least_days,
                median="–" if lead.median_days is None else f"{lead.median_days:.0f}",
                precision="–" if lead.precision is None else self._percent(lead.precision),
            )

    def alerts(self) -> Iterator[str]:
        """What people said came of alerts."""
        if not self._report.alerts:
            return
        yield f"\n## {self._tell('alerts')}\n"
        for one in self._report.alerts:
            yield "- " + self._tell("alerts_said", cause=self._name_of(one.cause), right=one.right, closed=one.closed)
        if saved := sum(one.saved for one in self._report.alerts):
            yield f"- {self._tell('alerts_saved', count=saved)}"

    def _groups(self, title: str, groups: Sequence[Group]) -> Iterator[str]:
        if not groups:
            return
        yield f"\n## {self._tell(title)}\n"
        rows = [
            (
                group.name if title == "quarters" else f"{self._name_of(group.column)}: {group.name}",
                self._number(group.predicted),
                self._number(group.observed),
                f"{self._number(group.low)} – {self._number(group.high)}",
                "–" if group.auc is None else self._number(group.auc),
                "–" if group.alerted is None else self._percent(group.alerted),
                self._format.number(group.rows),
            )
            for group in groups
        ]
        yield from table(self._tell("group_columns").split("|"), rows)

    def left_out(self) -> Iterator[str]:
        """What was not learnt from; those that are merely empty in one line."""
        others = [item for item in self._report.left_out if item.reason not in _FOUND]
        empty = [self._name_of(item.column) for item in self._report.left_out if item.reason is Reason.EMPTY]
        if others or empty:
            yield f"\n## {self._tell('left_out')}\n"
        for item in others:
            why = say_of_training(item.reason, self._language, detail=cell(item.detail))
            yield f"- {cell(self._name_of(item.column))}: {why}"
        if empty:
            yield f"- {self._tell('empty_ones', columns=', '.join(empty))}"

    def short(self) -> tuple[str, str, str, str]:
        """See `figures_of`."""
        quality, lead, happened = self._report.quality, self._report.lead, str(self._report.counts.positives)
        if quality is None:
            return happened, "–", "–", "–"
        in_time = "–" if lead is None else self._percent(lead.share)
        return happened, self._number(quality.of(Measure.AUC)), self._number(quality.of(Measure.SKILL)), in_time

    def _percent(self, share: float) -> str:
        return self._format.percent(Decimal(f"{share * 100:.0f}"))


def figures_of(model: ScoreModel, language: Language) -> tuple[str, str, str, str]:
    """To how many customers it happened, the area under the curve, how much better than the base rate, and how many in
    time; a dash for none."""
    try:
        return _Pages(_report(model), language).short()
    except InputError:
        return "–", "–", "–", "–"


def apart_lately(model: ScoreModel, language: Language) -> Sequence[str]:
    """What is to be known of a model in use at a glance: the groups in which it happens otherwise of late."""
    try:
        return list(_Pages(_report(model), language).apart_lately())
    except InputError:
        return ()


def choice_lines(choice: Choice | None, language: Language) -> Iterator[str]:
    """Who chose a model by hand and when, and that what was learnt since was refused."""
    if choice is not None:
        yield say("chosen", language, name=choice.by_name, day=Formatter(language).day(choice.at.date()))
        if why := choice.why_refused(language):
            yield say("later_refusal", language, why=why)


def _report(model: ScoreModel) -> Report:
    try:
        return Report.model_validate(model.report)
    except ValidationError as error:
        raise InputError("This model has a report of another kind.", hint="--json shows it as it is.") from error
