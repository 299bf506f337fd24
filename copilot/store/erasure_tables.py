"""Traces of a person in every table there is.

Invariant: tables and columns are read from the database's own catalogue, not from a list, so a table that is added
later is searched and overwritten without anybody having to think of it. What is left out is named in `EXEMPT`, with
the reason, and a test looks there too.
"""

# ruff: noqa: S608 - statements are put together from names in the catalogue, quoted by `quote_ident`; values are parameters

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import text

from copilot.domain.folding import fold
from copilot.domain.redaction import PlainMarks, redact_bytes, redact_json, spans, strings_with_traces, text_in
from copilot.errors import Conflict
from copilot.store.database import UnitOfWork

EXEMPT: Mapping[str, str] = {
    "alembic_version": "the version of the schema",
    "audit_events": "append-only; holds identifiers, codes and hashes, and is searched only to say so",
    "audit_checkpoints": "append-only; hashes and signatures",
    "users": "people who work here, not people we know through them",
    "teams": "names of our teams",
    "sessions": "keys and hashes of people who work here",
    "api_tokens": "hashes; the names of programs",
    "login_attempts": "hashes",
    "erasures": "counts and codes",
    "erasure_subjects": "who is still to be erased; goes with the erasure",
    "suppressions": "keyed hashes",
    "first_steps": "codes",
    "lexeme_statistics": "counted anew from the passages",
}
"""Tables that are not overwritten, and why."""
DERIVED: Mapping[str, str] = {
    "passages": "cut from documents",
    "account_standing": "copied from accounts by triggers",
    "standing_sums": "added up from account_standing by triggers",
    "deal_sums": "added up from opportunities by triggers",
    "record_counts": "counted from records by triggers",
    "deliverables": "rendered from the versions of drafts",
    "draft_evidence": "hashes of what versions of drafts cite",
}
"""Tables that say nothing their source does not say; overwritten with it, see `erasure_documents`, `erasure_drafts`."""
DELETED = frozenset({"pseudonym_entries", "checkpoints", "checkpoint_blobs", "checkpoint_writes"})
"""Tables whose rows are removed as a whole: without the person they say nothing, or they are packed. Checkpoints hold
no words, but an error that was not foreseen could have left some; a turn without its checkpoint begins again."""
EVERY_ACCOUNT = "*"
_ACCOUNT_OF = {
    "accounts": "t.id",
    "source_files": "(select o.account_id from documents o where o.source_file_id = t.id limit 1)",
    # A report quotes rows of many accounts without saying whose: better a word too many.
    "import_runs": f"'{EVERY_ACCOUNT}'",
    # A conversation can be about several accounts; an entry too many that goes is asked for again.
    "pseudonym_entries": f"'{EVERY_ACCOUNT}'",
    "chat_threads": f"'{EVERY_ACCOUNT}'",
    "chat_turns": f"'{EVERY_ACCOUNT}'",
    "rfp_questions": "(select o.account_id from rfp_projects o where o.id = t.project_id)",
    "rfp_files": "(select o.account_id from rfp_projects o where o.id = t.project_id)",
    # The library is of no account, but what stands in it may have been said to any.
    "library_entries": f"'{EVERY_ACCOUNT}'",
    "library_versions": f"'{EVERY_ACCOUNT}'",
    "library_changes": f"'{EVERY_ACCOUNT}'",
}
_TEXT = frozenset({"text", "character varying", "character"})
_JSON = frozenset({"json", "jsonb"})
_ARRAYS = frozenset({"_text", "_varchar"})
_FETCHED = 500
_BETWEEN_DIGITS = "[^0-9]{0,8}"
"""More than there may be between the digits of one number, escaped or not."""
_ACCENTED = re.compile("[aceinouy]")
"""Letters that occur with an accent among the characters that are not `_ODD`."""
_ODD = (
    r"[^\u0001-\u00ac\u00ae-\u00b1\u00b4-\u00b8\u00ba\u00bb\u00bf-\u00ff"
    r"\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u20ac\u2588]"
)
"""Characters of which it is not certain that each stands for one letter, with or without an accent, or for none."""
_NOT_ASCII = re.compile(r"[^a-z0-9]")


@dataclass(frozen=True, slots=True)
class ScopedMarks:
    """The marks that count everywhere, and those that count in the texts of one account only."""

    everywhere: frozenset[str]
    in_accounts: Mapping[str, frozenset[str]]

    def of(self, account_id: str | None) -> PlainMarks:
        """What counts in a text of this account (None: of no account; `EVERY_ACCOUNT`: of several)."""
        if account_id == EVERY_ACCOUNT:
            return PlainMarks(self.keys)
        return PlainMarks(self.everywhere | self.in_accounts.get(account_id or "", frozenset()))

    @property
    def keys(self) -> frozenset[str]:
        """Every key, wherever it counts."""
        return self.everywhere.union(*self.in_accounts.values())


