"""What customers are worth, and what else they could buy: both read for many at once.

Invariant: what is learnt from is everybody's; what is handed out is of the customers that were asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pydantic import ValidationError

from copilot.domain.scores import ScoreKind, ScoreModel
from copilot.scoring.cross_sell import CrossSell, cross_sells
from copilot.scoring.lifetime import Customer, LifetimeRules, LifetimeValue, lifetime_values
from copilot.scoring.quality import Quality
from copilot.scoring.report import Report
from copilot.scoring.tenure_kept import tenure_today
from copilot.store.business_won import BusinessRepository
from copilot.store.database import UnitOfWork
from copilot.store.scores import ScoreRepository


@dataclass(frozen=True, slots=True)
class Revenue:
    """Of one customer; None is not known."""

    account_id: str
    name: str
    arr: Decimal | None
    currency: str | None
    since: date | None


@dataclass(frozen=True, slots=True)
class Worth:
    """In the order of the customers; `left` is how many departures the curve of tenure rests on."""

    values: tuple[LifetimeValue, ...]
    cross_sells: tuple[CrossSell, ...]
    left: int


def worth_of(customers: Sequence[Revenue], *, rules: LifetimeRules, uow: UnitOfWork) -> Worth:
    """Of customers that whoever asks may see."""
    today = uow.clock.today()
    ids = [one.account_id for one in customers]
    scores = ScoreRepository(uow)
    leaving = scores.latest(ScoreKind.CHURN_180, account_ids=ids, on=today)
    tenure = tenure_today(uow)
    asked = [
        Customer(
            account_id=one.account_id,
            arr=None if one.arr is None else float(one.arr),
            currency=one.currency,
            since=one.since,
            leaves_within_180=leaving[one.account_id].value if one.account_id in leaving else None,
        )
        for one in customers
    ]
    quality = _quality(scores.model(ScoreKind.CHURN_180))
    return Worth(
        values=tuple(lifetime_values(asked, tenure, day=today, rules=rules, quality=quality)),
        cross_sells=tuple(cross_sells(BusinessRepository(uow).bought(until=today), ids)),
        left=tenure.left,
    )


def _quality(model: ScoreModel | None) -> Quality | None:
    if model is None:
        return None
    try:
        return Report.model_validate(model.report).quality
    except ValidationError:
        return None
