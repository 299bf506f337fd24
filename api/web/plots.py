"""Where the marks of a plot stand. Templates draw them as SVG; nothing is drawn by a script.

Invariants: widths are shares of the plot's own, heights are pixels, so a plot fits a phone and its words keep their
size. A plot begins at zero and shows no figure that is not also in a table beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log10

_BAR = 0.62
"""Of the room that a column has."""
_LEAST_HEIGHT = 1.0
"""Pixels of what is there at all."""
_TICKS = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a column. `y` and `height` in pixels."""

    style: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """`x`, `middle` and `width` in percent of the plot."""

    label: str
    x: float
    middle: float
    width: float
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the plot at a round value; `y` in pixels."""

    value: float
    y: float


@dataclass(frozen=True, slots=True)
class Columns:
    """Stacked columns above a line. `height` of the columns' room; words stand below it."""

    columns: tuple[Column, ...]
    ticks: tuple[Tick, ...]
    height: float


def stacked(
    columns: Sequence[tuple[str, Mapping[str, float]]], *, height: float = 160.0, least_step: float = 0.0
) -> Columns:
    """Each column is its label and its values by style, from the bottom up; no value is negative.

    `least_step`: 1 where what is counted has no halves.
    """
    most = max((sum(values.values()) for _, values in columns), default=0.0)
    ticks = round_values(most, least_step=least_step)
    top = max(most, ticks[-1] if ticks else 0.0) or 1.0
    room = 100.0 / max(1, len(columns))
    return Columns(
        columns=tuple(
            Column(
                label=label,
                x=round(number * room + room * (1 - _BAR) / 2, 3),
                middle=round((number + 0.5) * room, 3),
                width=round(room * _BAR, 3),
                pieces=_pieces(values, top=top, height=height),
            )
            for number, (label, values) in enumerate(columns)
        ),
        ticks=tuple(Tick(value, round(height - value / top * height, 1)) for value in ticks),
        height=height,
    )


def _pieces(values: Mapping[str, float], *, top: float, height: float) -> tuple[Piece, ...]:
    found, bottom = [], height
    for style, value in values.items():
        if value > 0:
            tall = max(_LEAST_HEIGHT, value / top * height)
            bottom -= tall
            found.append(Piece(style, round(bottom, 1), round(tall, 1)))
    return tuple(found)


def round_values(most: float, *, least_step: float = 0.0) -> tuple[float, ...]:
    """Two to four round values from above zero up to what holds `most`: 1, 2 or 5 times a power of ten apart.

    Fewer where they would be closer than `least_step`.
    """
    if most <= 0:
        return ()
    rough = most / _TICKS
    power = 10.0 ** floor(log10(rough))
    step = max(least_step, next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough))
    return tuple(step * number for number in range(1, ceil(most / step - 1e-9) + 1))


@dataclass(frozen=True, slots=True)
class Span:
    """An interval on a scale from zero; everything in percent of the scale."""

    low: float
    width: float
    expected: float
    mark: float | None
    """Another figure to hold against it."""


def span(*, low: float, expected: float, high: float, whole: float, mark: float | None = None) -> Span:
    """Where an interval lies between zero and `whole`."""
    scale = 100.0 / whole if whole > 0 else 0.0

    def place(value: float) -> float:
        return round(min(100.0, max(0.0, value * scale)), 2)

    return Span(place(low), round(place(high) - place(low), 2), place(expected), None if mark is None else place(mark))


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a bar that is whole; in percent."""

    style: str
    x: float
    width: float


def shares(values: Mapping[str, float]) -> tuple[Share, ...]:
    """The parts of a bar, in order."""
    whole, found, start = sum(values.values()), list[Share](), 0.0
    for style, value in values.items():
        if value > 0:
            width = value / whole * 100.0
            found.append(Share(style, round(start, 3), round(width, 3)))
            start += width
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A line of steps in a box of 100 by 24: a score holds from its day until another one."""

    points: str
    x: float
    y: float
    """Of the last point."""


def sparkline(series: Sequence[tuple[date, float]], *, until: date, top: float = 100.0) -> Sparkline | None:
    """None where there is nothing to see: fewer than two values."""
    if len(series) < 2:
        return None
    first = series[0][0]
    days = max(1, (until - first).days)
    points: list[tuple[float, float]] = []
    for day, value in series:
        x, y = (day - first).days / days * 98 + 1, 22 - min(max(value, 0.0), top) / top * 20
        if points:
            points.append((x, points[-1][1]))
        points.append((x, y))
    last = points[-1][1]
    points.append((99.0, last))
    return Sparkline(" ".join(f"{x:.1f},{y:.1f}" for x, y in points), 99.0, round(last, 1))
