"""Reads a history of accounts, one row each, with a column that says how it ended.

Invariant: every row of the file is either used or counted as left out with the reason; whether a column holds numbers,
words or days is decided from all its cells, and what does not fit is missing and counted.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

import numpy as np

from copilot.domain.folding import flat
from copilot.errors import InputError
from copilot.scoring.believable import History
from copilot.scoring.tables import Column, LeftOut, Numbers, Reason, categories, numbers, usable
from copilot.scoring.tables import Table as Usable
from knowledge.connectors.reading import open_tables
from knowledge.connectors.table import Cell, Table
from knowledge.values.dates import DateProfile, parse_date
from knowledge.values.numbers import NumberProfile, parse_number

_MOST_OF_THEM = 0.95
"""Share of the cells that decides what a column holds."""
_YES_WORDS = """
    yes y true t 1 si s verdadero churned churn lost perdido perdida baja cancelled canceled cancelado cancelada left
    """
_YES = frozenset(_YES_WORDS.split())
_BARE_YES = frozenset({"yes", "y", "true", "t", "1", "si", "s", "verdadero"})
_STAYS = re.compile(r"(?<![a-z])(?:renew|renov|retain|reten|activ|stay|kept|sigue|permanec)")
"""How columns begin whose `yes` is that of an account that stayed: which value is scored has to be said there."""
_OUTCOMES = 2
_SHOWN = 6
ReadT = TypeVar("ReadT")


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody says of the file."""

    label: str
    """Column of the outcome."""
    positive: str | None = None
    """Its value for what is scored; None: the one that says yes."""
    day: str | None = None
    """Column of the day at which the row was so, for a split by time."""
    segment: str | None = None
    without: frozenset[str] = frozenset()
    keep: frozenset[str] = frozenset()
    """Columns that were known before the outcome, whatever they look like."""


@dataclass(frozen=True, slots=True)
class ReadHistory:
    """The history, and what was left of the file."""

    history: History
    positive: str
    rows: int
    """In the file, below its header."""
    skipped: Counter[str] = field(default_factory=Counter)
    """Rows by reason: the shape of the row, no outcome, no day."""


def read_history(path: Path, asked: Asked, *, max_bytes: int) -> ReadHistory:
    """Read a CSV, JSON or XLSX file.

    Raises UnreadableFile, and InputError for a column that is not there or an outcome that is not one of two.
    """
    table = _table_with(asked, open_tables(path, max_bytes=max_bytes, known=_nothing_known))
    cells, skipped, total = _cells(table, asked)
    days = None
    if asked.day is not None:
        found = _days(cells[asked.day], asked.day)
        dated = [place for place, day in enumerate(found) if day is not None]
        skipped["no_day"] += len(found) - len(dated)
        cells = {name: [values[place] for place in dated] for name, values in cells.items()}
        days = np.array([day.toordinal() for day in found if day is not None], dtype=np.float64)
    positive, outcomes = _outcomes(cells[asked.label], asked)
    history = History(
        table=_usable(cells, asked),
        labels=np.array([outcome == positive for outcome in outcomes]),
        days=days,
        segments=categories(asked.segment, cells[asked.segment]) if asked.segment else None,
        kept=asked.keep,
    )
    return ReadHistory(history, positive, total, +skipped)


def _cells(table: Table, asked: Asked) -> tuple[dict[str, list[str]], Counter[str], int]:
    """The cells of each column, of rows that say how it ended; the others by reason; how many there are in all."""
    skipped: Counter[str] = Counter()
    kept: list[Sequence[Cell]] = []
    total = 0
    at = {name: place for place, name in enumerate(table.headers)}
    for row in table.rows():
        total += 1
        if row.problem is not None:
            skipped[row.problem] += 1
        elif not text_of(row.cells[at[asked.label]]):
            skipped["no_outcome"] += 1
        else:
            kept.append(row.cells)
    return {name: [text_of(row[place]) for row in kept] for name, place in at.items()}, skipped, total


def text_of(cell: Cell) -> str:
    """A cell as it is written; empty where there is nothing."""
    return "" if cell is None else str(cell).strip()


def _nothing_known(header: str) -> bool:  # noqa: ARG001 - the interface; a history has names of its own
    return False


