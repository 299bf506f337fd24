"""The answer library in the database: entries, their versions, and proposed changes.

Invariants: an entry changes by one conditional UPDATE that names the version it starts from; each version is written
once beside it; an entry is found only by whoever may read its class of knowledge.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import TEXT, ColumnElement, and_, cast, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import TSQUERY

from copilot.domain.access import Viewer, Visibility
from copilot.domain.answer_library import EntryState, LibraryEntry, ProposedChange
from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.folding import fold
from copilot.domain.language import Language
from copilot.domain.rfp_answers import ShortForm
from copilot.store.database import UnitOfWork
from copilot.store.tables.rfp import LibraryChangeRow, LibraryEntryRow, LibraryVersionRow

LIBRARY_ENTRY = "library_entry"
"""What evidence calls an entry."""
_CONFIGURATIONS = ("spanish", "english")


@dataclass(frozen=True, slots=True)
class EntryVersion:
    """What an entry said in one of its versions."""

    version: int
    question: str
    answer: str
    short: ShortForm | None
    written_by: str
    approved_by: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StoredChange:
    """A proposed change with what only its decision needs."""

    change: ProposedChange
    based_on: int | None
    question_id: str | None
    visibility: Visibility
    sources: tuple[Evidence, ...]


class AnswerLibraryRepository:
    """Works within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def new_id(self) -> str:
        """For an entry that is not yet written."""
        return f"entry_{self._uow.clock.new_id().hex}"

    def add(self, entry: LibraryEntry, *, by: str) -> None:
        """Write a new entry with its first version."""
        now = self._uow.clock.now()
        self._session.add(
            LibraryEntryRow(
                id=entry.id,
                question=entry.question,
                answer=entry.answer,
                language=entry.language.value,
                short=entry.short,
                category=entry.category,
                state=entry.state.value,
                owner_id=entry.owner_id,
                review_by=entry.review_by,
                version=entry.version,
                approved_at=entry.approved_at,
                approved_by=entry.approved_by,
                visibility=entry.visibility.value,
                sources=[item.model_dump(mode="json") for item in entry.sources],
                origin=entry.origin,
                translation_of=entry.translation_of,
                created_by=by,
                created_at=now,
            )
        )
        self._session.flush()
        self._write_version(entry, by=by)

    def save(self, entry: LibraryEntry, *, before: int, by: str | None = None) -> bool:
        """Change an entry that is at version `before`; `by`: who wrote the new version. False: it moved on."""
        values = {
            "question": entry.question,
            "answer": entry.answer,
            "short": entry.short,
            "category": entry.category,
            "state": entry.state.value,
            "owner_id": entry.owner_id,
            "review_by": entry.review_by,
            "version": entry.version,
            "approved_at": entry.approved_at,
            "approved_by": entry.approved_by,
            "visibility": entry.visibility.value,
            "sources": [item.model_dump(mode="json") for item in entry.sources],
            "translation_of": entry.translation_of,
        }
        saved = self._session.execute(
            update(LibraryEntryRow)
            .where(LibraryEntryRow.id == entry.id, LibraryEntryRow.version == before)
            .values(**values)
            .returning(LibraryEntryRow.id)
        ).one_or_none()
        if saved is not None and by is not None:
            self._write_version(entry, by=by)
        return saved is not None

    def approve_version(self, entry: LibraryEntry) -> None:
        """Say beside the entry's version who approved it."""
        wanted = (LibraryVersionRow.entry_id == entry.id, LibraryVersionRow.version == entry.version)
        self._session.execute(update(LibraryVersionRow).where(*wanted).values(approved_by=entry.approved_by))

    def find(self, entry_id: str, *, viewer: Viewer, lock: bool = False) -> LibraryEntry | None:
        """The entry, if it is there and the viewer may read it."""
        query = select(LibraryEntryRow).where(LibraryEntryRow.id == entry_id, entry_is_visible(viewer))
        row = self._session.scalar(
            query.with_for_update() if lock else query, execution_options={"populate_existing": True}
        )
        return None if row is None else _to_entry(row)

    def listed(
        self,
        *,
        viewer: Viewer,
        states: Collection[EntryState] = tuple(EntryState),
        language: Language | None = None,
        stale_on: date | None = None,
        owner_id: str | None = None,
    ) -> tuple[LibraryEntry, ...]:
        """Entries by category and question; `stale_on`: only those whose review is overdue on that day."""
        conditions: list[ColumnElement[bool]] = [
            entry_is_visible(viewer),
            LibraryEntryRow.state.in_([state.value for state in states]),
        ]
        if language is not None:
            conditions.append(LibraryEntryRow.language == language.value)
        if stale_on is not None:
            conditions.append(LibraryEntryRow.review_by < stale_on)
        if owner_id is not None:
            conditions.append(LibraryEntryRow.owner_id == owner_id)
        order = (LibraryEntryRow.category, LibraryEntryRow.question, LibraryEntryRow.id)
        rows = self._session.scalars(select(LibraryEntryRow).where(*conditions).order_by(*order))
        return tuple(_to_entry(row) for row in rows)

    def alike(
        self, question: str, *, viewer: Viewer, states: Collection[EntryState], limit: int
    ) -> tuple[LibraryEntry, ...]:
        """Entries whose question shares words with this one, the most promising first; in both languages."""
        wanted = _any_word(question)
        rank = func.ts_rank(LibraryEntryRow.search, wanted, 1)
        rows = self._session.scalars(
            select(LibraryEntryRow)
            .where(
                LibraryEntryRow.search.op("@@")(wanted),
                LibraryEntryRow.state.in_([state.value for state in states]),
                entry_is_visible(viewer),
            )
            .order_by(rank.desc(), LibraryEntryRow.id)
            .limit(limit)
        )
        return tuple(_to_entry(row) for row in rows)

    def evidence(self, entry_ids: Collection[str], *, viewer: Viewer) -> dict[str, Evidence]:
        """What approved entries say today, as answers cite it; by evidence id."""
        if not entry_ids:
            return {}
        approved = LibraryEntryRow.state == EntryState.APPROVED.value
        wanted = select(LibraryEntryRow).where(LibraryEntryRow.id.in_(entry_ids), approved, entry_is_visible(viewer))
        found = (entry_evidence(_to_entry(row)) for row in self._session.scalars(wanted))
        return {item.id: item for item in found if item is not None}

    def versions(self, entry_id: str) -> tuple[EntryVersion, ...]:
        """Everything that an entry has said, oldest first."""
        rows = self._session.scalars(
            select(LibraryVersionRow).where(LibraryVersionRow.entry_id == entry_id).order_by(LibraryVersionRow.version)
        )
        return tuple(
            EntryVersion(
                version=row.version,
                question=row.question,
                answer=row.answer,
                short=ShortForm(row.short) if row.short else None,
                written_by=row.written_by,
                approved_by=row.approved_by,
                created_at=row.created_at,
            )
            for row in rows
        )

    def writers(self, entry_ids: Collection[str]) -> dict[str, str]:
        """Entry id -> who wrote, or brought in, what it says now."""
        current = (
            LibraryVersionRow.entry_id == LibraryEntryRow.id,
            LibraryVersionRow.version == LibraryEntryRow.version,
        )
        rows = self._session.execute(
            select(LibraryEntryRow.id, LibraryVersionRow.written_by)
            .join(LibraryVersionRow, and_(*current))
            .where(LibraryEntryRow.id.in_(entry_ids))
        )
        return {row.id: row.written_by for row in rows}

    def propose(self, stored: StoredChange) -> None:
        """Write a change that waits for its owner."""
        change = stored.change
        self._session.add(
            LibraryChangeRow(
                id=change.id,
                entry_id=change.entry_id,
                based_on=stored.based_on,
                question=change.question,
                answer=change.answer,
                short=change.short,
                language=change.language.value,
                category=change.category,
                visibility=stored.visibility.value,
                sources=[item.model_dump(mode="json") for item in stored.sources],
                proposed_by=change.proposed_by,
                proposed_at=change.proposed_at,
                project_id=change.project_id,
                question_id=stored.question_id,
                owner_id=change.owner_id,
                state="open",
            )
        )
        self._session.flush()

    def change(self, change_id: str, *, viewer: Viewer) -> StoredChange | None:
        """An open change that the viewer may read, kept until this transaction ends."""
        row = self._session.scalar(
            select(LibraryChangeRow)
            .where(LibraryChangeRow.id == change_id, LibraryChangeRow.state == "open", _change_is_visible(viewer))
            .with_for_update()
        )
        return None if row is None else _to_change(row)

    def changes(self, *, viewer: Viewer) -> tuple[StoredChange, ...]:
        """The open changes that the viewer may read, oldest first."""
        rows = self._session.scalars(
            select(LibraryChangeRow)
            .where(LibraryChangeRow.state == "open", _change_is_visible(viewer))
            .order_by(LibraryChangeRow.proposed_at, LibraryChangeRow.id)
        )
        return tuple(_to_change(row) for row in rows)

    def decided(self, change_id: str, *, state: str, by: str) -> None:
        """Close a change: `approved` or `rejected`."""
        self._session.execute(
            update(LibraryChangeRow)
            .where(LibraryChangeRow.id == change_id)
            .values(state=state, decided_by=by, decided_at=self._uow.clock.now())
        )

    def was_proposed(self, project_id: str, question_id: str, *, answer: str) -> bool:
        """Whether this answer of a project was proposed before, whatever became of it."""
        wanted = (
            LibraryChangeRow.project_id == project_id,
            LibraryChangeRow.question_id == question_id,
            LibraryChangeRow.answer == answer,
        )
        return self._session.scalar(select(LibraryChangeRow.id).where(*wanted).limit(1)) is not None

    def _write_version(self, entry: LibraryEntry, *, by: str) -> None:
        self._session.add(
            LibraryVersionRow(
                entry_id=entry.id,
                version=entry.version,
                question=entry.question,
                answer=entry.answer,
                short=entry.short,
                sources=[item.model_dump(mode="json") for item in entry.sources],
                written_by=by,
                approved_by=entry.approved_by,
                created_at=self._uow.clock.now(),
            )
        )
        self._session.flush()


