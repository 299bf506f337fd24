"""How far an answer can be trusted, and what happens with it next.

Invariant: every dimension is computed from evidence; the value is the calibrated chance (`calibration.toml`) that a
person who knows would accept the answer as it is, and only policy turns it into a route. It never rises by a notice.
"""

import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from copilot.approvals.rfp_rules import RfpRules
from copilot.domain.rfp_answers import Confidence, Dimension, Notice, NoticeCode, RfpAnswer, Route

_FILE = Path(__file__).with_name("calibration.toml")
NOTHING = Confidence(value=0.0, dimensions=dict.fromkeys(Dimension, 0.0) | {Dimension.CONSISTENCY: 1.0})
_NEVER_HIGH = frozenset(
    {
        NoticeCode.STALE,
        NoticeCode.SOURCE_CHANGED,
        NoticeCode.NEWER_SOURCE_DIFFERS,
        NoticeCode.CONTRADICTS_ANSWER,
        NoticeCode.CONTRADICTS_EARLIER,
        NoticeCode.INTENTION,
        NoticeCode.BLANK,
        NoticeCode.PARTLY,
        NoticeCode.TOO_LONG,
        NoticeCode.ASKS_FOR_FILE,
        NoticeCode.WITHHELD,
        NoticeCode.DOUBTED,
        NoticeCode.WORDS_ONLY,
    }
)
"""With one of these a person looks first, whatever the confidence."""
_YEAR = 365
_FRESH_DAYS, _OLD_DAYS = 2 * _YEAR, 5 * _YEAR
_STALE = 0.4
_LOGIT_MOST = 6.0


@dataclass(frozen=True, slots=True)
class Dimensions:
    """What the value is made from; consistency is known only beside the other answers."""

    relevance: float
    support: float
    freshness: float
    completeness: float

    def named(self, *, consistency: float = 1.0) -> Mapping[Dimension, float]:
        """By dimension, each kept between 0 and 1."""
        values = {
            Dimension.RELEVANCE: self.relevance,
            Dimension.SUPPORT: self.support,
            Dimension.FRESHNESS: self.freshness,
            Dimension.COMPLETENESS: self.completeness,
            Dimension.CONSISTENCY: consistency,
        }
        return {key: min(1.0, max(0.0, value)) for key, value in values.items()}


def confidence_of(dimensions: Dimensions) -> Confidence:
    """Of an answer from documents."""
    named = dimensions.named()
    return Confidence(value=calibrated(named), dimensions=named)


def trusted(chance: float) -> float:
    """How often a sentence of this chance by itself answered in questionnaires that nothing was fitted on."""
    return _stated(_log_odds(chance))


def calibrated(named: Mapping[Dimension, float]) -> float:
    """Logistic in the dimensions, of which relevance is a chance already and counts by its log odds."""
    weights = _weights()
    lacking = sum(weights[item.value] * (1 - named[item]) for item in Dimension if item is not Dimension.RELEVANCE)
    return _stated(_log_odds(named[Dimension.RELEVANCE]) + lacking)


def _stated(log_odds: float) -> float:
    """The share that is right where so much is said for it."""
    return 1 / (1 + math.exp(-(_weights()["base"] + log_odds)))


def freshness_of(day: date, *, today: date, stale: bool = False) -> float:
    """1 for what is two years old at most, falling to a half at five; less where its review is overdue."""
    if stale:
        return _STALE
    age = (today - day).days
    if age <= _FRESH_DAYS:
        return 1.0
    return max(0.5, 1.0 - 0.5 * (age - _FRESH_DAYS) / (_OLD_DAYS - _FRESH_DAYS))


def route_of(value: float, notices: Iterable[Notice], *, rules: RfpRules, whole: bool = True) -> Route:
    """Where policy sends an answer from texts. `whole`: see `weighing.is_whole`; without it a person looks.

    What counts is not the chance that is stated but what could be shown: few answers, all right, show little.
    """
    if not whole or any(notice.code in _NEVER_HIGH for notice in notices):
        return Route.EXPERT
    return Route.HIGH if min(value, _weights()["shown"]) >= rules.high_from else Route.EXPERT


def with_consistency(
    answer: RfpAnswer, value: float, notices: Sequence[Notice] = (), *, rules: RfpRules | None = None
) -> RfpAnswer:
    """The answer after it was held against others: consistency `value` from 0 to 1, with what was noticed.

    Confidence and route can only fall; without a source nothing changes but the notices.
    """
    added = tuple(notice for notice in notices if notice not in answer.notices)
    every = (*answer.notices, *added)
    if answer.route is Route.NO_SOURCE:
        return answer.model_copy(update={"notices": every})
    named = {**answer.confidence.dimensions, Dimension.CONSISTENCY: min(1.0, max(0.0, value))}
    lowered = min(answer.confidence.value, answer.confidence.value * _share(named[Dimension.CONSISTENCY]))
    confidence = Confidence(value=lowered, dimensions=named)
    route = answer.route
    if added or named[Dimension.CONSISTENCY] < 1:
        checked = route_of(lowered, every, rules=rules or RfpRules())
        route = Route.EXPERT if checked is Route.EXPERT else route
    return answer.model_copy(update={"confidence": confidence, "route": route, "notices": every})


def _share(consistency: float) -> float:
    return math.exp(_weights()["consistency"] * (1 - consistency))


def _log_odds(chance: float) -> float:
    inside = min(0.9999, max(0.0001, chance))
    return max(-_LOGIT_MOST, min(_LOGIT_MOST, math.log(inside / (1 - inside))))


@cache
def _weights() -> dict[str, float]:
    weights: dict[str, float] = tomllib.loads(_FILE.read_text(encoding="utf-8"))["confidence"]
    return weights