def _table_with(asked: Asked, tables: Sequence[Table]) -> Table:
    """The table that has every column that was named. Raises InputError."""
    named = [name for name in (asked.label, asked.day, asked.segment) if name is not None]
    wanted = {*named, *asked.without, *asked.keep}
    for table in tables:
        if wanted <= set(table.headers):
            return _distinct(table)
    best = max(tables, key=lambda table: len(wanted & set(table.headers)))
    missing = sorted(wanted - set(best.headers))
    raise InputError(
        f"There is no column {', '.join(missing)}.", hint=f"The columns are: {', '.join(filter(None, best.headers))}."
    )


def _distinct(table: Table) -> Table:
    twice = [name for name, count in Counter(table.headers).items() if count > 1]
    if twice:
        raise InputError(f"The column {twice[0]} is there twice.", hint="Give every column a name of its own.")
    return table


def _outcomes(cells: Sequence[str], asked: Asked) -> tuple[str, list[str]]:
    """The positive value and the outcome of every row, folded. Raises InputError."""
    written = {flat(cell): cell for cell in reversed(cells)}
    found = sorted(written)
    if len(found) != _OUTCOMES:
        told = ", ".join(written[value] for value in found[:_SHOWN]) or "—"
        raise InputError(
            f"The column {asked.label} has {len(found)} different values ({told}), and an outcome has two.",
            hint="Name the column that says how it ended, with one value for each of two ends.",
        )
    if asked.positive is not None:
        positive = flat(asked.positive)
        if positive not in found:
            raise InputError(
                f"The column {asked.label} never says {asked.positive}.",
                hint=f"It says: {', '.join(written.values())}.",
            )
    else:
        sure = [value for value in found if value in _YES]
        if len(sure) != 1 or (_STAYS.search(flat(asked.label)) and sure[0] in _BARE_YES):
            raise InputError(
                f"Which value of {asked.label} is scored cannot be told from {' and '.join(written.values())}.",
                hint="Name it with --positive.",
            )
        positive = sure[0]
    return positive, [flat(cell) for cell in cells]


def _usable(cells: dict[str, list[str]], asked: Asked) -> Usable:
    rows = len(cells[asked.label])
    columns: list[Column] = []
    left_out = [LeftOut(name, Reason.ASKED) for name in cells if name in asked.without]
    for name, values in cells.items():
        if not name or name == asked.label or name == asked.day or name in asked.without:
            continue
        column = _typed(name, values)
        if column is None:
            left_out.append(LeftOut(name, Reason.DATE))
        else:
            columns.append(column)
    table = usable(columns, rows=rows)
    return table.without(*left_out)


def _typed(name: str, values: Sequence[str]) -> Column | None:
    """Numbers, words, or None for days."""
    profile, dates = NumberProfile(), DateProfile()
    for value in filter(None, values):
        profile.add(value)
        dates.add(value, as_of=date.max)
    if profile.numeric and profile.numeric >= _MOST_OF_THEM * (profile.numeric + profile.other):
        column = _numbers(name, values, profile)
        if column.unreadable <= (1 - _MOST_OF_THEM) * sum(map(bool, values)):
            return column
    if dates.readable and dates.readable >= _MOST_OF_THEM * (dates.readable + dates.other):
        return None
    return categories(name, values)


def _numbers(name: str, values: Sequence[str], profile: NumberProfile) -> Numbers:
    sign = profile.sign() or "."
    found = [_or_none(value, lambda text: float(parse_number(text, decimal_sign=sign))) for value in values]
    unreadable = sum(value != "" and number is None for value, number in zip(values, found, strict=True))
    return numbers(name, found, unreadable=unreadable)


def _days(values: Sequence[str], name: str) -> list[date | None]:
    """Raises InputError where most of the column is no day."""
    profile = DateProfile()
    for value in filter(None, values):
        profile.add(value, as_of=date.max)
    order = profile.order() or "dmy"
    days = [_or_none(value, lambda text: parse_date(text, order=order)) for value in values]
    if sum(day is not None for day in days) < _MOST_OF_THEM * sum(value != "" for value in values):
        raise InputError(
            f"The column {name} does not hold days.", hint="Write them as 2026-01-31, or leave --date out."
        )
    return days


def _or_none(text: str, parse: Callable[[str], ReadT]) -> ReadT | None:
    """What the cell says; None where it is empty or says something else."""
    try:
        return parse(text) if text else None
    except ValueError:
        return None
