"""Which files of a folder an import looks at, and which it leaves alone by rule.

Invariant: every file below the folder is either taken or listed with the rule that left it out.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from copilot.domain.import_messages import ImportMessage
from knowledge.connectors.reading import DELIMITED, JSON_ARRAYS, JSON_LINES, WORKBOOKS
from knowledge.mapping_file import FILE_NAME, MappingFile, matches
from knowledge.parsers import is_document
from knowledge.problems import bad_input, unreadable

_BLOCK = 1 << 20
DOCUMENT_FOLDERS = frozenset(
    {"accounts", "cuentas", "knowledge", "knowledge-managers", "knowledge-admins", "conocimiento", "docs", "documents",
     "documentos", "emails", "correos", "calls", "llamadas", "notes", "notas", "contracts", "contratos"}
)  # fmt: skip
"""Folders whose text files and workbooks are documents, not tables."""
_TABLES = (DELIMITED - {".txt"}) | JSON_LINES | JSON_ARRAYS


class FileKind(StrEnum):
    """How a file is treated."""

    TABLE = "table"
    EITHER = "either"
    """A workbook or text file: a table if its headers are known, else a document."""
    DOCUMENT = "document"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One file to import. `path` is below the root."""

    path: PurePosixPath
    absolute: Path
    kind: FileKind
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class IgnoredFile:
    """One file that a rule leaves out."""

    path: str
    rule: str


@dataclass(frozen=True, slots=True)
class Discovered:
    """What lies below an import root."""

    files: tuple[FoundFile, ...]
    ignored: tuple[IgnoredFile, ...]


def discover(root: Path, *, mapping: MappingFile | None) -> Discovered:
    """List the files of a folder (or the one file named), in order of their paths.

    Raises InputError if there is nothing at `root` or nothing to import, UnreadableFile for a file without
    permission to read.
    """
    if not root.exists():
        raise bad_input(ImportMessage.NOTHING_THERE, path=str(root))
    base = root if root.is_dir() else root.parent
    is_demo = (base / "company.toml").is_file()
    files, ignored = [], []
    for absolute in _walk(root):
        path = PurePosixPath(absolute.relative_to(base).as_posix())
        rule = _ignoring_rule(path, absolute, mapping=mapping, is_demo=is_demo)
        if rule is not None:
            ignored.append(IgnoredFile(path.as_posix(), rule))
        else:
            files.append(_found(path, absolute, mapping=mapping))
    if not files:
        raise bad_input(ImportMessage.NOTHING_TO_IMPORT, path=str(root))
    return Discovered(tuple(files), tuple(ignored))


def _found(path: PurePosixPath, absolute: Path, *, mapping: MappingFile | None) -> FoundFile:
    try:
        kind = _kind(path, absolute)
        size, sha256 = absolute.stat().st_size, _sha256(absolute)
    except OSError as error:
        raise unreadable(ImportMessage.CANNOT_OPEN, file=path.as_posix()) from error
    if kind is FileKind.EITHER and mapping is not None and mapping.document_entry(path.as_posix()):
        kind = FileKind.DOCUMENT
    return FoundFile(path, absolute, kind, size, sha256)


def _walk(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
        return
    for entry in sorted(root.iterdir(), key=lambda item: item.name):
        if entry.is_dir() and not entry.is_symlink():
            yield from _walk(entry)
        else:
            yield entry


def _ignoring_rule(path: PurePosixPath, absolute: Path, *, mapping: MappingFile | None, is_demo: bool) -> str | None:
    name = path.name
    checks = (
        ("ignored.hidden", any(part.startswith(".") for part in path.parts)),
        ("ignored.link", absolute.is_symlink() or not absolute.is_file()),
        ("ignored.lock_file", name.startswith("~$") or name.casefold() in {"thumbs.db", "desktop.ini"}),
        ("ignored.archive_leftover", "__MACOSX" in path.parts),
        ("ignored.mapping_file", name == FILE_NAME),
        ("ignored.evaluation_data", is_demo and path.parts[0] == "truth"),
        ("ignored.company_file", is_demo and path.as_posix() == "company.toml"),
        ("ignored.by_mapping_file", mapping is not None and any(matches(str(path), glob) for glob in mapping.ignore)),
    )
    return next((rule for rule, applies in checks if applies), None)


def _kind(path: PurePosixPath, absolute: Path) -> FileKind:
    suffix = path.suffix.casefold()
    if suffix in _TABLES:
        return FileKind.TABLE
    if suffix in WORKBOOKS or suffix == ".txt":
        in_folder = any(part.casefold() in DOCUMENT_FOLDERS for part in path.parts[:-1])
        return FileKind.DOCUMENT if in_folder else FileKind.EITHER
    return FileKind.DOCUMENT if is_document(absolute) else FileKind.UNSUPPORTED


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def document_paths(files: Sequence[FoundFile]) -> list[str]:
    """Paths of what may be a document."""
    return [file.path.as_posix() for file in files if file.kind in {FileKind.DOCUMENT, FileKind.EITHER}]
