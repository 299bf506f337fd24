"""What the suites over labelled texts of the demo company share: counting, the command line, shares as figures.

Invariant: a case that fails is counted, and keeps the name it is printed with; of what should not be there, the share
of wrong cases is the figure.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from evals.chat.world import loaded_demo
from evals.figures import Figure, Goal, describe, record, today
from evals.statistics import wilson_interval

DAY = re.compile(r"due_\S+: (\d{4}-\d{2}-\d{2})")
FAULTS = ("grounding.", "evidence.", "figures.", "language.")


@dataclass(slots=True)
class Count:
    """Hits among cases, and the names of what went wrong."""

    hits: int = 0
    cases: int = 0
    misses: list[str] = field(default_factory=list)

    def add(self, name: str, *, right: bool) -> None:
        """Count one case; a wrong one keeps its name."""
        self.cases += 1
        self.hits += right
        if not right:
            self.misses.append(name)


Counts = dict[tuple[str, str], Count]
"""Measure and language -> count."""


@dataclass(frozen=True, slots=True)
class Suite:
    """What one suite measures, and how its figures are told."""

    name: str
    """Figures are called `<name>.<measure>`."""
    command: str
    goals: Mapping[str, tuple[str, float]]
    note: Callable[[str], str]
    """Of a measure."""
    measured: Callable[[Application, Viewer], Counts]
    """In the loaded demo, by its administrator."""


def run(suite: Suite, *, description: str | None) -> int:
    """Measure in a workspace of its own, print, record with `--record`."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--record", action="store_true", help="write the figures to evals/figures.json")
    parser.add_argument("--misses", action="store_true", help="name every case that went wrong")
    wanted = parser.parse_args()
    with loaded_demo({"COPILOT_EMBEDDINGS": "none"}) as world:
        counts = suite.measured(world.application, world.admin)
    figures = list(_figures(suite, counts))
    for figure in figures:
        sys.stdout.write(f"{describe(figure)}\n")
    if wanted.misses:
        lines = (f"{name} ({language}): {miss}\n" for (name, language), c in counts.items() for miss in c.misses)
        sys.stdout.writelines(lines)
    if wanted.record:
        record(figures)
    return 0


def _figures(suite: Suite, counts: Counts) -> Iterator[Figure]:
    for (name, language), count in sorted(counts.items()):
        comparison, threshold = suite.goals[name]
        hits = count.cases - count.hits if comparison == "<=" else count.hits
        yield Figure(
            name=f"{suite.name}.{name}",
            language=language,
            value=round(hits / count.cases, 4),
            n=count.cases,
            interval=wilson_interval(hits, count.cases),
            interval_method="Wilson",
            goal=Goal(comparison=comparison, threshold=threshold),
            command=suite.command,
            measured_on=today(),
            note=suite.note(name),
        )
