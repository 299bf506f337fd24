"""The portfolio as the API answers with it. Money is a decimal string, by currency; probabilities are 0 to 1."""

from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from copilot.domain.deals import LeftOut
from copilot.domain.portfolio import BandChoice, Customer, OpenDeal, Tally
from copilot.domain.scores import Band, ScoreKind
from copilot.scoring.cross_sell import NoCrossSell
from copilot.scoring.forecast import Forecast
from copilot.scoring.forecast_lessons import NoForecast
from copilot.scoring.lifetime import Basis, NoValue
from copilot.workflows.portfolio.book import ModelState, ModelUse
from copilot.workflows.portfolio.expansion import Expansion, Prospect
from copilot.workflows.portfolio.movement import Move, Movement
from copilot.workflows.portfolio.outlook import Outlooks
from copilot.workflows.portfolio.renewals import Month, Renewals
from copilot.workflows.portfolio.risk import RevenueAtRisk


class Read(BaseModel):
    """Read off the portfolio's own types."""

    model_config = ConfigDict(from_attributes=True)


class Counted(Read):
    """How many customers; `revenue` by currency; `unknown`: those without a known revenue, which add nothing."""

    customers: int
    revenue: dict[str, Decimal]
    unknown: int


class ScoredBy(Read):
    """The model of a kind of score. `refusal` says why there is none, if one was trained."""

    kind: ScoreKind
    state: ModelState
    version: str | None
    trained_on: date | None
    refusal: str | None


class CustomerLine(Read):
    """A customer. `arr` is annual recurring revenue in `currency`."""

    account_id: str
    name: str
    owner_email: str | None
    segment: str | None
    arr: Decimal | None
    currency: str | None
    renewal_date: date | None
    churned_on: date | None
    health: float | None
    health_band: Band | None

    @classmethod
    def of(cls, customer: Customer) -> "CustomerLine":
        """With its health."""
        return cls(
            account_id=customer.account_id,
            name=customer.name,
            owner_email=customer.owner_email,
            segment=customer.segment,
            arr=customer.arr,
            currency=customer.currency,
            renewal_date=customer.renewal_date,
            churned_on=customer.churned_on,
            health=customer.value(ScoreKind.HEALTH),
            health_band=customer.band(ScoreKind.HEALTH),
        )


class CurrencyAtRisk(Read):
    """Of one currency. The loss lies between `low` and `high` with a probability of 90 %."""

    currency: str
    customers: int
    revenue: Decimal
    expected: Decimal
    low: Decimal
    high: Decimal
    expected_before: Decimal | None


class ExposedLine(BaseModel):
    """A customer's part: revenue times probability."""

    customer: CustomerLine
    probability: float
    at_stake: Decimal
    leaves_on: date | None


class MoveLine(BaseModel):
    """A customer whose health is another one than a week ago."""

    customer: CustomerLine
    before: float
    now: float
    before_band: Band | None
    now_band: Band | None

    @classmethod
    def of(cls, move: Move) -> "MoveLine":
        """Without the course in between."""
        return cls(
            customer=CustomerLine.of(move.customer),
            before=move.before,
            now=move.now,
            before_band=move.before_band,
            now_band=move.now_band,
        )


class MovementOut(BaseModel):
    """Since a week ago. What cannot be compared is counted apart; `came` and `left` are null within one band."""

    since: date
    worse: Counted
    better: Counted
    steady: Counted
    other_scorecard: int
    not_comparable: int
    fell: list[MoveLine]
    rose: list[MoveLine]
    came: list[CustomerLine] | None
    left: list[CustomerLine] | None

    @classmethod
    def of(cls, moved: Movement) -> "MovementOut":
        """All of it."""
        return cls(
            since=moved.since,
            worse=counted(moved.worse),
            better=counted(moved.better),
            steady=counted(moved.steady),
            other_scorecard=moved.other_scorecard,
            not_comparable=moved.not_comparable,
            fell=[MoveLine.of(one) for one in moved.fell],
            rose=[MoveLine.of(one) for one in moved.rose],
            came=None if moved.came is None else [CustomerLine.of(one) for one in moved.came],
            left=None if moved.left is None else [CustomerLine.of(one) for one in moved.left],
        )


class PortfolioOut(BaseModel):
    """Revenue at risk within `days`, health, and what moved. Without a model in use `at_risk` is empty."""

    day: date
    days: int
    customers: int
    model: ScoredBy
    at_risk: list[CurrencyAtRisk]
    largest: list[ExposedLine]
    certain: Counted
    without_score: Counted
    without_revenue: int
    by_health: dict[BandChoice, Counted]
    movement: MovementOut

    @classmethod
    def of(cls, risk: RevenueAtRisk, moved: Movement, *, day: date, customers: int) -> "PortfolioOut":
        """Both in one answer."""
        return cls(
            day=day,
            days=risk.days,
            customers=customers,
            model=scored_by(risk.model),
            at_risk=[CurrencyAtRisk.model_validate(one) for one in risk.currencies],
            largest=[
                ExposedLine(
                    customer=CustomerLine.of(one.customer),
                    probability=one.probability,
                    at_stake=one.at_stake,
                    leaves_on=one.leaves_on,
                )
                for one in risk.largest
            ],
            certain=counted(risk.certain),
            without_score=counted(risk.without_score),
            without_revenue=risk.without_revenue,
            by_health={choice: counted(group) for choice, group in risk.by_band.items()},
            movement=MovementOut.of(moved),
        )


