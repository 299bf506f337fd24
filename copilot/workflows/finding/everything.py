"""Search everything by name, in groups with a limit each.

Invariants: each group is read for the viewer by the rule of its own page; a group holds at most the limit, whatever
there is, so that one keystroke costs the same for everybody.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from copilot.domain.access import Viewer
from copilot.domain.alerts import AlertKind
from copilot.domain.facts import record_evidence_id
from copilot.domain.folding import fold
from copilot.errors import InputError
from copilot.store.accounts import AccountRepository
from copilot.store.database import UnitOfWork
from copilot.store.finding import FindingRepository, Named

LONGEST = 200
MOST = 20
"""Of one group."""
_MOST_WORDS = 6
_MEANS: Mapping[AlertKind, tuple[str, ...]] = {
    AlertKind.CHURN_RISK: ("alerta", "alert", "riesgo", "risk", "baja", "churn", "abandono"),
    AlertKind.EXPANSION: ("alerta", "alert", "ampliacion", "expansion", "oportunidad", "opportunity"),
}
"""Words that stand for a kind of alert, folded, in both languages."""
_SHORTEST_MEANING = 3


class Group(StrEnum):
    PAGES = "pages"
    ACCOUNTS = "accounts"
    CONTACTS = "contacts"
    OPPORTUNITIES = "opportunities"
    ITEMS = "items"
    DOCUMENTS = "documents"
    THREADS = "threads"
    PROJECTS = "projects"
    ALERTS = "alerts"


class FoundThing(BaseModel):
    """One thing with where it opens. `code`: its kind or state."""

    model_config = ConfigDict(frozen=True)

    group: Group
    named: Named
    address: str


class FoundGroup(BaseModel):
    """The first things of one group."""

    model_config = ConfigDict(frozen=True)

    group: Group
    things: tuple[FoundThing, ...]
    more: bool
    """There are others that the viewer may see."""


def find_everything(
    query: str, *, pages: Sequence[tuple[str, str]], limit: int, viewer: Viewer, uow: UnitOfWork
) -> tuple[FoundGroup, ...]:
    """Groups in which something has all words of `query` in its name. `pages`: address and name of the viewer's.

    Raises InputError for a query that is too long.
    """
    if len(query) > LONGEST:
        raise InputError("The text to look for is too long.", hint="Look for a few words.")
    words = _words(query)
    if not words:
        return ()
    limit = max(1, min(limit, MOST))
    repository = FindingRepository(viewer, words, limit=limit + 1, uow=uow)
    accounts = AccountRepository(uow)

    def of_accounts() -> tuple[Named, ...]:
        found = accounts.page(viewer=viewer, query=" ".join(words), limit=limit + 1).accounts
        return tuple(Named(head.id, head.name, head.id, head.owner_name) for head in found)

    def of_pages() -> tuple[Named, ...]:
        fitting = [(address, name) for address, name in pages if all(word in fold(name) for word in words)]
        return tuple(Named(address, name) for address, name in fitting)

    readers: Mapping[Group, Callable[[], tuple[Named, ...]]] = {
        Group.PAGES: of_pages,
        Group.ACCOUNTS: of_accounts,
        Group.CONTACTS: repository.contacts,
        Group.OPPORTUNITIES: repository.opportunities,
        Group.ITEMS: repository.items,
        Group.DOCUMENTS: repository.documents,
        Group.THREADS: repository.threads,
        Group.PROJECTS: repository.projects,
        Group.ALERTS: lambda: repository.alerts([_kinds(word) for word in words]),
    }
    found = {group: read() for group, read in readers.items()}
    return tuple(_group(group, things, limit) for group, things in found.items() if things)


def _words(query: str) -> tuple[str, ...]:
    """Folded words without what no name holds."""
    plain = "".join(char if char.isprintable() else " " for char in query)
    return tuple(dict.fromkeys(fold(plain).replace('"', " ").split()))[:_MOST_WORDS]


def _kinds(word: str) -> tuple[AlertKind, ...]:
    if len(word) < _SHORTEST_MEANING:
        return ()
    return tuple(kind for kind, names in _MEANS.items() if any(name.startswith(word) for name in names))


def _group(group: Group, things: Sequence[Named], limit: int) -> FoundGroup:
    shown = tuple(FoundThing(group=group, named=one, address=_address(group, one)) for one in things[:limit])
    return FoundGroup(group=group, things=shown, more=len(things) > limit)


def _address(group: Group, one: Named) -> str:
    patterns = {
        Group.PAGES: "{id}",
        Group.ACCOUNTS: "/accounts/{id}",
        Group.CONTACTS: "/accounts/{account}/evidence/{evidence}",
        Group.OPPORTUNITIES: "/accounts/{account}/evidence/{evidence}",
        Group.ITEMS: "/queue/{id}",
        Group.DOCUMENTS: "/documents/{id}",
        Group.THREADS: "/chat/{id}",
        Group.PROJECTS: "/rfps/{id}",
        Group.ALERTS: "/alerts/{id}",
    }
    return patterns[group].format(id=one.id, account=one.account_id, evidence=record_evidence_id(one.id, "name"))
