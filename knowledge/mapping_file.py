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
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from copilot.domain.access import Visibility
from copilot.domain.import_messages import ImportMessage
from copilot.errors import MappingError
from knowledge.connectors.table import Table
from knowledge.fields import ESSENTIAL, FIELDS
from knowledge.mapping import ColumnMatch, TableMapping, with_unmapped
from knowledge.problems import bad_mapping
from knowledge.values.text import fold, header_words

FILE_NAME = "mapping.toml"


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
        raise bad_mapping(ImportMessage.NO_MAPPING_FILE, file=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise bad_mapping(ImportMessage.BAD_TOML, file=path.name, problem=str(error)) from error
    try:
        mapping = MappingFile.model_validate(data)
    except ValidationError as error:
        raise _bad_entry(error, source=path.name) from error
    for zone in {mapping.timezone, *(entry.timezone for entry in mapping.file)} - {None}:
        if zone not in available_timezones():
            raise bad_mapping(ImportMessage.BAD_ZONE, file=path.name, zone=str(zone))
    for entry in mapping.file:
        _check_entry(entry, source=path.name)
    for document in mapping.document:
        if (document.account is None) == (document.visibility is None):
            raise bad_mapping(ImportMessage.DOCUMENT_ENTRY, file=path.name, pattern=document.match)
    return mapping


def _bad_entry(error: ValidationError, *, source: str) -> MappingError:
    """The first thing that does not fit, without the words of the library for what people often get wrong."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return bad_mapping(ImportMessage.UNKNOWN_ENTRY, file=source, entry=place)
    if first["type"] in {"literal_error", "enum"}:
        expected = first["ctx"]["expected"].replace(" or ", " / ")
        return bad_mapping(ImportMessage.ENTRY_CHOICE, file=source, entry=place, expected=expected)
    return bad_mapping(ImportMessage.BAD_ENTRY, file=source, entry=place, problem=first["msg"])


def _check_entry(entry: FileEntry, *, source: str) -> None:
    if entry.type is None:
        return
    if entry.type not in {"skip", *FIELDS}:
        known = ", ".join((*FIELDS, "skip"))
        raise bad_mapping(ImportMessage.UNKNOWN_TYPE, file=source, pattern=entry.match, type=entry.type, known=known)
    if entry.type == "skip":
        return
    fields = FIELDS[entry.type]
    for field in (*entry.columns, *entry.constants, *entry.values):
        if field not in fields:
            raise _no_field(f"{source}: {entry.match}", entry.type, field)


def _no_field(place: str, record_type: str, field: str) -> MappingError:
    known = ", ".join(FIELDS.get(record_type, ()))
    return bad_mapping(ImportMessage.UNKNOWN_FIELD, file=place, type=record_type, field=field, known=known)


def check_used(mapping: MappingFile, *, tables: Sequence[str], paths: Sequence[str], source: str) -> None:
    """Raises MappingError for an entry that matches nothing: a misspelt name must not pass unseen."""
    for entry in mapping.file:
        if not any(matches(name, entry.match) for name in tables):
            raise bad_mapping(ImportMessage.UNUSED_ENTRY, file=source, pattern=entry.match)
    for document in mapping.document:
        if not any(matches(path, document.match) for path in paths):
            raise bad_mapping(ImportMessage.UNUSED_ENTRY, file=source, pattern=document.match)


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
            raise bad_mapping(ImportMessage.TYPE_NEEDED, file=name)
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
        raise _no_field(name, mapping.record_type or "", ", ".join(sorted(unknown)))
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
    raise bad_mapping(ImportMessage.UNKNOWN_COLUMN, file=name, column=header, known=columns)


def check_essential(mapping: TableMapping, *, name: str) -> None:
    """Raises MappingError if no row could become a record: a required field has no column."""
    if mapping.record_type is None:
        return
    filled = {column.field for column in mapping.columns} | set(mapping.constants)
    for needed in ESSENTIAL[mapping.record_type]:
        if not filled & needed:
            fields = " / ".join(sorted(needed))
            raise bad_mapping(
                ImportMessage.FIELD_NEEDED, file=name, fields=fields, type=mapping.record_type, field=min(needed)
            )
