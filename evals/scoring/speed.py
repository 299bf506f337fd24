"""Time to score a million accounts, against the bare fitted estimator on a matrix that somebody prepared for it.

Run: python -m evals.scoring.speed [--data DIR] [--rows N]. The rows are those of the churn history, drawn again and
again. Invariant: both sides are timed in turn in one process; ours starts from columns as they are read, the estimator
from its finished matrix, so the comparison favours the estimator.
"""

import argparse
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from copilot.scoring.shapes import AdditiveModel, Levels
from copilot.scoring.tables import Categories, Floats, Numbers, Table
from copilot.scoring.training import learn
from copilot.settings import load_settings
from evals.figures import Figure, Goal, today
from evals.scoring.histories import read
from evals.statistics import bootstrap_interval
from evals.suite import finish, skip

COMMAND = "python -m evals.scoring.speed"
_TURNS = 15
_SEED = 7
_KIBIBYTES_OF_A_GIGABYTE = 1e9 / 1024


def main() -> int:
    """Measure, print, and record unless the data are the caller's own."""
    parser = argparse.ArgumentParser(description="Time to score many accounts, against the bare estimator.")
    parser.add_argument("--data", type=Path, help="folder of CSV files with a column Churn")
    parser.add_argument("--rows", type=int, default=1_000_000)
    wanted = parser.parse_args()
    folder = wanted.data or load_settings().benchmarks_dir / "ibm_telco_churn"
    files = sorted(folder.glob("*.csv"))
    if not files:
        return skip(folder)
    return finish(list(measured(files[0], rows=wanted.rows)), own_data=wanted.data is not None)


def measured(path: Path, *, rows: int) -> Iterator[Figure]:
    """The ratio of the two times, how far the two answers are apart, and the memory that it took."""
    history = read(path)
    model = learn(history.table, history.labels, strengths=(0.3,))
    matrix = prepared(model, history.table)
    bare = LogisticRegression(C=0.3, max_iter=3_000).fit(matrix, history.labels)
    places = np.random.default_rng(_SEED).integers(0, history.table.rows, rows)
    many, large = history.table.at(places), matrix[places]
    pairs = [
        (_seconds(lambda: model.probabilities(many)), _seconds(lambda: bare.predict_proba(large)))
        for _ in range(_TURNS)
    ]
    ratios = [ours / theirs for ours, theirs in pairs]
    note = f"{rows} accounts, {len(model.shapes)} columns; against predict_proba of a logistic regression on its matrix"
    yield Figure(
        name="scoring.speed.ratio", language="-", value=float(np.median(ratios)), unit="x", n=_TURNS,
        interval=bootstrap_interval(ratios, statistic=lambda sample: float(np.median(sample))),
        interval_method="bootstrap over timed pairs, 2,000 draws, seed 7", goal=Goal(comparison="<=", threshold=1.5),
        command=COMMAND, measured_on=today(), note=note,
    )  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIBIBYTES_OF_A_GIGABYTE
    yield Figure(
        name="scoring.speed.memory", language="-", value=peak, unit=" GB", n=1,
        goal=Goal(comparison="<=", threshold=6), command=COMMAND, measured_on=today(),
        note="most at any time, with the estimator's matrix, which takes most of it",
    )  # fmt: skip
    apart = np.abs(model.base + model.contributions(history.table).sum(axis=1) - model.log_odds(history.table)).max()
    yield Figure(
        name="scoring.explanations.additivity", language="-", value=float(apart), n=history.table.rows,
        goal=Goal(comparison="<=", threshold=1e-6), command=COMMAND, measured_on=today(),
        note="largest distance of the sum of contributions from the score, in log odds",
    )  # fmt: skip


def prepared(model: AdditiveModel, table: Table) -> Floats:
    """What an estimator needs of a table: a column for each knot and each level, shape (rows, width)."""
    parts = []
    for shape, column in zip(model.shapes, table.columns, strict=True):
        if isinstance(shape, Levels) and isinstance(column, Categories):
            parts.append(np.eye(len(column.levels))[column.codes])
        elif not isinstance(shape, Levels) and isinstance(column, Numbers):
            filled = np.nan_to_num(column.values, nan=shape.knots[0])
            parts.append(np.stack([np.interp(filled, shape.knots, unit) for unit in np.eye(len(shape.knots))], axis=1))
    return np.hstack(parts)


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    raise SystemExit(main())
