"""Use, value and deadlines as places of plots and in words.

Invariant: a plot shows nothing that is not in a table beside it; rounding is for reading only, the API has the figures.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from math import ceil

from babel.dates import format_date

from api.localisation import mark as _
from api.localisation import translate
from api.web import plots
from api.web.values import Values
from copilot.domain.language import Language
from copilot.domain.value import Fate, Hours
from copilot.store.sla_board import DecidedWeek
from copilot.workflows.value.report import ValueReport

_LABELS = 6
"""Words below a plot that fit a phone."""
_LEAST_CENT = Decimal("0.01")
_SMALL_COST = _("below %(amount)s")


class ValueWords:
    """Writes these figures in one language."""

    def __init__(self, language: Language) -> None:
        self.values = Values(language)
        self._language = language

    def hours(self, value: float) -> str:
        """`12.5`: one digit, none from a hundred on."""
        # What rounds to zero has no sign.
        return self.values.number(Decimal(f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}") + 0)

    def usd(self, amount: Decimal) -> str:
        """`US$0.12`; what is less than a cent is said to be less."""
        if 0 < amount < _LEAST_CENT:
            least = self.values.money(_LEAST_CENT, "USD")
            return translate(_SMALL_COST, language=self._language) % {"amount": least}
        return self.values.money(amount.quantize(_LEAST_CENT), "USD")

    def week(self, monday: date | str) -> str:
        """`9 Nov`, the first day of a week."""
        day = date.fromisoformat(monday) if isinstance(monday, str) else monday
        return format_date(day, format="d MMM", locale=self.values.formatter.locale).rstrip(".")

    def whole(self, value: float) -> str:
        """A tick of a plot of counts or hours."""
        return self.values.number(Decimal(f"{value:g}"))


def fates_plot(found: ValueReport, *, words: ValueWords) -> plots.Columns:
    """What became of the drafts of each week."""
    labels = _labels([part.key for part in found.by_week], words)
    return plots.stacked(
        [
            (label, {fate.value: float(part.figures.tally.fates[fate]) for fate in Fate})
            for label, part in zip(labels, found.by_week, strict=True)
        ],
        least_step=1,
    )


def decided_plot(weeks: Sequence[DecidedWeek], *, least: int, words: ValueWords) -> plots.Columns:
    """Hours to decide: up to where half was decided, and on to where nine of ten were."""
    labels = _labels([week.week.isoformat() for week in weeks], words)
    return plots.stacked(
        [(label, _spread(week) if week.decided >= least else {}) for label, week in zip(labels, weeks, strict=True)]
    )


def hours_span(saved: Hours) -> plots.Span | None:
    """Where the hours saved lie; None where they may be below zero: a plot begins at zero."""
    if saved.low < 0 or saved.high <= 0:
        return None
    return plots.span(low=saved.low, expected=saved.likely, high=saved.high, whole=saved.high * 1.1)


def _spread(week: DecidedWeek) -> dict[str, float]:
    median, p90 = week.median_hours or 0.0, week.p90_hours or 0.0
    return {"median": median, "p90": p90 - median}


def _labels(mondays: Sequence[str], words: ValueWords) -> list[str]:
    """Of every week, or every few weeks counted from the last."""
    step = ceil(len(mondays) / _LABELS)
    last = len(mondays) - 1
    return [words.week(monday) if (last - place) % step == 0 else "" for place, monday in enumerate(mondays)]
