"""Before anything is written: what every file of the folder is, and how every column is read.

Invariant: all that can be wrong with files and mappings is found here, all of it at once, with nothing written.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath

from copilot.domain.access import Visibility
from copilot.domain.import_messages import ImportMessage
from copilot.errors import UnreadableFile
from knowledge.analysis import TablePlan, Winners, profile, settle
from knowledge.connectors.lexicon import PLAIN, connectors, is_known_header
from knowledge.connectors.reading import open_tables
from knowledge.connectors.table import Table
from knowledge.discovery import Discovered, FileKind, FoundFile, discover, document_paths
from knowledge.fields import FIELDS
from knowledge.mapping import detect, detect_as
from knowledge.mapping_file import FILE_NAME, MappingFile, applied, check_essential, check_used, load_mapping
from knowledge.problems import unreadable
from knowledge.progress import Progress
from knowledge.values.text import slug

_DATE_IN_NAME = re.compile(r"(20\d{2})[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])")


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the person who starts an import may say. Nothing here is required."""

    max_bytes: int
    dry_run: bool = False
    mapping_file: Path | None = None
    """Unset: `mapping.toml` in the folder, if there is one."""
    root_name: str | None = None
    """Under which name the folder is remembered; unset: its full path."""
    account: str | None = None
    """Account (source id or exact name) of documents that no rule assigns."""
    account_id: str | None = None
    """The same by our own id; whoever sets it has asked whether the person may see the account."""
    visibility: Visibility | None = None
    """Audience of documents that are no conversations and lie in no folder that names one."""
    as_of: date | None = None
    """The day the exports were taken; unset: the date in the file's name, else the day the file was written."""
    currency: str | None = None
    """ISO code for amounts that do not state one."""
    skip_unreadable: bool = False
    """Report files that cannot be read and go on; unset: they stop the import."""
    confirm_removals: bool = False
    """Allow an import that removes more than half of what the folder had brought."""
    reread: bool = False
    """Parse documents again although they are unchanged."""
    run_id: str | None = None
    """Under which id the run is kept; whoever sets it can tell whether it was done. Unset: a new one."""


@dataclass(slots=True)
class ImportPlan:
    """Everything known before writing."""

    root: str
    root_name: str
    discovered: Discovered
    mapping: MappingFile | None
    tables: list[TablePlan] = field(default_factory=list)
    documents: list[int] = field(default_factory=list)
    """Indexes of files that are documents."""
    unreadable: list[tuple[int, UnreadableFile]] = field(default_factory=list)
    winners: Winners = field(default_factory=dict)


def plan_import(path: Path, *, options: ImportOptions, today: date, progress: Progress) -> ImportPlan:
    """Look at every file below `path`. Raises InputError, UnreadableFile or MappingError."""
    base = path if path.is_dir() else path.parent
    mapping_path = options.mapping_file or base / FILE_NAME
    mapping = load_mapping(mapping_path) if options.mapping_file or mapping_path.is_file() else None
    discovered = discover(path, mapping=mapping)
    root = options.root_name or path.resolve().as_posix()
    plan = ImportPlan(root, path.resolve().name, discovered, mapping)
    opened = _open_all(plan, options)
    if plan.unreadable and not options.skip_unreadable:
        raise several_unreadable([(discovered.files[index].path.as_posix(), error) for index, error in plan.unreadable])
    _map_all(plan, opened, options=options, today=today)
    if mapping is not None and (path.is_dir() or options.mapping_file):  # its folder's file speaks of others, too
        names = [table.name for table in plan.tables]
        check_used(mapping, tables=names, paths=document_paths(discovered.files), source=mapping_path.name)
    _profile_all(plan, options=options, progress=progress)
    return plan


def several_unreadable(problems: Sequence[tuple[str, UnreadableFile]]) -> UnreadableFile:
    """One error that names every file that cannot be read."""
    lines = [f"- {path}: {error.message}\n  → {error.hint}" for path, error in problems]
    error = unreadable(ImportMessage.SEVERAL_UNREADABLE, count=len(lines))
    return UnreadableFile("\n".join([error.message, *lines]), hint=error.hint)


