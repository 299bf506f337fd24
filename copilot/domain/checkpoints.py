"""Signed checkpoints of the audit chain (Ed25519, RFC 8032).

Invariant: who holds a public key finds any change of events or checkpoints up to the last checkpoint signed with it,
also if every hash was made anew; nothing can be told of events after it, until the next checkpoint.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from copilot.domain.audit import GENESIS, MARK, SignedHashes, canonical_json

MOST_EVENTS = 1_000
"""So many events at most are covered by one checkpoint; what is more takes several."""
_PREFIX = "ed25519:"


class Checkpoint(BaseModel):
    """One signed statement: at this time the chain ended with this event."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    """From 1, without gaps."""
    sequence: int
    """Of the last event it covers."""
    hash: str
    """Of that event."""
    marks: str
    """The first 16 characters of the hash of every event since the checkpoint before, to name which one differs."""
    made_at: Annotated[datetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
    key_id: str
    previous: str
    """Digest of the checkpoint before; so a signature vouches for all of them."""
    next_key: str | None = None
    """Public key that signs from the next checkpoint on; the one that signed this one no longer does."""
    signature: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over its line, signature included."""
        return hashlib.sha256(checkpoint_line(self).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The half of a key that may be known to everybody; `text` is what people note and hand on."""

    raw: bytes

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read `ed25519:<64 hex digits>`. Raises ValueError."""
        written = text.strip()
        raw = bytes.fromhex(written.removeprefix(_PREFIX))
        if not written.startswith(_PREFIX) or len(raw) != 32:
            raise ValueError("not a public key of this kind")
        return cls(raw)

    @property
    def text(self) -> str:
        return _PREFIX + self.raw.hex()

    @property
    def id(self) -> str:
        """Short name of the key."""
        return hashlib.sha256(self.raw).hexdigest()[:16]

    def signed(self, checkpoint: Checkpoint) -> bool:
        """Whether the signature of the checkpoint was made with this key's other half."""
        try:
            signature = bytes.fromhex(checkpoint.signature)
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, _signed_bytes(checkpoint))
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The half of a key that signs."""

    _key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def generate(cls) -> Self:
        """A fresh key."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, content: bytes) -> Self:
        """Read an unencrypted PKCS 8 file. Raises ValueError for anything else."""
        try:
            key = serialization.load_pem_private_key(content, password=None)
        except TypeError as error:
            raise ValueError("the key is encrypted") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("the key is not one of Ed25519")  # noqa: TRY004 - a file can hold any key
        return cls(key)

    def to_pem(self) -> bytes:
        """The content of a key file."""
        return self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    @property
    def public(self) -> PublicKey:
        raw = self._key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return PublicKey(raw)

    def signed(self, checkpoint: Checkpoint) -> Checkpoint:
        """The checkpoint with this key's name and signature."""
        named = checkpoint.model_copy(update={"key_id": self.public.id})
        return named.model_copy(update={"signature": self._key.sign(_signed_bytes(named)).hex()})


def next_checkpoint(
    before: Checkpoint | None, hashes: Sequence[str], *, key: SigningKey, made_at: datetime, next_key: str | None = None
) -> Checkpoint:
    """The checkpoint after `before` (None: the first) over the events that follow; `hashes` are theirs, in order.

    Without events it covers the same as `before`: that is how a key hands over when nothing happened since.
    """
    return key.signed(
        Checkpoint(
            number=before.number + 1 if before else 1,
            sequence=(before.sequence if before else 0) + len(hashes),
            hash=hashes[-1] if hashes else (before.hash if before else GENESIS),
            marks="".join(item[:MARK] for item in hashes),
            made_at=made_at,
            key_id="",
            previous=before.digest if before else GENESIS,
            next_key=next_key,
        )
    )


class CheckpointFault(StrEnum):
    """What is wrong with the first bad checkpoint."""

    UNREADABLE = "unreadable"
    OUT_OF_ORDER = "out_of_order"
    """One is missing before it, or it was put there."""
    SIGNATURE = "signature"
    """Not signed with the key that it names."""
    UNKNOWN_KEY = "unknown_key"
    """Signed with a key that is neither trusted nor was named by a trusted one before."""
    OTHER_COPY = "other_copy"
    """The copy kept elsewhere says something else, or is the only one left."""
    RETIRED_KEY = "retired_key"
    """Signed with a key that had handed over to another."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a series of checkpoints is worth."""

    checkpoints: tuple[Checkpoint, ...]
    """Those that hold, from the first on."""
    bad_number: int | None = None
    fault: CheckpointFault | None = None

    @property
    def signed_hashes(self) -> SignedHashes:
        """What they say about events."""
        return SignedHashes(
            marks="".join(item.marks for item in self.checkpoints),
            hashes={item.sequence: item.hash for item in self.checkpoints if item.sequence},
        )

    @property
    def last(self) -> Checkpoint | None:
        return self.checkpoints[-1] if self.checkpoints else None


