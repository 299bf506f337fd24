"""The audit chain: every event carries the hash of the one before, over every field.

Invariant 6: any change, deletion, insertion or reordering is found by `first_bad_event`, offline.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, ValidationError

GENESIS = "0" * 64


class AuditEvent(BaseModel):
    """One thing that happened. `details` holds identifiers and codes, never personal data or draft text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sequence: int
    happened_at: datetime
    actor_id: str
    action: str
    """Dotted, e.g. `review.approved`."""
    subject: str
    """`<type>:<id>` of what it happened to."""
    details: dict[str, str]
    previous_hash: str
    hash: str


def event_hash(event: AuditEvent) -> str:
    """SHA-256 (hex) over the canonical JSON of every field but `hash` itself."""
    payload = _payload(event)
    del payload["hash"]
    return hashlib.sha256(_canonical(payload).encode()).hexdigest()


def seal(event: AuditEvent) -> AuditEvent:
    """Return the event with its hash filled in."""
    return event.model_copy(update={"hash": event_hash(event)})


def first_bad_event(events: Iterable[AuditEvent]) -> int | None:
    """Sequence number of the first event that does not fit the chain, or None if all do.

    Sequences start at 1 and have no gaps. A truncated tail needs a checkpoint to be found: see `verify`.
    """
    return verify(events).bad_sequence


@dataclass(frozen=True, slots=True)
class Verification:
    """What checking a chain found."""

    events: int
    """How many fit, from the first on."""
    last_hash: str
    """Hash of the last one that fits; keep it elsewhere to find a cut-off tail later."""
    bad_sequence: int | None = None
    bad_place: int | None = None
    """Position of the first bad event, from 1 (in an export: its line)."""

    @property
    def intact(self) -> bool:
        return self.bad_place is None


def verify(events: Iterable[AuditEvent | None], *, must_contain: str | None = None) -> Verification:
    """Check a chain from its first event; None stands for one that cannot be read.

    `must_contain` is a hash noted earlier (a checkpoint): a chain cut off before that event is bad at its end.
    """
    previous, count, seen = GENESIS, 0, must_contain is None
    for event in events:
        fits = event is not None and event.sequence == count + 1 and event.previous_hash == previous
        if event is None or not fits or event.hash != event_hash(event):
            sequence = count + 1 if event is None else event.sequence
            return Verification(events=count, last_hash=previous, bad_sequence=sequence, bad_place=count + 1)
        previous, count = event.hash, count + 1
        seen = seen or previous == must_contain
    if not seen:
        return Verification(events=count, last_hash=previous, bad_sequence=count + 1, bad_place=count + 1)
    return Verification(events=count, last_hash=previous)


def export_line(event: AuditEvent) -> str:
    """One event as a line of an export: canonical JSON of every field."""
    return _canonical(_payload(event))


def read_line(line: str) -> AuditEvent | None:
    """The event of an export's line, or None unless it is exactly a line that `export_line` writes."""
    try:
        event = AuditEvent.model_validate_json(line, strict=True)
    except ValidationError:
        return None
    return event if export_line(event) == line else None


def _payload(event: AuditEvent) -> dict[str, object]:
    return {
        "sequence": event.sequence,
        "happened_at": event.happened_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_id": event.actor_id,
        "action": event.action,
        "subject": event.subject,
        "details": event.details,
        "previous_hash": event.previous_hash,
        "hash": event.hash,
    }


def _canonical(payload: dict[str, object]) -> str:
    return json.dumps(payload, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
