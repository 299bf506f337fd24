"""How carefully reviews are done."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.schemas.common import PROBLEMS
from api.schemas.proportions import ShareOfCases
from copilot.approvals.quality.reviewers import ReviewerFigures, reviewer_figures

router = APIRouter(prefix="/api/v1/reviewers", tags=["queue"], responses=PROBLEMS)


class Reviewer(BaseModel):
    """One person's decisions."""

    person_id: str
    name: str
    decisions: int
    unopened: int
    median_seconds: float | None
    caught: ShareOfCases
    caught_flagged: ShareOfCases
    approved: ShareOfCases
    unchanged: ShareOfCases
    agreement: ShareOfCases
    overturned: ShareOfCases
    edited_after: ShareOfCases
    too_fast: ShareOfCases
    flood_at: datetime | None

    @classmethod
    def of(cls, figures: ReviewerFigures) -> "Reviewer":
        return cls(
            person_id=figures.person_id,
            name=figures.name,
            decisions=figures.decisions,
            unopened=figures.unopened,
            median_seconds=figures.median_seconds,
            caught=ShareOfCases.of(figures.caught),
            caught_flagged=ShareOfCases.of(figures.caught_flagged),
            approved=ShareOfCases.of(figures.approved),
            unchanged=ShareOfCases.of(figures.unchanged),
            agreement=ShareOfCases.of(figures.agreement),
            overturned=ShareOfCases.of(figures.overturned),
            edited_after=ShareOfCases.of(figures.edited_after),
            too_fast=ShareOfCases.of(figures.too_fast),
            flood_at=figures.flood_at,
        )


@router.get("")
def list_reviewers(
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    days: Annotated[int, Query(ge=1, le=365)] = 90,
) -> list[Reviewer]:
    """Figures about your own decisions, and your team's if you are a manager."""
    found = reviewer_figures(application.policy.quality, days=days, viewer=viewer, uow=uow)
    return [Reviewer.of(figures) for figures in found]
