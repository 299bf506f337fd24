"""Exporting the audit chain, and checking it in the database or, with nothing but the export, anywhere.

Invariant 6: what an export says is believed only if every line is exactly as it was written and fits the
line before.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from copilot.domain.audit import AuditEvent, Verification, export_line, read_line, verify
from copilot.errors import StorageFull, UnavailableError, UnreadableFile
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork

_HINT = "Export it again with `sales-copilot audit export FILE`."


def export_events(path: Path, *, uow: UnitOfWork) -> int:
    """Write every event as one line of JSON to `path`, whole or not at all; returns how many.

    Raises StorageFull or UnavailableError.
    """
    aside = path.with_name(f".partial-{path.name}")
    count = 0
    try:
        with aside.open("w", encoding="ascii", newline="\n") as stream:
            for event in AuditLog(uow).events():
                stream.write(export_line(event) + "\n")
                count += 1
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        if isinstance(error, FileExistsError | PermissionError | FileNotFoundError | NotADirectoryError):
            raise UnavailableError("The export cannot be written there.", hint="Name another file.") from error
        raise StorageFull("The export could not be written.", hint="Free space on that disk, try again.") from error
    return count


def verify_database(*, uow: UnitOfWork, must_contain: str | None = None) -> Verification:
    """Check the chain in the database."""
    return verify(AuditLog(uow).events(), must_contain=must_contain)


def verify_export(path: Path, *, must_contain: str | None = None) -> Verification:
    """Check an export, offline. Raises UnreadableFile if there is nothing to check."""
    try:
        if path.stat().st_size == 0:
            raise UnreadableFile(f"{path.name} is empty.", hint=_HINT)
        return verify(_lines(path), must_contain=must_contain)
    except OSError as error:
        raise UnreadableFile(f"{path.name} cannot be read.", hint=_HINT) from error


def _lines(path: Path) -> Iterator[AuditEvent | None]:
    """What is not text, or not exactly a line of an export, reads as None."""
    with path.open(encoding="ascii", errors="replace", newline="\n") as stream:
        for line in stream:
            yield read_line(line[:-1]) if line.endswith("\n") else None
