"""Use and value as the API gives them.

Invariant: sums add up over weeks, over teams, over kinds and over cells; estimates do not, and carry their cases.
"""

from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from api.schemas.proportions import EstimateOut, ShareOfCases
from copilot.domain.access import Role
from copilot.domain.alerts import Outcome
from copilot.domain.language import Language
from copilot.domain.value import Fate, Figures, Part, Tally
from copilot.workflows.value.outcomes import Outcomes
from copilot.workflows.value.report import Scope, ValueReport
from copilot.workflows.value.rules import ValueRules


class Read(BaseModel):
    """Read off the product's own types."""

    model_config = ConfigDict(from_attributes=True)


class MinutesOut(Read):
    """By hand, by assumption."""

    low: int
    likely: int
    high: int


class HoursOut(Read):
    """Time by hand less all reviews; may be below zero."""

    low: float
    likely: float
    high: float


class SumsOut(BaseModel):
    """Drafts by what became of them, and what follows from that."""

    outputs: int
    unchanged: int
    edited: int
    rejected: int
    withdrawn: int
    lapsed: int
    waiting: int
    minutes_by_hand: MinutesOut
    review_minutes: float
    hours_saved: HoursOut
    model_cost_usd: Decimal
    written_by_model: int
    without_a_price: int
    """A model wrote these, and nobody knows what that cost."""
    cost_per_accepted_usd: Decimal | None

    @classmethod
    def of(cls, tally: Tally) -> "SumsOut":
        return cls(
            outputs=tally.outputs,
            **{fate.value: tally.fates[fate] for fate in Fate},
            minutes_by_hand=MinutesOut.model_validate(tally.by_hand),
            review_minutes=tally.review_seconds / 60,
            hours_saved=HoursOut.model_validate(tally.hours_saved),
            model_cost_usd=tally.cost_usd,
            written_by_model=tally.by_model,
            without_a_price=tally.cost_unknown,
            cost_per_accepted_usd=tally.cost_of_accepted,
        )


class FiguresOut(BaseModel):
    """Of some drafts."""

    sums: SumsOut
    accepted: ShareOfCases
    """Of those decided."""
    unchanged: ShareOfCases
    """Of those accepted."""
    median_hours_in_queue: EstimateOut
    p90_hours_in_queue: EstimateOut
    mean_edit_distance: EstimateOut
    """Words changed as a share of the longer text, 0 to 1."""

    @classmethod
    def of(cls, figures: Figures) -> "FiguresOut":
        return cls(
            sums=SumsOut.of(figures.tally),
            accepted=ShareOfCases.of(figures.accepted),
            unchanged=ShareOfCases.of(figures.unchanged),
            median_hours_in_queue=EstimateOut.model_validate(figures.median_hours),
            p90_hours_in_queue=EstimateOut.model_validate(figures.p90_hours),
            mean_edit_distance=EstimateOut.model_validate(figures.distance),
        )


class PartOut(BaseModel):
    """`key`: the Monday of a week, the id of a team (empty: in none), or a kind."""

    key: str
    name: str
    figures: FiguresOut

    @classmethod
    def of(cls, part: Part) -> "PartOut":
        return cls(key=part.key, name=part.name, figures=FiguresOut.of(part.figures))


class CellOut(BaseModel):
    """One week, team and kind in which there was anything."""

    week: date
    team_id: str
    kind: str
    sums: SumsOut


class ActiveOut(Read):
    """People who did something in a week, by the role they have now."""

    week: date
    people: int
    by_role: dict[Role, int]


class OutcomesOut(BaseModel):
    """What came after. Shares hold only cases whose outcome can be known; the others are beside them."""

    answered_mails: ShareOfCases
    mails_too_early: int
    customers_kept: ShareOfCases
    false_alarms: ShareOfCases
    without_action: dict[Outcome, int]
    alerts_open: int
    alerts_dismissed: int
    questions_answered: ShareOfCases
    questions_waiting: int
    model_calls: int
    model_calls_cost_usd: Decimal
    model_calls_without_a_price: int

    @classmethod
    def of(cls, found: Outcomes) -> "OutcomesOut":
        return cls(
            answered_mails=ShareOfCases.of(found.answers.answered),
            mails_too_early=found.answers.too_early,
            customers_kept=ShareOfCases.of(found.kept.kept),
            false_alarms=ShareOfCases.of(found.kept.false_alarms),
            without_action=dict(found.kept.without_action),
            alerts_open=found.kept.open,
            alerts_dismissed=found.kept.dismissed,
            questions_answered=ShareOfCases.of(found.questions),
            questions_waiting=found.questions_waiting,
            model_calls=found.calls.calls,
            model_calls_cost_usd=found.calls.cost_usd,
            model_calls_without_a_price=found.calls.unpriced,
        )


class KindMethod(BaseModel):
    """What one of a kind takes by hand, and where that comes from."""

    kind: str
    minutes: MinutesOut
    basis: str


class Method(BaseModel):
    """How it was counted."""

    reviewed_on: date
    least_cases: int
    least_for_p90: int
    longest_review_minutes: int
    unopened_review_minutes: int
    answer_days: int
    kinds: list[KindMethod]

    @classmethod
    def of(cls, rules: ValueRules, *, language: Language) -> "Method":
        return cls(
            **rules.model_dump(include=set(cls.model_fields) - {"kinds"}),
            kinds=[
                KindMethod(kind=each.name, minutes=MinutesOut(**each.minutes.model_dump()), basis=each.basis(language))
                for each in rules.kind
            ],
        )


class TeamOut(Read):
    """A team; an empty id: people who are in none."""

    team_id: str
    name: str


class ValueOut(BaseModel):
    """What was filed in some weeks, by when it was filed first."""

    scope: Scope
    team: TeamOut | None
    weeks: list[date]
    until: datetime
    people: int
    total: FiguresOut
    by_week: list[PartOut]
    by_kind: list[PartOut]
    by_team: list[PartOut]
    cells: list[CellOut]
    active: list[ActiveOut]
    outcomes: OutcomesOut
    method: Method

    @classmethod
    def of(cls, found: ValueReport, *, language: Language) -> "ValueOut":
        return cls(
            scope=found.choice.scope,
            team=None if found.choice.team is None else TeamOut.model_validate(found.choice.team),
            weeks=list(found.weeks),
            until=found.until,
            people=found.people,
            total=FiguresOut.of(found.total),
            by_week=[PartOut.of(each) for each in found.by_week],
            by_kind=[PartOut.of(each) for each in found.by_kind],
            by_team=[PartOut.of(each) for each in found.by_team],
            cells=[
                CellOut(week=each.week, team_id=each.team_id, kind=each.kind, sums=SumsOut.of(each.tally))
                for each in found.cells
            ],
            active=[ActiveOut.model_validate(each) for each in found.active],
            outcomes=OutcomesOut.of(found.outcomes),
            method=Method.of(found.rules, language=language),
        )
