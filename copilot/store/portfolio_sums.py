"""Counts and sums over the customers that a person may see, and which of them come first in an order.

Invariants: invariant 3 holds by `id_is_visible(viewer)`; a sum is of one currency, and who has no known revenue is
counted apart (`Heap.currency` None). Customers that come first are told by their ids, and as many more as come at the
same place as the last: who reads them whole decides between those.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    FromClause,
    LargeBinary,
    Numeric,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from copilot.domain.access import Viewer
from copilot.domain.portfolio import NONE, BandChoice, Compared, Heap, Slice
from copilot.domain.records import OpportunityKind, OpportunityStatus
from copilot.domain.scores import CHURN_DAYS, Band, ScoreKind
from copilot.store.customers import is_customer
from copilot.store.database import UnitOfWork
from copilot.store.deal_sums import DEAL_SUMS
from copilot.store.deal_sums import About as AboutDeals
from copilot.store.standing import LEAVES, StandingRepository, State, has_revenue
from copilot.store.standing_sums import About, owned_by, summed
from copilot.store.tables.records import AccountRow, OpportunityRow
from copilot.store.visibility import id_is_visible, sees_every_account

_STATEMENTS_KEPT = 128
_BANDS: dict[str | None, Band | None] = {None: None} | {band.value: band for band in Band}


@dataclass(frozen=True, slots=True)
class Standing:
    """Customers who stand alike."""

    heap: Heap
    band: Band | None
    """Of their health."""
    compared: Compared
    steps: int
    """Bands that they fell by in a week; negative: rose."""
    leaves: bool
    """They have said that they leave."""
    leaves_in_time: bool
    """And that within the days that are looked at."""
    is_scored: bool
    """There is a probability that they leave."""


@dataclass(frozen=True, slots=True)
class Renewing:
    """Customers of one place in a calendar, and of one band of health."""

    heap: Heap
    band: Band | None
    place: int
    """How many of the days of `calendar_days` have come by their renewal; -1: it is not known."""


@dataclass(frozen=True, slots=True)
class Stakes:
    """Those of one currency who count in what is at risk."""

    currency: str
    customers: int
    revenue: Decimal
    pairs: bytes
    """What each pays and their probability to leave: two big-endian doubles each."""
    before: float | None
    """Sum of revenue times probability a week before; None: not all had one by the same version."""


@dataclass(frozen=True, slots=True)
class Growing:
    """Customers of one band of the probability to buy more."""

    heap: Heap
    band: Band | None
    is_scored: bool
    has_open: bool
    """An open expansion."""


class PortfolioSums:
    """The customers of a slice, for one viewer, of today."""

    def __init__(self, chosen: Slice, *, viewer: Viewer, uow: UnitOfWork) -> None:
        self._session, self._chosen, self._viewer = uow.session, chosen, viewer
        self._state = StandingRepository(uow).state()
        self._of = self._state.rows()
        self._seen = seen(chosen, self._of, viewer=viewer, today=uow.clock.today())

    def standings(self, kind: ScoreKind) -> list[Standing]:
        """All of them; `kind` is the probability to leave that is looked at."""
        keys = ("health_band", "compared", "way", "leaves", f"told_{CHURN_DAYS[kind]}")
        return [
            Standing(heap, _BANDS[band], Compared(compared), int(way), leaves > 0, 0 < leaves <= LEAVES[kind], told)
            for heap, (band, compared, way, leaves, told) in self._heaps(About.HEALTH, *keys)
        ]

    def stakes(self, kind: ScoreKind, *, until: date, version: str) -> list[Stakes]:
        """By currency: those with a known revenue who leave by their own word or have a probability."""
        of, pays, leaves = self._of.c, cast(self._of.c.arr, Double), probability(self._of, kind, until=until)
        before = case(
            (of.churned_on <= until, 1.0), (of[f"{kind.value}_before_by"] == version, of[f"{kind.value}_before"])
        )
        pair = func.float8send(pays, type_=LargeBinary).op("||")(func.float8send(leaves, type_=LargeBinary))
        query = select(
            of.currency,
            func.count(),
            func.sum(of.arr),
            func.string_agg(pair, cast(b"", LargeBinary)),
            case((func.bool_and(before.is_not(None)), func.sum(pays * before))),
        ).where(*self._seen, self._has_revenue, leaves.is_not(None))
        return [Stakes(*row) for row in self._session.execute(query.group_by(of.currency))]

    def with_stake(self, kind: ScoreKind, *, until: date, least: Mapping[str, float]) -> list[str]:
        """Those of each currency with so much at stake or more."""
        of = self._of.c
        stake = cast(of.arr, Double) * probability(self._of, kind, until=until)
        enough = [and_(of.currency == currency, stake >= amount) for currency, amount in least.items()]
        return self._ids(select(of.account_id).where(*self._seen, self._has_revenue, or_(*enough)))

    def fell(self, *, still: float, most: int) -> list[str]:
        """The first by bands that they fell by in a week, then by points; of those who fell visibly."""
        of = self._of.c
        fell = or_(of.steps > 0, of.change <= -still)
        return self._first(fell, of.compared == Compared.YES.value, order=(of.steps.desc(), of.change), most=most)

    def rose(self, *, still: float, most: int) -> list[str]:
        """The same upwards."""
        of = self._of.c
        rose, order = or_(of.steps < 0, of.change >= still), (of.steps, of.change.desc())
        return self._first(rose, of.compared == Compared.YES.value, order=order, most=most)

    def renewing(self) -> list[Renewing]:
        """Those who have not said that they leave, by their place in the calendar of today."""
        found = self._heaps(About.CALENDAR, "health_band", "place", "leaves")
        return [Renewing(heap, _BANDS[band], place) for heap, (band, place, leaves) in found if not leaves]

    def next_renewals(self, *, since: date | None, before: date, most: int | None) -> list[str]:
        """The first to renew from a day on (None: ever) and before another, of those who have not said they leave."""
        of = self._of.c
        in_time = [of.churned_on.is_(None), of.renewal_date < before]
        if since is not None:
            in_time.append(of.renewal_date >= since)
        return self._first(*in_time, order=(of.renewal_date,), most=most)

    def leaving(self) -> list[str]:
        """Those who have said that they leave."""
        return self._ids(select(self._of.c.account_id).where(*self._seen, self._of.c.churned_on.is_not(None)))

    def growing(self) -> list[Growing]:
        """All of them by the probability to buy more, and whether they have an open expansion."""
        found = self._heaps(About.GROWTH, "expansion_band", "is_ranked", "has_open")
        return [Growing(heap, _BANDS[band], is_ranked, has_open) for heap, (band, is_ranked, has_open) in found]

    def likeliest(self, *, everybody: bool, most: int) -> list[str]:
        """The likeliest to buy more, then by name; only `everybody` brings those who are unlikely to and have nothing
        open."""
        of = self._of.c
        listed = or_(of.expansion_band.in_([Band.GOOD.value, Band.WATCH.value]), of.open_expansions > 0)
        only = () if everybody else (listed,)
        return self._first(*only, order=(func.coalesce(of.expansion, 0.0).desc(),), most=most, then_by_name=True)

    def nothing_open(self, *, most: int) -> list[str]:
        """The first by name of those without an open expansion."""
        return self._first(self._of.c.open_expansions == 0, order=(), most=most, then_by_name=True)

    def closing(self, *, most: int) -> list[str]:
        """Those whose open expansions close first, one without a day last, then by name."""
        deal, taken = OpportunityRow, 4 * most
        query = (
            select(deal.account_id)
            .join(self._of, self._of.c.account_id == deal.account_id)
            .join(AccountRow, AccountRow.id == deal.account_id)
            .where(*self._seen, *_IS_OPEN_EXPANSION)
            .order_by(deal.close_date, *_BY_NAME)
        )
        # The index has them by day; how many an account has is not known before.
        while True:
            found = self._ids(query.limit(taken))
            ids = list(dict.fromkeys(found))
            if len(ids) >= most or len(found) < taken:
                return ids[:most]
            taken *= 4

    def open_expansions(self) -> list[tuple[str | None, int, Decimal]]:
        """By currency how many are open and what they amount to; None: without an amount or a currency."""
        rows = self._session.execute(_open_expansions(self._chosen, self._state, viewer=self._viewer))
        return [(currency, count, amount) for currency, count, amount in rows]

    def count_renewing(self, *, since: date, until: date) -> int:
        """How many renew between two days, both included, of those who have not said that they leave."""
        of = self._of.c
        in_time = (of.churned_on.is_(None), of.renewal_date >= since, of.renewal_date <= until)
        return self._session.scalar(select(func.count()).select_from(self._of).where(*self._seen, *in_time)) or 0

    def worst(self, *, most: int) -> list[str]:
        """Of those whose health is bad, the worst."""
        is_bad = self._of.c.health_band == Band.BAD.value
        return self._first(is_bad, order=(self._of.c.health,), most=most, then_by_name=True)

    @property
    def _has_revenue(self) -> ColumnElement[bool]:
        return has_revenue(self._of)

    def _heaps(self, about: About, *keys: str) -> list[tuple[Heap, Sequence[Any]]]:
        rows = self._session.execute(_heaps(about, keys, self._chosen, self._state, viewer=self._viewer))
        return [(Heap(row[1], row[0], Decimal(0) if row[0] is None else row[2]), row[3:]) for row in rows]

    def _first(
        self,
        *only: ColumnElement[bool],
        order: Sequence[ColumnElement[Any]],
        most: int | None,
        then_by_name: bool = False,
    ) -> list[str]:
        query = select(self._of.c.account_id).where(*self._seen, *only).order_by(*order)
        if then_by_name:
            named = query.join(AccountRow, AccountRow.id == self._of.c.account_id).order_by(*_BY_NAME)
            return self._ids(named.limit(most))
        return self._ids(query if most is None else query.fetch(most, with_ties=True))

    def _ids(self, query: Select[Any]) -> list[str]:
        return list(self._session.scalars(query))


@lru_cache(maxsize=_STATEMENTS_KEPT)
def _heaps(
    about: About, keys: Sequence[str], chosen: Slice, state: State, *, viewer: Viewer
) -> Select[*tuple[Any, ...]]:  # fmt: skip
    """Written once: it follows from who asks for what, and of which day."""
    of = summed(about, state, viewer=viewer, owner=chosen.owner)
    groups, accounts = [of.c[name] for name in ("in_currency", *keys)], func.sum(of.c.accounts)
    currency, *others = groups
    query = select(currency, cast(accounts, BigInteger), func.sum(of.c.revenue), *others)
    return query.where(of.c.is_customer, *in_part(chosen, of)).group_by(*groups).having(accounts > 0)


@lru_cache(maxsize=_STATEMENTS_KEPT)
def _open_expansions(chosen: Slice, state: State, *, viewer: Viewer) -> Select[*tuple[Any, ...]]:
    of, sums = state.rows(), DEAL_SUMS.c
    if sees_every_account(viewer) and chosen == Slice():
        # All there are, but for those of accounts that are no customers: they are few.
        kept = select(case((sums.has_amount, sums.currency)).label("currency"), sums.deals, sums.amount)
        kept = kept.where(sums.about == AboutDeals.OPEN.value, sums.kind == OpportunityKind.EXPANSION.value)
        strays = (of.c.open_expansions > 0, of.c.is_customer.is_not(True))
        parts = [kept, _expansions(of, times=-1).where(*strays)]
    else:
        parts = [_expansions(of, times=1).where(*seen(chosen, of, viewer=viewer, today=state.day))]
    all_of_them = union_all(*parts).subquery("expansions").c
    count = func.sum(all_of_them.deals)
    query = select(all_of_them.currency, cast(count, BigInteger), func.sum(all_of_them.amount))
    return query.group_by(all_of_them.currency).having(count > 0)


def _expansions(of: FromClause, *, times: int) -> Select[*tuple[Any, ...]]:
    deal = OpportunityRow
    amount = func.coalesce(times * deal.amount, literal(0, Numeric()))
    columns = (case((deal.amount.is_not(None), deal.currency)).label("currency"), literal(times).label("deals"))
    return (
        select(*columns, amount.label("amount"))
        .join(of, of.c.account_id == deal.account_id)
        .where(*_IS_OPEN_EXPANSION)
    )  # fmt: skip


# The first is written out: the index of open deals is one by this condition.
_IS_OPEN_EXPANSION = (
    OpportunityRow.status == literal_column(f"'{OpportunityStatus.OPEN.value}'"),
    OpportunityRow.kind == OpportunityKind.EXPANSION.value,
)
# By code points, as names are compared wherever they are sorted here.
_BY_NAME = (AccountRow.name.collate("C"), AccountRow.id)


def seen(chosen: Slice, of: FromClause, *, viewer: Viewer, today: date) -> list[ColumnElement[bool]]:
    """Conditions on the rows of `StandingRepository.read`: customers of the slice whom the viewer may see."""
    visible = (is_customer(today, of=of.c), id_is_visible(viewer, of.c.account_id))
    owned = () if chosen.owner is None else (owned_by(chosen.owner, of),)
    return [*visible, *owned, *in_part(chosen, of)]


def in_part(chosen: Slice, of: FromClause) -> list[ColumnElement[bool]]:
    """Conditions by segment and band of health, on those rows or on sums of them."""
    conditions: list[ColumnElement[bool]] = []
    if chosen.segment is not None:
        none = or_(of.c.segment.is_(None), of.c.segment == "")
        conditions.append(none if chosen.segment == NONE else of.c.segment == chosen.segment)
    if chosen.band is BandChoice.UNSCORED:
        conditions.append(of.c.health_band.is_(None))
    elif chosen.band is not None:
        conditions.append(of.c.health_band == chosen.band.value)
    return conditions


def probability(of: FromClause, kind: ScoreKind | None, *, until: date) -> ColumnElement[Any]:
    """To leave until the day: certain for who has said so, else by the score of that kind (None: no model)."""
    told = of.c[kind.value] if kind is not None else null()
    return case((of.c.churned_on <= until, 1.0), (of.c.churned_on.is_not(None), 0.0), else_=told)
