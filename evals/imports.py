"""Imports outside CRM exports whole and checks the report against independent counts.

Invariant: the expected numbers come from the files through the standard library alone, never through the importer.
`python -m evals.imports --data DIR` takes a folder of folders of CSV files; the two benchmarks are found by name.
"""

import argparse
import csv
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from copilot.clock import SystemClock
from copilot.settings import load_settings
from copilot.store import embedded
from copilot.store.database import Database
from copilot.store.sources import SourceRepository
from evals.figures import Figure, Goal, describe, record, today
from evals.statistics import wilson_interval
from knowledge.importing import import_folder
from knowledge.planning import ImportOptions
from knowledge.report import ImportReport

_COMMAND = "python -m evals.imports"
_SKIPPED = 77
_ALL = Goal(comparison="==", threshold=1.0)
_BENCHMARKS = ("maven_crm", "workbench")
_OPTIONS = ImportOptions(max_bytes=200_000_000)


Place = tuple[str, str, int]
"""Issue code, path and row number (the header is row 1)."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the standard library counts in a folder of CSV files."""

    rows: dict[str, int]
    """Path -> data rows below the first line."""
    dirt: frozenset[Place]
    """Where which dirt is; empty for a folder whose dirt is not known."""


def main() -> int:
    """Measure, print and record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="Folder of folders of CSV exports; default: the benchmarks.")
    data: Path | None = parser.parse_args().data
    folders = folders_of(data or load_settings().benchmarks_dir, every=data is not None)
    if not folders:
        sys.stdout.write("No exports to import: the data folder is absent or holds no CSV files.\n")
        return _SKIPPED
    figures: list[Figure] = []
    for folder in folders:
        with fresh_database() as database:
            figures += measure(folder, database=database)
    for figure in figures:
        sys.stdout.write(describe(figure) + (f"  ({figure.note})" if figure.note else "") + "\n")
    if data is None:
        record(figures)
    return int(any(figure.met is False for figure in figures))


def folders_of(data: Path, *, every: bool) -> list[Path]:
    """The folders to import: the two benchmarks, or with `every` any folder that holds CSV files itself."""
    if not data.is_dir():
        return []
    if any(data.glob("*.csv")):
        return [data]
    found = [folder for folder in sorted(data.iterdir()) if folder.is_dir() and any(folder.glob("*.csv"))]
    return found if every else [folder for folder in found if folder.name in _BENCHMARKS]


@contextmanager
def fresh_database() -> Iterator[Database]:
    """An empty migrated database of its own."""
    with TemporaryDirectory(prefix="sales-copilot-eval-") as name:
        folder = Path(name)
        addresses = embedded.start(folder)
        database = Database(addresses.application_url, owner_url=addresses.owner_url, clock=SystemClock())
        try:
            database.migrate()
            yield database
        finally:
            database.dispose()
            embedded.stop(folder)


def measure(folder: Path, *, database: Database) -> list[Figure]:
    """Import a folder twice and compare with the independent counts."""
    expected = expectations(folder)
    started = time.monotonic()
    report = import_folder(folder, database=database, actor_id="evaluation", options=_OPTIONS)
    seconds = time.monotonic() - started
    again = import_folder(folder, database=database, actor_id="evaluation", options=_OPTIONS)
    name = f"import.{folder.name}"
    rows = sum(expected.rows.values())
    figures = [
        _share(f"{name}.rows_accounted", accounted_rows(report, expected), rows, note=_treatment(report)),
        Figure(
            name=f"{name}.rows_per_second", language="-", value=rows / seconds, unit=" rows/s", n=rows,
            command=_COMMAND, measured_on=today(), note="reading, checking and storing, this machine",
        ),
    ]  # fmt: skip
    if stored := _stored(report):
        figures.append(_share(f"{name}.unchanged_again", _unchanged(again), stored, note="rows of a second import"))
    if expected.dirt:
        named = dirt_named(database, report, expected)
        found, kinds = len(named & expected.dirt), Counter(code for code, _, _ in expected.dirt)
        note = ", ".join(f"{count} {code}" for code, count in sorted(kinds.items()))
        figures.append(_share(f"{name}.dirt_named", found, len(expected.dirt), note=note))
        figures.append(_share(f"{name}.dirt_true", found, max(len(named), 1), note="findings of these kinds, by row"))
    return figures


def dirt_named(database: Database, report: ImportReport, expected: Expected) -> set[Place]:
    """Where the import named dirt of the kinds that are known."""
    kinds = {code for code, _, _ in expected.dirt}
    with database.unit_of_work() as uow:
        places = SourceRepository(uow).issue_places(report.root)
    return {(code, path, row) for code, path, row in places if code in kinds and row is not None}


def expectations(folder: Path) -> Expected:
    """Rows of every CSV file, and the known dirt of the Maven export."""
    rows = {}
    for path in sorted(folder.rglob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows[path.relative_to(folder).as_posix()] = sum(1 for _ in csv.DictReader(stream))
    is_maven = all((folder / file).is_file() for file in ("sales_pipeline.csv", "products.csv", "accounts.csv"))
    return Expected(rows, _maven_dirt(folder) if is_maven else frozenset())


def _maven_dirt(folder: Path) -> frozenset[Place]:
    """Misspelt products, misspelt sectors and deals without account, row by row."""
    products = {row["product"] for row in _rows(folder / "products.csv")}
    places: set[Place] = set()
    for number, deal in enumerate(_rows(folder / "sales_pipeline.csv"), start=2):
        if deal["product"] not in products:
            places.add(("reference.unknown_product", "sales_pipeline.csv", number))
        if not deal["account"].strip():
            places.add(("opportunity.without_account", "sales_pipeline.csv", number))
    for number, account in enumerate(_rows(folder / "accounts.csv"), start=2):
        if account["sector"] == "technolgy":
            places.add(("value.misspelt_industry", "accounts.csv", number))
    return frozenset(places)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        yield from csv.DictReader(stream)


def accounted_rows(report: ImportReport, expected: Expected) -> int:
    """Rows that the report accounts for, file by file, never more than there are."""
    reported: Counter[str] = Counter()
    for table in report.tables:
        reported[table.file] += table.imported + table.changed + table.unchanged + sum(table.skipped.values())
    return sum(count for path, count in expected.rows.items() if reported[path] == count)


def _stored(report: ImportReport) -> int:
    return sum(table.imported + table.changed + table.unchanged for table in report.tables)


def _unchanged(report: ImportReport) -> int:
    return sum(table.unchanged for table in report.tables)


def _treatment(report: ImportReport) -> str:
    imported = sum(table.imported for table in report.tables)
    skipped = ", ".join(f"{count} {reason}" for reason, count in sorted(report.skipped.items()))
    return f"{imported} imported; left out: {skipped or 'none'}"


def _share(name: str, count: int, total: int, *, note: str) -> Figure:
    return Figure(
        name=name,
        language="-",
        value=count / total,
        n=total,
        interval=wilson_interval(count, total),
        interval_method="Wilson",
        goal=_ALL,
        command=_COMMAND,
        measured_on=today(),
        note=note,
    )


if __name__ == "__main__":
    raise SystemExit(main())