@dataclass(frozen=True, slots=True)
class Column:
    """A column that can hold text; `kind` is `text`, `json`, `array` or `bytes`."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class TableShape:
    """What the catalogue says of a table."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    """Columns of the primary key."""
    every_column: frozenset[str]

    @property
    def has_bytes(self) -> bool:
        """Whether a column holds bytes, which the server cannot search as text."""
        return any(column.kind == "bytes" for column in self.columns)


class Occurrence(NamedTuple):
    """A row with traces: where it is, whose account it belongs to, and the values that hold them."""

    table: str
    place: str
    """Physical place of the row; holds while the transaction has not changed it."""
    key: dict[str, str]
    account_id: str | None
    values: dict[str, Any]
    moment: str | None


class TraceFinder:
    """Searches and overwrites within one unit of work."""

    def __init__(self, uow: UnitOfWork, marks: ScopedMarks) -> None:
        self._session = uow.session
        self._marks = marks
        words, numbers = _patterns(marks.everywhere)
        words_at_home, numbers_at_home = _patterns(marks.keys - marks.everywhere)
        self._wanted = {
            "words": words,
            "numbers": sorted({*numbers, *numbers_at_home}),
            "words_at_home": words_at_home,
            "homes": [*marks.in_accounts, EVERY_ACCOUNT],
            "roughly": [_ACCENTED.sub("_", word) for word in words],
            "odd": _ODD,
        }

    def tables(self) -> list[TableShape]:
        """Every table that can hold text of its own."""
        rows = self._session.execute(text(_COLUMNS_SQL))
        columns: dict[str, list[Column]] = {}
        everything: dict[str, set[str]] = {}
        for table, name, data_type, udt in rows:
            everything.setdefault(table, set()).add(name)
            if (kind := _kind(data_type, udt)) is not None:
                columns.setdefault(table, []).append(Column(name, kind))
        keys: dict[str, list[str]] = {}
        for table, name in self._session.execute(text(_KEYS_SQL)):
            keys.setdefault(table, []).append(name)
        return [
            TableShape(table, tuple(found), tuple(keys.get(table, ())), frozenset(everything[table]))
            for table, found in sorted(columns.items())
            if table not in EXEMPT and table not in DERIVED
        ]

    def search(self, shape: TableShape) -> Iterator[Occurrence]:
        """Rows of a table in which the person occurs, with the values that say so."""
        if not self._marks.keys:
            return
        wanted = ", ".join(f"{_as_text(column)} as c{index}" for index, column in enumerate(shape.columns))
        key = ", ".join(f"'{name}', {_quoted(name)}" for name in shape.key)
        statement = (
            f"select t.ctid::text as place, jsonb_build_object({key})::text as key, {_account_sql(shape)} as account, "
            f"{_moment_sql(shape)} as moment, {wanted} from {_quoted(shape.name)} t {_filter_sql(shape)}"
        )
        for row in self._rows(shape, statement):
            marks = self._marks.of(row.account)
            values = {
                column.name: value
                for index, column in enumerate(shape.columns)
                if (value := _read(column, getattr(row, f"c{index}"))) is not None and _holds(value, marks)
            }
            if values:
                yield Occurrence(shape.name, row.place, json.loads(row.key), row.account, values, row.moment)

    def _rows(self, shape: TableShape, statement: str) -> Iterable[Any]:
        if shape.has_bytes:
            return self._session.execute(text(statement)).yield_per(_FETCHED)
        # No cursor of the server: few rows come, and without one several of its processes look for them.
        return self._session.execute(text(statement), self._wanted)

    def overwrite(self, shape: TableShape, found: Occurrence) -> None:
        """Put fillers in place of the traces in one row. Raises Conflict if somebody changed it meanwhile."""
        marks = self._marks.of(found.account_id)
        kinds = {column.name: column.kind for column in shape.columns}
        written = {name: _write(redacted(value, marks), kinds[name]) for name, value in found.values.items()}
        if "content_hash" in shape.every_column:
            written["content_hash"] = "erased"  # the hash was made from the values too; the next import makes it anew
        if shape.name == "source_files" and "path" in written:
            written["path"] += f"~{found.key['id'][-6:]}"  # two paths must not become one
        changes = ", ".join(
            f"{_quoted(name)} = {_cast(kinds.get(name, 'text'), place)}" for place, name in enumerate(written)
        )
        parameters = {f"v{place}": value for place, value in enumerate(written.values())}
        changed = self._session.execute(
            text(f"update {_quoted(shape.name)} set {changes} where ctid = cast(:place as tid)"),
            {**parameters, "place": found.place},
        )
        _require_one(changed)

    def remove(self, found: Occurrence) -> None:
        """Delete one row. Housekeeping may have done so meanwhile; one that was changed is found by the last search."""
        self._session.execute(
            text(f"delete from {_quoted(found.table)} where ctid = cast(:place as tid)"), {"place": found.place}
        )


def redacted(value: Any, marks: PlainMarks) -> Any:
    """A column's value without the person, whatever its type."""
    if isinstance(value, bytes):
        return redact_bytes(value, marks)
    return redact_json(value, marks)


