"""Which part of the portfolio an address asks for, the same for pages and the API."""

from datetime import date
from typing import Annotated

from fastapi import Query

from copilot.domain.portfolio import BandChoice, Slice
from copilot.domain.scores import CHURN_DAYS, ScoreKind

USUAL = ScoreKind.CHURN_90
KIND_OF_DAYS = {days: kind for kind, days in CHURN_DAYS.items()}

Owner = Annotated[str, Query(max_length=320, description="Email of the owner; `-`: accounts without one.")]
Segment = Annotated[str, Query(max_length=200, description="Segment; `-`: accounts without one.")]


def part_of(owner: str, segment: str, band: BandChoice | None) -> Slice:
    """Empty words narrow nothing."""
    return Slice(owner=owner.strip().lower() or None, segment=segment or None, band=band)


def month_of(text: str) -> date | None:
    """First day of a month written `2027-01`; None for anything else."""
    try:
        return date.fromisoformat(f"{text}-01") if len(text) == len("2027-01") else None
    except ValueError:
        return None
