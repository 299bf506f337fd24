"""The mapping file: what a person says about the files of a folder, which beats what was detected.

Invariant: everything in it must fit (fields, columns, values, file names); one thing that does not stops the
import before anything is written, naming the file, the entry and the remedy.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from copilot.domain.access import Visibility
from copilot.errors import MappingError
from knowledge.connectors.table import Table
from knowledge.fields import ESSENTIAL, FIELDS
from knowledge.mapping import ColumnMatch, TableMapping, with_unmapped
from knowledge.values.text import fold, header_words

FILE_NAME = "mapping.toml"
_UNUSED = "Correct the name or remove the entry."


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    decimal: Literal[",", "."] | None = None
    date_order: Literal["dmy", "mdy"] | None = None
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    timezone: str | None = None


class FileEntry(_Entry):
    """What is said about the tables that `match`: a glob on paths below the folder (`book.xlsx#Sheet`: one sheet)."""

    match: str
    type: str | None = None
    """A record type, or `skip`."""
    system: str | None = None
    columns: dict[str, str | list[str]] = Field(default_factory=dict)
    ignore: list[str] = Field(default_factory=list)
    constants: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)


class DocumentEntry(BaseModel):
    """Whose the documents are that `match`: an account's (source id or exact name), or one audience's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    match: str
    account: str | None = None
    visibility: Visibility | None = None


class MappingFile(_Entry):
    """The whole file."""

    as_of: date | None = None
    file: list[FileEntry] = Field(default_factory=list)
    document: list[DocumentEntry] = Field(default_factory=list)
    ignore: list[str] = Field(default_factory=list)
    """Globs of paths that the import leaves alone."""

    def entry_for(self, name: str) -> FileEntry | None:
        """The first entry that matches a table's path (`deals.csv`, `book.xlsx#Deals`)."""
        return next((entry for entry in self.file if matches(name, entry.match)), None)

    def document_entry(self, path: str) -> DocumentEntry | None:
        """The first entry that matches a document's path."""
        return next((entry for entry in self.document if matches(path, entry.match)), None)


def matches(name: str, pattern: str) -> bool:
    """Whether a path (or its file name) fits a glob; a workbook's sheets fit the pattern of the workbook."""
    plain, _, _ = name.partition("#")
    return any(fnmatchcase(text, pattern) for text in (name, plain, name.rpartition("/")[2], plain.rpartition("/")[2]))


