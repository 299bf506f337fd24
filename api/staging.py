"""Files that were handed in for an import and wait for a person to confirm it, in a folder of the data folder.

Invariants: nothing is written outside an upload's own folder, whatever its files are called; nothing stays longer than
a day, not even what was cut off while it came in, and the files go as soon as they are imported; a state is written
whole or not at all; whether a worker is at one is told by a lock that ends with its process.
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
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import BinaryIO, TextIO

from api.upload_states import Phase, SentName, Upload, UploadOptions
from copilot.clock import Clock
from copilot.errors import InputError, NotFound, UnreadableFile
from knowledge.discovery import DOCUMENT_FOLDERS
from knowledge.parsers.archives import MAX_ENTRIES, MAX_EXPANDED
from knowledge.values.text import slug

KEPT = timedelta(days=1)
_ID = re.compile(r"^upload_[0-9a-f]{32}$")
_STATE, _FILES, _LOCK, _AT_WORK, _STOP, _TURN = "state.json", "files", "lock", "at-work", "stop", "uploads.turn"
_BLOCK = 1 << 20
_LONGEST_PART = 120
"""Bytes, as file systems count: a letter may be several."""
_DEEPEST = 20
_ENCRYPTED = 0x1


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
            asked = {"asked_at": self.clock.now(), "asked_by": sent_by}
            whole = upload.model_copy(update={"phase": Phase.CHECKING, "files": files, **asked})
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
        """The upload, about which nobody else decides meanwhile. Raises NotFound."""
        self.find(upload_id)
        with self._lock(upload_id, _LOCK):
            yield self.find(upload_id)

    @contextmanager
    def at_work(self, upload_id: str) -> Iterator[Upload]:
        """The upload, while a worker is at it, which others see. Raises NotFound."""
        self.find(upload_id)
        with self._lock(upload_id, _AT_WORK):
            yield self.find(upload_id)

    @contextmanager
    def left_alone(self, upload: Upload) -> Iterator[bool]:
        """Whether no worker is at it, and none begins before the block ends."""
        with self._lock(upload.id, _AT_WORK, wait=False) as free:
            yield free

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Whether it is the caller's turn to work on uploads, until the block ends: one at a time."""
        if not self._folder.is_dir():
            yield False
            return
        with self._folder.with_name(_TURN).open("w") as lock:
            yield _is_taken(lock, wait=False)

    def waiting(self) -> tuple[Upload, ...]:
        """What waits for the worker, in its order."""
        waiting = [upload for upload in self.all() if upload.is_waiting]
        return tuple(sorted(waiting, key=lambda upload: (upload.asked_at or upload.sent_at, upload.id)))

    def ask_to_stop(self, upload: Upload) -> None:
        """Have the worker that is at it stop where it can."""
        (self._folder / upload.id / _STOP).touch()

    def is_asked_to_stop(self, upload: Upload) -> bool:
        """Whether somebody asked for that."""
        return (self._folder / upload.id / _STOP).exists()

    def withdraw_stop(self, upload: Upload) -> None:
        """Forget that somebody did: something else is asked for."""
        (self._folder / upload.id / _STOP).unlink(missing_ok=True)

    @contextmanager
    def _lock(self, upload_id: str, name: str, *, wait: bool = True) -> Iterator[bool]:
        try:
            lock = (self._folder / upload_id / name).open("w")
        except FileNotFoundError:
            # Discarded since it was found.
            self.find(upload_id)
            raise
        with lock:
            yield _is_taken(lock, wait=wait)

    def forget_old(self) -> None:
        """Delete what has waited for longer than a day."""
        if not self._folder.is_dir():
            return
        for entry in self._folder.iterdir():
            upload, now = self._read(entry.name), self.clock.now()
            if upload is not None and now - upload.sent_at > KEPT and (upload.is_waiting or not upload.is_running):
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


def _is_taken(lock: TextIO, *, wait: bool) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


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
