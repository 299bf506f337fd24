"""Health by a scorecard: what each signal's value is worth, and how much the signal weighs.

Invariant: health lies between 0 and 100, is a base and one effect for each signal that is known, and what is not known
has no effect; it moves by what becomes known alone, and not because others weigh more where something is missing.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from copilot.domain.scores import Band, ScoreKind
from copilot.domain.signals import Signal
from copilot.rule_files import read_rules
from copilot.scoring.bands import Cuts
from copilot.scoring.scored import Scored
from copilot.scoring.tables import Floats
from copilot.store.signals import SignalTable

DEFAULT_SCORECARD = Path(__file__).with_name("health.toml")
_HINT = "Correct the scorecard (COPILOT_HEALTH), or unset it to use the one that comes with the product."
_STRICT = ConfigDict(frozen=True, extra="forbid")


class SignalRule(BaseModel):
    """What the values of one signal are worth."""

    model_config = _STRICT

    signal: Signal
    weight: float = Field(gt=0, le=1000, allow_inf_nan=False)
    points: tuple[tuple[float, float], ...] = Field(min_length=2)
    """(value, points) each."""

    @model_validator(mode="after")
    def _is_a_line(self) -> Self:
        values, points = zip(*self.points, strict=True)
        if not np.isfinite(values).all() or any(np.diff(values) <= 0):
            raise ValueError("the values in `points` have to rise from pair to pair")
        if not all(0 <= told <= 100 for told in points):
            raise ValueError("points are between 0 and 100")
        return self

    def worth(self, values: Floats) -> Floats:
        """Points of values, shape as they have; NaN where there is none."""
        known, points = zip(*self.points, strict=True)
        return np.where(np.isnan(values), np.nan, np.interp(values, known, points))


class SegmentRule(BaseModel):
    """What is otherwise for the customers of a segment."""

    model_config = _STRICT

    names: tuple[str, ...] = Field(min_length=1)
    """As the CRM has it; several where it is spelt in several ways."""
    weights: dict[Signal, float] = {}
    """0: the signal does not count."""
    bands: Cuts | None = None
    base: float | None = Field(default=None, ge=0, le=100)

    @model_validator(mode="after")
    def _has_weights(self) -> Self:
        for signal, weight in self.weights.items():
            if not 0 <= weight <= 1000:
                raise ValueError(f"the weight of {signal} is not between 0 and 1000")
        return self


class Scorecard(BaseModel):
    """The whole file."""

    model_config = _STRICT

    version: int = Field(strict=True, ge=1, le=1)
    base: float = Field(ge=0, le=100)
    least_known: float = Field(ge=0, le=1)
    bands: Cuts
    signal: tuple[SignalRule, ...] = Field(min_length=1)
    segment: tuple[SegmentRule, ...] = ()

    @model_validator(mode="after")
    def _says_each_thing_once(self) -> Self:
        _once([rule.signal.value for rule in self.signal], "signal")
        _once([name.strip().casefold() for rule in self.segment for name in rule.names], "segment")
        known = {rule.signal for rule in self.signal}
        for segment in self.segment:
            if unknown := [signal for signal in segment.weights if signal not in known]:
                raise ValueError(f"segment {segment.names[0]} weighs {unknown[0]}, which has no [[signal]] with points")
            if not sum(self.weights(segment)):
                raise ValueError(f"segment {segment.names[0]} leaves no signal any weight")
        return self

    @cached_property
    def digest(self) -> str:
        """Names this content."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    def weights(self, segment: SegmentRule | None) -> list[float]:
        """In the order of the signals."""
        other = segment.weights if segment else {}
        return [other.get(rule.signal, rule.weight) for rule in self.signal]

    def rule_of(self, segment: str | None) -> SegmentRule | None:
        """What is otherwise for customers whose segment the CRM names so."""
        name = (segment or "").strip().casefold()
        return next((rule for rule in self.segment if name in {one.strip().casefold() for one in rule.names}), None)

    def cuts(self, segment: str | None) -> Cuts:
        """The bands of a segment."""
        rule = self.rule_of(segment)
        return (rule.bands if rule else None) or self.bands

    def worth(self, table: SignalTable) -> Floats:
        """Points of each signal, shape (rows, signals); NaN where it is not known."""
        empty = np.full(len(table.account_ids), np.nan)
        return np.stack([rule.worth(table.values.get(rule.signal, empty)) for rule in self.signal], axis=1)

    def score(self, table: SignalTable) -> Scored:
        """The health of the accounts of a table."""
        rows, worth = len(table.account_ids), self.worth(table)
        base, shares = np.full(rows, self.base), np.zeros((rows, len(self.signal)))
        for segment, places in _by_segment(table).items():
            rule = self.rule_of(segment)
            weights = np.array(self.weights(rule))
            shares[places] = weights / weights.sum()
            if rule is not None and rule.base is not None:
                base[places] = rule.base
        is_there = ~np.isnan(worth)
        effects = np.where(is_there, shares * (np.nan_to_num(worth) - base[:, None]), 0.0)
        known = (shares * is_there).sum(axis=1) >= self.least_known - 1e-9
        names = tuple(rule.signal.value for rule in self.signal)
        return Scored(ScoreKind.HEALTH, names, base, effects, known, self.digest)

    def bands_of(self, scored: Scored, table: SignalTable) -> list[Band]:
        """How each row of a score reads, in whole points as people see it; of a row without one, it says nothing."""
        segments = table.attributes.get("segment", (None,) * len(table.account_ids))
        cuts = {segment: self.cuts(segment) for segment in set(segments)}
        return [cuts[name].band(value) for name, value in zip(segments, np.round(scored.total()), strict=True)]


def _by_segment(table: SignalTable) -> dict[str | None, Sequence[int]]:
    found: dict[str | None, list[int]] = {}
    for row, segment in enumerate(table.attributes.get("segment", (None,) * len(table.account_ids))):
        found.setdefault(segment, []).append(row)
    return dict(found)


def _once(names: Sequence[str], what: str) -> None:
    name, times = Counter(names).most_common(1)[0] if names else ("", 1)
    if times > 1:
        raise ValueError(f"{what} {name} is there {times} times")


def load_scorecard(path: Path | None = None) -> Scorecard:
    """Read and check a scorecard (None: the one that comes with the product).

    Raises ConfigurationError that names every fault and where it is.
    """
    return read_rules(Scorecard, path or DEFAULT_SCORECARD, called="The scorecard", hint=_HINT, place=_place)


def _place(location: tuple[int | str, ...], content: dict[str, object]) -> str:
    """`signal 2 (nps_latest).points`: where a fault is, by the rule's own name."""
    match location:
        case (("signal" | "segment") as table, int(index), *rest):
            rules = content.get(table)
            rule = rules[index] if isinstance(rules, list) and index < len(rules) else {}
            name = (rule.get("signal") or rule.get("names")) if isinstance(rule, dict) else None
            return ".".join([f"{table} {index + 1}" + (f" ({name})" if name else ""), *(str(part) for part in rest)])
        case ():
            return "file"
        case _:
            return ".".join(str(part) for part in location)
