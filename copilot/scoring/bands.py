"""How a score reads: good, to be watched, or bad.

Invariant: bands of probabilities are told against what is usual for the company and the time looked ahead, never by a
number that fits one company only.
"""

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from copilot.domain.scores import Band, ScoreKind
from copilot.rule_files import read_rules

DEFAULT_BANDS = Path(__file__).with_name("bands.toml")
_HINT = "Correct the bands (COPILOT_SCORE_BANDS), or unset it to use those that come with the product."
_STRICT = ConfigDict(frozen=True, extra="forbid")


class Cuts(BaseModel):
    """Of a score of which more is better."""

    model_config = _STRICT

    good: float = Field(ge=0, le=100)
    watch: float = Field(ge=0, le=100)

    @model_validator(mode="after")
    def _are_in_order(self) -> Self:
        if self.watch >= self.good:
            raise ValueError("`watch` has to be below `good`")
        return self

    def band(self, value: float) -> Band:
        """Of one score."""
        if value >= self.good:
            return Band.GOOD
        return Band.WATCH if value >= self.watch else Band.BAD


class ChurnCuts(BaseModel):
    """In multiples of the usual share."""

    model_config = _STRICT

    watch: float = Field(gt=0)
    bad: float = Field(gt=0)
    always_bad: float = Field(gt=0, le=1)

    @model_validator(mode="after")
    def _are_in_order(self) -> Self:
        if self.watch >= self.bad:
            raise ValueError("`watch` has to be below `bad`")
        return self


class ExpansionCuts(BaseModel):
    """In multiples of the usual share."""

    model_config = _STRICT

    watch: float = Field(gt=0)
    good: float = Field(gt=0)

    @model_validator(mode="after")
    def _are_in_order(self) -> Self:
        if self.watch >= self.good:
            raise ValueError("`watch` has to be below `good`")
        return self


class Bands(BaseModel):
    """The whole file."""

    model_config = _STRICT

    version: int = Field(strict=True, ge=1, le=1)
    least_known: float = Field(ge=0, le=1)
    churn: ChurnCuts
    expansion: ExpansionCuts

    @cached_property
    def digest(self) -> str:
        """Names this content."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    def band(self, kind: ScoreKind, value: float, *, usual: float) -> Band:
        """Of one probability, where `usual` is the share in the history."""
        if kind is ScoreKind.EXPANSION:
            if value >= self.expansion.good * usual:
                return Band.GOOD
            return Band.WATCH if value >= self.expansion.watch * usual else Band.BAD
        if value >= min(self.churn.bad * usual, self.churn.always_bad):
            return Band.BAD
        return Band.WATCH if value >= self.churn.watch * usual else Band.GOOD


def load_bands(path: Path | None = None) -> Bands:
    """Read and check the bands (None: those that come with the product).

    Raises ConfigurationError that names every fault and where it is.
    """
    return read_rules(Bands, path or DEFAULT_BANDS, called="The file of bands", hint=_HINT)
