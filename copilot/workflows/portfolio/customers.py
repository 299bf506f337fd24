"""The viewer's customers as a table: health, revenue, renewal, what is at stake, in a chosen order.

Invariants: amounts of two currencies are never compared: an order by amount goes currency by currency; what is not
known comes last, whatever the order.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from copilot.domain.access import Viewer
from copilot.domain.folding import fold
from copilot.domain.portfolio import Customer, Slice
from copilot.domain.scores import CHURN_DAYS, ScoreKind
from copilot.store.database import UnitOfWork
from copilot.store.portfolio import PortfolioRepository
from copilot.workflows.portfolio.book import ModelUse, model_use, read_book

_KIND = ScoreKind.CHURN_90
_WEEKS = 13
_SERIES = timedelta(weeks=_WEEKS)
RENEWAL_DAYS = (30, 60, 90, 180, 365)
"""Choices of how soon a renewal comes."""


class CustomerSort(StrEnum):
    """Orders of the table."""

    AT_STAKE = "at_stake"
    """The most revenue at risk first; without a model, the worst health."""
    HEALTH = "health"
    """The worst first."""
    REVENUE = "revenue"
    RENEWAL = "renewal"
    """The nearest first."""
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which customers, in which order. `renewal_days`: renewing within so many days from today."""

    chosen: Slice
    renewal_days: int | None = None
    currency: str | None = None
    sort: CustomerSort = CustomerSort.AT_STAKE


@dataclass(frozen=True, slots=True)
class Line:
    """One customer. `at_stake`: revenue times the probability to leave, in whole units; None: not known."""

    customer: Customer
    probability: float | None
    at_stake: Decimal | None
    series: tuple[tuple[date, float], ...] = ()
    """Days of the last quarter on which the health changed, with the health from then on."""
    use: tuple[tuple[date, float], ...] = ()
    """People active in each week of the last quarter that is over, by the day that it began on."""
    has_alert: bool = False


@dataclass(frozen=True, slots=True)
class CustomerTable:
    """One page of the table."""

    day: date
    days: int
    """Of the probability to leave."""
    model: ModelUse
    lines: tuple[Line, ...]
    total: int
    offset: int
    currencies: tuple[str, ...]
    """Of all customers of the slice, for choosing one."""


def customer_table(wanted: Wanted, *, viewer: Viewer, uow: UnitOfWork, offset: int, limit: int) -> CustomerTable:
    """The customers from `offset` on, in order."""
    book = read_book(wanted.chosen, kinds=(_KIND,), viewer=viewer, uow=uow)
    model = model_use(_KIND, uow=uow)
    until = book.day + timedelta(days=CHURN_DAYS[_KIND])
    lines = [_line(one, model=model, until=until) for one in book.customers if _is_wanted(one, wanted, book.day)]
    ordered = _in_order(lines, wanted.sort)
    page = ordered[offset : offset + limit]
    return CustomerTable(
        day=book.day,
        days=CHURN_DAYS[_KIND],
        model=model,
        lines=_with_course(page, viewer=viewer, uow=uow, today=book.day),
        total=len(ordered),
        offset=offset,
        currencies=tuple(sorted({one.currency for one in book.customers if one.currency})),
    )


def _is_wanted(one: Customer, wanted: Wanted, today: date) -> bool:
    if wanted.currency is not None and one.currency != wanted.currency:
        return False
    if wanted.renewal_days is None:
        return True
    last = today + timedelta(days=wanted.renewal_days)
    return one.renewal_date is not None and today <= one.renewal_date <= last


def _line(one: Customer, *, model: ModelUse, until: date) -> Line:
    if one.churned_on is not None:
        probability: float | None = 1.0 if one.churned_on <= until else 0.0
    else:
        probability = one.value(_KIND) if model.is_in_use else None
    known = one.arr is not None and one.has_revenue and probability is not None
    stake = (one.arr or Decimal(0)) * Decimal(str(probability)) if known else None
    return Line(one, probability, None if stake is None else stake.quantize(Decimal(1)))


def _in_order(lines: Sequence[Line], sort: CustomerSort) -> list[Line]:
    often = Counter(line.customer.currency for line in lines)
    by_currency = {name: number for number, (name, _) in enumerate(often.most_common())}
    keys: Mapping[CustomerSort, Callable[[Line], tuple[object, ...]]] = {
        CustomerSort.AT_STAKE: lambda line: (*_amount(line, line.at_stake, by_currency), *_health(line)),
        CustomerSort.HEALTH: _health,
        CustomerSort.REVENUE: lambda line: _amount(
            line, line.customer.arr if line.customer.has_revenue else None, by_currency
        ),
        CustomerSort.RENEWAL: lambda line: (
            line.customer.renewal_date is None,
            line.customer.renewal_date or date.max,
        ),
        CustomerSort.NAME: lambda _: (),
    }
    key = keys[sort]
    return sorted(lines, key=lambda line: (*key(line), fold(line.customer.name), line.customer.account_id))


def _amount(line: Line, amount: Decimal | None, by_currency: Mapping[str | None, int]) -> tuple[object, ...]:
    if amount is None:
        return True, 0, Decimal(0)
    return False, by_currency[line.customer.currency], -amount


def _health(line: Line) -> tuple[object, ...]:
    health = line.customer.value(ScoreKind.HEALTH)
    return health is None, health or 0.0


def _with_course(lines: Sequence[Line], *, viewer: Viewer, uow: UnitOfWork, today: date) -> tuple[Line, ...]:
    repository = PortfolioRepository(uow)
    ids = [line.customer.account_id for line in lines]
    courses = repository.series(ScoreKind.HEALTH, account_ids=ids, viewer=viewer, since=today - _SERIES)
    use = repository.weekly_use(ids, viewer=viewer, today=today, weeks=_WEEKS)
    alerted = repository.with_alerts(ids, viewer=viewer)
    return tuple(
        Line(
            line.customer,
            line.probability,
            line.at_stake,
            series=tuple(courses.get(line.customer.account_id, ())),
            use=tuple(use.get(line.customer.account_id, ())),
            has_alert=line.customer.account_id in alerted,
        )
        for line in lines
    )
