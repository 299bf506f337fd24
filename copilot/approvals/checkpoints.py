"""Making signed checkpoints of the audit chain, and keeping copies of them elsewhere.

Invariant: nothing is signed that does not fit the chain; a key hands over by its own signature; a copy is never
overwritten.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from copilot.approvals.signing_key import KeyFile
from copilot.domain.access import Viewer
from copilot.domain.audit import GENESIS, first_misfit
from copilot.domain.checkpoints import (
    MOST_EVENTS,
    Checkpoint,
    PublicKey,
    SigningKey,
    checkpoint_line,
    next_checkpoint,
    read_checkpoint,
)
from copilot.errors import ConfigurationError, Conflict, UnavailableError, UnreadableFile
from copilot.settings import Settings
from copilot.store.audit import AuditLog
from copilot.store.checkpoints import CheckpointRepository
from copilot.store.database import Database, UnitOfWork
from copilot.telemetry import get_logger

_log = get_logger(__name__)
_NAME = "checkpoint-{number:08d}.json"
_PATTERN = "checkpoint-[0-9]*.json"
_OTHER_KEY = "The key file is not that of the key which signs the audit chain."
_OTHER_KEY_HINT = (
    "Put the key file back (COPILOT_AUDIT_KEY_FILE); if it is lost, run `sales-copilot audit rotate-key --lost`."
)


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key and the checkpoints it signed."""

    id: str
    public: str | None
    """None: it was never named in full, only its owner knows it."""
    first: int
    last: int
    current: bool


@dataclass(frozen=True, slots=True)
class CheckpointState:
    """How it stands, for `sales-copilot doctor`."""

    last: Checkpoint | None
    uncovered: int
    key_is_here: bool
    key_is_exposed: bool
    not_outside: int
    """How many were not copied elsewhere."""


class Checkpoints:
    """See the module docstring."""

    def __init__(self, settings: Settings) -> None:
        self._keys = KeyFile(settings.audit_key)
        self._outside = settings.audit_checkpoint_dir
        self._most_events = settings.audit_checkpoint_events
        self._longest = timedelta(minutes=settings.audit_checkpoint_minutes)

    def keep(self, database: Database) -> int:
        """Make a checkpoint if one is due, copy what is not outside yet. Returns how many were made.

        For housekeeping: what stands in the way is logged and tried again the next time.
        """
        try:
            with database.unit_of_work() as uow:
                made = self.make(uow=uow) if self.due(uow=uow) else ()
            with database.unit_of_work() as uow:
                self.copy_outside(uow=uow)
        except (ConfigurationError, Conflict, UnavailableError) as error:
            _log.error("audit.checkpoint_failed", code=error.code)
            return 0
        return len(made)

    def due(self, *, uow: UnitOfWork) -> bool:
        """Whether enough happened since the last checkpoint, or something happened long enough ago."""
        repository = CheckpointRepository(uow)
        last = repository.last()
        uncovered = repository.uncovered(last)
        if uncovered <= 0:
            return False
        return last is None or uncovered >= self._most_events or uow.clock.now() - last.made_at >= self._longest

    def make(self, *, uow: UnitOfWork) -> tuple[Checkpoint, ...]:
        """Cover every event there is; several checkpoints if they are many, none if nothing happened.

        Raises Conflict if the chain does not hold, ConfigurationError or UnavailableError for the key.
        """
        repository = CheckpointRepository(uow)
        repository.lock()
        last, made = repository.last(), []
        key = self._current(last)
        for hashes in _uncovered(last, uow=uow):
            last = next_checkpoint(last, hashes, key=key, made_at=uow.clock.now())
            repository.add(last)
            made.append(last)
        if made:
            _log.info("audit.checkpoint_made", number=made[-1].number, sequence=made[-1].sequence)
        return tuple(made)

    def rotate(self, database: Database, *, viewer: Viewer, lost: bool = False) -> PublicKey:
        """Let a new key take over. The one before signs that; if it is `lost`, whoever verifies must be told.

        Raises Conflict, ConfigurationError or UnavailableError.
        """
        with database.unit_of_work() as uow:
            repository = CheckpointRepository(uow)
            repository.lock()
            made = () if lost else self.make(uow=uow)
            last = made[-1] if made else repository.last()
            # Asked first: it may still have to put a key prepared earlier in its place.
            before = None if lost else self._current(last)
            new = self._keys.prepare_next()
            signer = before or new
            following = None if lost else new.public.text
            handover = next_checkpoint(last, [], key=signer, made_at=uow.clock.now(), next_key=following)
            repository.add(handover)
            if not lost:
                # At once, so that who knows only the new key can verify everything before it.
                repository.add(next_checkpoint(handover, [], key=new, made_at=uow.clock.now()))
            AuditLog(uow).append(
                "audit.key_replaced" if lost else "audit.key_rotated",
                actor_id=viewer.user_id,
                subject=f"audit_key:{new.public.id}",
                details={"before": last.key_id if last and lost else signer.public.id}
                | ({} if lost else {"before_public": signer.public.text}),
            )
        self._keys.take_over()
        with database.unit_of_work() as uow:
            self.copy_outside(uow=uow)
        return new.public

    def keys(self, *, uow: UnitOfWork) -> tuple[KeyLine, ...]:
        """Every key that signed, oldest first; the last is the one that signs now."""
        every = CheckpointRepository(uow).all()
        current = self._current(every[-1] if every else None).public
        known = {key.id: key.text for item in every if item.next_key for key in [PublicKey.from_text(item.next_key)]}
        known[current.id] = current.text
        for key_id in list(known):
            # The very first key is named in full only by the event of its hand-over.
            for event in AuditLog(uow).about(f"audit_key:{key_id}"):
                if "before_public" in event.details:
                    known.setdefault(event.details["before"], event.details["before_public"])
        ids = dict.fromkeys([*(item.key_id for item in every), current.id])
        return tuple(
            KeyLine(
                id=key_id,
                public=known.get(key_id),
                first=min((item.number for item in every if item.key_id == key_id), default=0),
                last=max((item.number for item in every if item.key_id == key_id), default=0),
                current=key_id == current.id,
            )
            for key_id in ids
        )

    def trusted(self, *, uow: UnitOfWork) -> tuple[PublicKey, ...]:
        """The key of this installation, if it has one and signed with it."""
        last = CheckpointRepository(uow).last()
        return () if last is None else (self._current(last).public,)

    def outside(self) -> tuple[Checkpoint | None, ...]:
        """The copies elsewhere; empty if none are kept."""
        if self._outside is None or not self._outside.is_dir():
            return ()
        return tuple(read_checkpoints(self._outside))

    def copy_outside(self, *, uow: UnitOfWork) -> int:
        """Copy the checkpoints that are not in the folder outside yet; returns how many. Raises UnavailableError."""
        if self._outside is None:
            return 0
        try:
            self._outside.mkdir(parents=True, exist_ok=True)
            names = sorted(path.name for path in self._outside.glob(_PATTERN))
            missing = CheckpointRepository(uow).all(after=_number(names[-1]) if names else 0)
            for checkpoint in missing:
                _write_once(self._outside / _NAME.format(number=checkpoint.number), checkpoint)
        except OSError as error:
            raise UnavailableError(
                "Checkpoints cannot be copied to the folder outside.", hint="See COPILOT_AUDIT_CHECKPOINT_DIR."
            ) from error
        return len(missing)

    def state(self, database: Database) -> CheckpointState:
        """How it stands; changes nothing."""
        with database.unit_of_work() as uow:
            repository = CheckpointRepository(uow)
            last = repository.last()
            uncovered = repository.uncovered(last)
        expected = None if last is None else _key_id_after(last)
        keys = [key.public.id for key in (self._keys.read(), self._keys.next()) if key is not None]
        copied = 0
        if self._outside is not None and self._outside.is_dir():
            copied = max((_number(path.name) for path in self._outside.glob(_PATTERN)), default=0)
        return CheckpointState(
            last=last,
            uncovered=uncovered,
            key_is_here=expected is None or expected in keys,
            key_is_exposed=self._keys.exposed,
            not_outside=max(0, (last.number if last else 0) - copied),
        )

    def _current(self, last: Checkpoint | None) -> SigningKey:
        """The key that is to sign after `last`. Raises ConfigurationError if it is not here."""
        key = self._keys.read()
        if last is None:
            return key or self._keys.create()
        expected = _key_id_after(last)
        if key is not None and key.public.id == expected:
            return key
        prepared = self._keys.next()
        if prepared is not None and prepared.public.id == expected:
            # The process ended between signing the hand-over and putting the new key in its place.
            self._keys.take_over()
            return prepared
        raise ConfigurationError(_OTHER_KEY, hint=_OTHER_KEY_HINT)


