"""Stable identifiers derived from where a thing came from.

Invariant: the same source system, type and source id always give the same identifier, in any
database, so that a citation survives a re-import.
"""

import hashlib

_PREFIXES = {
    "account": "acc",
    "contact": "con",
    "opportunity": "opp",
    "activity": "act",
    "ticket": "tic",
    "usage_point": "use",
    "survey": "sur",
    "invoice": "inv",
    "product": "pro",
    "price_book_entry": "pbe",
    "document": "doc",
    "source_file": "src",
    "passage": "psg",
    "library_entry": "entry",
    "rfp_project": "rfp",
}


def stable_id(record_type: str, *parts: str) -> str:
    """Return e.g. `opp_1f0c…` (prefix + 20 hex digits of SHA-256 over the parts).

    80 bits: the chance of one collision among a billion identifiers is below one in a million.
    """
    digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
    return f"{_PREFIXES[record_type]}_{digest[:20]}"


_TYPES = {prefix: record_type for record_type, prefix in _PREFIXES.items()}


def record_type_of(identifier: str) -> str | None:
    """Return the record type that a stable identifier was made for, or None if it is not one of ours."""
    return _TYPES.get(identifier.split("_", 1)[0])
