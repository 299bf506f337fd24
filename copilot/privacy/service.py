"""Access to what is held about one person (GDPR, article 15): see it, hand it over.

Invariant: only an administrator may ask, and what is handed over is recorded, by a keyed hash. Erasing (article 17) is
`privacy.requests`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copilot.domain.access import Role, Viewer
from copilot.domain.erasure import Step
from copilot.errors import NotAllowed
from copilot.privacy.erasing import in_silence, occurrences
from copilot.privacy.exported_files import ExportedFile, files_with_traces
from copilot.privacy.person import Person, resolve
from copilot.privacy.texts import problem
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.erasure_people import PersonRepository
from copilot.store.erasure_suppressions import SuppressionRepository
from copilot.store.erasure_tables import Occurrence, ScopedMarks, excerpts


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


class Privacy:
    """See the module docstring. Every method works inside the caller's unit of work."""

    def __init__(self, *, exports: Path) -> None:
        self._exports = exports

    def identify(self, query: str, *, viewer: Viewer, uow: UnitOfWork, account: str | None = None) -> Person:
        """The person meant. Raises NotAllowed, NotFound or InputError."""
        require_administrator(viewer)
        return resolve(query, account=account, language=viewer.language, people=PersonRepository(uow))

    def find(self, query: str, *, viewer: Viewer, uow: UnitOfWork, account: str | None = None) -> Holdings:
        """What is held about the person meant. Raises NotAllowed, NotFound or InputError."""
        person = self.identify(query, viewer=viewer, uow=uow, account=account)
        return self._holdings(person, occurrences(person, uow, note=in_silence, step=Step.SEARCH), uow)

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
            subject=f"person:{pseudonym(holdings.person, uow)}",
            details={"items": str(len(holdings.items)), "files": str(len(holdings.files))},
        )
        return holdings


def require_administrator(viewer: Viewer) -> None:
    """Raises NotAllowed."""
    if viewer.role is not Role.ADMIN:
        raise problem(NotAllowed, "admin", viewer.language)


def pseudonym(person: Person, uow: UnitOfWork) -> str:
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
