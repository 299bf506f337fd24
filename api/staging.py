"""Files that were handed in for an import and wait for a person to confirm it, in a folder of the data folder.

Invariants: nothing is written outside an upload's own folder, whatever its files are called; nothing stays longer than
a day, and the files go as soon as they are imported; a state is written whole or not at all.
"""

import fcntl
import json
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from pydantic import BaseModel, ConfigDict, Field

from copilot.clock import Clock
from copilot.domain.access import Visibility
from copilot.errors import InputError, NotFound, UnreadableFile
from knowledge.discovery import DOCUMENT_FOLDERS
from knowledge.parsers.archives import MAX_ENTRIES, MAX_EXPANDED
from knowledge.values.text import slug

KEPT = timedelta(days=1)
SILENT = timedelta(minutes=5)
"""A run that gave no sign of life for so long has ended with its process."""
_ID = re.compile(r"^upload_[0-9a-f]{32}$")
_STATE, _FILES, _LOCK = "state.json", "files", "lock"
_BLOCK = 1 << 20
_LONGEST_PART = 120
_ENCRYPTED = 0x1


class Phase(StrEnum):
    """Where an upload is."""

    CHECKING = "checking"
    CHECKED = "checked"
    REFUSED = "refused"
    IMPORTING = "importing"
    IMPORTED = "imported"


RUNNING = frozenset({Phase.CHECKING, Phase.IMPORTING})


class UploadOptions(BaseModel):
    """What the person who sends files says about them; as the options of `sales-copilot import`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    as_of: date | None = None
    """The day the exports were taken."""
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    """ISO 4217, of amounts that do not state theirs."""
    visibility: Visibility | None = None
    """Who may read documents that belong to no account and lie in no folder that says it."""
    skip_unreadable: bool = False
    confirm_removals: bool = False


class SentName(BaseModel):
    """One file, by its path below the upload's folder, and its size in bytes."""

    name: str
    size: int


class Trouble(BaseModel):
    """Why a check or an import ended, in English; shown in the reader's language."""

    code: str
    message: str
    hint: str = ""


class Upload(BaseModel):
    """One upload and what is known about it so far."""

    id: str
    source: str
    """Name under which what it brings is remembered."""
    phase: Phase
    sent_at: datetime
    sent_by: str
    files: tuple[SentName, ...]
    options: UploadOptions = UploadOptions()
    stage: str = ""
    """`looking`, `writing` or `documents`."""
    done: int = 0
    total: int = 0
    beat_at: datetime | None = None
    """When a run last gave a sign of life."""
    trouble: Trouble | None = None
    report: dict[str, Any] | None = None
    """Of the rehearsal, as `knowledge.report` writes it."""
    run_id: str | None = None
    """Of the import, once it is done."""

    def is_running(self, now: datetime) -> bool:
        """Whether somebody is at work on it."""
        return self.phase in RUNNING and (self.beat_at is None or now - self.beat_at < SILENT)

    def has_stopped(self, now: datetime) -> bool:
        """Whether its run ended without saying how; nothing of it was kept."""
        return self.phase in RUNNING and not self.is_running(now)


