"""Access to and erasure of what is held about one person (GDPR, articles 15 and 17).

Invariant: only an administrator may ask. An erasure is one transaction that ends with another search: if anything is
still found, nothing is erased and the error says where. The audit chain tells that it was done, by keyed hashes.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from copilot.domain.access import Role, Viewer
from copilot.errors import Conflict, NotAllowed
from copilot.privacy.exported_files import ExportedFile, files_with_traces, remove_files
from copilot.privacy.person import Person, resolve
from copilot.privacy.texts import problem
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.erasure_documents import DocumentEraser
from copilot.store.erasure_drafts import DraftEraser, versions_of
from copilot.store.erasure_people import PersonRepository
from copilot.store.erasure_suppressions import SuppressionRepository
from copilot.store.erasure_tables import DELETED, Occurrence, ScopedMarks, TraceFinder, excerpts
from copilot.store.pseudonyms import PseudonymRepository
from copilot.store.rfp_projects import RfpProjectRepository
from copilot.store.sources import SourceRepository
from copilot.store.stale_items import StaleItems
from copilot.telemetry import get_logger

_log = get_logger(__name__)
_SYSTEM = "system"
_DRAFTS, _TEXTS, _ITEMS = "draft_versions", "documents", "review_items"
_OF_PROJECTS = ("rfp_questions", "rfp_files")

AfterErasure = Callable[[UnitOfWork], int]
"""Called inside the transaction: makes vectors anew in the background, marks drafts stale and returns how many."""


class Reason(StrEnum):
    """Why somebody is erased; a code, because words could name the person."""

    REQUEST = "request"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    OBJECTION = "objection"
    NO_LONGER_NEEDED = "no_longer_needed"
    UNLAWFUL = "unlawful"


@dataclass(frozen=True, slots=True)
class Item:
    """One place where something about the person is held."""

    table: str
    key: dict[str, str]
    account_id: str | None
    account_name: str | None
    moment: str | None
    """The date that says most about it: when it was written, said or imported."""
    fields: dict[str, list[str]]
    """Field -> the texts that hold a trace, whole."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """Everything held about one person."""

    person: Person
    items: tuple[Item, ...]
    files: tuple[ExportedFile, ...]
    """Released files on disk."""

    @property
    def counts(self) -> dict[str, int]:
        """Places by table."""
        return dict(sorted(Counter(item.table for item in self.items).items()))

    @property
    def empty(self) -> bool:
        """Whether nothing is held."""
        return not (self.items or self.files or self.person.contacts)


@dataclass(slots=True)
class ErasureReport:
    """What an erasure did, in numbers."""

    erasure_id: str | None
    """None: there was nothing to erase."""
    contacts: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    passages: int = 0
    drafts: int = 0
    drafts_made_stale: int = 0
    files: tuple[ExportedFile, ...] = ()
    """Released files that still hold traces; a person removes them, or `remove_files` does."""
    shared: tuple[str, ...] = ()
    """What others have too and was left."""


class Privacy:
    """See the module docstring. Every method works inside the caller's unit of work."""

    def __init__(self, *, exports: Path, after_erasure: AfterErasure) -> None:
        self._exports = exports
        self._after_erasure = after_erasure

    def find(self, query: str, *, viewer: Viewer, uow: UnitOfWork, account: str | None = None) -> Holdings:
        """What is held about the person meant. Raises NotAllowed, NotFound or InputError."""
        _require_admin(viewer)
        people = PersonRepository(uow)
        person = resolve(query, account=account, language=viewer.language, people=people)
        return self._holdings(person, _occurrences(person, uow), uow)

    def _holdings(self, person: Person, found: Sequence[Occurrence], uow: UnitOfWork) -> Holdings:
        people = PersonRepository(uow)
        names = people.account_names({item.account_id for item in found if item.account_id})
        items = [_item(occurrence, person.marks, names) for occurrence in found]
        items += [_record(contact.to_dict()) for contact in person.contacts]
        own = {contact.id for contact in person.contacts}
        kept = [
            item for item in items if item.table != "contacts" or item.key["id"] not in own or "record" in item.fields
        ]
        files = files_with_traces(self._exports, person.marks, account_of=people.account_of_item)
        return Holdings(person, tuple(kept), files)

    def export(self, query: str, *, viewer: Viewer, uow: UnitOfWork, account: str | None = None) -> Holdings:
        """The same to hand over, which is recorded."""
        holdings = self.find(query, viewer=viewer, uow=uow, account=account)
        AuditLog(uow).append(
            "privacy.exported",
            actor_id=viewer.user_id,
            subject=f"person:{_pseudonym(holdings.person, uow)}",
            details={"items": str(len(holdings.items)), "files": str(len(holdings.files))},
        )
        return holdings

    def erase(
        self, query: str, *, reason: Reason, viewer: Viewer, uow: UnitOfWork, account: str | None = None
    ) -> ErasureReport:
        """Remove the person's records and overwrite their traces everywhere. Erasing again changes nothing.

        Raises NotAllowed, NotFound, InputError, or Conflict if somebody changes the same data meanwhile.
        """
        _require_admin(viewer)
        SourceRepository(uow).lock()
        people = PersonRepository(uow)
        person = resolve(query, account=account, language=viewer.language, people=people)
        found = _occurrences(person, uow)
        files = files_with_traces(self._exports, person.marks, account_of=people.account_of_item)
        if not (found or person.contacts):
            return ErasureReport(erasure_id=None, files=files, shared=person.shared)
        subject = _pseudonym(person, uow)
        report = self._overwrite(person, found, uow)
        report.files = files
        self._require_gone(person, viewer, uow)
        self._record(report, person, subject=subject, reason=reason, viewer=viewer, uow=uow)
        report.drafts_made_stale += self._after_erasure(uow)
        _log.info("privacy.erased", rows=sum(report.rows.values()), drafts=report.drafts, passages=report.passages)
        return report

    def remove_files(self, files: Sequence[ExportedFile]) -> int:
        """Delete released files that an erasure named, once it is committed. Returns how many were deleted."""
        return remove_files(self._exports, files)

    @staticmethod
    def _overwrite(person: Person, found: Sequence[Occurrence], uow: UnitOfWork) -> ErasureReport:
        report = ErasureReport(erasure_id=f"erasure_{uow.clock.new_id().hex}", shared=person.shared)
        own = {item.id for item in person.contacts}
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
        drafts = DraftEraser(uow, person.marks)
        versions = drafts.overwrite(by_table.pop(_DRAFTS, []))
        report.drafts = len(versions)
        report.passages = DocumentEraser(uow, person.marks).overwrite(by_table.pop(_TEXTS, []))
        finder = TraceFinder(uow, person.marks)
        for shape in finder.tables():
            for item in by_table.get(shape.name, []):
                if shape.name in DELETED:
                    finder.remove(item)
                else:
                    finder.overwrite(shape, item)
        _forget_questionnaires(by_table, uow)
        if forgotten := _forget(person, uow):
            report.rows["pseudonym_entries"] = report.rows.get("pseudonym_entries", 0) + forgotten
        for item_id in drafts.mark_stale(versions):
            AuditLog(uow).append("review.stale", actor_id=_SYSTEM, subject=f"review_item:{item_id}")
            report.drafts_made_stale += 1
        return report

    @staticmethod
    def _require_gone(person: Person, viewer: Viewer, uow: UnitOfWork) -> None:
        uow.flush()
        left = {item.table for item in _occurrences(person, uow)}
        if left:
            raise problem(Conflict, "left", viewer.language, tables=", ".join(sorted(left)))

    @staticmethod
    def _record(
        report: ErasureReport, person: Person, *, subject: str, reason: Reason, viewer: Viewer, uow: UnitOfWork
    ) -> None:
        counts = {**report.rows, "contacts": report.contacts, "passages": report.passages, "drafts": report.drafts}
        keys: dict[str | None, set[str]] = {None: set(person.marks.everywhere) | person.source_keys}
        for account_id, some in person.marks.in_accounts.items():
            keys[account_id] = set(some)
        SuppressionRepository(uow).record(
            report.erasure_id or "", actor_id=viewer.user_id, reason=reason.value, counts=counts, keys=keys
        )
        AuditLog(uow).append(
            "privacy.erased",
            actor_id=viewer.user_id,
            subject=f"person:{subject}",
            details={"erasure": report.erasure_id or "", "reason": reason.value}
            | {f"rows.{name}": str(count) for name, count in sorted(counts.items())},
        )


