"""The header names that each system writes, read from one TOML file for each system beside this module.

Invariant: a header means at most one field of one record type within one connector's file; every field a
connector names exists.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from copilot.errors import ConfigurationError
from knowledge.fields import FIELDS
from knowledge.values.text import header_words

PLAIN = "plain"
_NOT_TYPES = frozenset({"name", "label", "only_here", "identifier", "not_data", "people"})


@dataclass(frozen=True, slots=True)
class TypeHeaders:
    """What one connector knows about one record type; headers and names are in `header_words` form."""

    file_names: frozenset[str]
    fields: Mapping[str, tuple[str, int]]
    """Header words -> field and its rank among the spellings of that field (0 is preferred)."""
    also: Mapping[str, Mapping[str, tuple[str, int]]]
    """Record types that a row of this type carries besides, with their own headers."""


@dataclass(frozen=True, slots=True)
class Connector:
    """One system's headers."""

    name: str
    label: str
    only_here: frozenset[str]
    """Headers as written (not folded to words): `AccountId` is Salesforce's, `account_id` is anybody's."""
    identifier: re.Pattern[str] | None
    """What the system's record ids look like."""
    types: Mapping[str, TypeHeaders]
    not_data: frozenset[str]
    people_names: frozenset[str]
    people_columns: frozenset[str]


@cache
def connectors() -> Mapping[str, Connector]:
    """All connectors by name. Raises ConfigurationError if a file names a field that does not exist."""
    found = {}
    for entry in sorted(resources.files("knowledge.connectors").iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".toml"):
            connector = _connector(tomllib.loads(entry.read_text(encoding="utf-8")), source=entry.name)
            found[connector.name] = connector
    return found


@cache
def known_headers() -> frozenset[str]:
    """Every header, in words, that any connector knows."""
    headers: set[str] = set()
    for connector in connectors().values():
        headers.update(connector.people_columns)
        for record_type in connector.types.values():
            headers.update(record_type.fields)
    return frozenset(headers)


def is_known_header(header: str) -> bool:
    """Whether some connector knows the header."""
    return header_words(header) in known_headers()


def label_of(system: str) -> str:
    """The name of a source system for a person: `HubSpot`, or the name itself."""
    connector = connectors().get(system)
    return connector.label if connector else system


def _connector(data: Mapping[str, Any], *, source: str) -> Connector:
    types = {}
    for record_type, section in data.items():
        if record_type in _NOT_TYPES:
            continue
        if record_type not in FIELDS:
            raise ConfigurationError(f"{source} names the unknown record type {record_type}.")
        types[record_type] = _type_headers(record_type, section, source=source)
    return Connector(
        name=data["name"],
        label=data["label"],
        only_here=frozenset(data.get("only_here", ())),
        identifier=re.compile(data["identifier"]) if "identifier" in data else None,
        types=types,
        not_data=_words(data.get("not_data", {}).get("file_names", ())),
        people_names=_words(data.get("people", {}).get("file_names", ())),
        people_columns=_words(data.get("people", {}).get("columns", ())),
    )


def _words(names: Any) -> frozenset[str]:
    return frozenset(header_words(name) for name in names)


def _type_headers(record_type: str, section: Mapping[str, Any], *, source: str) -> TypeHeaders:
    return TypeHeaders(
        file_names=_words(section.get("file_names", ())),
        fields=_headers(record_type, section.get("columns", {}), source=source),
        also={
            other: _headers(other, columns, source=source, own_names=False)
            for other, columns in section.get("also", {}).items()
        },
    )


def _headers(
    record_type: str, columns: Mapping[str, Any], *, source: str, own_names: bool = True
) -> dict[str, tuple[str, int]]:
    unknown = set(columns) - set(FIELDS[record_type])
    if unknown:
        raise ConfigurationError(f"{source}: {record_type} has no field {', '.join(sorted(unknown))}.")
    meanings: dict[str, tuple[str, int]] = {}
    ranks: dict[str, int] = defaultdict(int)
    own = {field: [field] for field in FIELDS[record_type]} if own_names else {}
    for listing in (columns, own):
        for field, spellings in listing.items():
            for spelling in spellings:
                if meanings.setdefault(header_words(spelling), (field, ranks[field]))[0] == field:
                    ranks[field] += 1
    return meanings
