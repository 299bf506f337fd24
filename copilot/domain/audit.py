"""The audit chain: every event carries the hash of the one before, over every field.

Invariant 6: any change, deletion, insertion or reordering is found by `first_bad_event`, offline.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, ValidationError

GENESIS = "0" * 64
MARK = 16
"""So many characters of a hash tell events apart in a checkpoint; the last event of one is there in full."""


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
    return hashlib.sha256(canonical_json(payload).encode()).hexdigest()


def seal(event: AuditEvent) -> AuditEvent:
    """Return the event with its hash filled in."""
    return event.model_copy(update={"hash": event_hash(event)})


def first_bad_event(events: Iterable[AuditEvent]) -> int | None:
    """Sequence number of the first event that does not fit the chain, or None if all do.

    Sequences start at 1 and have no gaps. A truncated tail needs a checkpoint to be found: see `verify`.
    """
    return verify(events).bad_sequence


class Fault(StrEnum):
    """What is wrong with the first bad event."""

    UNREADABLE = "unreadable"
    """Not exactly a line as it is exported."""
    OUT_OF_ORDER = "out_of_order"
    """Another number, or another predecessor, than is due there."""
    CHANGED = "changed"
    """Its hash is not that of what it says."""
    NOT_AS_SIGNED = "not_as_signed"
    """It fits, but a checkpoint was signed for another event in its place: the hashes were made anew."""
    CUT_OFF = "cut_off"
    """The log ends before it."""


@dataclass(frozen=True, slots=True)
class SignedHashes:
    """What checkpoints vouch for: the hash of every event from the first to the last they cover."""

    marks: str = ""
    """The first `MARK` characters of each event's hash, one after the other."""
    hashes: Mapping[int, str] = field(default_factory=dict)
    """Whole hashes, of the last event of each checkpoint."""

    @property
    def last(self) -> int:
        """Sequence of the last event they cover."""
        return len(self.marks) // MARK

    def agree(self, event: AuditEvent) -> bool:
        """Whether this is the event that was signed in its place; beyond the last, everything is."""
        start = (event.sequence - 1) * MARK
        expected = self.marks[start : start + MARK]
        return event.hash[: len(expected)] == expected and self.hashes.get(event.sequence, event.hash) == event.hash


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
    fault: Fault | None = None

    @property
    def intact(self) -> bool:
        return self.bad_place is None


def verify(
    events: Iterable[AuditEvent | None], *, must_contain: str | None = None, signed: SignedHashes | None = None
) -> Verification:
    """Check a chain from its first event; None stands for one that cannot be read.

    `must_contain` is a hash noted earlier: a chain cut off before that event is bad at its end. `signed` is what
    checkpoints vouch for: it also finds a chain whose hashes were all made anew, and names the first such event.
    """
    vouched = signed or SignedHashes()
    previous, count, seen = GENESIS, 0, must_contain is None
    for event in events:
        fault = _fault(event, count=count, previous=previous, signed=vouched)
        if event is None or fault is not None:
            sequence = count + 1 if event is None else event.sequence
            return Verification(count, previous, bad_sequence=sequence, bad_place=count + 1, fault=fault)
        previous, count = event.hash, count + 1
        seen = seen or previous == must_contain
    if not seen or count < vouched.last:
        return Verification(count, previous, bad_sequence=count + 1, bad_place=count + 1, fault=Fault.CUT_OFF)
    return Verification(count, previous)


def first_misfit(events: Iterable[AuditEvent], *, after: int, previous: str) -> Fault | None:
    """What is wrong with the first of `events` that does not continue a chain, or None if all do.

    The chain so far ends with event number `after`, whose hash is `previous`.
    """
    for event in events:
        fault = _fault(event, count=after, previous=previous, signed=SignedHashes())
        if fault is not None:
            return fault
        after, previous = event.sequence, event.hash
    return None


def _fault(event: AuditEvent | None, *, count: int, previous: str, signed: SignedHashes) -> Fault | None:
    if event is None:
        return Fault.UNREADABLE
    if event.sequence != count + 1 or event.previous_hash != previous:
        return Fault.OUT_OF_ORDER
    if event.hash != event_hash(event):
        return Fault.CHANGED
    return None if signed.agree(event) else Fault.NOT_AS_SIGNED


@dataclass(frozen=True, slots=True)
class HashInput:
    """The text that an event's hash is made of, but for what only the end of the chain knows.

    The hash is SHA-256 over `head`, the previous hash, `SEQUENCE`, the sequence number and `tail`, so that the
    database can make it while it holds the end of the chain, from exactly the bytes that `event_hash` reads.
    """

    head: str
    tail: str


SEQUENCE = '","sequence":'


def hash_input(
    *, happened_at: datetime, actor_id: str, action: str, subject: str, details: dict[str, str]
) -> HashInput:
    """The canonical JSON of an event around its place in the chain."""
    before = {"action": action, "actor_id": actor_id, "details": details, "happened_at": _instant(happened_at)}
    return HashInput(
        head=f'{canonical_json(before)[:-1]},"previous_hash":"', tail=f",{canonical_json({'subject': subject})[1:]}"
    )


def export_line(event: AuditEvent) -> str:
    """One event as a line of an export: canonical JSON of every field."""
    return canonical_json(_payload(event))


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
        "happened_at": _instant(event.happened_at),
        "actor_id": event.actor_id,
        "action": event.action,
        "subject": event.subject,
        "details": event.details,
        "previous_hash": event.previous_hash,
        "hash": event.hash,
    }


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def canonical_json(payload: Mapping[str, object]) -> str:
    """The one way to write an object down that hashes and signatures are made over."""
    return json.dumps(payload, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
