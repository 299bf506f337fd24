"""Which account a row or a document belongs to.

Invariant: an account is found by its source id or its exact name (case and accents aside), or not at all;
a resemblance is only named, never used.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from copilot.store.records import AccountKey
from knowledge.values.text import fold, slug

_NEAR = 85
_MOST_SUGGESTIONS = 500
_SALESFORCE_ID = 18
_PUBLIC_MAIL = frozenset(
    {"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.es", "yahoo.com", "yahoo.es", "icloud.com",
     "live.com", "msn.com", "proton.me", "protonmail.com", "aol.com", "gmx.com", "gmx.net",
     "terra.com", "telefonica.net"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Resolution:
    """The account of a reference, or why there is none."""

    key: AccountKey | None = None
    problem: str | None = None
    """`reference.no_account`, `reference.unknown_account` or `reference.ambiguous_account`."""
    reference: str | None = None
    suggestion: str | None = None
    several: bool = False
    """Whether the row names several accounts; the first known one was taken."""


class AccountIndex:
    """All accounts by id, name, folder slug, domain and contacts' addresses."""

    def __init__(self, keys: Sequence[AccountKey], *, addresses: Iterable[tuple[str, str]] = ()) -> None:
        """`addresses` are pairs of a contact's email address and the id of their account."""
        self.by_account_id = {key.id: key for key in keys}
        self._by_source: dict[tuple[str, str], AccountKey] = {}
        self._by_bare_source: dict[str, list[AccountKey]] = defaultdict(list)
        self._by_name: dict[str, list[AccountKey]] = defaultdict(list)
        self._by_slug: dict[str, list[AccountKey]] = defaultdict(list)
        self._by_domain: dict[str, set[str]] = defaultdict(set)
        self._by_address: dict[str, set[str]] = defaultdict(set)
        for key in keys:
            self._add(key)
        for address, account_id in addresses:
            self._by_address[address.casefold()].add(account_id)
        self._suggested: dict[str, str | None] = {}

    def _add(self, key: AccountKey) -> None:
        source_id = _comparable_id(key.source_id, key.system)
        self._by_source[key.system, source_id] = key
        self._by_bare_source[source_id].append(key)
        self._by_name[fold(key.name)].append(key)
        self._by_slug[slug(key.name)].append(key)
        domain = domain_of(key.website)
        if domain:
            self._by_domain[domain].add(key.id)

    def resolve(self, *, source_id: str | None, name: str | None, system: str) -> Resolution:
        """The account that a row refers to by id, else by exact name."""
        exact = self._exact(source_id=source_id, name=name, system=system)
        if exact is not None:
            return exact
        reference = name or source_id
        if reference is None:
            return Resolution(problem="reference.no_account")
        return Resolution(problem="reference.unknown_account", reference=reference, suggestion=self._near(reference))

    def _exact(self, *, source_id: str | None, name: str | None, system: str) -> Resolution | None:
        if source_id is not None and (found := self._by_id(source_id, system)) is not None:
            return Resolution(key=found, reference=source_id, several=len(_parts(source_id)) > 1)
        for text in (name, source_id):
            if text is None:
                continue
            same = self._by_name.get(fold(text), [])
            own = [key for key in same if key.system == system] or same
            if len(own) == 1:
                return Resolution(key=own[0], reference=text)
            if len(own) > 1:
                return Resolution(problem="reference.ambiguous_account", reference=text)
        # A column called just `account` holds names in one export and ids in the next.
        if name is not None and (found := self._by_id(name, system)) is not None:
            return Resolution(key=found, reference=name)
        return None

    def _by_id(self, source_id: str, system: str) -> AccountKey | None:
        for part in (source_id, *_parts(source_id)):
            exact = self._by_source.get((system, _comparable_id(part, system)))
            if exact is not None:
                return exact
        elsewhere = self._by_bare_source.get(source_id, [])
        # Short numbers mean different accounts in different systems; long ids do not collide by chance.
        return elsewhere[0] if len(elsewhere) == 1 and len(source_id) >= 8 else None

    def _near(self, reference: str) -> str | None:
        folded = fold(reference)
        if folded not in self._suggested:
            if len(self._suggested) >= _MOST_SUGGESTIONS:
                return None
            near = process.extractOne(folded, self._by_name.keys(), scorer=fuzz.WRatio, score_cutoff=_NEAR)
            self._suggested[folded] = None if near is None else self._by_name[near[0]][0].name
        return self._suggested[folded]

    def by_folder(self, folder: str) -> tuple[AccountKey, ...]:
        """Accounts whose folder this is: by slug of the name, or by source id."""
        found = {key.id: key for key in self._by_slug.get(slug(folder), [])}
        found.update({key.id: key for key in self._by_bare_source.get(folder, [])})
        return tuple(found.values())

    def by_reference(self, reference: str) -> tuple[AccountKey, ...]:
        """Accounts with this source id or exact name."""
        found = {key.id: key for key in self._by_bare_source.get(reference, [])}
        found.update({key.id: key for key in self._by_name.get(fold(reference), [])})
        return tuple(found.values())

    def by_participants(self, participants: Iterable[str]) -> tuple[AccountKey, ...]:
        """Accounts of the people in a conversation: of known contacts, else by the domain of their addresses."""
        addresses = [address for text in participants if (address := address_in(text))]
        ids: set[str] = set().union(*(self._by_address.get(address, set()) for address in addresses))
        if not ids:
            domains = {address.rpartition("@")[2] for address in addresses} - _PUBLIC_MAIL
            ids = set().union(*(self._by_domain.get(domain, set()) for domain in domains))
        return tuple(self.by_account_id[account_id] for account_id in sorted(ids) if account_id in self.by_account_id)


def _parts(source_id: str) -> list[str]:
    """Several associated ids in one cell (`123;456`): each of them, in order."""
    return [part.strip() for part in source_id.split(";") if part.strip()] if ";" in source_id else []


def _comparable_id(source_id: str, system: str) -> str:
    """Salesforce writes the same id with 15 or 18 characters; the first 15 identify the record."""
    return source_id[:15] if system == "salesforce" and len(source_id) == _SALESFORCE_ID else source_id


def domain_of(website: str | None) -> str | None:
    """Host of a web address without `www.`."""
    if not website:
        return None
    host = website.casefold().split("//")[-1].split("/")[0].split("?")[0].split(":")[0].removeprefix("www.").strip()
    return host if "." in host else None


def address_in(text: str) -> str | None:
    """The email address in `Name <address>` or a bare address."""
    inner = text.rpartition("<")[2].rstrip("> ").strip() if "<" in text else text.strip()
    return inner.casefold() if inner.count("@") == 1 and " " not in inner else None