class Staging:
    """The uploads of one folder."""

    def __init__(self, folder: Path, *, clock: Clock) -> None:
        self._folder = folder
        self.clock = clock

    def receive(
        self, sent: Sequence[tuple[str, BinaryIO]], *, source: str, options: UploadOptions, sent_by: str
    ) -> Upload:
        """Keep the files, archives unpacked, until somebody decides. Raises InputError or UnreadableFile."""
        self.forget_old()
        upload_id, now = f"upload_{self.clock.new_id().hex}", self.clock.now()
        own = self._folder / upload_id
        # The folder's name is the source system of plain tables, so it is that of the source.
        target = own / _FILES / (slug(PurePosixPath(source).name) or "upload")
        target.mkdir(mode=0o700, parents=True)
        try:
            files = _kept_files(sent, below=target)
        except InputError:
            shutil.rmtree(own)
            raise
        upload = Upload(
            id=upload_id, source=source, phase=Phase.CHECKING, sent_at=now, sent_by=sent_by, files=files,
            options=options, beat_at=now,
        )  # fmt: skip
        self.save(upload)
        return upload

    def all(self) -> tuple[Upload, ...]:
        """The newest first."""
        self.forget_old()
        ids = (entry.name for entry in self._folder.iterdir()) if self._folder.is_dir() else ()
        found = [upload for name in ids if (upload := self._read(name)) is not None]
        return tuple(sorted(found, key=lambda upload: upload.sent_at, reverse=True))

    def find(self, upload_id: str) -> Upload:
        """One upload. Raises NotFound."""
        upload = self._read(upload_id)
        if upload is None or self.clock.now() - upload.sent_at > KEPT:
            raise NotFound("There is no such upload.", hint="Uploads are kept for one day. Send the files again.")
        return upload

    def files_of(self, upload: Upload) -> Path:
        """The folder that is imported."""
        return next(iter((self._folder / upload.id / _FILES).iterdir()))

    def save(self, upload: Upload) -> None:
        """Write an upload's state."""
        path = self._folder / upload.id / _STATE
        fresh = path.with_suffix(".new")
        fresh.write_text(upload.model_dump_json(), encoding="utf-8")
        fresh.replace(path)

    def drop_files(self, upload: Upload) -> None:
        """Delete what was sent; its state stays until the day is over."""
        shutil.rmtree(self._folder / upload.id / _FILES, ignore_errors=True)

    def discard(self, upload: Upload) -> None:
        """Forget it."""
        shutil.rmtree(self._folder / upload.id, ignore_errors=True)

    @contextmanager
    def locked(self, upload_id: str) -> Iterator[Upload]:
        """The upload, which nobody else changes meanwhile. Raises NotFound."""
        self.find(upload_id)
        with (self._folder / upload_id / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield self.find(upload_id)

    def forget_old(self) -> None:
        """Delete what has waited for longer than a day."""
        if not self._folder.is_dir():
            return
        for entry in self._folder.iterdir():
            upload = self._read(entry.name)
            if upload is not None and self.clock.now() - upload.sent_at > KEPT:
                shutil.rmtree(entry, ignore_errors=True)

    def _read(self, upload_id: str) -> Upload | None:
        path = self._folder / upload_id / _STATE
        if not _ID.match(upload_id) or not path.is_file():
            return None
        return Upload.model_validate(json.loads(path.read_text(encoding="utf-8")))


def _kept_files(sent: Sequence[tuple[str, BinaryIO]], *, below: Path) -> tuple[SentName, ...]:
    """Write everything below a folder. Raises InputError or UnreadableFile."""
    for name, stream in sent:
        _keep(name, stream, below=below)
    paths = [path for path in sorted(below.rglob("*")) if path.is_file()]
    if not paths:
        raise InputError("No file was chosen.", hint="Choose exports, documents or a ZIP of their folder.")
    return tuple(SentName(name=path.relative_to(below).as_posix(), size=path.stat().st_size) for path in paths)


def _keep(name: str, stream: BinaryIO, *, below: Path) -> None:
    if name.casefold().endswith(".zip"):
        _unpack(stream, below=below)
        return
    with _place(name, below=below).open("xb") as kept:
        shutil.copyfileobj(stream, kept, _BLOCK)


def _unpack(stream: BinaryIO, *, below: Path) -> None:
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _check(entries)
            top = _top_of([entry.filename for entry in entries])
            for entry in entries:
                with archive.open(entry) as source, _place(entry.filename[len(top) :], below=below).open("xb") as kept:
                    shutil.copyfileobj(source, kept, _BLOCK)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise UnreadableFile("The ZIP file is damaged.", hint="Pack the folder again.") from error


def _check(entries: Sequence[zipfile.ZipInfo]) -> None:
    """The sizes that an archive declares are binding: reading stops there."""
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise UnreadableFile("The ZIP file is protected by a password.", hint="Pack the folder without one.")
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_EXPANDED:
        raise UnreadableFile(
            "The ZIP file holds too much.", hint="Send it in parts, or import the folder with `sales-copilot import`."
        )


def _top_of(names: Sequence[str]) -> str:
    """The one folder that everything lies in, unless its name says what its files are."""
    tops = {name.partition("/")[0] for name in names if "/" in name}
    top = next(iter(tops), "")
    together = len(tops) == 1 and all(name.startswith(f"{top}/") for name in names)
    return f"{top}/" if together and top.casefold() not in DOCUMENT_FOLDERS else ""


def _place(name: str, *, below: Path) -> Path:
    """Where a file of this name goes: always below the folder. Raises InputError."""
    parts = [_plain(part) for part in PurePosixPath(name.replace("\\", "/")).parts]
    kept = [part for part in parts if part not in {"", ".", ".."}]
    if not kept:
        raise InputError("A file has no name.", hint="Give it one, and send it again.")
    path = below.joinpath(*kept)
    if path.exists():
        raise InputError("Two of the files have the same name.", hint="Rename one, or pack them as a ZIP of a folder.")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _plain(part: str) -> str:
    """Letters as they are; no separator, drive or control character; the ending is kept of a long name."""
    plain = "".join(char for char in part if char.isprintable() and char not in "/\\:\0")
    return plain[-_LONGEST_PART:].strip()
