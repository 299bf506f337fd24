"""A score that adds up: for every column a curve or a level, in log odds, and their sum.

Invariant: the log odds of a row are the base and the contributions of its columns, to the last bit that floats allow;
so an explanation is the model itself and not a guess about it. A model is read from JSON, never from code.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from copilot.errors import InputError
from copilot.scoring.tables import Categories, Column, Floats, Numbers, Table

_AT_ONCE = 65_536
"""Rows whose numbers stay in the processor's cache from one column to the next."""


class Curve(BaseModel):
    """Of a column of numbers: log odds at the knots, straight between them, level beyond them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["curve"] = "curve"
    name: str
    knots: tuple[float, ...] = Field(min_length=1)
    effects: tuple[float, ...]
    missing: float = 0.0
    """Of a row without a number."""

    @model_validator(mode="after")
    def _fits_together(self) -> "Curve":
        if len(self.knots) != len(self.effects) or any(np.diff(self.knots) <= 0):
            raise ValueError("a curve has one effect for each knot, and its knots rise")
        return self

    def of(self, column: Numbers) -> Floats:
        """Contribution to each row, shape (rows,)."""
        told = np.interp(column.values, self.knots, self.effects)
        told[np.isnan(column.values)] = self.missing
        # The average, see `centred`.
        told[~column.said] = 0.0
        return told


class Levels(BaseModel):
    """Of a column of words: log odds of each."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["levels"] = "levels"
    name: str
    effects: dict[str, float]
    other: float = 0.0
    """Of a word that was too rare to learn from, or was never seen."""
    missing: float = 0.0

    def of(self, column: Categories) -> Floats:
        """Contribution to each row, shape (rows,)."""
        # A missing category has the code -1, which is the last place of the list.
        told = np.array([*(self.effects.get(level, self.other) for level in column.levels), self.missing])
        return told[column.codes]


Shape = Curve | Levels


class AdditiveModel(BaseModel):
    """Log odds = base + the sum of the contributions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: float
    shapes: tuple[Shape, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Columns, in the order of the contributions."""
        return tuple(shape.name for shape in self.shapes)

    def log_odds(self, table: Table) -> Floats:
        """Shape (rows,). Raises InputError for a column that is not there or of another kind."""
        columns = [(shape, _column(table, shape.name)) for shape in self.shapes]
        total = np.full(table.rows, self.base)

        def fill(part: slice) -> None:
            for shape, column in columns:
                total[part] += _told(shape, column.at(part))

        parts = [slice(start, start + _AT_ONCE) for start in range(0, table.rows, _AT_ONCE)]
        if len(parts) > 1:
            # NumPy lets threads run side by side; each has rows of its own.
            with ThreadPoolExecutor() as pool:
                list(pool.map(fill, parts))
        else:
            fill(slice(None))
        return total

    def probabilities(self, table: Table) -> Floats:
        """Shape (rows,), between 0 and 1. Raises InputError as `log_odds`."""
        return probability(self.log_odds(table))

    def contributions(self, table: Table) -> Floats:
        """Shape (rows, columns), in the order of `names`. Raises InputError as `log_odds`."""
        told = [_told(shape, _column(table, shape.name)) for shape in self.shapes]
        return np.stack(told, axis=1) if told else np.zeros((table.rows, 0))


def probability(log_odds: Floats) -> Floats:
    """Of log odds of any size, without overflow."""
    rising = np.exp(-np.abs(log_odds))
    return np.where(log_odds >= 0, 1.0, rising) / (1.0 + rising)


def centred(shapes: Sequence[Shape], table: Table, *, base: float) -> AdditiveModel:
    """The same score with contributions that are 0 on average over `table`: base is then the average log odds."""
    moved = []
    for shape in shapes:
        mean = _average(shape, _column(table, shape.name))
        base += mean
        moved.append(_shifted(shape, -mean))
    return AdditiveModel(base=base, shapes=tuple(moved))


def _average(shape: Shape, column: Column) -> float:
    told = _told(shape, column)
    if isinstance(column, Numbers):
        told = told[column.said]
    return float(np.mean(told)) if told.size else 0.0


def _shifted(shape: Shape, by: float) -> Shape:
    if isinstance(shape, Curve):
        effects = tuple(effect + by for effect in shape.effects)
        return shape.model_copy(update={"effects": effects, "missing": shape.missing + by})
    words = {word: effect + by for word, effect in shape.effects.items()}
    return shape.model_copy(update={"effects": words, "other": shape.other + by, "missing": shape.missing + by})


def _told(shape: Shape, column: Column) -> Floats:
    if isinstance(shape, Curve) and isinstance(column, Numbers):
        return shape.of(column)
    if isinstance(shape, Levels) and isinstance(column, Categories):
        return shape.of(column)
    raise InputError(
        f"The column {shape.name} is of another kind than the model learnt it.",
        hint="Numbers have to stay numbers, and words words.",
    )


def _column(table: Table, name: str) -> Column:
    found = table.named(name)
    if found is None:
        raise InputError(f"The column {name} is missing.", hint="The model needs every column that it learnt from.")
    return found
