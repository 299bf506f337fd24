"""Leads, the best first: how well each fits, how much it shows, and who could look after it.

Invariants: a person sees the prospects that they may see, with the scores that are kept of them; nobody is assigned and
nothing is written. By a learnt model there are no points of fit and intent, for it does not tell them apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from copilot.domain.access import Viewer
from copilot.domain.portfolio import Slice
from copilot.domain.scores import AccountScore, Missing, ScoreKind
from copilot.scoring.lead_rules import LeadRules, Side
from copilot.scoring.leads import LeadScores
from copilot.scoring.routing import Suggestion, suggested
from copilot.store.database import UnitOfWork
from copilot.store.lead_facts import LeadFacts, LeadFactsRepository
from copilot.store.scores import ScoreRepository
from copilot.workflows.portfolio.book import ModelUse, model_use

MOST_SHOWN = 25
_MOST_COMPUTED = 500
"""Prospects so new that no score of theirs is kept yet: of so many it is computed at once."""


@dataclass(frozen=True, slots=True)
class SidePoints:
    """Points of what a lead scores, out of `most` that its rules can give."""

    points: int
    most: int


@dataclass(frozen=True, slots=True)
class Lead:
    """One prospect."""

    score: AccountScore
    facts: LeadFacts
    sides: Mapping[Side, SidePoints]
    """Empty by a model, and where too little is known."""
    suggestion: Suggestion

    @property
    def account_id(self) -> str:
        """The account."""
        return self.score.account_id


@dataclass(frozen=True, slots=True)
class LeadBoard:
    """At most so many leads as were asked for; those without a score come last."""

    day: date
    model: ModelUse
    leads: tuple[Lead, ...]
    more: int
    without_score: int


def lead_board(
    chosen: Slice, *, rules: LeadRules, viewer: Viewer, uow: UnitOfWork, limit: int = MOST_SHOWN
) -> LeadBoard:
    """The prospects of the slice; the band of health is not looked at, for they have none."""
    repository, today = LeadFactsRepository(uow), uow.clock.today()
    scores = _scores(repository.prospects(chosen, viewer=viewer), rules, uow=uow)
    shown = scores[:limit]
    facts = repository.of_day([one.account_id for one in shown], day=today)
    colleagues = repository.colleagues() if shown else []
    return LeadBoard(
        day=today,
        model=model_use(ScoreKind.LEAD, uow=uow),
        leads=tuple(
            Lead(
                score=one,
                facts=facts[one.account_id],
                sides=_sides(one, rules),
                suggestion=suggested(facts[one.account_id], colleagues, rules),
            )
            for one in shown
        ),
        more=len(scores) - len(shown),
        without_score=sum(one.value is None for one in scores),
    )


def _scores(account_ids: Sequence[str], rules: LeadRules, *, uow: UnitOfWork) -> list[AccountScore]:
    """The highest first, by those kept; of who has none yet, computed now."""
    today = uow.clock.today()
    kept = ScoreRepository(uow).latest(ScoreKind.LEAD, account_ids=account_ids, on=today)
    usable = {key: one for key, one in kept.items() if one.missing is not Missing.NOT_A_CUSTOMER}
    new = [account_id for account_id in account_ids if account_id not in usable][:_MOST_COMPUTED]
    computed = LeadScores(rules).of_accounts(new, today, uow) if new else []
    found = [*usable.values(), *(one for one in computed if one.missing is not Missing.NOT_A_CUSTOMER)]
    return sorted(found, key=lambda one: (-(one.value if one.value is not None else -1.0), one.account_id))


def _sides(score: AccountScore, rules: LeadRules) -> dict[Side, SidePoints]:
    """Fit and intent, each out of what its rules can give."""
    if score.value is None or score.version != rules.digest:
        return {}
    whole = sum(rule.weight for rule in rules.rules)
    found = {}
    for side in Side:
        of_side = [rule for rule in rules.rules if rule.side is side]
        most = 100 * sum(rule.weight for rule in of_side) / whole
        start = sum(rule.weight * rule.unknown for rule in of_side) / whole
        points = start + sum(part.effect for part in score.parts if rules.side_of(part.name) is side)
        found[side] = SidePoints(round(points), round(most))
    return found