def entry_evidence(entry: LibraryEntry) -> Evidence | None:
    """An approved answer as something to cite, word for word; None: nobody approved it yet."""
    if entry.approved_at is None:
        return None
    return Evidence(
        id=f"record:{entry.id}:answer",
        kind=EvidenceKind.RECORD,
        text=entry.answer,
        label=entry.question,
        as_of=entry.approved_at.date(),
        visibility=entry.visibility.value,
    )


def entry_is_visible(viewer: Viewer) -> ColumnElement[bool]:
    """Condition on `library_entries`: of a class of knowledge that the viewer may read."""
    return LibraryEntryRow.visibility.in_([item.value for item in viewer.visibility_classes])


def _any_word(question: str) -> ColumnElement[Any]:
    """A query for entries with at least one of the words, read in either language."""
    asked = fold(question)
    readings = (
        func.replace(cast(func.plainto_tsquery(literal_column(f"'{name}'"), asked), TEXT), "&", "|")
        for name in _CONFIGURATIONS
    )
    spanish, english = (cast(reading, TSQUERY) for reading in readings)
    return spanish.op("||")(english)


def _change_is_visible(viewer: Viewer) -> ColumnElement[bool]:
    return LibraryChangeRow.visibility.in_([item.value for item in viewer.visibility_classes])


