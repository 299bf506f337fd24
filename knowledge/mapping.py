"""Finding out what a table is and which column fills which field.

Invariant: a column fills at most one field of the row's own record; what was decided, how surely and why is
kept beside each decision and shown before anything is written.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from rapidfuzz import fuzz, process

from knowledge.connectors.lexicon import PLAIN, Connector, connectors
from knowledge.connectors.table import Table
from knowledge.fields import ESSENTIAL, FIELDS
from knowledge.values.text import header_words

_UNITS = frozenset({"eur", "usd", "gbp", "mxn", "clp", "cop", "ars", "euros", "en"})
_FUZZY = 91
_RECOGNISED = 1.4
_NAMED = 3.0
_VENDOR_BONUS = 0.4


@dataclass(frozen=True, slots=True)
class ColumnMatch:
    """One column and the field it fills. `confidence` is between 0 and 1."""

    index: int
    header: str
    field: str
    confidence: float
    reason: str
    """`named` (a system's own header), `synonym`, `similar`, `file` (mapping file) or `field_name`."""


@dataclass(frozen=True, slots=True)
class Extra:
    """A second record that each row carries, e.g. the contact in a customer table."""

    record_type: str
    columns: tuple[ColumnMatch, ...]


@dataclass(frozen=True, slots=True)
class TableMapping:
    """What one table is. Without `record_type` its rows are counted and left out, for `left_out`."""

    system: str
    record_type: str | None
    columns: tuple[ColumnMatch, ...]
    unmapped: tuple[str, ...]
    confidence: float
    reason: str
    left_out: str | None = None
    extras: tuple[Extra, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Field -> word of the export (folded) -> value, from the mapping file."""
    decimal: str | None = None
    date_order: str | None = None
    currency: str | None = None
    timezone: str | None = None

    def column_of(self, field_name: str) -> ColumnMatch | None:
        """The column that fills a field."""
        return next((column for column in self.columns if column.field == field_name), None)


def detect(table: Table, *, path: PurePosixPath, plain_system: str, sibling_system: str | None) -> TableMapping:
    """What the table most likely is.

    `path` is the file's path below the import root; `plain_system` names the source of files that no known
    system wrote; `sibling_system` is the known system that other files of the same folder are from.
    """
    names = _name_words(path, table)
    plain = connectors()[PLAIN]
    if _named_like(names, plain.not_data):
        return _left_out(table, plain_system, "type.description", "file name")
    vendor = _vendor(table, path, sibling_system)
    system = plain_system if vendor is None else vendor.name
    candidates = [connector for connector in (vendor, plain) if connector is not None]
    ranked = sorted(
        (_candidate(record_type, table, names, candidates) for record_type in FIELDS),
        key=lambda candidate: candidate.score,
        reverse=True,
    )
    best = ranked[0]
    people = _people_score(table, names, plain)
    if people and (people > best.score or not best.essential):
        return _left_out(table, system, "type.people", "headers and file name")
    if not best.essential or best.score < _RECOGNISED:
        return _left_out(table, system, "type.unrecognised", "no known headers")
    margin = best.score - next((other.score for other in ranked[1:] if other.essential), 0.0)
    confidence = min(1.0, 0.5 + 0.5 * best.share) if margin >= 0.5 else 0.6
    reason = "headers and file name" if best.named else "headers"
    return _assembled(table, system, best, candidates, confidence=confidence, reason=reason)


def detect_as(
    record_type: str, table: Table, *, path: PurePosixPath, plain_system: str, sibling_system: str | None
) -> TableMapping:
    """The columns of a table whose type somebody stated."""
    plain = connectors()[PLAIN]
    vendor = _vendor(table, path, sibling_system)
    candidates = [connector for connector in (vendor, plain) if connector is not None]
    candidate = _candidate(record_type, table, _name_words(path, table), candidates)
    system = plain_system if vendor is None else vendor.name
    return _assembled(table, system, candidate, candidates, confidence=1.0, reason="mapping file")


@dataclass(frozen=True, slots=True)
class _Candidate:
    record_type: str
    columns: tuple[ColumnMatch, ...]
    score: float
    share: float
    named: bool
    essential: bool


def _candidate(record_type: str, table: Table, names: frozenset[str], candidates: Sequence[Connector]) -> _Candidate:
    columns = match_columns(table.headers, record_type, candidates)
    weights = {column.field: column.confidence * _distinctive(column.header, candidates) for column in columns}
    named = any(_named_like(names, c.types[record_type].file_names) for c in candidates if record_type in c.types)
    filled = {column.field for column in columns}
    if record_type == "usage_point" and "period_start" in filled and named and "value" not in filled:
        filled.add("metrics")
    essential = all(filled & needed for needed in ESSENTIAL[record_type])
    share = len(columns) / max(1, sum(bool(header) for header in table.headers))
    score = sum(weights.values()) + share + (_NAMED if named else 0.0) - (0.0 if essential else 10.0)
    return _Candidate(record_type, columns, score, share, named, essential)


def _distinctive(header: str, candidates: Sequence[Connector]) -> float:
    """1 for a header that only one record type has, less for `Name` or `Id`."""
    words = header_words(header)
    holders = {kind for connector in candidates for kind, types in connector.types.items() if words in types.fields}
    return 1.0 / max(1, len(holders))


def match_columns(headers: Sequence[str], record_type: str, candidates: Iterable[Connector]) -> tuple[ColumnMatch, ...]:
    """The best column for each field; a system's own headers are believed more than common ones."""
    found: list[tuple[float, int, ColumnMatch]] = []
    for connector in candidates:
        types = connector.types.get(record_type)
        if types is not None:
            found += _matches(headers, types.fields, own=connector.name != PLAIN)
    return _one_each(found)


def _matches(
    headers: Sequence[str], meanings: Mapping[str, tuple[str, int]], *, own: bool
) -> list[tuple[float, int, ColumnMatch]]:
    found = []
    for index, header in enumerate(headers):
        words = header_words(header)
        if not words:
            continue
        confidence, reason = (1.0, "named") if own else (0.9, "synonym")
        meaning = meanings.get(words) or meanings.get(_without_unit(words))
        if meaning is None:
            meaning, confidence, reason = _similar(words, meanings), 0.7, "similar"
        if meaning is not None:
            match = ColumnMatch(index, header, meaning[0], confidence - 0.02 * min(meaning[1], 5), reason)
            found.append((match.confidence, -index, match))
    return found


def _without_unit(words: str) -> str:
    """`importe eur` and `amount en usd` name the same thing as their first words."""
    kept = [
        word for word in words.split() if word not in {"eur", "usd", "gbp", "mxn", "clp", "cop", "ars", "euros", "en"}
    ]
    return " ".join(kept)


def _similar(words: str, meanings: Mapping[str, tuple[str, int]]) -> tuple[str, int] | None:
    if len(words) < 6:
        return None
    near = process.extractOne(words, meanings.keys(), scorer=fuzz.ratio, score_cutoff=_FUZZY)
    return None if near is None else meanings[near[0]]


def _one_each(found: list[tuple[float, int, ColumnMatch]]) -> tuple[ColumnMatch, ...]:
    """Greedy by confidence: each column once, each field once unless it may take several columns."""
    columns: dict[int, ColumnMatch] = {}
    fields: set[str] = set()
    for _, _, match in sorted(found, key=lambda item: (item[0], item[1]), reverse=True):
        if match.index in columns or (match.field in fields and match.field not in _SEVERAL):
            continue
        columns[match.index] = match
        fields.add(match.field)
    return tuple(columns[index] for index in sorted(columns))


_SEVERAL = frozenset(name for fields in FIELDS.values() for name, spec in fields.items() if spec.several)


def _assembled(
    table: Table, system: str, best: _Candidate, candidates: Sequence[Connector], *, confidence: float, reason: str
) -> TableMapping:
    columns = best.columns
    if best.record_type == "usage_point" and not any(column.field == "value" for column in columns):
        taken = {column.index for column in columns}
        columns += tuple(
            ColumnMatch(index, header, "metrics", 0.6, "metric_column")
            for index, header in enumerate(table.headers)
            if header and index not in taken
        )
    mapping = TableMapping(
        system=system,
        record_type=best.record_type,
        columns=columns,
        unmapped=(),
        confidence=round(confidence, 2),
        reason=reason,
        extras=_extras(table, best.record_type, candidates),
    )
    return with_unmapped(mapping, table.headers)


def _extras(table: Table, record_type: str, candidates: Sequence[Connector]) -> tuple[Extra, ...]:
    extras = []
    for connector in candidates:
        types = connector.types.get(record_type)
        for other, meanings in types.also.items() if types else ():
            columns = _one_each(_exact(table.headers, meanings))
            filled = {column.field for column in columns}
            if all(filled & needed for needed in ESSENTIAL[other]) and len(filled) > 1:
                extras.append(Extra(other, columns))
    return tuple(extras)


def _exact(headers: Sequence[str], meanings: Mapping[str, tuple[str, int]]) -> list[tuple[float, int, ColumnMatch]]:
    return [
        (0.8, -index, ColumnMatch(index, header, meanings[header_words(header)][0], 0.8, "synonym"))
        for index, header in enumerate(headers)
        if header_words(header) in meanings
    ]


def with_unmapped(mapping: TableMapping, headers: Sequence[str]) -> TableMapping:
    """The mapping with the headers listed that no field takes."""
    used = {column.index for column in mapping.columns}
    used |= {column.index for extra in mapping.extras for column in extra.columns}
    return replace(mapping, unmapped=tuple(header for i, header in enumerate(headers) if header and i not in used))


def _left_out(table: Table, system: str, code: str, reason: str) -> TableMapping:
    headers = tuple(header for header in table.headers if header)
    return TableMapping(system, None, (), headers, confidence=0.9, reason=reason, left_out=code)


def _vendor(table: Table, path: PurePosixPath, sibling: str | None) -> Connector | None:
    """The known system that wrote the table: by its folder's name, by headers only it has, by its neighbours."""
    known = {name: connector for name, connector in connectors().items() if name != PLAIN}
    folders = header_words(" ".join(path.parts)).split()
    for name, connector in known.items():
        if name in folders:
            return connector
    signs = {name: len(connector.only_here.intersection(table.headers)) for name, connector in known.items()}
    best = max(signs, key=lambda name: signs[name], default=None)
    if best is not None and signs[best]:
        return known[best]
    return known.get(sibling) if sibling else None


def _name_words(path: PurePosixPath, table: Table) -> frozenset[str]:
    """Names that hint at the type: the file's, without dates and numbers, and the sheet's."""
    stem = " ".join(word for word in header_words(path.stem).split() if not any(c.isdigit() for c in word))
    names = {stem, *(" ".join(stem.split()[start:]) for start in range(1, 4))}
    names |= {word for word in stem.split() if len(word) > 3}
    _, _, sheet = table.name.partition("#")
    return frozenset(name for name in {*names, header_words(sheet)} if name)


def _named_like(names: frozenset[str], known: frozenset[str]) -> bool:
    return bool(names & known)


def _people_score(table: Table, names: frozenset[str], plain: Connector) -> float:
    headers = [header_words(header) for header in table.headers if header]
    share = sum(header in plain.people_columns for header in headers) / max(1, len(headers))
    if share < 0.6 or not _named_like(names, plain.people_names):
        return 0.0
    return share * len(headers) + _NAMED
