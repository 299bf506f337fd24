"""The file that says how value is counted.

Invariant: every kind of draft has its minutes, with where they come from in both languages; nothing is counted by an
assumption that nobody can read.
"""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from copilot.domain.language import Language
from copilot.domain.value import KINDS, Minutes
from copilot.rule_files import read_rules

DEFAULT_VALUE = Path(__file__).with_name("value.toml")
_HINT = "Correct the file of values (COPILOT_VALUE), or unset it to use the one that comes with the product."


class MinutesOfKind(BaseModel):
    """By hand: likely, and between which bounds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: int = Field(strict=True, ge=0)
    likely: int = Field(strict=True, ge=0)
    high: int = Field(strict=True, ge=0, le=10_000)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.likely <= self.high:
            raise ValueError("low, likely and high have to be in this order")
        return self


class KindRule(BaseModel):
    """What one kind of draft takes by hand, and how that is known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    minutes: MinutesOfKind
    basis_es: str = Field(min_length=1)
    basis_en: str = Field(min_length=1)

    def basis(self, language: Language) -> str:
        """Where the minutes come from."""
        return self.basis_es if language is Language.ES else self.basis_en


class ValueRules(BaseModel):
    """The file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = Field(strict=True, ge=1, le=1)
    reviewed_on: date
    least_cases: int = Field(strict=True, ge=2, le=1000)
    least_for_p90: int = Field(strict=True, ge=10, le=1000)
    longest_review_minutes: int = Field(strict=True, ge=1, le=480)
    unopened_review_minutes: int = Field(strict=True, ge=0, le=60)
    answer_days: int = Field(strict=True, ge=1, le=90)
    kind: tuple[KindRule, ...]

    @model_validator(mode="after")
    def _every_kind_once(self) -> Self:
        names = [each.name for each in self.kind]
        if sorted(names) != sorted(KINDS):
            raise ValueError(f"there has to be one kind each of {', '.join(KINDS)}")
        return self

    @cached_property
    def by_hand(self) -> Mapping[str, Minutes]:
        """Minutes by kind."""
        return {each.name: Minutes(each.minutes.low, each.minutes.likely, each.minutes.high) for each in self.kind}


def load_value_rules(path: Path | None = None) -> ValueRules:
    """Read and check the file (None: the one that comes with the product). Raises ConfigurationError."""
    return read_rules(ValueRules, path or DEFAULT_VALUE, called="The file", hint=_HINT)
