"""Whose a document is: one account's, or one audience's.

Invariant: an email, a transcript or a note is never filed where all staff can read it unless the mapping file says
so by name; what cannot be assigned is not imported, and the report says what to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from copilot.domain.access import Visibility
from copilot.domain.documents import DocumentKind, ParsedDocument
from copilot.store.records import AccountKey
from knowledge.accounts import AccountIndex
from knowledge.mapping_file import MappingFile

_ACCOUNT_FOLDERS = frozenset({"accounts", "cuentas"})
_AUDIENCES = {
    "knowledge": Visibility.STAFF,
    "conocimiento": Visibility.STAFF,
    "knowledge-managers": Visibility.MANAGERS,
    "conocimiento-responsables": Visibility.MANAGERS,
    "knowledge-admins": Visibility.ADMINS,
    "conocimiento-administradores": Visibility.ADMINS,
}
_CONVERSATIONS = frozenset({DocumentKind.EMAIL, DocumentKind.TRANSCRIPT, DocumentKind.NOTE})


@dataclass(frozen=True, slots=True)
class Home:
    """Where a document is filed: exactly one of `account_id` and `visibility`, or neither with the `problem`."""

    account_id: str | None = None
    visibility: Visibility | None = None
    problem: str | None = None
    """`unassigned.` and one of `unknown_folder`, `several_accounts`, `no_account`, `no_audience`."""
    candidates: tuple[str, ...] = ()
    rule: str = ""
    """`mapping_file`, `folder`, `option`, `participants`: which rule decided."""


@dataclass(frozen=True, slots=True)
class Assigner:
    """The rules of one import, asked for one document after the other."""

    accounts: AccountIndex
    root_name: str
    mapping: MappingFile | None
    account: AccountKey | None
    """The account that the person named for everything no other rule assigns."""
    visibility: Visibility | None
    """The audience that the person named for documents that are no conversations."""

    def by_path(self, path: PurePosixPath) -> Home | None:
        """What can be said without opening the document; None if its content must be looked at."""
        entry = self.mapping.document_entry(path.as_posix()) if self.mapping else None
        if entry is not None and entry.account is not None:
            return _of(self.accounts.by_reference(entry.account), "mapping_file")
        if entry is not None:
            return Home(visibility=entry.visibility, rule="mapping_file")
        folder = _account_folder((self.root_name, *path.parts))
        if folder is not None:
            return _of(self.accounts.by_folder(folder), "folder")
        if self.account is not None:
            return Home(account_id=self.account.id, rule="option")
        return None

    def by_content(self, path: PurePosixPath, document: ParsedDocument) -> Home:
        """Where a document goes that its path does not place in an account."""
        if document.kind in _CONVERSATIONS:
            people = [*document.participants, *([document.author] if document.author else [])]
            found = self.accounts.by_participants(people)
            return _of(found, "participants", none="unassigned.no_account")
        audience = _audience((self.root_name, *path.parts[:-1]))
        if audience is not None:
            return Home(visibility=audience, rule="folder")
        if self.visibility is not None:
            return Home(visibility=self.visibility, rule="option")
        return Home(problem="unassigned.no_audience")


def _of(found: Sequence[AccountKey], rule: str, *, none: str = "unassigned.unknown_folder") -> Home:
    if len(found) == 1:
        return Home(account_id=found[0].id, rule=rule)
    if not found:
        return Home(problem=none, rule=rule)
    return Home(problem="unassigned.several_accounts", candidates=tuple(key.name for key in found), rule=rule)


def _account_folder(parts: Sequence[str]) -> str | None:
    for index, part in enumerate(parts[:-2]):
        if part.casefold() in _ACCOUNT_FOLDERS:
            return parts[index + 1]
    return None


def _audience(folders: Sequence[str]) -> Visibility | None:
    """The narrowest audience that a folder on the way names."""
    found = [_AUDIENCES[part.casefold()] for part in folders if part.casefold() in _AUDIENCES]
    order = [Visibility.ADMINS, Visibility.MANAGERS, Visibility.STAFF]
    return min(found, key=order.index, default=None)
