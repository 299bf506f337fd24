"""Signals of accounts as columns to learn from and to score.

Invariant: whatever day it is of and whatever is known of it, a table of signals gives the same columns of the same kind
under the same names, so that what was learnt from one can score another.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from copilot.domain.signals import Signal
from copilot.scoring.tables import MISSING, Categories, Codes, Numbers, Table, categories
from copilot.store.signals import SignalTable

ATTRIBUTES = ("segment", "industry", "country")
"""Columns of the account itself. The records hold them as they are now, whatever day is asked for."""


def columns_of(table: SignalTable) -> Table:
    """A column of numbers for every signal, then one of words for every attribute; nothing known is missing."""
    rows = len(table.account_ids)
    unknown = np.full(rows, np.nan)
    numbers = [Numbers(signal.value, table.values.get(signal, unknown)) for signal in Signal]
    words = [
        categories(name, [word or "" for word in table.attributes.get(name, (None,) * rows)]) for name in ATTRIBUTES
    ]
    return Table((*numbers, *words), rows)


def stacked(tables: Sequence[Table]) -> Table:
    """Tables of the same columns, one below the other. Raises ValueError for none, or for others than the first's."""
    if not tables or any(_kinds(table) != _kinds(tables[0]) for table in tables):
        raise ValueError("tables of the same columns are needed")
    columns = [_joined([table.columns[place] for table in tables]) for place in range(len(tables[0].columns))]
    return Table(tuple(columns), sum(table.rows for table in tables))


def _kinds(table: Table) -> list[tuple[str, type]]:
    return [(column.name, type(column)) for column in table.columns]


def _joined(columns: Sequence[Numbers | Categories]) -> Numbers | Categories:
    numbers = [column for column in columns if isinstance(column, Numbers)]
    if numbers:
        unreadable = sum(column.unreadable for column in numbers)
        return Numbers(numbers[0].name, np.concatenate([column.values for column in numbers]), unreadable)
    words = [column for column in columns if isinstance(column, Categories)]
    levels = tuple(sorted({level for column in words for level in column.levels}))
    place = {level: at for at, level in enumerate(levels)}
    return Categories(words[0].name, levels, np.concatenate([_moved(column, place) for column in words]))


def _moved(column: Categories, place: Mapping[str, int]) -> Codes:
    """The codes of the same words in other levels."""
    # The code of what is missing is -1, the last place of the list.
    to = np.array([*(place[level] for level in column.levels), MISSING], dtype=np.int32)
    moved: Codes = to[column.codes]
    return moved
