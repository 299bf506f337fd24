"""How use and value look at the command line.

Invariant: a share or a time is printed with how many cases it rests on, or not at all.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from rich.table import Table
from rich.text import Text

from copilot.cli.context import console
from copilot.cli.queue_view import plain, print_line
from copilot.cli.value_words import say
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.domain.proportions import Share
from copilot.domain.value import Estimate, Fate, Figures
from copilot.workflows.value.report import Scope, ValueReport


def print_value(found: ValueReport, language: Language) -> None:
    """The table of all parts, then what follows from it."""
    told = _Told(found, language)
    print_line(told.whose())
    if not found.total.tally.outputs:
        print_line(told.say("nothing"))
        return
    table = Table()
    for heading in told.say("columns").split("|"):
        table.add_column(heading, overflow="fold")
    for name, figures in told.parts():
        table.add_row(*(Text(plain(cell)) for cell in (name, *told.row(figures))))
    console.print(table)
    for line in told.lines():
        print_line(line)


class _Told:
    """One report in one language."""

    def __init__(self, found: ValueReport, language: Language) -> None:
        self._found = found
        self._language = language
        self._format = Formatter(language)

    def say(self, key: str, **values: object) -> str:
        return say(key, self._language, **values)

    def whose(self) -> str:
        choice = self._found.choice
        values = {"day": self._format.day(self._found.weeks[0]), "people": self._found.people}
        if choice.scope is Scope.OWN:
            return self.say("own", **values)
        if choice.team is None:
            return self.say("all", **values)
        return self.say("team" if choice.team.team_id else "no_team", name=choice.team.name, **values)

    def parts(self) -> Iterator[tuple[str, Figures]]:
        """The total, then weeks from the last, kinds and, of everybody, teams, where there is anything."""
        found = self._found
        yield self.say("total"), found.total
        for part in reversed(found.by_week):
            day = format_date(date.fromisoformat(part.key), format="medium", locale=self._format.locale)
            yield self.say("week", day=day), part.figures
        for part in found.by_kind:
            if part.figures.tally.outputs:
                yield self.say(part.key), part.figures
        if found.choice.scope is Scope.ALL:
            for part in found.by_team:
                yield part.name or self.say("in_no_team"), part.figures

    def row(self, figures: Figures) -> list[str]:
        tally = figures.tally
        counts = [self._format.number(tally.fates[fate]) for fate in Fate]
        saved = tally.hours_saved
        hours = self.say(
            "saved", likely=self.number(saved.likely), low=self.number(saved.low), high=self.number(saved.high)
        )
        return [
            self._format.number(tally.outputs),
            *counts,
            self.share(figures.accepted),
            self.time(figures.median_hours),
            hours if tally.accepted else "–",
        ]

    def lines(self) -> Iterator[str]:
        """What the table does not hold."""
        found, after = self._found, self._found.outcomes
        distance = found.total.distance
        if distance.value is not None and distance.low is not None and distance.high is not None:
            low, high = self.percent(distance.low), self.percent(distance.high)
            yield self.say("distance", value=self.percent(distance.value), low=low, high=high, cases=distance.cases)
        yield self.say("method", day=self._format.day(found.rules.reviewed_on))
        yield self.cost()
        answers = after.answers
        yield self.say(
            "answers",
            days=found.rules.answer_days,
            share=self.share(answers.answered),
            early=answers.too_early,
        )
        yield self.say("kept", share=self.share(after.kept.kept), false=self.share(after.kept.false_alarms))
        yield self.say("questions", share=self.share(after.questions), waiting=after.questions_waiting)
        if found.choice.scope is not Scope.OWN:
            yield self.say("active", weeks=", ".join(str(week.people) for week in found.active))
        yield self.say("cannot")

    def cost(self) -> str:
        tally = self._found.total.tally
        if not tally.by_model:
            return self.say("no_model")
        amount = tally.cost_of_accepted
        if tally.cost_unknown:
            return self.say("no_price", number=tally.cost_unknown)
        written = "–" if amount is None else self._format.money(amount.quantize(Decimal("0.0001")), currency="USD")
        return self.say("cost", amount=written)

    def share(self, counted: Share) -> str:
        if counted.value is None:
            return "–"
        if counted.whole < self._found.rules.least_cases:
            return self.say("counts", part=counted.part, whole=counted.whole)
        low, high = (self.percent(end) for end in counted.interval)
        return self.say(
            "share", share=self.percent(counted.value), part=counted.part, whole=counted.whole, low=low, high=high
        )

    def time(self, estimate: Estimate) -> str:
        if estimate.value is None:
            return self.say("few", cases=estimate.cases)
        return self.say("hours", value=self.number(estimate.value))

    def number(self, value: float) -> str:
        # What rounds to zero has no sign.
        return self._format.number(Decimal(f"{value:.1f}") + 0)

    def percent(self, value: float) -> str:
        return self._format.percent(Decimal(round(value * 100)))
