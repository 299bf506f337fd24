"""The forecast of open deals, told again for every week of a published history and held against what came.

Run: python -m evals.scoring.forecast [--data DIR] [--development]. DIR (default: `maven_crm` of the benchmarks folder)
holds `sales_pipeline.csv`, `products.csv` and `sales_teams.csv`. Invariant: a forecast knows only what had happened by
its day; the amount of an open deal is the list price of its product, never what it was sold for in the end.

That history states no probabilities of the owners, so the forecast is compared with a flat rate (open amount times the
share of closed deals that was won) and with the share of the open amount that was won in the period before. It has ten
months and its prior was set on it; simulated companies, of which other ones were looked at while it was written, show
how often the interval holds where there is more to learn from.
"""

import argparse
import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np

from copilot.domain.deals import Deal, DealsHistory
from copilot.domain.records import OpportunityStatus
from copilot.scoring.forecast import forecast
from copilot.scoring.forecast_lessons import LEAST_PERIODS
from copilot.settings import load_settings
from evals.figures import Figure, Goal, today
from evals.scoring.simulated_deals import Simulated, simulated
from evals.statistics import bootstrap_interval, wilson_interval
from evals.suite import finish, skip

COMMAND = "python -m evals.scoring.forecast"
_AHEAD = (30, 60)
_WEEK = 7
_CURRENCY = "USD"
_SHARE_BETWEEN = 0.8
_COMPANIES = 40
_HELD_OUT = 1_000
_DAYS_OF_COMPANY = 90
_STATUS = {
    "Won": OpportunityStatus.WON,
    "Lost": OpportunityStatus.LOST,
}


@dataclass(frozen=True, slots=True)
class Told:
    """One forecast of one team, and what came."""

    day: date
    team: str
    expected: float
    low: float
    high: float
    flat: float
    as_before: float
    came: float


def main() -> int:
    """Measure, print, and record unless the data are the caller's own."""
    parser = argparse.ArgumentParser(description="The forecast against what came, week by week.")
    parser.add_argument("--data", type=Path, help="folder with sales_pipeline.csv, products.csv and sales_teams.csv")
    parser.add_argument("--development", action="store_true", help="only companies that may be looked at; not recorded")
    wanted = parser.parse_args()
    if wanted.development:
        return finish(list(of_companies(range(_COMPANIES))), own_data=True, published="the held-out companies")
    folder = wanted.data or load_settings().benchmarks_dir / "maven_crm"
    if not (folder / "sales_pipeline.csv").is_file():
        return skip(folder)
    figures = list(measured(folder))
    if wanted.data is None:
        figures += of_companies(range(_HELD_OUT, _HELD_OUT + _COMPANIES))
    return finish(figures, own_data=wanted.data is not None)


def measured(folder: Path) -> Iterator[Figure]:
    """Figures for each number of days ahead, of all teams together and of each."""
    history, sold, teams = read(folder)
    for days in _AHEAD:
        told = list(backtested(history, sold, teams, days=days))
        for name, which in (("all", [item for item in told if not item.team]), ("teams", [t for t in told if t.team])):
            yield from _figures(f"scoring.forecast.{days}_days.{name}", which, days=days)


def of_companies(seeds: Sequence[int]) -> Iterator[Figure]:
    """Figures of the last three months of simulated companies, one forecast each."""
    told = [_of_company(simulated(seed)) for seed in seeds]
    inside = sum(item.low <= item.came <= item.high for item in told)
    came = sum(item.came for item in told)
    note = f"simulated companies, {_DAYS_OF_COMPANY} days ahead"
    yield Figure(
        name="scoring.forecast.simulated.coverage", language="-", value=inside / len(told), n=len(told),
        interval=wilson_interval(inside, len(told)), interval_method="Wilson",
        goal=Goal(comparison=">=", threshold=_SHARE_BETWEEN - 0.1), command=COMMAND, measured_on=today(),
        note=f"share of forecasts whose 80 % interval held what came; {note}",
    )  # fmt: skip
    for what, values in (("error", [item.expected for item in told]), ("error_owners", [item.flat for item in told])):
        errors = [abs(value - item.came) for value, item in zip(values, told, strict=True)]
        yield Figure(
            name=f"scoring.forecast.simulated.{what}", language="-", value=100 * sum(errors) / came, unit=" %",
            n=len(told), command=COMMAND, measured_on=today(),
            note=f"sum of absolute errors over the sum of what came; {note}",
        )  # fmt: skip


def _of_company(company: Simulated) -> Told:
    """`flat` is what the owners say."""
    known = company.history.as_known_on(company.history.day - timedelta(days=_DAYS_OF_COMPANY))
    until = company.history.day
    stated = [_as_stated(deal, *company.stated[deal.id]) for deal in known.open]
    outlook = forecast(stated, known, until=until).outlooks[0]
    ids = {deal.id for deal in stated}
    return Told(
        day=known.day,
        team="",
        expected=float(outlook.expected or 0),
        low=float(outlook.low or 0),
        high=float(outlook.high or 0),
        flat=float(outlook.stated),
        as_before=0.0,
        came=sum(float(deal.amount or 0) for deal in company.history.deals if deal.id in ids and deal.is_won),
    )


def _as_stated(deal: Deal, probability: int, day: date) -> Deal:
    return replace(deal, probability=probability, closes_on=day)


