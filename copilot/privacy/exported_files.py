"""Released files on disk that name a person.

Invariant: only regular files below the exports folder are read or removed; no link is followed.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from copilot.domain.redaction import PlainMarks, spans
from copilot.errors import UnavailableError
from copilot.store.erasure_tables import ScopedMarks

_ITEM = re.compile(r"review_[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file, by its path below the exports folder."""

    path: str


def files_with_traces(
    exports: Path, marks: ScopedMarks, *, account_of: Callable[[str], str | None]
) -> tuple[ExportedFile, ...]:
    """Files that hold a trace of the person, in order of their path. Raises UnavailableError.

    `account_of` tells the account of a review item: each approval has a folder named after it.
    """
    found = []
    try:
        for path in sorted(_files(exports)):
            place = path.relative_to(exports).as_posix()
            item = _ITEM.search(place)
            if _names(path, marks.of(account_of(item.group()) if item else None)):
                found.append(ExportedFile(place))
    except OSError as error:
        raise UnavailableError("The folder for approved drafts cannot be read.", hint="Check its rights.") from error
    return tuple(found)


def remove_files(exports: Path, files: Iterable[ExportedFile]) -> int:
    """Delete these files; one that is gone already is fine. Returns how many were deleted. Raises UnavailableError."""
    removed = 0
    for file in files:
        path = exports / file.path
        if path not in set(_files(exports)):
            continue
        try:
            path.unlink()
        except OSError as error:
            raise UnavailableError("A released file cannot be removed.", hint="Check its rights, try again.") from error
        removed += 1
    return removed


def _files(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder, followlinks=False):
        for name in names:
            path = Path(place) / name
            if path.is_file() and not path.is_symlink():
                yield path


def _names(path: Path, marks: PlainMarks) -> bool:
    content = path.read_bytes().decode("utf-8", "replace")
    # Markdown and HTML spell some characters their own way.
    readings = {content, content.replace("\\", ""), unescape(content)}
    return any(spans(text, marks) for text in readings)
