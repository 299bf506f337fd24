"""The portfolio added up by reading every customer whole: what the sums of the database are held against."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Any

from sqlalchemy import select

from copilot.domain.access import Viewer
from copilot.domain.folding import fold
from copilot.domain.portfolio import NONE, BandChoice, Customer, Slice, Tally
from copilot.domain.scores import CHURN_DAYS, Band, ScoreKind
from copilot.store.database import UnitOfWork
from copilot.store.portfolio import PortfolioRepository
from copilot.store.tables.records import AccountRow
from copilot.workflows.portfolio.book import ModelUse, band_choice
from copilot.workflows.portfolio.customers import CustomerSort, Wanted
from copilot.workflows.portfolio.losses import loss
from copilot.workflows.portfolio.movement import Move
from tests.portfolio_builders import LAST_WEEK, TODAY

HEALTH = ScoreKind.HEALTH
_KINDS = (HEALTH, ScoreKind.CHURN_30, ScoreKind.CHURN_90, ScoreKind.CHURN_180, ScoreKind.EXPANSION)


def everybody_of(viewer: Viewer, *, uow: UnitOfWork) -> list[Customer]:
    """All customers by name, read whole."""
    everything = uow.session.scalars(select(AccountRow.id)).all()
    return PortfolioRepository(uow).customers(everything, viewer=viewer, today=TODAY, kinds=_KINDS, before=LAST_WEEK)


def customers(chosen: Slice, of: Sequence[Customer]) -> list[Customer]:
    """Those of the slice."""
    return [one for one in of if _is_in(one, chosen)]


def _is_in(one: Customer, chosen: Slice) -> bool:
    owner, segment = (one.owner_email or "").lower() or NONE, one.segment or NONE
    return (
        chosen.owner in {None, owner}
        and chosen.segment in {None, segment}
        and chosen.band in {None, band_choice(one.band(HEALTH))}
    )


def tally(found: Iterable[Customer]) -> Tally:
    """Count and add up."""
    count, unknown, revenue = 0, 0, dict[str, Decimal]()
    for one in found:
        count += 1
        if one.has_revenue and one.arr is not None and one.currency is not None:
            revenue[one.currency] = revenue.get(one.currency, Decimal(0)) + one.arr
        else:
            unknown += 1
    return Tally(count, dict(sorted(revenue.items())), unknown)


def by_band(found: Sequence[Customer]) -> dict[BandChoice, Tally]:
    """By the band of their health."""
    return {choice: tally(one for one in found if band_choice(one.band(HEALTH)) is choice) for choice in BandChoice}


def probability(one: Customer, kind: ScoreKind, *, model: ModelUse) -> float | None:
    """To leave in time."""
    if one.churned_on is not None:
        return 1.0 if one.churned_on <= TODAY + timedelta(days=CHURN_DAYS[kind]) else 0.0
    return one.value(kind) if model.is_in_use else None


def at_risk(found: Sequence[Customer], kind: ScoreKind, *, model: ModelUse) -> list[tuple[Any, ...]]:
    """Of each currency its figures."""
    figures = list[tuple[Any, ...]]()
    for currency in {one.currency for one in found if one.has_revenue} if model.is_in_use else ():
        own = [one for one in found if one.currency == currency and one.has_revenue]
        pairs = [(one, told) for one in own if (told := probability(one, kind, model=model)) is not None]
        if pairs:
            lost = loss([float(one.arr or 0) for one, _ in pairs], [told for _, told in pairs])
            revenue = sum((one.arr or Decimal(0) for one, _ in pairs), Decimal(0))
            ends = (_whole(lost.low, ROUND_FLOOR), _whole(lost.high, ROUND_CEILING))
            before = _before([one for one, _ in pairs], kind, model=model)
            figures.append((currency, len(pairs), revenue, _whole(lost.expected), *ends, before))
    return sorted(figures, key=lambda item: (-item[1], str(item[0])))


def _before(own: Sequence[Customer], kind: ScoreKind, *, model: ModelUse) -> Decimal | None:
    total, until = 0.0, TODAY + timedelta(days=CHURN_DAYS[kind])
    for one in own:
        reading = one.before.get(kind)
        if one.churned_on is not None and one.churned_on <= until:
            total += float(one.arr or 0)
        elif reading is None or reading.value is None or reading.version != model.version:
            return None
        else:
            total += float(one.arr or 0) * reading.value
    return _whole(total)


def most_at_stake(found: Sequence[Customer], kind: ScoreKind, *, model: ModelUse) -> list[tuple[str, Decimal]]:
    """Ids and amounts of the largest of each currency."""
    told = {one.account_id: probability(one, kind, model=model) for one in found if one.has_revenue}
    counted = [one for one in found if model.is_in_use and told.get(one.account_id) is not None]
    stakes = {one.account_id: _whole(float(one.arr or 0) * (told[one.account_id] or 0.0)) for one in counted}
    often = Counter(str(one.currency) for one in counted)
    largest: list[Customer] = []
    for currency in sorted(often, key=lambda name: (-often[name], name)):
        own = [one for one in counted if one.currency == currency]
        own.sort(key=lambda one: (-stakes[one.account_id], one.name))
        largest += own[: max(1, round(10 * often[currency] / len(counted)))]
    return [(one.account_id, stakes[one.account_id]) for one in largest if stakes[one.account_id] > 0]


def _whole(amount: float, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.01")).quantize(Decimal(1), rounding=rounding)


def moves(found: Sequence[Customer]) -> tuple[list[Move], int, int]:
    """Those that can be compared, how many had another scorecard, and how many no score on one of the days."""
    compared, other, incomparable = list[Move](), 0, 0
    for one in found:
        before, now = one.before.get(HEALTH), one.now.get(HEALTH)
        if before is None or now is None or before.value is None or now.value is None:
            incomparable += 1
        elif before.version != now.version:
            other += 1
        else:
            compared.append(Move(one, before.value, now.value, before.band, now.band))
    return compared, other, incomparable


def largest_moves(compared: Sequence[Move]) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
    """Down and up: ids with the change."""
    fell = sorted((one for one in compared if one.has_fallen), key=lambda one: (-one.steps, one.change))[:8]
    rose = sorted((one for one in compared if one.has_risen), key=lambda one: (one.steps, -one.change))[:8]
    down, up = ([(one.customer.account_id, one.change) for one in some] for some in (fell, rose))
    return down, up


def renewing(found: Sequence[Customer]) -> list[Customer]:
    """Who has a day and stays, by day and name."""
    dated = [one for one in found if one.churned_on is None and one.renewal_date is not None]
    return sorted(dated, key=lambda one: (one.renewal_date or date.max, one.name))


def table(wanted: Wanted, of: Sequence[Customer], *, model: ModelUse) -> list[tuple[str, Decimal | None]]:
    """Ids in order, each with what is at stake."""
    lines = [(one, _stake(one, model=model)) for one in customers(wanted.chosen, of) if _is_wanted(one, wanted)]
    often = Counter(str(one.currency) for one, _ in lines if one.currency is not None)
    places = {name: place for place, name in enumerate(sorted(often, key=lambda name: (-often[name], name)))}

    def by_amount(one: Customer, amount: Decimal | None) -> tuple[object, ...]:
        return (True, 0, Decimal(0)) if amount is None else (False, places[str(one.currency)], -amount)

    def by_health(one: Customer) -> tuple[object, ...]:
        health = one.value(HEALTH)
        return health is None, health or 0.0

    keys: dict[CustomerSort, Callable[[Customer, Decimal | None], tuple[object, ...]]] = {
        CustomerSort.AT_STAKE: lambda one, stake: (*by_amount(one, stake), *by_health(one)),
        CustomerSort.HEALTH: lambda one, _: by_health(one),
        CustomerSort.REVENUE: lambda one, _: by_amount(one, one.arr if one.has_revenue else None),
        CustomerSort.RENEWAL: lambda one, _: (one.renewal_date is None, one.renewal_date or date.max),
        CustomerSort.NAME: lambda *_: (),
    }
    key = keys[wanted.sort]
    lines.sort(key=lambda line: (*key(*line), fold(line[0].name), line[0].account_id))
    return [(one.account_id, stake) for one, stake in lines]


def _is_wanted(one: Customer, wanted: Wanted) -> bool:
    if wanted.currency is not None and one.currency != wanted.currency:
        return False
    if wanted.renewal_days is None:
        return True
    return one.renewal_date is not None and TODAY <= one.renewal_date <= TODAY + timedelta(days=wanted.renewal_days)


def _stake(one: Customer, *, model: ModelUse) -> Decimal | None:
    told = probability(one, ScoreKind.CHURN_90, model=model)
    if one.arr is None or not one.has_revenue or told is None:
        return None
    return (one.arr * Decimal(str(told))).quantize(Decimal(1))


def board(
    found: Sequence[Customer], *, ranks: bool, everybody: bool, viewer: Viewer, uow: UnitOfWork
) -> tuple[list[str], dict[str, int], dict[str, Decimal]]:  # fmt: skip
    """Ids in order, counts, and the amounts of what is open."""
    ids = [one.account_id for one in found]
    deals = PortfolioRepository(uow).open_deals(ids, viewer=viewer, kind="expansion")
    of_account = {account_id: [deal for deal in deals if deal.account_id == account_id] for account_id in ids}
    good = {Band.GOOD, Band.WATCH} if ranks else set[Band | None]()
    listed = [
        one for one in found if everybody or of_account[one.account_id] or one.band(ScoreKind.EXPANSION) in good
    ]  # fmt: skip

    def key(one: Customer) -> tuple[object, ...]:
        if ranks:
            return -(one.value(ScoreKind.EXPANSION) or 0.0), one.name
        own = of_account[one.account_id]
        return not own, (own[0].close_date if own else None) or date.max, one.name

    listed.sort(key=key)
    likely = [one for one in found if ranks and one.band(ScoreKind.EXPANSION) is Band.GOOD]
    amounts: dict[str, Decimal] = {}
    for deal in deals:
        if deal.amount is not None and deal.currency is not None:
            amounts[deal.currency] = amounts.get(deal.currency, Decimal(0)) + deal.amount
    counts = {
        "customers": len(found),
        "more": max(0, len(listed) - 25),
        "likely": len(likely),
        "not_opened": sum(not of_account[one.account_id] for one in likely),
        "without_score": sum(not ranks or one.value(ScoreKind.EXPANSION) is None for one in found),
        "open_deals": len(deals),
        "without_amount": sum(deal.amount is None or deal.currency is None for deal in deals),
    }
    return [one.account_id for one in listed[:25]], counts, dict(sorted(amounts.items()))
