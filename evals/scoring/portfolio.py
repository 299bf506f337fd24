"""Churn scores, alerts and explanations over a year of an invented portfolio whose truth is known.

Run: python -m evals.scoring.portfolio [--seeds N] [--customers N] [--verbose] [--record] [--data DIR].
Each seed invents customers, imports three years of their records, has the product learn once, and then imports and
scores every fortnight for a year (`evals.scoring.portfolio_life`). DIR is a portfolio of somebody else's, see
`evals.scoring.portfolio_outside`. Invariant: without `--record` only the development half of the seeds is lived
through; the other half, with words of its own, is run to be recorded, and nothing of it is told but its figures.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from copilot import telemetry
from copilot.domain.scores import CHURN_DAYS, ScoreModel
from evals.figures import Figure, Goal
from evals.run import SKIPPED
from evals.scoring.portfolio_figures import explained, figure, found, share
from evals.scoring.portfolio_life import Lived, live
from evals.scoring.portfolio_scoring import (
    Leaver,
    Precision,
    Trap,
    calibration,
    caught,
    leavers,
    precision,
    summer_factor,
)
from evals.suite import finish

DEVELOPMENT = (1, 2, 3, 4)
HELD_OUT = (101, 102, 103, 104)
CUSTOMERS = 1_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one seed."""

    seed: int
    leavers: tuple[Leaver, ...]
    precision: Precision
    caught: dict[Trap, bool]
    refused: tuple[str, ...]
    """Reasons for which a model was refused."""
    judged: tuple[str, ...]
    """What the product's own backtest said of each model."""
    told: float
    """Mean probability, of leaving within 90 days."""
    seen: float
    """Share that did."""
    summer: float
    most_apart: float
    added_up: int
    moved: int
    compared: int


def main() -> int:
    """Measure, print, and record with `--record`."""
    parser = argparse.ArgumentParser(description="Scores over a year of invented customers whose truth is known.")
    parser.add_argument("--data", type=Path, help="a portfolio of somebody else's: imports by day, and the truth")
    parser.add_argument("--seeds", type=int, default=len(DEVELOPMENT), help="how many portfolios")
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--verbose", action="store_true", help="print everybody who left (never with --record)")
    parser.add_argument("--record", action="store_true", help="run the held-out half and write its figures")
    wanted = parser.parse_args()
    if wanted.verbose and wanted.record:
        parser.error("what went wrong in the held-out half is not printed: whoever sees it tunes on it")
    telemetry.configure("warning")
    if wanted.data is not None:
        # Imported here: it needs the importer, which these portfolios do without.
        from evals.scoring.portfolio_outside import measured

        figures = measured(wanted.data)
        return finish(figures, own_data=True) if figures else SKIPPED
    seeds = (HELD_OUT if wanted.record else DEVELOPMENT)[: wanted.seeds]
    outcomes = []
    for seed in seeds:
        outcomes.append(outcome(seed, customers=wanted.customers, is_held_out=wanted.record))
        if wanted.verbose:
            _tell(outcomes[-1])
    half = "held-out half of the seeds" if wanted.record else "development half of the seeds"
    return finish(list(figures_of(outcomes, note=half)), own_data=not wanted.record, published="the held-out seeds")


def outcome(seed: int, *, customers: int, is_held_out: bool) -> Outcome:
    """Live through one portfolio and hold it against its truth."""
    return judged(live(seed=seed, customers=customers, is_held_out=is_held_out))


def judged(lived: Lived) -> Outcome:
    """A portfolio that was lived through, held against its truth."""
    told, seen = calibration(lived, lived.portfolio)
    return Outcome(
        seed=lived.portfolio.seed,
        leavers=tuple(leavers(lived)),
        precision=precision(lived),
        caught=dict(caught(lived)),
        refused=tuple(model.refusal for model in lived.models.values() if model.refusal),
        judged=tuple(map(_judged, lived.models.values())),
        told=told,
        seen=seen,
        summer=summer_factor(lived),
        most_apart=lived.most_apart,
        added_up=lived.scores_added_up,
        moved=lived.moved,
        compared=lived.compared,
    )