def _to_entry(row: LibraryEntryRow) -> LibraryEntry:
    return LibraryEntry(
        id=row.id,
        question=row.question,
        answer=row.answer,
        language=Language(row.language),
        short=ShortForm(row.short) if row.short else None,
        category=row.category,
        state=EntryState(row.state),
        owner_id=row.owner_id,
        review_by=row.review_by,
        version=row.version,
        approved_at=row.approved_at,
        approved_by=row.approved_by,
        visibility=Visibility(row.visibility),
        sources=tuple(Evidence.model_validate(item) for item in row.sources),
        origin=row.origin,
        translation_of=row.translation_of,
    )


def _to_change(row: LibraryChangeRow) -> StoredChange:
    return StoredChange(
        change=ProposedChange(
            id=row.id,
            entry_id=row.entry_id,
            question=row.question,
            answer=row.answer,
            short=ShortForm(row.short) if row.short else None,
            language=Language(row.language),
            category=row.category,
            proposed_by=row.proposed_by,
            proposed_at=row.proposed_at,
            project_id=row.project_id,
            owner_id=row.owner_id,
        ),
        based_on=row.based_on,
        question_id=row.question_id,
        visibility=Visibility(row.visibility),
        sources=tuple(Evidence.model_validate(item) for item in row.sources),
    )
