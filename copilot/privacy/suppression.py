"""What a later import must not bring back.

Invariant: nothing is asked of an erased person but keyed hashes, and where nobody was erased nothing is asked at all:
values come out as they went in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from copilot.domain.documents import ParsedDocument, Passage
from copilot.domain.records import Account, Contact, Record
from copilot.domain.redaction import Marks, email_key, part_key, redact, redact_json, spans, words_of
from copilot.privacy.person import source_key
from copilot.store.database import UnitOfWork
from copilot.store.erasure_suppressions import HashedMarks, SuppressionRepository

_ADDRESS_FIELDS = frozenset({"email", "phone"})
_KEPT_FIELDS = frozenset({"source_system", "owner_email"})


@dataclass(frozen=True, slots=True)
class _Nobody:
    """No marks at all."""

    def holds(self, key: str) -> bool:  # noqa: ARG002 - the protocol's
        """Never."""
        return False


@dataclass(frozen=True, slots=True)
class Suppressions:
    """The traces of everybody who was erased, for one import."""

    by_account: Mapping[str | None, HashedMarks]

    @classmethod
    def load(cls, uow: UnitOfWork) -> "Suppressions":
        """Read them once; an erasure and an import take the same lock."""
        return cls(SuppressionRepository(uow).marks())

    @property
    def anybody(self) -> bool:
        """Whether anybody was erased."""
        return bool(self.by_account)

    def is_erased(self, contact: Contact, *, account_id: str | None) -> bool:
        """Whether a contact is an erased person: same record, same address, or same name in the same account.

        A telephone number alone is no proof: a successor may have got it.
        """
        marks = self._of(account_id)
        if marks.holds(source_key(contact.source_system, contact.source_id)):
            return True
        if contact.email and marks.holds(email_key(contact.email)):
            return True
        words = words_of(contact.name)
        name = part_key(words[0]) if len(words) == 1 else f"name:{' '.join(words)}"
        return account_id in self.by_account and marks.holds(name)

    def record(self, record: Record, *, account_id: str | None) -> Record:
        """The record without erased people; the same object if none is in it."""
        if not self.anybody:
            return record
        marks = self._of(record.id if isinstance(record, Account) else account_id)
        changed = {}
        for name in type(record).model_fields:
            before = getattr(record, name)
            if name in _KEPT_FIELDS or (isinstance(record, Contact) and name == "name"):
                continue
            after = _field(name, before, marks)
            if after != before:
                changed[name] = after
        return record.model_copy(update=changed) if changed else record

    def document(
        self, document: ParsedDocument, passages: list[Passage], *, account_id: str | None
    ) -> tuple[ParsedDocument, list[Passage]]:
        """A document and the passages cut from it without erased people; offsets stay."""
        if not self.anybody:
            return document, passages
        marks = self._of(account_id)
        text = redact(document.text, marks)
        fields = {
            name: _field(name, getattr(document, name), marks)
            for name in ("title", "author", "participants", "message_id", "in_reply_to", "warnings")
        }
        blocks = tuple(
            block.model_copy(
                update={name: _field(name, getattr(block, name), marks) for name in ("heading", "speaker")}
            )
            for block in document.blocks
        )
        cut = [
            passage.model_copy(
                update={"text": text[passage.start : passage.end]}
                | {name: _field(name, getattr(passage, name), marks) for name in ("heading", "speaker")}
            )
            for passage in passages
        ]
        return document.model_copy(update={**fields, "blocks": blocks, "text": text}), cut

    def names_somebody(self, document: ParsedDocument, *, account_id: str | None) -> bool:
        """Whether an erased person took part in or is named in a document."""
        marks = self._of(account_id)
        people = " ; ".join([*document.participants, document.author or ""])
        return self.anybody and bool(spans(people, marks) or spans(document.text, marks))

    def value(self, value: Any) -> Any:
        """A report's or finding's value without erased people, of whichever account."""
        return redact_json(value, self._of_all()) if self.anybody else value

    def path(self, path: str, *, file_id: str) -> str:
        """A source file's path without erased people; two paths stay two."""
        return without_people(path, self._of_all(), file_id=file_id) if self.anybody else path

    def _of(self, account_id: str | None) -> Marks:
        known = self.by_account.get(account_id) or self.by_account.get(None)
        return known if known is not None else _Nobody()

    def _of_all(self) -> Marks:
        everything = [marks.digests for marks in self.by_account.values()]
        some = next(iter(self.by_account.values()))
        return HashedMarks(digests=frozenset().union(*everything), key=some.key)


def without_people(path: str, marks: Marks, *, file_id: str) -> str:
    """A path with fillers and, so that it stays the only one of its name, the end of the file's id."""
    covered = redact(path, marks)
    return path if covered == path else f"{covered}~{file_id[-6:]}"


def _field(name: str, value: Any, marks: Marks) -> Any:
    if isinstance(value, Enum) or not isinstance(value, str | tuple):
        return value
    covered = redact(value, marks) if isinstance(value, str) else tuple(redact(str(item), marks) for item in value)
    return None if name in _ADDRESS_FIELDS and covered != value else covered
