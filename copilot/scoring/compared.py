"""A newly learnt model beside the one in use, on the same accounts.

Invariant: a comparison says on which rows it rests; rows that either had learnt from do not count. Where too few are
left, what each once achieved on rows of its own is all there is, and it says that too.
"""

from typing import Any

import numpy as np
from pydantic import ValidationError

from copilot.domain.scores import ScoreModel
from copilot.errors import InputError
from copilot.scoring.believable import LEAST_OF_A_SIDE, Verdict
from copilot.scoring.past import Rows
from copilot.scoring.quality import Measure, Quality, drawn
from copilot.scoring.report import Compared
from copilot.scoring.shapes import AdditiveModel
from copilot.scoring.tables import Codes, Floats, Places
from copilot.scoring.training import Labels, counted


def compared(verdict: Verdict, rows: Rows, *, embargo: int, other: ScoreModel) -> Compared | None:
    """The new model against the other, which is in use; None where one of them is a refusal.

    `rows` have all columns, also those that the new one does without; `embargo` is how many days the outcome of a row
    takes to be on record.
    """
    if verdict.model is None or verdict.split is None or verdict.told is None or other.model is None:
        return None
    places = verdict.split.counted
    # What the other had learnt from was on record when it was trained.
    unseen = places[rows.days[places] + embargo > other.trained_on.toordinal()]
    labels, groups = rows.labels[unseen], rows.groups[unseen]
    enough = min(counted(labels, groups), counted(~labels, groups)) >= LEAST_OF_A_SIDE
    theirs = _told(other.model, rows, unseen) if enough else None
    if theirs is None:
        return _by_reports(verdict, other)
    own = verdict.told[np.searchsorted(verdict.split.held, unseen)]
    return _on_same_rows(own, theirs, labels=labels, groups=groups, other=other)


def _on_same_rows(own: Floats, theirs: Floats, *, labels: Labels, groups: Codes, other: ScoreModel) -> Compared:
    more = (own - labels) ** 2 - (theirs - labels) ** 2
    low, high = np.percentile([float(more[places].mean()) for places in drawn(labels, groups=groups)], [2.5, 97.5])
    return Compared(
        other_id=other.id,
        measure=Measure.BRIER,
        rows=len(labels),
        own=float(np.mean((own - labels) ** 2)),
        other=float(np.mean((theirs - labels) ** 2)),
        low=float(low),
        high=float(high),
        is_worse=bool(low > 0),
    )


def _by_reports(verdict: Verdict, other: ScoreModel) -> Compared | None:
    own = verdict.quality
    try:
        theirs = Quality.model_validate(other.report.get("quality"))
    except ValidationError:
        return None
    if own is None:
        return None
    skill, before = own.figures[Measure.SKILL], theirs.figures[Measure.SKILL]
    return Compared(
        other_id=other.id,
        measure=Measure.SKILL,
        rows=0,
        own=skill.value,
        other=before.value,
        low=skill.value - before.high,
        high=skill.value - before.low,
        is_worse=skill.value < before.low,
    )


def _told(model: dict[str, Any], rows: Rows, places: Places) -> Floats | None:
    """None for a model of columns that there are no more."""
    try:
        return AdditiveModel.model_validate(model).probabilities(rows.table.at(places))
    except (InputError, ValidationError):
        return None
