"""Overwriting one person everywhere, inside the caller's transaction.

Invariant: it ends with another search. If anything is still found it raises, and the caller's transaction rolls back:
nothing is half erased.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from copilot.domain.erasure import Step, Trouble
from copilot.domain.language import Language
from copilot.errors import Conflict
from copilot.privacy.exported_files import ExportedFile, files_with_traces
from copilot.privacy.person import Person
from copilot.privacy.texts import trouble_words
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.erasure_documents import DocumentEraser
from copilot.store.erasure_drafts import DraftEraser, versions_of
from copilot.store.erasure_people import PersonRepository
from copilot.store.erasure_tables import DELETED, Occurrence, TraceFinder
from copilot.store.pseudonyms import PseudonymRepository
from copilot.store.record_counts import RecordCounts
from copilot.store.rfp_projects import RfpProjectRepository
from copilot.store.stale_items import StaleItems
from copilot.store.standing_sums import StandingSums

_SYSTEM = "system"
_DRAFTS, _TEXTS, _ITEMS = "draft_versions", "documents", "review_items"
_OF_PROJECTS = ("rfp_questions", "rfp_files")

AfterErasure = Callable[[UnitOfWork], int]
"""Called inside the transaction: makes vectors anew in the background, marks drafts stale and returns how many."""


Note = Callable[[Step, int, int], None]
"""Told the step, how much of it is done and how much there is. May raise to end the erasure where nothing is kept."""


def in_silence(_step: Step, _done: int, _total: int) -> None:
    """Tells nobody."""


class TracesLeft(Conflict):
    """The search after an erasure found something."""

    def __init__(self, tables: tuple[str, ...]) -> None:
        message, hint = trouble_words(Trouble.LEFT, language=Language.EN, tables=tables)
        super().__init__(message, hint=hint)
        self.tables = tables


@dataclass(slots=True)
class ErasureReport:
    """What an erasure did, in numbers."""

    contacts: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    passages: int = 0
    drafts: int = 0
    drafts_made_stale: int = 0
    files: tuple[ExportedFile, ...] = ()
    """Released files that hold traces."""

    @property
    def counts(self) -> dict[str, int]:
        """Places by table, `contacts`, `passages` and `drafts`."""
        return {**self.rows, "contacts": self.contacts, "passages": self.passages, "drafts": self.drafts}

    @property
    def empty(self) -> bool:
        """Whether nothing was held in the database."""
        return not any(self.counts.values())


@dataclass(frozen=True, slots=True)
class Eraser:
    """One erasure of one person within one unit of work."""

    person: Person
    uow: UnitOfWork
    note: Note

    def erase(self, *, exports: Path, after_erasure: AfterErasure) -> ErasureReport:
        """Remove the person's records and overwrite their traces everywhere. Erasing again changes nothing.

        Raises Conflict if somebody changes the same data meanwhile, UnavailableError if the exports cannot be read.
        """
        found = occurrences(self.person, self.uow, note=self.note, step=Step.SEARCH)
        files = files_with_traces(exports, self.person.marks, account_of=PersonRepository(self.uow).account_of_item)
        if not (found or self.person.contacts):
            return ErasureReport(files=files)
        report = self._overwrite(found)
        report.files = files
        self.uow.flush()
        left = occurrences(self.person, self.uow, note=self.note, step=Step.CHECK)
        if left:
            raise TracesLeft(tuple(sorted({item.table for item in left})))
        self.note(Step.FINISH, 0, 0)
        report.drafts_made_stale += after_erasure(self.uow)
        return report

    def _overwrite(self, found: Sequence[Occurrence]) -> ErasureReport:
        report, uow, marks = ErasureReport(), self.uow, self.person.marks
        own = {item.id for item in self.person.contacts}
        report.contacts = PersonRepository(uow).remove(own)
        by_table: dict[str, list[Occurrence]] = {}
        for item in found:
            if item.table != "contacts" or item.key["id"] not in own:
                by_table.setdefault(item.table, []).append(item)
        StaleItems(uow).hold(
            versions=versions_of(by_table.get(_DRAFTS, [])),
            item_ids=[str(item.key["id"]) for item in by_table.get(_ITEMS, [])],
            account_ids=[str(item.key["id"]) for item in by_table.get("accounts", [])],
        )
        report.rows = {name: len(rows) for name, rows in by_table.items() if name != _DRAFTS}
        drafts = DraftEraser(uow, marks)
        versions = drafts.overwrite(by_table.pop(_DRAFTS, []))
        report.drafts = len(versions)
        report.passages = DocumentEraser(uow, marks).overwrite(by_table.pop(_TEXTS, []))
        self._overwrite_rows(by_table)
        _forget_questionnaires(by_table, uow)
        if forgotten := self._forget():
            report.rows["pseudonym_entries"] = report.rows.get("pseudonym_entries", 0) + forgotten
        for item_id in drafts.mark_stale(versions):
            AuditLog(uow).append("review.stale", actor_id=_SYSTEM, subject=f"review_item:{item_id}")
            report.drafts_made_stale += 1
        return report

    def _overwrite_rows(self, by_table: dict[str, list[Occurrence]]) -> None:
        finder, done, total = TraceFinder(self.uow, self.person.marks), 0, sum(map(len, by_table.values()))
        for shape in finder.tables():
            for item in by_table.get(shape.name, []):
                self.note(Step.OVERWRITE, done, total)
                if shape.name in DELETED:
                    finder.remove(item)
                else:
                    finder.overwrite(shape, item)
                done += 1
        # A system can be called after a person, and a person can own accounts: the name of what there is none of any
        # more goes with it.
        RecordCounts(self.uow).fold()
        StandingSums(self.uow).fold()

    def _forget(self) -> int:
        """What stood for the person in conversations with models, in spellings that only its own key knows."""
        person = self.person
        values = {*person.names, *person.emails, *person.phones} - set(person.shared)
        return PseudonymRepository(self.uow).forget(values)


def occurrences(person: Person, uow: UnitOfWork, *, note: Note, step: Step) -> list[Occurrence]:
    """Where the person is named, in every table."""
    finder, found = TraceFinder(uow, person.marks), []
    shapes = finder.tables()
    for place, shape in enumerate(shapes):
        note(step, place, len(shapes))
        found += list(finder.search(shape))
    return found


def _forget_questionnaires(by_table: dict[str, list[Occurrence]], uow: UnitOfWork) -> None:
    """The files of questionnaires that name the person cannot be searched or overwritten inside: they go as a whole."""
    touched = {str(item.key["id"]) for item in by_table.get("rfp_projects", [])}
    touched |= {str(item.key["project_id"]) for name in _OF_PROJECTS for item in by_table.get(name, [])}
    RfpProjectRepository(uow).forget_files(touched)