def _judged(model: ScoreModel) -> str:
    quality, counts = model.report["quality"], model.report["counts"]
    if not quality:
        return f"{model.kind}: {model.refusal}"
    auc, skill = (quality["figures"][name] for name in ("auc", "skill"))
    return (
        f"{model.kind}: {model.refusal or 'in use'}, AUC {auc['value']:.3f}, skill {skill['value']:.3f} from "
        f"{skill['low']:.3f}, {counts['rows']} rows since {counts['first_day']} of {counts['positives']} that left"
    )


def figures_of(outcomes: Sequence[Outcome], *, note: str) -> Iterator[Figure]:
    """All figures over all seeds."""
    everybody = [leaver for one in outcomes for leaver in one.leavers]
    note = f"{len(outcomes)} portfolios, {note}"
    yield from found(everybody, note)
    yield from explained(everybody, note)
    yield from _trapped(outcomes, note)
    refused = sorted(reason for one in outcomes for reason in one.refused)
    yield figure(
        "refused", len(refused), len(CHURN_DAYS) * len(outcomes), goal=Goal(comparison="==", threshold=0),
        note=f"models refused although there is much to learn: {', '.join(refused) or 'none'}; {note}",
    )  # fmt: skip
    alerted = sum(one.precision.alerted for one in outcomes)
    usual = float(np.mean([one.precision.usual for one in outcomes]))
    yield figure(
        "precision_90", sum(one.precision.came_true for one in outcomes) / max(1, alerted), alerted,
        note=f"of the alerted on a day, left within 90 days; of all {usual:.3f}; {note}",
    )  # fmt: skip
    yield figure(
        "calibration_90", sum(one.told for one in outcomes) / (sum(one.seen for one in outcomes) or 1.0),
        len(outcomes), unit="x", note=f"mean probability in multiples of the share that left within 90 days; {note}",
    )  # fmt: skip
    yield figure(
        "additivity", max(one.most_apart for one in outcomes), sum(one.added_up for one in outcomes),
        goal=Goal(comparison="<=", threshold=1e-6), note=f"largest distance of a stored score from its parts; {note}",
    )  # fmt: skip


def _trapped(outcomes: Sequence[Outcome], note: str) -> Iterator[Figure]:
    for trap in Trap:
        seen = [one.caught[trap] for one in outcomes]
        yield share(f"trap.{trap}", seen, note=f"seen or withstood; {note}", goal=Goal(comparison="==", threshold=1.0))
    moved, compared = sum(one.moved for one in outcomes), sum(one.compared for one in outcomes)
    yield figure(
        "moved_by_later_records", moved / max(1, compared), compared, goal=Goal(comparison="==", threshold=0),
        note=f"dated signals of a past day that are other numbers once later records are there; {note}",
    )  # fmt: skip


def _tell(one: Outcome) -> None:
    """Everybody who left and was not found in time, or not explained."""
    sys.stdout.write(f"seed {one.seed}: refused {one.refused or 'nothing'}, summer {one.summer:.2f}, ")
    sys.stdout.write(f"probability {one.told:.3f}, left {one.seen:.3f}, {one.moved} of {one.compared} signals moved\n")
    sys.stdout.writelines(f"  {said}\n" for said in one.judged)
    for trap, is_caught in one.caught.items():
        sys.stdout.write(f"  trap {trap}: {'seen or withstood' if is_caught else 'NOT caught'}\n")
    for leaver in one.leavers:
        if not leaver.found or leaver.is_explained is False:
            said = "found, not explained" if leaver.found else "not found"
            begun = "begun" if leaver.has_begun else "not begun"
            named = ", ".join(leaver.explained.names) if leaver.explained else "-"
            sys.stdout.write(f"  {said}: {leaver.cause} ({begun}), {leaver.days} days: {named}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    begun = time.monotonic()
    code = main()
    sys.stdout.write(f"{time.monotonic() - begun:.0f} s\n")
    raise SystemExit(code)
