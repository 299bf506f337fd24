"""The audit chain: every event carries the hash of the one before, over every field.

Invariant 6: any change, deletion, insertion or reordering is found by `first_bad_event`, offline.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

GENESIS = "0" * 64


class AuditEvent(BaseModel):
    """One thing that happened. `details` holds identifiers and codes, never personal data or draft text."""

    model_config = ConfigDict(frozen=True)

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
    payload = {
        "sequence": event.sequence,
        "happened_at": event.happened_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_id": event.actor_id,
        "action": event.action,
        "subject": event.subject,
        "details": event.details,
        "previous_hash": event.previous_hash,
    }
    canonical = json.dumps(payload, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def seal(event: AuditEvent) -> AuditEvent:
    """Return the event with its hash filled in."""
    return event.model_copy(update={"hash": event_hash(event)})


def first_bad_event(events: Iterable[AuditEvent]) -> int | None:
    """Sequence number of the first event that does not fit the chain, or None if all do.

    Sequences start at 1 and have no gaps. A truncated tail needs a checkpoint to be found.
    """
    previous, expected = GENESIS, 1
    for event in events:
        if event.sequence != expected or event.previous_hash != previous or event.hash != event_hash(event):
            return event.sequence
        previous, expected = event.hash, expected + 1
    return None
