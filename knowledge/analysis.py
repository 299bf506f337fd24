"""The first pass over a table: what its columns hold, and which row is the one that counts for each id.

Invariant: nothing is written here. A row's identity comes from its cells as they stand, so that it is the same
however the columns turn out to be read.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from knowledge.columns import ColumnProfile, TableReaders, decide, identifier_text, spec_of
from knowledge.connectors.lexicon import connectors
from knowledge.connectors.table import Cell, Row, Table
from knowledge.mapping import ColumnMatch, TableMapping
from knowledge.values.currencies import currency_mark
from knowledge.values.text import fold, header_words

_READABLE_KEYS: Mapping[str, str] = {"account": "name", "product": "name", "invoice": "number"}
"""Types that their name identifies; the name itself is then the id, so that other tables can refer to it."""
_KEYS: Mapping[str, tuple[frozenset[str], ...]] = {
    "contact": (
        frozenset({"email"}),
        frozenset({"name", "first_name", "last_name", "account_source_id", "account_name"}),
    ),
    "usage_point": (frozenset({"account_source_id", "account_name"}), frozenset({"metric", "period_start"})),
    "price_book_entry": (
        frozenset({"product_name"}),
        frozenset({"price_book", "unit", "currency", "valid_from"}),
    ),
}
"""Fields that together identify a row without an id, if one of the first set is filled: two such rows are the same
thing, in whichever file. Any other row without an id is a thing of its own, known by its file and its cells."""
_NUMERIC_METRIC = 0.95


@dataclass(slots=True)
class TablePlan:
    """One table, what it is, and how it is read."""

    name: str
    """Path below the import root, with `#sheet` where there are several."""
    file_index: int
    table: Table
    mapping: TableMapping
    as_of: date
    readers: TableReaders | None = None
    extra_readers: tuple[TableReaders, ...] = ()
    profiles: dict[int, ColumnProfile] = field(default_factory=dict)
    rows_read: int = 0
    problems: Counter[str] = field(default_factory=Counter)

    @property
    def record_type(self) -> str:
        """The type of the rows; only asked for tables that are imported."""
        return self.mapping.record_type or ""


@dataclass(slots=True)
class Identities:
    """Gives each row its source id; the same rows in the same order get the same ids."""

    mapping: TableMapping
    table_name: str
    _seen: Counter[str] = field(default_factory=Counter)

    def of(self, row: Row) -> str:
        """The row's own id, else one derived from what identifies such a row."""
        record_type = self.mapping.record_type or ""
        explicit = self.mapping.column_of("source_id")
        if explicit is not None and (cell := row.cells[explicit.index]) not in (None, ""):
            return self._namespace(explicit.header, record_type) + identifier_text(cell)
        if record_type in _READABLE_KEYS:
            return self._cells(row, {_READABLE_KEYS[record_type]})
        first, others = _KEYS.get(record_type, (frozenset[str](), frozenset[str]()))
        if self._cells(row, first):
            return f"row-{_digest(fold(self._cells(row, first | others)))}"
        digest = _digest("\x1f".join([self.table_name, *("" if cell is None else str(cell) for cell in row.cells)]))
        self._seen[digest] += 1
        return f"row-{digest}" if self._seen[digest] == 1 else f"row-{digest}-{self._seen[digest]}"

    def _namespace(self, header: str, record_type: str) -> str:
        """`email:` for an `email_id`: home-made exports number emails, events and tasks each from one."""
        if record_type != "activity" or self.mapping.system in connectors():
            return ""
        words = [word for word in header_words(header).split() if word not in {"id", "de", "del", "la", "el"}]
        return "" if words in ([], ["activity"], ["actividad"], ["record"], ["source"]) else " ".join(words) + ":"

    def _cells(self, row: Row, fields: Collection[str]) -> str:
        columns = [column for column in self.mapping.columns if column.field in fields]
        values = [str(row.cells[column.index]).strip() for column in columns if row.cells[column.index] is not None]
        return "\x1f".join(values)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def raw_hash(row: Row) -> bytes:
    """Digest of the row's cells, to tell an exact repetition from a contradiction."""
    return hashlib.blake2b("\x1f".join(map(str, row.cells)).encode(), digest_size=12).digest()


Winner = tuple[int, int, bytes]
"""File index, row number and raw hash of the row that counts for an id."""
Winners = dict[tuple[str, str, str], Winner]


def profile(plan: TablePlan, *, winners: Winners, on_rows: Callable[[int], None]) -> None:
    """Read the whole table once: count rows, profile columns, and note the last row of every id in `winners`."""
    mapping = plan.mapping
    kinds = {match.index: spec_of(plan.record_type, match).kind for match in mapping.columns}
    for extra in mapping.extras:
        kinds.update({match.index: spec_of(extra.record_type, match).kind for match in extra.columns})
    plan.profiles = {index: ColumnProfile() for index in kinds}
    items = [(index, kind, plan.profiles[index]) for index, kind in kinds.items()]
    identities = Identities(mapping, plan.name)
    for row in plan.table.rows():
        plan.rows_read += 1
        if plan.rows_read % 1000 == 0:
            on_rows(1000)
        if is_unusable(row):
            continue
        cells = row.cells
        for index, kind, column in items:
            cell = cells[index]
            if cell is not None and cell != "":
                column.add(cell, kind=kind, as_of=plan.as_of)
        if source_id := identities.of(row):
            winners[plan.record_type, mapping.system, source_id] = (plan.file_index, row.number, raw_hash(row))


def is_unusable(row: Row) -> bool:
    """Whether the row's shape keeps it out: empty, a report's footer, or with more cells than columns."""
    return row.problem in {"row.blank", "row.footer", "row.too_long"}


def settle(plan: TablePlan, *, default_currency: str | None) -> None:
    """Fix how every column is read, after `profile`."""
    plan.mapping = _with_real_metrics(plan)
    mapping = plan.mapping
    plan.readers = decide(
        record_type=plan.record_type, columns=mapping.columns, mapping=mapping, table=plan.table,
        profiles=plan.profiles, default_currency=default_currency,
    )  # fmt: skip
    plan.extra_readers = tuple(
        decide(
            record_type=extra.record_type, columns=extra.columns, mapping=mapping, table=plan.table,
            profiles=plan.profiles, default_currency=default_currency,
        )
        for extra in mapping.extras
    )  # fmt: skip


def _with_real_metrics(plan: TablePlan) -> TableMapping:
    """Of the columns that could be metrics, those that hold numbers and are no identifier."""
    kept: list[ColumnMatch] = []
    dropped: list[str] = []
    for match in plan.mapping.columns:
        if match.field == "metrics" and match.reason != "file" and not _is_metric(match, plan):
            dropped.append(match.header)
        else:
            kept.append(match)
    return replace(plan.mapping, columns=tuple(kept), unmapped=(*plan.mapping.unmapped, *dropped))


def _is_metric(match: ColumnMatch, plan: TablePlan) -> bool:
    column = plan.profiles[match.index]
    if fold(match.header).replace("_", " ").endswith((" id", " code", "codigo")):
        return False
    countable = column.numbers.numeric + column.booleans
    return column.filled > 0 and countable >= _NUMERIC_METRIC * column.filled


def cell_currency(cell: Cell) -> str | None:
    """The currency an amount cell carries itself."""
    mark = currency_mark(cell) if isinstance(cell, str) else None
    return None if mark == "?" else mark
