"""The figures as one table for other programs.

Invariants: rows with the same `cut` add up to the row of the total in every column of sums, which are written in full
because rounded rows would not; a name that a spreadsheet
would evaluate is quoted; estimates stand only where there are enough cases.
"""

import csv
import io
from collections.abc import Iterator

from copilot.domain.value import Estimate, Fate, Figures, Tally
from copilot.workflows.value.report import ValueReport

_ESTIMATES = ("median_hours_in_queue", "p90_hours_in_queue", "mean_edit_distance")
COLUMNS = (
    "cut",
    "week",
    "team",
    "kind",
    "outputs",
    *(fate.value for fate in Fate),
    "minutes_by_hand_low",
    "minutes_by_hand_likely",
    "minutes_by_hand_high",
    "review_minutes",
    "hours_saved_low",
    "hours_saved_likely",
    "hours_saved_high",
    "model_cost_usd",
    "written_by_model",
    "without_a_price",
    *(f"{name}{end}" for name in _ESTIMATES for end in ("", "_cases", "_low", "_high")),
)
_EVALUATED = ("=", "+", "-", "@", "\t", "\r")


def as_csv(found: ValueReport) -> str:
    """With a heading; numbers with a point, days as `2027-01-31`."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(_rows(found))
    return text.getvalue()


def _rows(found: ValueReport) -> Iterator[list[str]]:
    yield ["total", "", "", "", *_figures(found.total)]
    for part in found.by_week:
        yield ["week", part.key, "", "", *_figures(part.figures)]
    for part in found.by_team:
        yield ["team", "", _plain(part.name), "", *_figures(part.figures)]
    for part in found.by_kind:
        yield ["kind", "", "", part.key, *_figures(part.figures)]
    for cell in found.cells:
        blank = [""] * (4 * len(_ESTIMATES))
        yield ["cell", cell.week.isoformat(), _plain(cell.team_name), cell.kind, *sums_of(cell.tally), *blank]


def _figures(figures: Figures) -> list[str]:
    estimates = (figures.median_hours, figures.p90_hours, figures.distance)
    return [*sums_of(figures.tally), *(text for each in estimates for text in _estimate(each))]


def sums_of(tally: Tally) -> list[str]:
    """The columns of sums, from `outputs` to `without_a_price`."""
    saved = tally.hours_saved
    return [
        str(tally.outputs),
        *(str(tally.fates[fate]) for fate in Fate),
        *(str(minutes) for minutes in (tally.by_hand.low, tally.by_hand.likely, tally.by_hand.high)),
        repr(tally.review_seconds / 60),
        *(repr(hours) for hours in (saved.low, saved.likely, saved.high)),
        f"{tally.cost_usd:f}",
        str(tally.by_model),
        str(tally.cost_unknown),
    ]


def _estimate(found: Estimate) -> list[str]:
    def written(value: float | None) -> str:
        return "" if value is None else f"{value:.4f}"

    return [written(found.value), str(found.cases), written(found.low), written(found.high)]


def _plain(name: str) -> str:
    return f"'{name}" if name.startswith(_EVALUATED) else name