class MonthOut(BaseModel):
    """Renewals of a month from `first`, its first day; of the current month those still ahead."""

    first: date
    all: Counted
    by_health: dict[BandChoice, Counted]
    customers: list[CustomerLine]

    @classmethod
    def of(cls, month: Month) -> "MonthOut":
        """With its customers, by day."""
        return cls(
            first=month.first,
            all=counted(month.all),
            by_health={choice: counted(group) for choice, group in month.by_band.items()},
            customers=[CustomerLine.of(one) for one in month.customers],
        )


class RenewalsOut(BaseModel):
    """Twelve months; every customer is in exactly one place."""

    day: date
    months: list[MonthOut]
    past: list[CustomerLine]
    later: Counted
    without_day: Counted
    leaving: list[CustomerLine]

    @classmethod
    def of(cls, calendar: Renewals) -> "RenewalsOut":
        """The whole calendar."""
        return cls(
            day=calendar.day,
            months=[MonthOut.of(month) for month in calendar.months],
            past=[CustomerLine.of(one) for one in calendar.past],
            later=counted(calendar.later),
            without_day=counted(calendar.without_day),
            leaving=[CustomerLine.of(one) for one in calendar.leaving],
        )


class DealLine(Read):
    """An open opportunity. `probability` is its owner's own, in percent."""

    id: str
    account_id: str
    account_name: str
    name: str
    stage: str | None
    amount: Decimal | None
    currency: str | None
    probability: int | None
    close_date: date | None
    owner_name: str | None


class ValueOut(Read):
    """What a customer is worth over the months of the board, with a 95 % interval; `missing` says why there is none."""

    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    currency: str | None
    basis: Basis | None
    missing: NoValue | None


class PairOut(Read):
    """Of those who have `having` so many also bought `product`; `lift` against those who have it not."""

    having: str
    product: str
    both: int
    with_having: int
    lift: float
    low: float
    high: float


class ProspectLine(BaseModel):
    """A customer on the board of expansion. `probability`: of buying more within 180 days."""

    customer: CustomerLine
    probability: float | None
    band: Band | None
    deals: list[DealLine]
    value: ValueOut | None
    cross_sell: list[PairOut]
    no_cross_sell: NoCrossSell | None

    @classmethod
    def of(cls, one: Prospect) -> "ProspectLine":
        """With what is open."""
        return cls(
            customer=CustomerLine.of(one.customer),
            probability=one.probability,
            band=one.band,
            deals=deals(one.deals),
            value=ValueOut.model_validate(one.value) if one.value else None,
            cross_sell=[PairOut.model_validate(pair) for pair in one.cross_sell.pairs] if one.cross_sell else [],
            no_cross_sell=one.cross_sell.missing if one.cross_sell else None,
        )


class ExpansionOut(BaseModel):
    """Who may buy more. Without a model in use the rows are those with something open, and nobody is ranked."""

    model: ScoredBy
    rows: list[ProspectLine]
    more: int
    likely: Counted
    not_opened: Counted
    without_score: int
    open_deals: int
    open_amounts: dict[str, Decimal]
    without_amount: int
    value_months: int

    @classmethod
    def of(cls, board: Expansion) -> "ExpansionOut":
        """The board."""
        return cls(
            model=scored_by(board.model),
            rows=[ProspectLine.of(one) for one in board.rows],
            more=board.more,
            likely=counted(board.likely),
            not_opened=counted(board.not_opened),
            without_score=board.without_score,
            open_deals=board.open_deals,
            open_amounts=dict(board.open_amounts),
            without_amount=board.without_amount,
            value_months=board.rules.horizon_months,
        )


class OutlookOut(Read):
    """One currency. `stated` is the owners' own sum; the forecast lies in its interval with a probability of 80 %."""

    currency: str
    expected: Decimal | None
    low: Decimal | None
    high: Decimal | None
    stated: Decimal
    stated_deals: int
    open_amount: Decimal
    deals: int


class ForecastOut(BaseModel):
    """What open deals will bring in until a day. `refusal`: why there is no forecast, and then no interval either."""

    day: date
    until: date
    refusal: NoForecast | None
    outlooks: list[OutlookOut]
    left_out: dict[LeftOut, int]
    closed: int
    won: int
    since: date
    """From when on deals are seen to close; `stages` have a factor of their own."""
    stages: int
    due: int
    overdue: int
    without_day: int
    without_probability: int
    deals: list[DealLine]
    more: int

    @classmethod
    def of(cls, found: Outlooks) -> "ForecastOut":
        """The forecast with the deals that are due."""
        forecast: Forecast = found.forecast
        return cls(
            day=forecast.day,
            until=forecast.until,
            refusal=forecast.refusal,
            outlooks=[OutlookOut.model_validate(one) for one in forecast.outlooks],
            left_out=dict(forecast.left_out),
            closed=forecast.learnt.closed,
            won=forecast.learnt.won,
            since=forecast.learnt.since,
            stages=forecast.learnt.by_stage,
            due=found.due,
            overdue=found.overdue,
            without_day=found.without_day,
            without_probability=found.without_probability,
            deals=deals(found.deals),
            more=found.more,
        )


def counted(group: Tally) -> Counted:
    """A count and its sums."""
    return Counted(customers=group.customers, revenue=dict(group.revenue), unknown=group.unknown)


def scored_by(model: ModelUse) -> ScoredBy:
    """The model, or why there is none."""
    return ScoredBy.model_validate(model)


def deals(found: tuple[OpenDeal, ...]) -> list[DealLine]:
    """Open opportunities."""
    return [DealLine.model_validate(one) for one in found]
