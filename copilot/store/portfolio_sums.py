"""Counts and sums over the customers that a person may see, and which of them come first in an order.

Invariants: invariant 3 holds by `id_is_visible(viewer)`; a sum is of one currency, and who has no known revenue is
counted apart (`Heap.currency` None). Customers that come first are told by their ids, and as many more as come at the
same place as the last: who reads them whole decides between those.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Double,
    FromClause,
    LargeBinary,
    Select,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from copilot.domain.access import Viewer
from copilot.domain.portfolio import NONE, BandChoice, Compared, Heap, Slice
from copilot.domain.records import OpportunityKind, OpportunityStatus
from copilot.domain.scores import Band, ScoreKind
from copilot.store.customers import is_customer
from copilot.store.database import UnitOfWork
from copilot.store.standing import StandingRepository
from copilot.store.tables.records import AccountRow, OpportunityRow
from copilot.store.visibility import id_is_visible

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
    """How many of the days that were given have come by their renewal; -1: it is not known."""


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
        self._session = uow.session
        self._of = StandingRepository(uow).read()
        self._seen = seen(chosen, self._of, viewer=viewer, today=uow.clock.today())

    def standings(self, kind: ScoreKind, *, until: date) -> list[Standing]:
        """All of them; `kind` is the probability to leave that is looked at, `until` how far."""
        of = self._of.c
        keys = (
            of.health_band,
            # An account may come between the look at the days and this: a row of which nothing is told yet.
            func.coalesce(of.compared, Compared.NO.value),
            func.sign(func.coalesce(of.steps, 0)),
            of.churned_on.is_not(None),
            func.coalesce(of.churned_on <= until, false()),
            of[kind.value].is_not(None),
        )
        return [
            Standing(heap, _BANDS[band], Compared(compared), int(steps), leaves, in_time, is_scored)
            for heap, (band, compared, steps, leaves, in_time, is_scored) in self._heaps(*keys)
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

    def renewing(self, days: Sequence[date]) -> list[Renewing]:
        """Those who have not said that they leave, by how many of the days come before their renewal or with it."""
        of = self._of.c
        places = bindparam("days", list(days), type_=ARRAY(Date))
        place = func.coalesce(func.width_bucket(of.renewal_date, places), -1)
        found = self._heaps(of.health_band, place, only=(of.churned_on.is_(None),))
        return [Renewing(heap, _BANDS[band], number) for heap, (band, number) in found]

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
        of = self._of.c
        keys = (of.expansion_band, of.expansion.is_not(None), of.account_id.in_(self._with_open))
        return [
            Growing(heap, _BANDS[band], is_scored, has_open) for heap, (band, is_scored, has_open) in self._heaps(*keys)
        ]

    def likeliest(self, *, everybody: bool, most: int) -> list[str]:
        """The likeliest to buy more, then by name; only `everybody` brings those who are unlikely to and have nothing
        open."""
        of = self._of.c
        listed = or_(of.expansion_band.in_([Band.GOOD.value, Band.WATCH.value]), of.account_id.in_(self._with_open))
        only = () if everybody else (listed,)
        return self._first(*only, order=(func.coalesce(of.expansion, 0.0).desc(),), most=most, then_by_name=True)

    def nothing_open(self, *, most: int) -> list[str]:
        """The first by name of those without an open expansion."""
        return self._first(self._of.c.account_id.not_in(self._with_open), order=(), most=most, then_by_name=True)

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
        deal = OpportunityRow
        currency = case((deal.amount.is_not(None), deal.currency))
        query = (
            select(currency, func.count(), func.coalesce(func.sum(deal.amount), 0))
            .join(self._of, self._of.c.account_id == deal.account_id)
            .where(*self._seen, *_IS_OPEN_EXPANSION)
            .group_by(currency)
        )
        return [(name, count, amount) for name, count, amount in self._session.execute(query)]

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

    @property
    def _with_open(self) -> Select[Any]:
        deal = OpportunityRow
        return select(deal.account_id).where(*_IS_OPEN_EXPANSION, deal.account_id.is_not(None))

    def _heaps(
        self, *keys: ColumnElement[Any], only: Sequence[ColumnElement[bool]] = ()
    ) -> list[tuple[Heap, Sequence[Any]]]:
        currency = case((self._has_revenue, self._of.c.currency)).label("currency")
        named = [key.label(f"key_{number}") for number, key in enumerate(keys)]
        query = select(currency, func.count(), func.sum(self._of.c.arr), *named).where(*self._seen, *only)
        rows = self._session.execute(query.group_by(currency, *named))
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


# The first is written out: the index of open deals is one by this condition.
_IS_OPEN_EXPANSION = (
    OpportunityRow.status == literal_column(f"'{OpportunityStatus.OPEN.value}'"),
    OpportunityRow.kind == OpportunityKind.EXPANSION.value,
)
# By code points, as names are compared wherever they are sorted here.
_BY_NAME = (AccountRow.name.collate("C"), AccountRow.id)


def seen(chosen: Slice, of: FromClause, *, viewer: Viewer, today: date) -> list[ColumnElement[bool]]:
    """Conditions on the rows of `StandingRepository.read`: customers of the slice whom the viewer may see."""
    conditions = [is_customer(today, of=of.c), id_is_visible(viewer, of.c.account_id)]
    if chosen.owner is not None:
        nobody = or_(of.c.owner.is_(None), of.c.owner == "")
        conditions.append(nobody if chosen.owner == NONE else of.c.owner == chosen.owner.lower())
    if chosen.segment is not None:
        none = or_(of.c.segment.is_(None), of.c.segment == "")
        conditions.append(none if chosen.segment == NONE else of.c.segment == chosen.segment)
    if chosen.band is BandChoice.UNSCORED:
        conditions.append(of.c.health_band.is_(None))
    elif chosen.band is not None:
        conditions.append(of.c.health_band == chosen.band.value)
    return conditions


def has_revenue(of: FromClause) -> ColumnElement[bool]:
    """As `Customer.has_revenue`."""
    return and_(of.c.arr >= 0, of.c.currency.is_not(None))


def probability(of: FromClause, kind: ScoreKind | None, *, until: date) -> ColumnElement[Any]:
    """To leave until the day: certain for who has said so, else by the score of that kind (None: no model)."""
    told = of.c[kind.value] if kind is not None else null()
    return case((of.c.churned_on <= until, 1.0), (of.c.churned_on.is_not(None), 0.0), else_=told)