def _occurrences(person: Person, uow: UnitOfWork) -> list[Occurrence]:
    finder = TraceFinder(uow, person.marks)
    return [item for shape in finder.tables() for item in finder.search(shape)]


def _forget(person: Person, uow: UnitOfWork) -> int:
    """What stood for the person in conversations with models, in spellings that only its own key knows."""
    values = {*person.names, *person.emails, *person.phones} - set(person.shared)
    return PseudonymRepository(uow).forget(values)


def _forget_questionnaires(by_table: dict[str, list[Occurrence]], uow: UnitOfWork) -> None:
    """The files of questionnaires that name the person cannot be searched or overwritten inside: they go as a whole."""
    touched = {str(item.key["id"]) for item in by_table.get("rfp_projects", [])}
    touched |= {str(item.key["project_id"]) for name in _OF_PROJECTS for item in by_table.get(name, [])}
    RfpProjectRepository(uow).forget_files(touched)


def _require_admin(viewer: Viewer) -> None:
    if viewer.role is not Role.ADMIN:
        raise problem(NotAllowed, "admin", viewer.language)


def _pseudonym(person: Person, uow: UnitOfWork) -> str:
    """A keyed hash that stands for the person in the audit chain."""
    first: Sequence[str] = sorted(person.marks.keys) or sorted(person.source_keys) or [""]
    return SuppressionRepository(uow).hash_of(f"person:{first[0]}")[:32]


def _item(found: Occurrence, marks: ScopedMarks, account_names: dict[str, str]) -> Item:
    texts = {name: excerpts(value, marks.of(found.account_id)) for name, value in found.values.items()}
    return Item(
        table=found.table,
        key={name: str(value) for name, value in found.key.items()},
        account_id=found.account_id,
        account_name=account_names.get(found.account_id or ""),
        moment=found.moment,
        fields=texts,
    )


def _record(contact: dict[str, Any]) -> Item:
    """A contact's record: every field of it is about the person."""
    lines = [f"{name}: {value}" for name, value in contact.items() if value not in (None, "")]
    return Item(
        table="contacts",
        key={"id": str(contact["id"])},
        account_id=contact["account_id"],
        account_name=contact["account_name"],
        moment=contact["as_of"],
        fields={"record": lines},
    )
