"""How a record field or a metric becomes evidence: its identifier and its canonical words.

Invariant: the text depends on the field's name, value and currency only, so re-reading an unchanged
record always gives the same content hash, and any change of value gives another.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

from copilot.domain.evidence import EvidenceKind
from copilot.domain.formatting import canonical_number
from copilot.domain.identity import record_type_of

_SPAN = re.compile(r"\d{1,9}-\d{1,9}")

LONGEST_EVIDENCE_ID = 2_100
"""Characters. The longest are those of figures by query, which hold the whole query."""
EMPTY = "(empty)"
"""What a field without a value says, so that a sentence about a gap can cite the gap."""

MONEY_FIELDS = frozenset({"arr", "annual_revenue", "amount", "list_price", "unit_price"})

FieldValue = str | int | bool | Decimal | date | datetime | StrEnum | tuple[str, ...] | list[str] | None
"""What a record field can hold."""


@dataclass(frozen=True, slots=True)
class EvidenceAddress:
    """An evidence id taken apart. For a record: its type, id and field; for a metric: its name and account."""

    kind: EvidenceKind
    subject_id: str
    """Record, passage or account id."""
    name: str = ""
    """Field of the record, name of the metric, or `<start>-<end>` of the characters cited of a passage."""
    record_type: str = ""

    @property
    def span(self) -> tuple[int, int] | None:
        """Characters of the document's text that are cited, if not the whole passage."""
        if self.kind is not EvidenceKind.PASSAGE or not self.name:
            return None
        start, end = self.name.split("-")
        return int(start), int(end)


def record_evidence_id(record_id: str, field: str) -> str:
    """Identifier of one field of one record."""
    return f"record:{record_id}:{field}"


def passage_evidence_id(passage_id: str, *, span: tuple[int, int] | None = None) -> str:
    """Identifier of a passage, or of the characters `span` (of the document's text) within it."""
    return f"passage:{passage_id}" if span is None else f"passage:{passage_id}:{span[0]}-{span[1]}"


def metric_evidence_id(name: str, account_id: str) -> str:
    """Identifier of a computed metric of one account."""
    return f"metric:{name}:{account_id}"


def parse_evidence_id(evidence_id: str) -> EvidenceAddress | None:
    """Take an id apart; None if it is not one of ours (a model made it up)."""
    parts = evidence_id.split(":")
    match parts:
        case ["passage", subject] if subject:
            return EvidenceAddress(kind=EvidenceKind.PASSAGE, subject_id=subject)
        case ["passage", subject, span] if subject and _SPAN.fullmatch(span):
            return EvidenceAddress(kind=EvidenceKind.PASSAGE, subject_id=subject, name=span)
        case ["record", subject, field] if field:
            record_type = record_type_of(subject)
            if record_type is None:
                return None
            return EvidenceAddress(kind=EvidenceKind.RECORD, subject_id=subject, name=field, record_type=record_type)
        case ["metric", name, subject] if name and subject:
            return EvidenceAddress(kind=EvidenceKind.METRIC, subject_id=subject, name=name)
        case _:
            return None


def canonical_value(value: FieldValue) -> str:
    """ISO dates, plain decimals without trailing zeros, `true`/`false`, lists joined by `; `."""
    match value:
        case None | "" | () | []:
            return EMPTY
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case Decimal():
            return canonical_number(value)
        case tuple() | list():
            return "; ".join(value)
        case _:
            return str(value)


def canonical_text(field: str, value: FieldValue, *, currency: str | None = None) -> str:
    """`renewal_date: 2027-01-31`, `arr: 84000 EUR`, `industry: (empty)`.

    `currency` is used for money fields only.
    """
    words = canonical_value(value)
    if field in MONEY_FIELDS and currency and words != EMPTY:
        words = f"{words} {currency.upper()}"
    return f"{field}: {words}"