def excerpts(value: Any, marks: PlainMarks) -> list[str]:
    """The strings of a value that hold a trace, each once."""
    if isinstance(value, bytes):
        value = text_in(value)
    return list(dict.fromkeys(strings_with_traces(value, marks)))


def _holds(value: Any, marks: PlainMarks) -> bool:
    if isinstance(value, bytes):
        return bool(spans(text_in(value), marks))
    return next(strings_with_traces(value, marks), None) is not None


def _require_one(changed: Any) -> None:
    if changed.rowcount != 1:
        raise Conflict("Somebody else changed the same data at the same moment.", hint="Nothing was saved. Try again.")


def _kind(data_type: str, udt: str) -> str | None:
    if data_type in _TEXT:
        return "text"
    if data_type in _JSON:
        return "json"
    if udt in _ARRAYS:
        return "array"
    return "bytes" if data_type == "bytea" else None


def _as_text(column: Column) -> str:
    name = f"t.{_quoted(column.name)}"
    return f"{name}::text" if column.kind == "json" else name


def _read(column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.kind == "json":
        return json.loads(value)
    return bytes(value) if column.kind == "bytes" else value


def _write(value: Any, kind: str) -> Any:
    return json.dumps(value, ensure_ascii=False) if kind == "json" else value


def _cast(kind: str, place: int) -> str:
    types = {"json": "jsonb", "array": "text[]", "bytes": "bytea", "text": "text"}
    return f"cast(:v{place} as {types[kind]})"


def _account_sql(shape: TableShape) -> str:
    """The account that a row belongs to, by what the table has to say it."""
    if shape.name in _ACCOUNT_OF:
        return _ACCOUNT_OF[shape.name]
    if "account_id" in shape.every_column:
        return "t.account_id"
    for column, table in (("draft_id", "drafts"), ("review_item_id", "review_items"), ("document_id", "documents")):
        if column in shape.every_column:
            return f"(select o.account_id from {table} o where o.id = t.{column})"
    return "null::text"


_MOMENTS = (
    "occurred_at",
    "asked_at",
    "authored_at",
    "answered_on",
    "opened_at",
    "created_at",
    "as_of",
    "imported_at",
    "stated_on",
)


def _moment_sql(shape: TableShape) -> str:
    """The date that says most about when a row is from."""
    named = [f"t.{name}::text" for name in _MOMENTS if name in shape.every_column]
    return f"coalesce({', '.join(named)})" if named else "null::text"


_LOOSE = "[\u0300-\u036f\u00ad\u200b\u200c\u200d\u2060\ufeff]"
"""Combining accents and invisible characters."""


def _filter_sql(shape: TableShape) -> str:
    """A condition that every row with a trace meets, and few others; what a row really holds is asked afterwards."""
    if shape.has_bytes:
        return ""
    whole = f"concat_ws(' ', {', '.join(_as_text(column) for column in shape.columns)})"
    plain = f"regexp_replace(normalize(w.said, NFKD), '{_LOOSE}', '', 'g')"
    at_home = f"{_account_sql(shape)} = any(:homes)"
    # `offset 0`: each is worked out once for a row, not once for each condition that asks for it; and what takes long,
    # taking accents off, only for rows that the first condition lets through.
    return (
        f"cross join lateral (select {whole} as said offset 0) w cross join lateral (select lower("
        f"case when octet_length(w.said) = char_length(w.said) then w.said else {plain} end) as said offset 0) l "
        f"where (lower(w.said) like any(:roughly) or w.said ~ any(:numbers) or {at_home} or w.said ~ :odd) "
        f"and (l.said like any(:words) or l.said ~ any(:numbers) or {at_home} and l.said like any(:words_at_home))"
    )


def _patterns(keys: frozenset[str]) -> tuple[list[str], list[str]]:
    """Patterns of LIKE and of numbers, of which one fits wherever one of the keys is: all its words, in their order."""
    words: set[str] = set()
    numbers: set[str] = set()
    for key in keys:
        kind, _, value = key.partition(":")
        match kind:
            case "name":
                words.add(_loose(value.split()))
            case "part":
                words.add(_loose([value]))
            case "email":
                words.add(_loose(value.split("@")))
            case "phone":
                numbers.add(_BETWEEN_DIGITS.join(value))
            case _:
                pass
    return sorted(words), sorted(numbers)


def _loose(words: Iterable[str]) -> str:
    """The words with a wildcard for whatever case, accents, spelling and what stands between them could change."""
    return f"%{'%'.join(_NOT_ASCII.sub('_', fold(word)) for word in words)}%"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


_COLUMNS_SQL = """
select c.relname, a.attname, format_type(a.atttypid, null), y.typname
from pg_class c
join pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type y on y.oid = a.atttypid
where c.relkind in ('r', 'p') and a.attgenerated = ''
order by c.relname, a.attnum
"""
_KEYS_SQL = """
select c.relname, a.attname
from pg_index i
join pg_class c on c.oid = i.indrelid
join pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
where i.indisprimary
order by c.relname, a.attnum
"""
