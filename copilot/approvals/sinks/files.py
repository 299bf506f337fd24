"""Approved drafts as files in a folder.

Invariant 5: a delivery is one folder that appears whole or not at all (written aside, flushed, renamed), named
after its approval, so that delivering again finds it there and changes nothing.
"""

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from copilot.approvals.sinks import Delivery, nothing_to_begin
from copilot.errors import DigestMismatch, InputError, StorageFull, UnavailableError

_SAFE_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,150}")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class FileSink:
    """Writes below `folder`, which is created readable by its owner only."""

    folder: Path
    channel: str = "files"
    repeatable: bool = True
    tried_again: bool = False
    """A full disk or a missing right needs a person."""

    def deliver(self, delivery: Delivery, *, begin: Callable[[], None] = nothing_to_begin) -> dict[str, str]:
        """Write `<folder>/<name>-<review item id>/<file>` for every file; see the module docstring.

        Raises StorageFull or UnavailableError (nothing is left behind that looks delivered), InputError for an
        unsafe name, DigestMismatch if other bytes lie there under this approval's name.
        """
        target, files = self._place(delivery)
        begin()
        with translated_errors():
            if not os.path.lexists(target):
                _write_folder(target, files)
        receipt = self.delivered(delivery)
        if receipt is None:
            raise DigestMismatch(
                "Other files lie where this draft should be written.", hint=f"Move the folder {target.name} away."
            )
        return receipt

    def delivered(self, delivery: Delivery) -> dict[str, str] | None:
        """The folder and the SHA-256 of each file if they lie there as approved."""
        target, files = self._place(delivery)
        with translated_errors():
            if not _holds(target, files):
                return None
        return {"channel": self.channel, "folder": target.name} | {
            name: _sha256(content) for name, content in sorted(files.items())
        }

    def _place(self, delivery: Delivery) -> tuple[Path, dict[str, bytes]]:
        target = self.folder / _safe(f"{delivery.name}-{delivery.review_item_id}")
        return target, {_safe(name): content for name, content in delivery.files.items()}


def _safe(name: str) -> str:
    if not _SAFE_NAME.fullmatch(name):
        raise InputError("A file of this draft has a name that is not safe to write.")
    return name


def _write_folder(target: Path, files: Mapping[str, bytes]) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = target.with_name(f".partial-{target.name}")
    _discard(aside)
    try:
        aside.mkdir(mode=0o700)
        for name, content in sorted(files.items()):
            _write_file(aside / name, content)
        _flush_folder(aside)
        aside.rename(target)
        _flush_folder(target.parent)
    except OSError:
        _discard(aside)
        raise


def _write_file(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _flush_folder(path: Path) -> None:
    """Make the names in a folder durable, where the system can (not on Windows)."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _discard(aside: Path) -> None:
    """Remove what a cut-off attempt left; only ever a folder that this sink named."""
    if aside.is_symlink():
        aside.unlink()
    elif aside.exists():
        shutil.rmtree(aside)


def _holds(target: Path, files: Mapping[str, bytes]) -> bool:
    if target.is_symlink() or not target.is_dir():
        return False
    present = {path.name: path for path in target.iterdir()}
    return present.keys() == files.keys() and all(
        not path.is_symlink() and path.is_file() and path.read_bytes() == files[name] for name, path in present.items()
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@contextmanager
def translated_errors() -> Iterator[None]:
    """Say in typed errors why something could not be written."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(
                "The disk for approved drafts is full.", hint="Nothing was delivered. Free space, then try again."
            ) from error
        raise UnavailableError(
            "The folder for approved drafts cannot be written to.",
            hint="Nothing was delivered. Check COPILOT_EXPORT_DIR and its rights, then try again.",
        ) from error
