"""Where there is more to sell: customers by the probability that they buy more, with what is open already.

Invariant: without a model nobody is ranked; what stays are the facts, the open opportunities. What a customer is worth
and what others like them bought comes from `copilot.scoring.worth`, which refuses on few.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from copilot.domain.access import Viewer
from copilot.domain.portfolio import Customer, OpenDeal, Tally, tally
from copilot.domain.records import OpportunityKind
from copilot.domain.scores import Band, ScoreKind
from copilot.scoring.cross_sell import CrossSell
from copilot.scoring.lifetime import LifetimeRules, LifetimeValue
from copilot.scoring.worth import Revenue, worth_of
from copilot.store.database import UnitOfWork
from copilot.store.portfolio import PortfolioRepository
from copilot.workflows.portfolio.book import Book, ModelUse

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
    """The board: `rows` are at most `MOST_SHOWN` of `likely` and the customers with something open."""

    model: ModelUse
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
    book: Book, *, model: ModelUse, rules: LifetimeRules, viewer: Viewer, uow: UnitOfWork, everybody: bool = False
) -> Expansion:
    """The book has to be read with the expansion score. `everybody`: also who would not be listed."""
    of_accounts: dict[str, list[OpenDeal]] = {}
    found = PortfolioRepository(uow).open_deals(book.chosen, viewer=viewer, kind=OpportunityKind.EXPANSION.value)
    for deal in found:
        of_accounts.setdefault(deal.account_id, []).append(deal)
    board = [_prospect(one, of_accounts.get(one.account_id, ()), ranks=model.is_in_use) for one in book.customers]
    ranked = _ranked(board, everybody=everybody) if model.is_in_use else _by_close(board, everybody=everybody)
    likely = [one for one in board if one.band is Band.GOOD]
    rows, left = _with_worth(ranked[:MOST_SHOWN], rules=rules, uow=uow)
    shown_deals = [deal for one in board for deal in one.deals]
    amounts, without_amount = _sums(shown_deals)
    return Expansion(
        model=model,
        rows=rows,
        more=max(0, len(ranked) - MOST_SHOWN),
        likely=tally(one.customer for one in likely),
        not_opened=tally(one.customer for one in likely if not one.deals),
        without_score=sum(one.probability is None for one in board) if model.is_in_use else len(board),
        open_deals=len(shown_deals),
        open_amounts=amounts,
        without_amount=without_amount,
        rules=rules,
        left=left,
    )


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


def _ranked(board: Sequence[Prospect], *, everybody: bool) -> list[Prospect]:
    """The most likely first; of who is unlikely to, or not known, only those with something open."""
    listed = [one for one in board if everybody or one.band in {Band.GOOD, Band.WATCH} or one.deals]
    return sorted(listed, key=lambda one: (-(one.probability or 0.0), one.customer.name))


def _by_close(board: Sequence[Prospect], *, everybody: bool) -> list[Prospect]:
    listed = [one for one in board if everybody or one.deals]
    return sorted(listed, key=lambda one: (not one.deals, _first_close(one), one.customer.name))


def _first_close(one: Prospect) -> date:
    return (one.deals[0].close_date if one.deals else None) or date.max


def _sums(deals: Sequence[OpenDeal]) -> tuple[dict[str, Decimal], int]:
    """Amounts by currency, and how many deals have none."""
    amounts: dict[str, Decimal] = {}
    without = 0
    for deal in deals:
        if deal.amount is None or deal.currency is None:
            without += 1
        else:
            amounts[deal.currency] = amounts.get(deal.currency, Decimal(0)) + deal.amount
    return dict(sorted(amounts.items())), without
