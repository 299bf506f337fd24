"""How leads are scored and who could look after them: reviewed data, loaded strictly.

Invariant: every rule says what it gives and what it gives where nothing is known; a file that contradicts itself is
refused as a whole.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from copilot.domain.access import Role
from copilot.domain.signals import Signal
from copilot.rule_files import read_rules
from copilot.scoring.bands import Cuts, ExpansionCuts
from copilot.store.lead_facts import WORDS

DEFAULT_LEAD_RULES = Path(__file__).with_name("leads.toml")
_HINT = "Correct the rules for leads (COPILOT_LEADS), or unset it to use those that come with the product."
_STRICT = ConfigDict(frozen=True, extra="forbid")


class Fact(StrEnum):
    """Numbers of a lead that are no signals."""

    EMPLOYEES = "employees"
    CONTACTS = "contacts"
    OPEN_DEALS = "open_deals"
    MEETINGS = "meetings_90d"


class Side(StrEnum):
    """What a rule is about."""

    FIT = "fit"
    INTENT = "intent"


class WordsRule(BaseModel):
    """What the word in one column is worth."""

    model_config = _STRICT

    name: str
    side: Side
    weight: float = Field(gt=0, le=1000, allow_inf_nan=False)
    unknown: float = Field(ge=0, le=100)
    points: dict[str, float] = {}
    like_customers: bool = False
    least_customers: int = Field(default=20, ge=1)

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if self.name not in WORDS:
            raise ValueError(f"`name` has to be one of {', '.join(WORDS)}")
        if not self.points and not self.like_customers:
            raise ValueError("neither `points` nor `like_customers` says what a word is worth")
        if not all(0 <= told <= 100 for told in self.points.values()):
            raise ValueError("points are between 0 and 100")
        return self

    def worth(self, word: str | None, customers: Mapping[str, int]) -> float | None:
        """Points of a word; None where nothing can be told."""
        if word is None:
            return None
        given = {name.casefold(): told for name, told in self.points.items()}.get(word.strip().casefold())
        if given is not None or not self.like_customers:
            return given
        if sum(customers.values()) < self.least_customers:
            return None
        return 100 * customers.get(word, 0) / max(customers.values())


class NumbersRule(BaseModel):
    """What the values of one number are worth."""

    model_config = _STRICT

    name: str
    side: Side
    weight: float = Field(gt=0, le=1000, allow_inf_nan=False)
    unknown: float = Field(ge=0, le=100)
    points: tuple[tuple[float, float], ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if self.name not in {*Fact, *Signal}:
            raise ValueError(f"`name` has to be a signal or one of {', '.join(Fact)}")
        values, points = zip(*self.points, strict=True)
        if not np.isfinite(values).all() or any(np.diff(values) <= 0):
            raise ValueError("the values in `points` have to rise from pair to pair")
        if not all(0 <= told <= 100 for told in points):
            raise ValueError("points are between 0 and 100")
        return self

    def worth(self, value: float | None) -> float | None:
        """Points of a value; None where there is none."""
        if value is None or np.isnan(value):
            return None
        values, points = zip(*self.points, strict=True)
        return float(np.interp(value, values, points))


class Routing(BaseModel):
    """What holds for all routes."""

    model_config = _STRICT

    deal_weight: float = Field(default=3.0, ge=0, le=1000)


class Route(BaseModel):
    """Among whom a lead could be given. The first one that fits decides."""

    model_config = _STRICT

    name: str = Field(min_length=1)
    languages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    teams: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    most_accounts: int | None = Field(default=None, ge=1)


class LeadRules(BaseModel):
    """The whole file."""

    model_config = _STRICT

    version: int = Field(strict=True, ge=1, le=1)
    least_known: float = Field(ge=0, le=1)
    bands: Cuts
    learnt: ExpansionCuts
    words: tuple[WordsRule, ...] = ()
    numbers: tuple[NumbersRule, ...] = ()
    routing: Routing = Routing()
    route: tuple[Route, ...] = ()

    @model_validator(mode="after")
    def _says_each_thing_once(self) -> Self:
        if not self.rules:
            raise ValueError("there is no rule")
        for names, what in (
            ([rule.name for rule in self.rules], "rule"),
            ([item.name for item in self.route], "route"),
        ):
            name, times = Counter(names).most_common(1)[0] if names else ("", 1)
            if times > 1:
                raise ValueError(f"the {what} {name} is there {times} times")
        return self

    @property
    def rules(self) -> tuple[WordsRule | NumbersRule, ...]:
        """All that points come from, in order."""
        return (*self.words, *self.numbers)

    @cached_property
    def digest(self) -> str:
        """Names this content."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    def side_of(self, name: str) -> Side | None:
        """What a rule of this name is about."""
        return next((rule.side for rule in self.rules if rule.name == name), None)


def load_lead_rules(path: Path | None = None) -> LeadRules:
    """Read and check the rules (None: those that come with the product).

    Raises ConfigurationError that names every fault and where it is.
    """
    return read_rules(LeadRules, path or DEFAULT_LEAD_RULES, called="The rules for leads", verb="are", hint=_HINT)
