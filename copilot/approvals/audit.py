"""Exporting the audit chain, and checking it in the database or, with nothing but the export, anywhere.

Invariant 6: what an export says is believed only if every line is exactly as it was written and fits the
line before; what a checkpoint was signed for is believed rather than what the log says.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from copilot.approvals.checkpoints import read_checkpoints, write_checkpoints
from copilot.domain.audit import AuditEvent, Verification, export_line, read_line, verify
from copilot.domain.checkpoints import Checkpoint, PublicKey, Vouched, against_copies, check_checkpoints
from copilot.errors import StorageFull, UnavailableError, UnreadableFile
from copilot.store.audit import AuditLog
from copilot.store.checkpoints import CheckpointRepository
from copilot.store.database import UnitOfWork

_HINT = "Export it again with `sales-copilot audit export FILE`."


@dataclass(frozen=True, slots=True)
class LogCheck:
    """What checking a log with its checkpoints found."""

    events: Verification
    checkpoints: Vouched
    trusted: bool
    """Whether signatures were checked: somebody named a key."""

    @property
    def intact(self) -> bool:
        return self.events.intact and self.checkpoints.bad_number is None

    @property
    def covered(self) -> int:
        """Up to this event a checkpoint vouches; of what follows only the hashes of the log itself speak."""
        last = self.checkpoints.last
        return min(last.sequence if last else 0, self.events.events)


def export_events(path: Path, *, uow: UnitOfWork) -> int:
    """Write every event as one line of JSON to `path`, whole or not at all, the checkpoints to the file beside it.

    Returns how many events. Raises StorageFull or UnavailableError.
    """
    beside = checkpoints_beside(path)
    partial = {target: target.with_name(f".partial-{target.name}") for target in (path, beside)}
    try:
        # First the checkpoints: whatever they cover, the events read afterwards include it.
        write_checkpoints(partial[beside], CheckpointRepository(uow).all())
        count = _write_events(partial[path], uow=uow)
        for target, aside in partial.items():
            aside.replace(target)
    except OSError as error:
        for aside in partial.values():
            aside.unlink(missing_ok=True)
        if isinstance(error, FileExistsError | PermissionError | FileNotFoundError | NotADirectoryError):
            raise UnavailableError("The export cannot be written there.", hint="Name another file.") from error
        raise StorageFull("The export could not be written.", hint="Free space on that disk, try again.") from error
    return count


def checkpoints_beside(path: Path) -> Path:
    """Where the checkpoints of an export are: `audit.jsonl` -> `audit.checkpoints.jsonl`."""
    return path.with_name(f"{path.stem}.checkpoints{path.suffix}")


def _write_events(path: Path, *, uow: UnitOfWork) -> int:
    count = 0
    with path.open("w", encoding="ascii", newline="\n") as stream:
        for event in AuditLog(uow).events():
            stream.write(export_line(event) + "\n")
            count += 1
        stream.flush()
        os.fsync(stream.fileno())
    return count


def check_database(
    *,
    uow: UnitOfWork,
    trusted: Sequence[PublicKey] = (),
    outside: Sequence[Checkpoint | None] = (),
    must_contain: str | None = None,
) -> LogCheck:
    """Check the chain in the database against its checkpoints, and those against copies kept `outside`."""
    vouched = check_checkpoints(CheckpointRepository(uow).all(), trusted=trusted)
    vouched = against_copies(vouched, check_checkpoints(outside, trusted=trusted))
    return _checked(AuditLog(uow).events(), vouched, trusted=trusted, must_contain=must_contain)


def check_export(
    path: Path,
    *,
    checkpoints: Path | None = None,
    trusted: Sequence[PublicKey] = (),
    must_contain: str | None = None,
) -> LogCheck:
    """Check an export, offline. `checkpoints`: the file or folder they are in, else that beside the export.

    Raises UnreadableFile if there is nothing to check.
    """
    beside = checkpoints_beside(path)
    named = checkpoints or (beside if beside.exists() else None)
    if named is None and trusted:
        raise UnreadableFile(f"{beside.name} is missing.", hint="Name the checkpoints with --checkpoints.")
    if checkpoints is not None and not checkpoints.exists():
        raise UnreadableFile(f"{checkpoints.name} does not exist.", hint="Name a file or folder of checkpoints.")
    vouched = check_checkpoints(() if named is None else read_checkpoints(named), trusted=trusted)
    try:
        if path.stat().st_size == 0:
            raise UnreadableFile(f"{path.name} is empty.", hint=_HINT)
        return _checked(_lines(path), vouched, trusted=trusted, must_contain=must_contain)
    except OSError as error:
        raise UnreadableFile(f"{path.name} cannot be read.", hint=_HINT) from error


def verify_database(*, uow: UnitOfWork, must_contain: str | None = None) -> Verification:
    """Check the chain in the database by its own hashes."""
    return verify(AuditLog(uow).events(), must_contain=must_contain)


def verify_export(path: Path, *, must_contain: str | None = None) -> Verification:
    """Check an export, offline, without a key. Raises UnreadableFile if there is nothing to check."""
    return check_export(path, must_contain=must_contain).events


def _checked(
    events: Iterable[AuditEvent | None],
    vouched: Vouched,
    *,
    trusted: Sequence[PublicKey],
    must_contain: str | None,
) -> LogCheck:
    found = verify(events, must_contain=must_contain, signed=vouched.signed_hashes)
    return LogCheck(events=found, checkpoints=vouched, trusted=bool(trusted))


def _lines(path: Path) -> Iterator[AuditEvent | None]:
    """What is not text, or not exactly a line of an export, reads as None."""
    with path.open(encoding="ascii", errors="replace", newline="\n") as stream:
        for line in stream:
            yield read_line(line[:-1]) if line.endswith("\n") else None