def check_checkpoints(checkpoints: Iterable[Checkpoint | None], *, trusted: Sequence[PublicKey] = ()) -> Vouched:
    """Check a series from its first checkpoint; None stands for one that cannot be read.

    With `trusted` keys, every checkpoint up to the last one signed with such a key (or with a key that such a one
    handed over to) holds: each contains the digest of the one before. Without, only the links are checked.
    """
    series = _linked(checkpoints)
    if not trusted:
        return series
    known, retired = {key.id: key for key in trusted}, set[str]()
    vouched, fault = 0, None
    for place, checkpoint in enumerate(series.checkpoints, start=1):
        fault = _signature_fault(checkpoint, known, retired)
        if fault in {CheckpointFault.SIGNATURE, CheckpointFault.RETIRED_KEY}:
            return Vouched(series.checkpoints[:vouched], checkpoint.number, fault)
        if fault is None:
            vouched = place
        if checkpoint.next_key is not None and fault is None:
            retired.add(checkpoint.key_id)
            following = PublicKey.from_text(checkpoint.next_key)
            known[following.id] = following
    if vouched < len(series.checkpoints):
        bad = series.checkpoints[vouched]
        return Vouched(series.checkpoints[:vouched], bad.number, CheckpointFault.UNKNOWN_KEY)
    return series


def against_copies(series: Vouched, copies: Vouched) -> Vouched:
    """The part of a series that does not contradict the copies kept elsewhere, which may be fewer."""
    for place, copy in enumerate(copies.checkpoints):
        if place >= len(series.checkpoints) or series.checkpoints[place] != copy:
            if series.bad_number is not None and series.bad_number <= copy.number:
                return series
            return Vouched(copies.checkpoints, copy.number, CheckpointFault.OTHER_COPY)
    if copies.bad_number is not None and series.bad_number is None:
        return Vouched(series.checkpoints, copies.bad_number, CheckpointFault.OTHER_COPY)
    return series


def _linked(checkpoints: Iterable[Checkpoint | None]) -> Vouched:
    found: list[Checkpoint] = []
    digest, sequence = GENESIS, 0
    for number, checkpoint in enumerate(checkpoints, start=1):
        if checkpoint is None:
            return Vouched(tuple(found), number, CheckpointFault.UNREADABLE)
        covers = checkpoint.sequence - sequence
        in_order = checkpoint.number == number and checkpoint.previous == digest
        if not in_order or covers < 0 or len(checkpoint.marks) != covers * MARK:
            return Vouched(tuple(found), number, CheckpointFault.OUT_OF_ORDER)
        found.append(checkpoint)
        digest, sequence = checkpoint.digest, checkpoint.sequence
    return Vouched(tuple(found))


def _signature_fault(checkpoint: Checkpoint, known: dict[str, PublicKey], retired: set[str]) -> CheckpointFault | None:
    if checkpoint.key_id in retired:
        return CheckpointFault.RETIRED_KEY
    key = known.get(checkpoint.key_id)
    if key is None:
        return CheckpointFault.UNKNOWN_KEY
    return None if key.signed(checkpoint) else CheckpointFault.SIGNATURE


def checkpoint_line(checkpoint: Checkpoint) -> str:
    """One checkpoint as a line of a file: canonical JSON of every field."""
    return canonical_json(checkpoint.model_dump(mode="json"))


def read_checkpoint(line: str) -> Checkpoint | None:
    """The checkpoint of a line, or None unless it is exactly a line that `checkpoint_line` writes."""
    try:
        checkpoint = Checkpoint.model_validate_json(line, strict=True)
        if checkpoint.next_key is not None:
            PublicKey.from_text(checkpoint.next_key)
    except (ValidationError, ValueError):
        return None
    return checkpoint if checkpoint_line(checkpoint) == line else None


def _signed_bytes(checkpoint: Checkpoint) -> bytes:
    content = checkpoint.model_dump(mode="json", exclude={"signature"})
    return b"sales-copilot audit checkpoint 1\n" + canonical_json(content).encode()