def _open_all(plan: ImportPlan, options: ImportOptions) -> list[tuple[int, Table]]:
    opened = []
    for index, file in enumerate(plan.discovered.files):
        if file.kind in {FileKind.DOCUMENT, FileKind.UNSUPPORTED}:
            plan.documents.append(index)
            continue
        try:
            tables = open_tables(file.absolute, max_bytes=options.max_bytes, known=is_known_header)
        except UnreadableFile as error:
            if file.kind is FileKind.EITHER and file.path.suffix.casefold() == ".txt":
                plan.documents.append(index)  # the document parser has the last word on a text file
            else:
                plan.unreadable.append((index, error))
            continue
        if file.kind is FileKind.EITHER and not _is_table(file, tables, plan):
            plan.documents.append(index)
        else:
            opened += [(index, table) for table in tables]
    return opened


def _is_table(file: FoundFile, tables: Sequence[Table], plan: ImportPlan) -> bool:
    if plan.mapping is not None and any(plan.mapping.entry_for(_table_name(file, table)) for table in tables):
        return True
    detected = [detect(table, path=file.path, plain_system=PLAIN, sibling_system=None) for table in tables]
    return any(mapping.record_type is not None for mapping in detected)


def _table_name(file: FoundFile, table: Table) -> str:
    _, mark, sheet = table.name.partition("#")
    return file.path.as_posix() + mark + sheet


def _map_all(plan: ImportPlan, opened: list[tuple[int, Table]], *, options: ImportOptions, today: date) -> None:
    plain_system = slug(Path(plan.root_name).stem) or PLAIN
    siblings = _systems_of_folders(plan, opened, plain_system)
    for index, table in opened:
        file = plan.discovered.files[index]
        name = _table_name(file, table)
        sibling = siblings.get(file.path.parent)
        detected = detect(table, path=file.path, plain_system=plain_system, sibling_system=sibling)
        entry = plan.mapping.entry_for(name) if plan.mapping else None
        retyped = {
            record_type: detect_as(
                record_type, table, path=file.path, plain_system=plain_system, sibling_system=sibling
            )
            for record_type in (FIELDS if entry is not None else ())
        }
        mapping = applied(detected, table=table, name=name, entry=entry, file=plan.mapping, retyped=retyped)
        check_essential(mapping, name=name)
        as_of = options.as_of or (plan.mapping.as_of if plan.mapping else None) or _date_of(file, today)
        plan.tables.append(TablePlan(name, index, table, mapping, min(as_of, today)))


def _systems_of_folders(
    plan: ImportPlan, opened: list[tuple[int, Table]], plain_system: str
) -> dict[PurePosixPath, str]:
    """The known system that most tables of a folder are from: its other tables are taken to be, too."""
    votes: dict[PurePosixPath, Counter[str]] = {}
    for index, table in opened:
        path = plan.discovered.files[index].path
        system = detect(table, path=path, plain_system=plain_system, sibling_system=None).system
        if system in connectors():
            votes.setdefault(path.parent, Counter())[system] += 1
    return {folder: counts.most_common(1)[0][0] for folder, counts in votes.items()}


def _date_of(file: FoundFile, today: date) -> date:
    """The date in the file's or its folder's name, else the day the file was written."""
    for text in reversed(file.path.parts):
        if match := _DATE_IN_NAME.search(text):
            try:
                return date(int(match[1]), int(match[2]), int(match[3]))
            except ValueError:
                continue
    return min(datetime.fromtimestamp(file.absolute.stat().st_mtime, UTC).date(), today)


def _profile_all(plan: ImportPlan, *, options: ImportOptions, progress: Progress) -> None:
    total = sum(plan.discovered.files[table.file_index].size for table in plan.tables)
    progress.start("looking", total=total)
    problems: list[tuple[int, UnreadableFile]] = []
    for table in plan.tables:
        try:
            if table.mapping.record_type is None:
                table.rows_read = table.table.rows_above + sum(1 for _ in table.table.rows())
            else:
                # Counted in bytes of files; told between rows as well, so that a long table can be stopped.
                profile(table, winners=plan.winners, on_rows=lambda _: progress.advance(0))
                settle(table, default_currency=options.currency)
        except UnreadableFile as error:
            problems.append((table.file_index, error))
        progress.advance(plan.discovered.files[table.file_index].size)
    progress.end()
    if not problems:
        return
    if not options.skip_unreadable:
        raise several_unreadable([(plan.discovered.files[index].path.as_posix(), error) for index, error in problems])
    broken = {index for index, _ in problems}
    plan.unreadable += problems
    plan.tables = [table for table in plan.tables if table.file_index not in broken]
    plan.winners = {key: winner for key, winner in plan.winners.items() if winner[0] not in broken}
