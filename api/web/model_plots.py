"""Where the marks of a calibration curve stand. Templates draw them as SVG.

Invariant: both axes have the same scale from zero, so that the line of what is exactly right is the diagonal; no mark
shows a figure that is not in the table beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from api.web.plots import round_values
from copilot.scoring.quality import Bin

WIDTH, HEIGHT = 320, 240
_LEFT, _TOP, _RIGHT, _BOTTOM = 40, 10, 308, 206
"""Of the room that the marks have; words stand outside."""


@dataclass(frozen=True, slots=True)
class Point:
    """What was said and what came true; `high` and `low` are the ends of its interval. All in units of the plot."""

    x: float
    y: float
    high: float
    low: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A round share on either axis."""

    share: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class ReliabilityPlot:
    """The points in the order of what was said, joined by a line."""

    points: tuple[Point, ...]
    line: str
    ticks: tuple[Tick, ...]
    left: float = _LEFT
    top: float = _TOP
    right: float = _RIGHT
    bottom: float = _BOTTOM
    width: float = WIDTH
    height: float = HEIGHT


def reliability_plot(bins: Sequence[Bin]) -> ReliabilityPlot | None:
    """None where there is nothing to draw."""
    if not bins:
        return None
    most = max(max(one.predicted, one.high) for one in bins)
    ticks = [share for share in round_values(most) if share <= 1] or [1.0]
    top = max(most, ticks[-1])

    def x(share: float) -> float:
        return round(_LEFT + share / top * (_RIGHT - _LEFT), 1)

    def y(share: float) -> float:
        return round(_BOTTOM - share / top * (_BOTTOM - _TOP), 1)

    points = tuple(
        Point(x(one.predicted), y(one.observed), y(one.high), y(one.low))
        for one in sorted(bins, key=lambda one: one.predicted)
    )
    return ReliabilityPlot(
        points=points,
        line=" ".join(f"{point.x},{point.y}" for point in points),
        ticks=tuple(Tick(share, x(share), y(share)) for share in (0.0, *ticks)),
    )