def _key_id_after(last: Checkpoint) -> str:
    """Name of the key that signs the next one."""
    return PublicKey.from_text(last.next_key).id if last.next_key else last.key_id


def _uncovered(last: Checkpoint | None, *, uow: UnitOfWork) -> Iterator[list[str]]:
    """The hashes of the events after `last`, as many at a time as one checkpoint covers. Raises Conflict."""
    sequence, previous = (last.sequence, last.hash) if last else (0, GENESIS)
    hashes: list[str] = []
    for event in AuditLog(uow).events(after=sequence):
        if first_misfit([event], after=sequence, previous=previous) is not None:
            raise Conflict(
                f"The audit chain breaks at event {sequence + 1}: nothing was signed.",
                hint="Run `sales-copilot audit verify`.",
            )
        sequence, previous = event.sequence, event.hash
        hashes.append(event.hash)
        if len(hashes) == MOST_EVENTS:
            yield hashes
            hashes = []
    if hashes:
        yield hashes


def write_checkpoints(path: Path, checkpoints: Sequence[Checkpoint]) -> None:
    """Write them as lines. Raises OSError."""
    path.write_text("".join(checkpoint_line(item) + "\n" for item in checkpoints), encoding="ascii", newline="\n")


def read_checkpoints(path: Path) -> Iterator[Checkpoint | None]:
    """The checkpoints of a file of lines, or of a folder of copies; what cannot be read is None.

    Raises UnreadableFile.
    """
    try:
        files = sorted(path.glob(_PATTERN)) if path.is_dir() else [path]
        for file in files:
            with file.open(encoding="ascii", errors="replace", newline="\n") as stream:
                for line in stream:
                    yield read_checkpoint(line[:-1]) if line.endswith("\n") else None
    except OSError as error:
        raise UnreadableFile(f"{path.name} cannot be read.", hint="Name a file or folder of checkpoints.") from error


def read_key(written: str) -> PublicKey:
    """A public key as it is printed, or the file that holds it. Raises UnreadableFile."""
    try:
        if written.startswith("ed25519:"):
            return PublicKey.from_text(written)
        return PublicKey.from_text(Path(written).read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise UnreadableFile(
            "That is no public key.", hint="Give what `sales-copilot audit key` prints, or a file with it."
        ) from error


def _number(name: str) -> int:
    return int(name.removeprefix("checkpoint-").removesuffix(".json"))


def _write_once(path: Path, checkpoint: Checkpoint) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with aside.open("w", encoding="ascii", newline="\n") as stream:
            stream.write(checkpoint_line(checkpoint) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        if not path.exists():
            aside.rename(path)
    finally:
        aside.unlink(missing_ok=True)
