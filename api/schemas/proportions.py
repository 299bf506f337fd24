"""Figures with how sure they are, as the API gives them.

Invariant: none comes without how many cases it rests on.
"""

from pydantic import BaseModel, ConfigDict

from copilot.domain.proportions import Share


class ShareOfCases(BaseModel):
    """`part` of `whole` cases; `low` and `high` are a 95 % Wilson interval of the share."""

    part: int
    whole: int
    low: float
    high: float

    @classmethod
    def of(cls, share: Share) -> "ShareOfCases":
        return cls(part=share.part, whole=share.whole, low=share.interval[0], high=share.interval[1])


class EstimateOut(BaseModel):
    """A figure of so many `cases` with its 95 % interval; null where they are too few to say."""

    model_config = ConfigDict(from_attributes=True)

    cases: int
    value: float | None
    low: float | None
    high: float | None