def load_mapping(path: Path) -> MappingFile:
    """Read a mapping file. Raises MappingError."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise MappingError(f"There is no mapping file {path}.", hint="Check --mapping.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"{path.name} is not valid TOML: {error}.", hint="Correct it and try again.") from error
    try:
        mapping = MappingFile.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise MappingError(
            f"{path.name}: {place}: {first['msg']}.", hint="`sales-copilot import --help` shows the format."
        ) from error
    for entry in mapping.file:
        _check_entry(entry, source=path.name)
    for document in mapping.document:
        if (document.account is None) == (document.visibility is None):
            raise MappingError(
                f"{path.name}: the document entry for {document.match} needs either account or visibility.",
                hint="Give exactly one of them.",
            )
    return mapping


def _check_entry(entry: FileEntry, *, source: str) -> None:
    if entry.type not in {None, "skip", *FIELDS}:
        raise MappingError(
            f"{source}: {entry.match} has the unknown type {entry.type}.", hint=f"Use one of {', '.join(FIELDS)}, skip."
        )
    if entry.type is None or entry.type == "skip":
        return
    fields = FIELDS[entry.type]
    for field in (*entry.columns, *entry.constants, *entry.values):
        if field not in fields:
            raise MappingError(
                f"{source}: {entry.match}: {entry.type} has no field {field}.", hint=f"Use one of {', '.join(fields)}."
            )


def check_used(mapping: MappingFile, *, tables: Sequence[str], paths: Sequence[str], source: str) -> None:
    """Raises MappingError for an entry that matches nothing: a misspelt name must not pass unseen."""
    for entry in mapping.file:
        if not any(matches(name, entry.match) for name in tables):
            raise MappingError(
                f"{source}: no table matches {entry.match}.", hint="Correct the name or remove the entry."
            )
    for document in mapping.document:
        if not any(matches(path, document.match) for path in paths):
            raise MappingError(f"{source}: no document matches {document.match}.", hint=_UNUSED)


def applied(detected: TableMapping, *, table: Table, name: str, entry: FileEntry | None, file: MappingFile | None,
            retyped: Mapping[str, TableMapping]) -> TableMapping:  # fmt: skip
    """The detected mapping with what the mapping file says put over it.

    `retyped` holds, for each record type, the mapping as if that type were certain. Raises MappingError if
    a column does not exist.
    """
    result = detected
    if entry is not None:
        if entry.type == "skip":
            return replace(detected, record_type=None, columns=(), extras=(), left_out="type.skipped_by_mapping")
        if entry.type is not None and entry.type != detected.record_type:
            result = retyped[entry.type]
        elif (entry.columns or entry.constants or entry.values) and result.record_type is None:
            raise MappingError(
                f"{name}: what the table is was not recognised.", hint="Say its `type` in the mapping file."
            )
        result = _with_columns(result, table=table, name=name, entry=entry)
    for source in (file, entry):
        if source is not None:
            result = replace(
                result,
                decimal=source.decimal or result.decimal,
                date_order=source.date_order or result.date_order,
                currency=source.currency or result.currency,
                timezone=source.timezone or result.timezone,
            )
    return result


def _with_columns(mapping: TableMapping, *, table: Table, name: str, entry: FileEntry) -> TableMapping:
    fields = FIELDS[mapping.record_type] if mapping.record_type else {}
    unknown = {*entry.columns, *entry.constants, *entry.values} - set(fields)
    if unknown:
        raise MappingError(
            f"{name}: {mapping.record_type} has no field {', '.join(sorted(unknown))}.",
            hint=f"Use one of {', '.join(fields)}.",
        )
    said: list[ColumnMatch] = []
    for field, headers in entry.columns.items():
        for header in [headers] if isinstance(headers, str) else headers:
            index = _index_of(header, table=table, name=name)
            said.append(ColumnMatch(index, table.headers[index], field, 1.0, "file"))
    ignored = {_index_of(header, table=table, name=name) for header in entry.ignore}
    taken, filled = {match.index for match in said} | ignored, {match.field for match in said} | set(entry.constants)
    kept = [match for match in mapping.columns if match.index not in taken and match.field not in filled]
    columns = tuple(sorted([*kept, *said], key=lambda match: match.index))
    choices = {field: {fold(word): value for word, value in words.items()} for field, words in entry.values.items()}
    changed = replace(
        mapping,
        columns=columns,
        constants=dict(entry.constants),
        choices=choices,
        system=entry.system or mapping.system,
        reason="mapping file",
        confidence=1.0 if entry.type else mapping.confidence,
    )
    return with_unmapped(changed, table.headers)


def _index_of(header: str, *, table: Table, name: str) -> int:
    if header in table.headers:
        return table.headers.index(header)
    words = [header_words(item) for item in table.headers]
    if header_words(header) in words:
        return words.index(header_words(header))
    columns = ", ".join(item for item in table.headers if item)
    raise MappingError(f"{name} has no column {header}.", hint=f"Its columns are: {columns}.")


def check_essential(mapping: TableMapping, *, name: str) -> None:
    """Raises MappingError if no row could become a record: a required field has no column."""
    if mapping.record_type is None:
        return
    filled = {column.field for column in mapping.columns} | set(mapping.constants)
    for needed in ESSENTIAL[mapping.record_type]:
        if not filled & needed:
            fields = " or ".join(sorted(needed))
            raise MappingError(
                f"{name}: no column fills {fields}, which {mapping.record_type} needs.",
                hint=f'Name the column in mapping.toml: [[file]] match = "{name}", [file.columns] {min(needed)} = "…".',
            )
