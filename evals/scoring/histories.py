"""Churn learnt from a published history, and histories that hold nothing: there every model is a mistake.

Run: python -m evals.scoring.histories [--data DIR] [--seeds N].
The benchmarks folder gives `ibm_telco_churn/telco_train.csv` and `maven_crm/*.csv`. DIR holds files `*.csv` with a
column `Churn`, which are measured like the first. Invariant: the history is read by the product's reader and judged by
the code that `sales-copilot train` runs; nothing is chosen by the rows that are held out.
"""

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from copilot.scoring.believable import History, Verdict, judge
from copilot.scoring.quality import Measure
from copilot.scoring.tables import categories, numbers, usable
from copilot.settings import load_settings
from evals.figures import Figure, Goal, today
from evals.statistics import rule_of_three, wilson_interval
from evals.suite import finish, skip
from knowledge.history import Asked, read_history

COMMAND = "python -m evals.scoring.histories"
_REPEATS = 3
_LABEL = "Churn"
_MOST_BYTES = 500_000_000
_SUBSAMPLE = 0.8
_GOALS = {
    Measure.AUC: Goal(comparison=">=", threshold=0.845),
    Measure.PR_AUC: Goal(comparison=">=", threshold=0.65),
    Measure.BRIER: Goal(comparison="<=", threshold=0.135),
    Measure.CALIBRATION_ERROR: Goal(comparison="<=", threshold=0.02),
    Measure.LIFT: Goal(comparison=">=", threshold=2.8),
}


def main() -> int:
    """Measure, print, and record unless the data are the caller's own."""
    parser = argparse.ArgumentParser(description="Churn learnt from published histories, and from nothing.")
    parser.add_argument("--data", type=Path, help="folder of CSV files with a column Churn")
    parser.add_argument("--seeds", type=int, default=20, help="histories without anything to learn, of each kind")
    wanted = parser.parse_args()
    folder = wanted.data or load_settings().benchmarks_dir
    if wanted.data is None and not (folder / "ibm_telco_churn").is_dir():
        return skip(folder)
    if wanted.data is not None:
        figures = [each for path in sorted(wanted.data.glob("*.csv")) for each in measured(path, name=path.stem)]
        return finish(figures, own_data=True) if figures else skip(wanted.data)
    telco = folder / "ibm_telco_churn" / "telco_train.csv"
    figures = list(measured(telco, name="telco"))
    figures.append(_refused("permuted", _permuted(read(telco), seeds=wanted.seeds)))
    figures.append(_refused("maven", _subsamples(maven(folder / "maven_crm"), seeds=wanted.seeds)))
    return finish(figures, own_data=False)


def read(path: Path) -> History:
    """One file as the command line reads it."""
    return read_history(path, Asked(_LABEL), max_bytes=_MOST_BYTES).history


def measured(path: Path, *, name: str) -> Iterator[Figure]:
    """The figures of one history, of rows held out."""
    verdict = judge(read(path), repeats=_REPEATS)
    if verdict.quality is None:
        sys.stdout.write(f"{path.name}: {verdict.refusal}\n")
        return
    for measure, found in verdict.quality.figures.items():
        yield Figure(
            name=f"scoring.{name}.{measure}",
            language="-",
            value=found.value,
            n=verdict.quality.rows,
            interval=(found.low, found.high),
            interval_method="bootstrap over rows, 200 draws, seed 7",
            goal=_GOALS.get(measure),
            command=COMMAND,
            measured_on=today(),
            note=f"5-fold cross-validation, {_REPEATS} times; {len(verdict.left_out)} columns left out",
        )
    leaks = [item for item in verdict.left_out if item.reason == "leak"]
    yield Figure(
        name=f"scoring.{name}.leaks", language="-", value=len(leaks), n=len(verdict.left_out),
        goal=Goal(comparison="==", threshold=0), command=COMMAND, measured_on=today(), note="columns named as leaks",
    )  # fmt: skip


def _refused(name: str, verdicts: Iterator[Verdict]) -> Figure:
    """Share of histories without anything to learn in which no model is handed out."""
    found = [verdict.model is None for verdict in verdicts]
    interval = wilson_interval(sum(found), len(found))
    if all(found):
        interval = (1 - rule_of_three(len(found)), 1.0)
    return Figure(
        name=f"scoring.noise.refused.{name}", language="-", value=sum(found) / len(found), n=len(found),
        interval=interval, interval_method="Wilson; rule of three where none failed",
        goal=Goal(comparison="==", threshold=1.0), command=COMMAND, measured_on=today(),
    )  # fmt: skip


def _permuted(history: History, *, seeds: int) -> Iterator[Verdict]:
    for seed in range(seeds):
        labels = np.random.default_rng(seed).permutation(history.labels)
        yield judge(replace(history, labels=labels), repeats=1)


def _subsamples(history: History, *, seeds: int) -> Iterator[Verdict]:
    rows = history.table.rows
    for seed in range(seeds):
        places = np.random.default_rng(seed).permutation(rows)[: round(_SUBSAMPLE * rows)]
        yield judge(History(history.table.at(places), history.labels[places]), repeats=1)


def maven(folder: Path) -> History:
    """Won or lost, from what was known before: agent, manager, product and its price, the account and its size."""
    accounts = {row["account"]: row for row in _rows(folder / "accounts.csv")}
    prices = {row["product"]: row["sales_price"] for row in _rows(folder / "products.csv")}
    teams = {row["sales_agent"]: row for row in _rows(folder / "sales_teams.csv")}
    deals = [row for row in _rows(folder / "sales_pipeline.csv") if row["deal_stage"] in {"Won", "Lost"}]
    of_account = [accounts.get(row["account"], {}) for row in deals]
    words = {
        "agent": [row["sales_agent"] for row in deals],
        "product": [row["product"] for row in deals],
        "manager": [teams[row["sales_agent"]]["manager"] for row in deals],
        "region": [teams[row["sales_agent"]]["regional_office"] for row in deals],
        "sector": [row.get("sector", "") for row in of_account],
        "office": [row.get("office_location", "") for row in of_account],
    }
    amounts = {
        "price": [_number(prices.get(row["product"], "")) for row in deals],
        **{name: [_number(row.get(name, "")) for row in of_account] for name in ("revenue", "employees")},
    }
    columns = [categories(name, values) for name, values in words.items()]
    table = usable([*columns, *(numbers(name, values) for name, values in amounts.items())], rows=len(deals))
    return History(table, np.array([row["deal_stage"] == "Won" for row in deals]))


def _rows(path: Path) -> Sequence[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _number(text: str) -> float | None:
    return float(text) if text else None


if __name__ == "__main__":
    raise SystemExit(main())
