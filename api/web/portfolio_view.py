"""The portfolio's figures as places of plots and lines of tables."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.dates import format_date

from api.web import plots
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.domain.portfolio import BandChoice, Customer
from copilot.domain.scores import ScoreKind
from copilot.scoring.forecast import Forecast
from copilot.workflows.portfolio.movement import Move
from copilot.workflows.portfolio.renewals import Month, Renewals
from copilot.workflows.portfolio.risk import RevenueAtRisk
from copilot.workflows.scores.words import shown

MOST_PLOTS = 3
"""Currencies with a plot of their own; the others are in the table."""
MOST_RENEWALS = 15
MOST_PAST = 30
_STACK = (BandChoice.BAD, BandChoice.WATCH, BandChoice.GOOD, BandChoice.UNSCORED)
"""From the bottom up: what needs looking at stands on the line."""


@dataclass(frozen=True, slots=True)
class OverviewPlots:
    """Customers by band, and the interval of each currency."""

    health: tuple[plots.Share, ...]
    risk: dict[str, plots.Span]


def overview_plots(risk: RevenueAtRisk) -> OverviewPlots:
    """The scale of an interval ends a little beyond it: against all revenue it would be too small to read."""
    spans = {}
    for one in risk.currencies:
        known = [float(one.high), float(one.expected), float(one.expected_before or 0)]
        before = None if one.expected_before is None else float(one.expected_before)
        spans[one.currency] = plots.span(
            low=float(one.low), expected=float(one.expected), high=float(one.high), whole=max(known) * 1.1, mark=before
        )
    counts = {choice.value: float(risk.by_band[choice].customers) for choice in _STACK}
    return OverviewPlots(health=plots.shares(counts), risk=spans)


def chance_in(language: Language) -> Callable[[float], str]:
    """Writes a probability as the account's own page does."""
    return lambda value: shown(ScoreKind.CHURN_90, value, language)


def spark(move: Move, today: date) -> plots.Sparkline | None:
    """The course of a customer's health."""
    return plots.sparkline(move.series, until=today)


@dataclass(frozen=True, slots=True)
class RenewalPlot:
    """Revenue that renews, by month and band, of one currency."""

    currency: str
    columns: plots.Columns
    tick: Callable[[float], str]


def renewal_plots(calendar: Renewals, *, language: Language) -> tuple[RenewalPlot, ...]:
    """Of the currencies with the most revenue."""
    formatter = Formatter(language)

    def tick_of(currency: str) -> Callable[[float], str]:
        return lambda value: formatter.money(Decimal(round(value)), currency=currency)

    return tuple(
        RenewalPlot(
            currency=currency,
            columns=plots.stacked([_column(month, currency, formatter) for month in calendar.months]),
            tick=tick_of(currency),
        )
        for currency in calendar.currencies[:MOST_PLOTS]
    )


def _column(month: Month, currency: str, formatter: Formatter) -> tuple[str, dict[str, float]]:
    label = format_date(month.first, format="LLL", locale=formatter.locale).rstrip(".")
    return label, {choice.value: float(month.by_band[choice].revenue.get(currency, 0)) for choice in _STACK}


@dataclass(frozen=True, slots=True)
class ShownRenewals:
    """Renewals in a table, and how many further ones there are."""

    customers: tuple[Customer, ...]
    more: int


def shown_renewals(calendar: Renewals, *, opened: Month | None) -> ShownRenewals:
    """All of the month that is looked at, else the next ones."""
    if opened is not None:
        return ShownRenewals(opened.customers, 0)
    ahead = [one for month in calendar.months for one in month.customers]
    return ShownRenewals(tuple(ahead[:MOST_RENEWALS]), max(0, calendar.ahead - MOST_RENEWALS))


def forecast_plots(found: Forecast) -> dict[str, plots.Span]:
    """The interval of each currency, with the owners' own sum as a mark."""
    spans = {}
    for one in found.outlooks:
        if one.expected is not None and one.low is not None and one.high is not None:
            known = [float(one.high), float(one.expected), float(one.stated)]
            spans[one.currency] = plots.span(
                low=float(one.low),
                expected=float(one.expected),
                high=float(one.high),
                whole=max(known) * 1.1,
                mark=float(one.stated),
            )
    return spans
