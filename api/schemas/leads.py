"""Leads as the API answers with them. Sentences are in the reader's language."""

from datetime import date

from pydantic import BaseModel

from api.schemas.portfolio import Read, ScoredBy, scored_by
from copilot.domain.language import Language
from copilot.domain.scores import Band, Missing
from copilot.scoring.lead_rules import Side
from copilot.scoring.routing import Why
from copilot.workflows.portfolio.leads import Lead, LeadBoard
from copilot.workflows.scores.lead_story import lead_signs


class SideOut(Read):
    """Points of what a lead scores, out of `most` that its rules can give."""

    points: int
    most: int


class LeadSign(BaseModel):
    """A part of a lead's score, in the reader's language; `effect` in points."""

    name: str
    text: str
    effect: float


class SuggestedOut(BaseModel):
    """Who could look after a lead, and why; without a name: why there is nobody. Nobody is assigned."""

    email: str | None
    name: str | None
    route: str | None
    because: list[Why]
    others: int
    """Who could as well."""


class LeadLine(BaseModel):
    """A prospect. `score` is 0 to 100; `fit` and `intent` are null by a learnt model."""

    account_id: str
    name: str
    owner_email: str | None
    segment: str | None
    score: float | None
    band: Band | None
    missing: Missing | None
    fit: SideOut | None
    intent: SideOut | None
    signs: list[LeadSign]
    suggested: SuggestedOut

    @classmethod
    def of(cls, lead: Lead, *, language: Language) -> "LeadLine":
        """With the strongest parts of its score."""
        one, who, sides = lead.suggestion, lead.suggestion.colleague, lead.sides
        return cls(
            account_id=lead.account_id,
            name=lead.facts.name,
            owner_email=lead.facts.owner_email,
            segment=lead.facts.words.get("segment"),
            score=lead.score.value,
            band=lead.score.band,
            missing=lead.score.missing,
            fit=SideOut.model_validate(sides[Side.FIT]) if sides else None,
            intent=SideOut.model_validate(sides[Side.INTENT]) if sides else None,
            signs=[
                LeadSign(name=sign.name, text=sign.sentence, effect=sign.effect)
                for sign in lead_signs(lead.score, language)
            ],
            suggested=SuggestedOut(
                email=who.email if who else None,
                name=who.name if who else None,
                route=one.route,
                because=list(one.why),
                others=one.others,
            ),
        )


class LeadsOut(BaseModel):
    """Leads, the best first; those of whom too little is known come last."""

    day: date
    model: ScoredBy
    leads: list[LeadLine]
    more: int
    without_score: int

    @classmethod
    def of(cls, board: LeadBoard, *, language: Language) -> "LeadsOut":
        """The board."""
        return cls(
            day=board.day,
            model=scored_by(board.model),
            leads=[LeadLine.of(one, language=language) for one in board.leads],
            more=board.more,
            without_score=board.without_score,
        )
