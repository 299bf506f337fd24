"""Where there is more to sell: customers by the probability that they buy more, with what is open already.

Invariant: without a model nobody is ranked; what stays are the facts, the open opportunities. What a customer is worth
and what others like them bought comes from `copilot.scoring.worth`, which refuses on few.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from copilot.domain.access import Viewer
from copilot.domain.portfolio import Customer, OpenDeal, Slice, Tally, tally
from copilot.domain.records import OpportunityKind
from copilot.domain.scores import Band, ScoreKind
from copilot.scoring.cross_sell import CrossSell
from copilot.scoring.lifetime import LifetimeRules, LifetimeValue
from copilot.scoring.worth import Revenue, worth_of
from copilot.store.database import UnitOfWork
from copilot.store.portfolio import PortfolioRepository
from copilot.store.portfolio_sums import Growing, PortfolioSums
from copilot.workflows.portfolio.book import ModelUse, model_use

MOST_SHOWN = 25


@dataclass(frozen=True, slots=True)
class Prospect:
    """A customer on the board. `probability` is 0 to 1, of buying more within 180 days; None: not known."""

    customer: Customer
    probability: float | None
    band: Band | None
    health: Band | None
    deals: tuple[OpenDeal, ...]
    """Open expansion opportunities, the nearest close first."""
    value: LifetimeValue | None = None
    """Over `horizon_months`; of those on the board."""
    cross_sell: CrossSell | None = None


@dataclass(frozen=True, slots=True)
class Expansion:
    """The board: `rows` are at most `MOST_SHOWN` of `likely` and the customers with something open; `customers` are
    all that it was made of."""

    model: ModelUse
    customers: int
    rows: tuple[Prospect, ...]
    more: int
    """Further ones, less likely than the last."""
    likely: Tally
    """Whose probability is in the good band."""
    not_opened: Tally
    """Of those: without an open expansion opportunity."""
    without_score: int
    """Customers of whom too little is known."""
    open_deals: int
    open_amounts: Mapping[str, Decimal]
    """By currency: the amounts of the open opportunities."""
    without_amount: int
    rules: LifetimeRules
    """Horizon, margin and rate of the values."""
    left: int
    """Departures that values without a model rest on."""


def expansion_board(
    chosen: Slice, *, rules: LifetimeRules, viewer: Viewer, uow: UnitOfWork, everybody: bool = False
) -> Expansion:
    """Of the customers of the slice. `everybody`: also who would not be listed."""
    model, sums = model_use(ScoreKind.EXPANSION, uow=uow), PortfolioSums(chosen, viewer=viewer, uow=uow)
    found, opened = sums.growing(), sums.open_expansions()
    likely = [one for one in found if model.is_in_use and one.band is Band.GOOD]
    listed = sum(one.heap.customers for one in found if everybody or one.has_open or (model.is_in_use and _shows(one)))
    shown = _shown(sums, ranks=model.is_in_use, everybody=everybody, viewer=viewer, uow=uow)
    rows, left = _with_worth(shown, rules=rules, uow=uow)
    return Expansion(
        model=model,
        customers=sum(one.heap.customers for one in found),
        rows=rows,
        more=max(0, listed - MOST_SHOWN),
        likely=tally(one.heap for one in likely),
        not_opened=tally(one.heap for one in likely if not one.has_open),
        without_score=sum(one.heap.customers for one in found if not (model.is_in_use and one.is_scored)),
        open_deals=sum(count for _, count, _ in opened),
        open_amounts=dict(sorted((currency, amount) for currency, _, amount in opened if currency is not None)),
        without_amount=sum(count for currency, count, _ in opened if currency is None),
        rules=rules,
        left=left,
    )


def _shows(one: Growing) -> bool:
    return one.band in {Band.GOOD, Band.WATCH}


def _shown(
    sums: PortfolioSums, *, ranks: bool, everybody: bool, viewer: Viewer, uow: UnitOfWork
) -> list[Prospect]:  # fmt: skip
    """The first of the board, with their deals."""
    if ranks:
        ids = sums.likeliest(everybody=everybody, most=MOST_SHOWN)
    else:
        ids = sums.closing(most=MOST_SHOWN)
        ids += sums.nothing_open(most=MOST_SHOWN) if everybody else []
    repository = PortfolioRepository(uow)
    kinds = (ScoreKind.HEALTH, ScoreKind.EXPANSION)
    customers = repository.customers(ids, viewer=viewer, today=uow.clock.today(), kinds=kinds)
    of_accounts: dict[str, list[OpenDeal]] = {}
    for deal in repository.open_deals(ids, viewer=viewer, kind=OpportunityKind.EXPANSION.value):
        of_accounts.setdefault(deal.account_id, []).append(deal)
    board = [_prospect(one, of_accounts.get(one.account_id, ()), ranks=ranks) for one in customers]
    return sorted(board, key=_by_probability if ranks else _by_close)[:MOST_SHOWN]


def _with_worth(
    shown: Sequence[Prospect], *, rules: LifetimeRules, uow: UnitOfWork
) -> tuple[tuple[Prospect, ...], int]:
    """What each is worth and what others like them bought as well."""
    customers = [
        Revenue(one.account_id, one.name, one.arr, one.currency, one.customer_since)
        for one in (row.customer for row in shown)
    ]
    worth = worth_of(customers, rules=rules, uow=uow)
    found = zip(shown, worth.values, worth.cross_sells, strict=True)
    return tuple(replace(row, value=value, cross_sell=cross) for row, value, cross in found), worth.left


def _prospect(one: Customer, deals: Sequence[OpenDeal], *, ranks: bool) -> Prospect:
    return Prospect(
        customer=one,
        probability=one.value(ScoreKind.EXPANSION) if ranks else None,
        band=one.band(ScoreKind.EXPANSION) if ranks else None,
        health=one.band(ScoreKind.HEALTH),
        deals=tuple(deals),
    )


def _by_probability(one: Prospect) -> tuple[object, ...]:
    return -(one.probability or 0.0), one.customer.name


def _by_close(one: Prospect) -> tuple[object, ...]:
    first = one.deals[0].close_date if one.deals else None
    return not one.deals, first or date.max, one.customer.name
