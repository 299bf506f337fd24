"""Files that were handed in for an import and wait for a person to confirm it, in a folder of the data folder.

Invariants: nothing is written outside an upload's own folder, whatever its files are called; nothing stays longer than
a day, not even what was cut off while it came in, and the files go as soon as they are imported; a state is written
whole or not at all; whether a run is at work is told by a lock that ends with its process.
"""

import errno
import fcntl
import json
import lzma
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

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from copilot.clock import Clock
from copilot.domain.access import Visibility
from copilot.errors import InputError, NotFound, UnreadableFile
from knowledge.discovery import DOCUMENT_FOLDERS
from knowledge.parsers.archives import MAX_ENTRIES, MAX_EXPANDED
from knowledge.values.text import slug

KEPT = timedelta(days=1)
SILENT = timedelta(minutes=5)
"""A run that is not at work, and gave no sign of life for so long, has ended with its process."""
_ID = re.compile(r"^upload_[0-9a-f]{32}$")
_STATE, _FILES, _LOCK, _AT_WORK = "state.json", "files", "lock", "at-work"
_BLOCK = 1 << 20
_LONGEST_PART = 120
"""Bytes, as file systems count: a letter may be several."""
_DEEPEST = 20
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
    _at_work: bool = PrivateAttr(default=False)
    """Whether a run held the upload when it was read."""

    def is_running(self, now: datetime) -> bool:
        """Whether somebody is at work on it, or will be in a moment."""
        lately = self.beat_at is None or now - self.beat_at < SILENT
        return self.phase in RUNNING and (self._at_work or lately)

    def found(self, *, at_work: bool) -> "Upload":
        """The same, as it was found."""
        self._at_work = at_work
        return self

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
        # Known before the first file is: what is cut off here is forgotten after a day like everything else.
        upload = Upload(
            id=upload_id, source=source, phase=Phase.REFUSED, sent_at=now, sent_by=sent_by, files=(), options=options
        )
        try:
            self.save(upload)
            files = _kept_files(sent, below=target)
            whole = upload.model_copy(update={"phase": Phase.CHECKING, "files": files, "beat_at": self.clock.now()})
            self.save(whole)
            upload = whole
        finally:
            if upload.phase is not Phase.CHECKING:
                shutil.rmtree(own, ignore_errors=True)
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
        with self._lock(upload_id, _LOCK):
            yield self.find(upload_id)

    @contextmanager
    def at_work(self, upload_id: str) -> Iterator[Upload]:
        """The upload, while a run works on it; others see that it does, however long it is silent. Raises NotFound."""
        self.find(upload_id)
        with self._lock(upload_id, _AT_WORK):
            yield self.find(upload_id)

    @contextmanager
    def _lock(self, upload_id: str, name: str) -> Iterator[None]:
        try:
            lock = (self._folder / upload_id / name).open("w")
        except FileNotFoundError:
            # Discarded since it was found.
            self.find(upload_id)
            raise
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def forget_old(self) -> None:
        """Delete what has waited for longer than a day."""
        if not self._folder.is_dir():
            return
        for entry in self._folder.iterdir():
            upload, now = self._read(entry.name), self.clock.now()
            if upload is not None and now - upload.sent_at > KEPT and not upload.is_running(now):
                shutil.rmtree(entry, ignore_errors=True)

    def _read(self, upload_id: str) -> Upload | None:
        path = self._folder / upload_id / _STATE
        if not _ID.match(upload_id) or not path.is_file():
            return None
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return Upload.model_validate(state).found(at_work=self._is_held(upload_id))

    def _is_held(self, upload_id: str) -> bool:
        try:
            with (self._folder / upload_id / _AT_WORK).open() as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False


class _Room:
    """What one upload may still expand to, over all its archives."""

    def __init__(self) -> None:
        self._entries, self._bytes = MAX_ENTRIES, MAX_EXPANDED

    def take(self, entries: Sequence[zipfile.ZipInfo]) -> None:
        """The sizes that an archive declares are binding: reading stops there. Raises UnreadableFile."""
        self._entries -= len(entries)
        self._bytes -= sum(entry.file_size for entry in entries)
        if self._entries < 0 or self._bytes < 0:
            raise _too_much()


def _too_much() -> UnreadableFile:
    return UnreadableFile(
        "The ZIP file holds too much.", hint="Send it in parts, or import the folder with `sales-copilot import`."
    )


def _kept_files(sent: Sequence[tuple[str, BinaryIO]], *, below: Path) -> tuple[SentName, ...]:
    """Write everything below a folder. Raises InputError or UnreadableFile."""
    room = _Room()
    for name, stream in sent:
        if name.casefold().endswith(".zip"):
            _unpack(stream, below=below, room=room)
        else:
            with _placed(name, below=below) as kept:
                shutil.copyfileobj(stream, kept, _BLOCK)
    paths = [path for path in sorted(below.rglob("*")) if path.is_file()]
    if not paths:
        raise InputError("No file was chosen.", hint="Choose exports, documents or a ZIP of their folder.")
    return tuple(SentName(name=path.relative_to(below).as_posix(), size=path.stat().st_size) for path in paths)


def _unpack(stream: BinaryIO, *, below: Path, room: _Room) -> None:
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if any(entry.flag_bits & _ENCRYPTED for entry in entries):
                raise UnreadableFile("The ZIP file is protected by a password.", hint="Pack the folder without one.")
            room.take(entries)
            top = _top_of([entry.filename for entry in entries])
            for entry in entries:
                with archive.open(entry) as source, _placed(entry.filename[len(top) :], below=below) as kept:
                    shutil.copyfileobj(source, kept, _BLOCK)
    except _DAMAGED as error:
        raise _damaged() from error
    except OSError as error:
        if error.errno is not None:
            raise
        # So says bzip2 of what it cannot read.
        raise _damaged() from error


_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, EOFError, UnicodeDecodeError)


def _damaged() -> UnreadableFile:
    return UnreadableFile("The ZIP file is damaged.", hint="Pack the folder again.")


def _top_of(names: Sequence[str]) -> str:
    """The one folder that everything lies in, unless its name says what its files are."""
    tops = {name.partition("/")[0] for name in names if "/" in name}
    top = next(iter(tops), "")
    together = len(tops) == 1 and all(name.startswith(f"{top}/") for name in names)
    return f"{top}/" if together and top.casefold() not in DOCUMENT_FOLDERS else ""


def _placed(name: str, *, below: Path) -> BinaryIO:
    """A new file of this name, always below the folder. Raises InputError."""
    parts = [_plain(part) for part in PurePosixPath(name.replace("\\", "/")).parts]
    kept = [part for part in parts if part not in {"", ".", ".."}]
    if not kept:
        raise InputError("A file has no name.", hint="Give it one, and send it again.")
    if len(kept) > _DEEPEST:
        raise _too_much()
    path = below.joinpath(*kept)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path.open("xb")
    except OSError as error:
        # There already, or a file where another needs a folder.
        if error.errno not in {errno.EEXIST, errno.ENOTDIR, errno.EISDIR}:
            raise
        raise InputError(
            "Two of the files have the same name.", hint="Rename one, or pack them as a ZIP of a folder."
        ) from error


def _plain(part: str) -> str:
    """Letters as they are; no separator, drive or control character; the ending is kept of a long name."""
    plain = "".join(char for char in part if char.isprintable() and char not in "/\\:\0")
    return plain.encode()[-_LONGEST_PART:].decode(errors="ignore").strip()
