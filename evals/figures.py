"""The one committed file of measured figures, `evals/figures.json`.

Invariant: every figure names how many cases it rests on, its uncertainty, the goal it was measured against,
the command that remakes it and the day it ran; a figure that misses its goal stays, marked so.
"""

import json
import operator
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

FIGURES_FILE = Path(__file__).parent / "figures.json"
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {">=": operator.ge, "<=": operator.le, "==": operator.eq}


class Goal(BaseModel):
    """What a figure is measured against, e.g. `>= 0.50`."""

    model_config = ConfigDict(frozen=True)

    comparison: str = Field(pattern="^(>=|<=|==)$")
    threshold: float

    def met_by(self, value: float) -> bool:
        """Whether the measured value itself (not its interval) reaches the goal."""
        return _COMPARISONS[self.comparison](value, self.threshold)

    def __str__(self) -> str:
        return f"{self.comparison} {self.threshold:g}"


class Figure(BaseModel):
    """One measured number. `value` is in `unit`; `interval` is the 95 % interval in the same unit."""

    model_config = ConfigDict(frozen=True)

    name: str
    """Dotted, e.g. `retrieval.jupiterone_ccm.ndcg_at_10.fused`; unique together with `language`."""
    language: str
    """`es`, `en`, `es->en`, or `-` where language plays no part."""
    value: float
    unit: str = ""
    n: int = Field(ge=0)
    """Number of cases (queries, sentences, timed pairs) it rests on."""
    interval: tuple[float, float] | None = None
    interval_method: str | None = None
    """How the interval was made, e.g. `bootstrap over queries, 2,000 draws, seed 7`."""
    goal: Goal | None = None
    command: str
    measured_on: date
    note: str = ""
    """What a reader must know: reference values, how settings were chosen, which split."""

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None without a goal."""
        return None if self.goal is None else self.goal.met_by(self.value)


def today() -> date:
    """The day a measurement ran (a wall-clock fact, not a business date)."""
    return datetime.now(UTC).date()


def load(path: Path = FIGURES_FILE) -> list[Figure]:
    """All recorded figures, in file order. An absent file is an empty list."""
    if not path.exists():
        return []
    return [Figure.model_validate(_without_met(item)) for item in json.loads(path.read_text(encoding="utf-8"))]


def record(figures: Iterable[Figure], *, path: Path = FIGURES_FILE, wholly: Collection[str] = ()) -> None:
    """Replace the figures of the same name and language, keep the others, write sorted.

    `wholly`: beginnings of names of which this run measured all there is. Where names come from the data, as a page's
    address does, what was not measured is not there any more, and its figure goes.
    """
    kept = [figure for figure in load(path) if not figure.name.startswith(tuple(wholly))]
    merged = {(figure.name, figure.language): figure for figure in kept}
    merged.update({(figure.name, figure.language): figure for figure in figures})
    rows = [_with_met(merged[key]) for key in sorted(merged)]
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def regressions(figures: Iterable[Figure], *, path: Path = FIGURES_FILE) -> list[str]:
    """One line for each figure with a goal that is now further from it than the recorded one, or was never recorded.

    For suites without chance in them: the same code on the same data gives the same figure.
    """
    recorded = {(figure.name, figure.language): figure for figure in load(path)}
    lines = []
    for figure in figures:
        before = recorded.get((figure.name, figure.language))
        if figure.goal is None:
            continue
        if before is None:
            lines.append(f"{figure.name} ({figure.language}) was never recorded")
        elif not Goal(comparison=figure.goal.comparison, threshold=before.value).met_by(figure.value):
            lines.append(f"{figure.name} ({figure.language}) was {before.value:.4g} and is {figure.value:.4g}")
    return lines


def describe(figure: Figure) -> str:
    """One line for a terminal."""
    spread = f" [{figure.interval[0]:.3f}, {figure.interval[1]:.3f}]" if figure.interval else ""
    verdict = {None: "", True: f"  goal {figure.goal}: met", False: f"  goal {figure.goal}: NOT met"}[figure.met]
    return f"{figure.name} ({figure.language}) = {figure.value:.4g}{figure.unit}{spread}, n={figure.n}{verdict}"


def _with_met(figure: Figure) -> dict[str, object]:
    return {**figure.model_dump(mode="json"), "met": figure.met}


def _without_met(item: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in item.items() if key != "met"}