def _figures(name: str, told: Sequence[Told], *, days: int) -> Iterator[Figure]:
    weeks = len({item.day for item in told})
    apart = 1 + (told[-1].day - told[0].day).days // days
    note = f"{weeks} weeks from {told[0].day} to {told[-1].day}, of which {apart} do not overlap"
    inside: dict[date, list[float]] = {}
    for item in told:
        inside.setdefault(item.day, []).append(float(item.low <= item.came <= item.high))
    by_week = [float(np.mean(values)) for values in inside.values()]
    yield Figure(
        name=f"{name}.coverage", language="-", value=float(np.mean(by_week)), n=len(told),
        interval=bootstrap_interval(by_week), interval_method="bootstrap over weeks, 2,000 draws, seed 7",
        command=COMMAND, measured_on=today(),
        note=f"share of forecasts whose 80 % interval held what came; {note}",
    )  # fmt: skip
    came = sum(item.came for item in told)
    for what, values in _errors(told).items():
        yield Figure(
            name=f"{name}.{what}", language="-", value=100 * sum(values) / came, unit=" %", n=len(told),
            command=COMMAND, measured_on=today(), note=f"sum of absolute errors over the sum of what came; {note}",
        )  # fmt: skip
    width = sum(item.high - item.low for item in told) / came
    yield Figure(
        name=f"{name}.width", language="-", value=100 * width, unit=" %", n=len(told), command=COMMAND,
        measured_on=today(), note="mean width of the interval over the mean of what came",
    )  # fmt: skip


def _errors(told: Sequence[Told]) -> Mapping[str, Sequence[float]]:
    return {
        "error": [abs(item.expected - item.came) for item in told],
        "error_flat_rate": [abs(item.flat - item.came) for item in told],
        "error_as_before": [abs(item.as_before - item.came) for item in told],
    }


def backtested(
    history: DealsHistory, sold: Mapping[str, float], teams: Mapping[str, str], *, days: int
) -> Iterator[Told]:
    """One forecast a week, of all deals (team: nothing) and of each team's, where it is not refused."""
    closed = [deal.closes_on for deal in history.deals if not deal.is_open and deal.closes_on]
    day, last = min(closed) + timedelta(days=LEAST_PERIODS * days), max(closed) - timedelta(days=days)
    while day <= last:
        known = history.as_known_on(day)
        for team in ("", *sorted(set(teams.values()))):
            deals = [deal for deal in known.open if not team or teams.get(deal.owner or "") == team]
            told = _told(deals, known, history, sold, team, days=days)
            if told is not None:
                yield told
        day += timedelta(days=_WEEK)


def _told(
    deals: Sequence[Deal],
    known: DealsHistory,
    history: DealsHistory,
    sold: Mapping[str, float],
    team: str,
    *,
    days: int,
) -> Told | None:
    until = known.day + timedelta(days=days)
    outlooks = forecast(deals, known, until=until).outlooks
    if not outlooks or outlooks[0].expected is None:
        return None
    outlook = outlooks[0]
    won, closed = (sum(1 for deal in known.deals if test(deal)) for test in (_is_won, _is_closed))
    ids = {deal.id for deal in deals}
    open_amount = float(outlook.open_amount)
    return Told(
        day=known.day,
        team=team,
        expected=float(outlook.expected or 0),
        low=float(outlook.low or 0),
        high=float(outlook.high or 0),
        flat=open_amount * won / closed,
        as_before=open_amount * _share_before(known, days=days),
        came=sum(sold[deal.id] for deal in history.deals if deal.id in ids and _is_won(deal) and _by(deal, until)),
    )


def _share_before(known: DealsHistory, *, days: int) -> float:
    """Of the amount that was open so many days ago, what was won since."""
    earlier = known.as_known_on(known.day - timedelta(days=days)).open
    ids = {deal.id for deal in earlier}
    won = sum(float(deal.amount or 0) for deal in known.deals if deal.id in ids and _is_won(deal))
    return won / sum(float(deal.amount or 0) for deal in earlier)


def _is_won(deal: Deal) -> bool:
    return deal.is_won


def _is_closed(deal: Deal) -> bool:
    return not deal.is_open


def _by(deal: Deal, until: date) -> bool:
    return deal.closes_on is not None and deal.closes_on <= until


def read(folder: Path) -> tuple[DealsHistory, Mapping[str, float], Mapping[str, str]]:
    """Deals that have begun, what each was sold for, and the team of each owner."""
    prices = {row["product"].replace(" ", ""): Decimal(row["sales_price"]) for row in _rows(folder / "products.csv")}
    teams = {row["sales_agent"]: row["manager"] for row in _rows(folder / "sales_teams.csv")}
    rows = [row for row in _rows(folder / "sales_pipeline.csv") if row["engage_date"]]
    deals = [_deal(row, prices) for row in rows]
    closed = [deal.closes_on for deal in deals if deal.closes_on is not None]
    sold = {row["opportunity_id"]: float(row["close_value"] or 0) for row in rows}
    return DealsHistory(day=max(closed), deals=tuple(deals)), sold, teams


def _deal(row: Mapping[str, str], prices: Mapping[str, Decimal]) -> Deal:
    return Deal(
        id=row["opportunity_id"],
        account_id=row["account"] or None,
        owner=row["sales_agent"],
        kind=None,
        status=_STATUS.get(row["deal_stage"], OpportunityStatus.OPEN),
        stage=row["deal_stage"],
        amount=prices[row["product"].replace(" ", "")],
        currency=_CURRENCY,
        probability=None,
        created_on=_day(row["engage_date"]),
        closes_on=_day(row["close_date"]),
    )


def _day(text: str) -> date | None:
    return datetime.strptime(text, "%m/%d/%Y").date() if text else None  # noqa: DTZ007 - a day has no zone


def _rows(path: Path) -> Sequence[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    raise SystemExit(main())
