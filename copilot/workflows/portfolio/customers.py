"""The viewer's customers as a table: health, revenue, renewal, what is at stake, in a chosen order.

Invariants: amounts of two currencies are never compared: an order by amount goes currency by currency; what is not
known comes last, whatever the order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import assert_never

from copilot.domain.access import Viewer
from copilot.domain.portfolio import Customer, Slice
from copilot.domain.scores import CHURN_DAYS, ScoreKind
from copilot.store.database import UnitOfWork
from copilot.store.portfolio import PortfolioRepository
from copilot.store.portfolio_order import OfCurrency, Part, PortfolioOrder
from copilot.workflows.portfolio.book import ModelUse, model_use

_KIND = ScoreKind.CHURN_90
_WEEKS = 13
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
    today, model = uow.clock.today(), model_use(_KIND, uow=uow)
    until = today + timedelta(days=CHURN_DAYS[_KIND])
    order = PortfolioOrder(
        wanted.chosen, renewal_days=wanted.renewal_days, currency=wanted.currency, viewer=viewer, uow=uow
    )  # fmt: skip
    currencies = order.currencies()
    ids = order.page(_parts(order, wanted.sort, currencies, model=model, until=until), offset=offset, limit=limit)
    kinds = (ScoreKind.HEALTH, _KIND)
    read = PortfolioRepository(uow).customers(ids, viewer=viewer, today=today, kinds=kinds)
    lines = {one.account_id: _line(one, model=model, until=until) for one in read}
    return CustomerTable(
        day=today,
        days=CHURN_DAYS[_KIND],
        model=model,
        lines=_with_course([lines[one] for one in ids if one in lines], viewer=viewer, uow=uow, today=today),
        total=sum(one.wanted for one in currencies),
        offset=offset,
        currencies=tuple(sorted(one.currency for one in currencies if one.currency)),
    )


def _parts(
    order: PortfolioOrder, sort: CustomerSort, currencies: Sequence[OfCurrency], *, model: ModelUse, until: date
) -> Sequence[Part]:
    often = sorted((-one.wanted, one.currency) for one in currencies if one.currency is not None)
    places = {currency: place for place, (_, currency) in enumerate(often)}
    match sort:
        case CustomerSort.AT_STAKE:
            return order.by_stake(_KIND if model.is_in_use else None, until=until, places=places)
        case CustomerSort.HEALTH:
            return order.by_health()
        case CustomerSort.REVENUE:
            return order.by_revenue(places=places)
        case CustomerSort.RENEWAL:
            return order.by_renewal()
        case CustomerSort.NAME:
            return order.by_name()
        case _:
            assert_never(sort)


def _line(one: Customer, *, model: ModelUse, until: date) -> Line:
    if one.churned_on is not None:
        probability: float | None = 1.0 if one.churned_on <= until else 0.0
    else:
        probability = one.value(_KIND) if model.is_in_use else None
    known = one.arr is not None and one.has_revenue and probability is not None
    stake = (one.arr or Decimal(0)) * Decimal(str(probability)) if known else None
    return Line(one, probability, None if stake is None else stake.quantize(Decimal(1)))


def _with_course(lines: Sequence[Line], *, viewer: Viewer, uow: UnitOfWork, today: date) -> tuple[Line, ...]:
    ids = [line.customer.account_id for line in lines]
    found = PortfolioRepository(uow).courses(
        ScoreKind.HEALTH, account_ids=ids, viewer=viewer, today=today, weeks=_WEEKS
    )
    return tuple(
        Line(
            line.customer,
            line.probability,
            line.at_stake,
            series=tuple(found.scores.get(line.customer.account_id, ())),
            use=tuple(found.use.get(line.customer.account_id, ())),
            has_alert=line.customer.account_id in found.with_alerts,
        )
        for line in lines
    )
