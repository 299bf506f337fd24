"""The names a viewer may see, found in what they write: accounts, contacts, colleagues, products.

Invariant 3: only visible accounts and their contacts are ever found; a name that is not visible reads exactly like
one that does not exist. Names are indexed once for as long as none of them changes.
"""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from threading import Lock
from typing import Final

from sqlalchemy import Select, cast, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import TSQUERY

from copilot.domain.access import Viewer
from copilot.domain.folding import fold
from copilot.domain.mentions import Colleague, Mention, Mentions, NamedAccount, NamedContact
from copilot.domain.name_index import Hit, NameIndex, words_of
from copilot.store.database import UnitOfWork
from copilot.store.lexical import query_lexemes, quoted
from copilot.store.tables.documents import PassageRow
from copilot.store.tables.people import UserRow
from copilot.store.tables.records import AccountRow, ContactRow, ProductRow
from copilot.store.visibility import account_is_visible

_KEPT_INDEXES = 8
_MOST_WORDS = 12
"""Words of a message that are looked up among contacts."""
_MOST_CONTACTS = 200
_ACCENTED: Final = "áàâäãåéèêëíìîïóòôöõúùûüñç"
_PLAIN: Final = "aaaaaaeeeeiiiiooooouuuunc"


class _Indexes:
    """The last few indexes, by what they are made of. Shared by all threads of the process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, int], tuple[tuple[NamedAccount, ...], NameIndex]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[int, int]) -> tuple[tuple[NamedAccount, ...], NameIndex] | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: tuple[int, int], made: tuple[tuple[NamedAccount, ...], NameIndex]) -> None:
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > _KEPT_INDEXES:
                self._kept.popitem(last=False)


_indexes = _Indexes()


class AccountDirectory:
    """Implements `copilot.agent.planner.directory.Directory` for one viewer within one unit of work."""

    def __init__(self, uow: UnitOfWork, *, viewer: Viewer) -> None:
        self._session = uow.session
        self._viewer = viewer

    def find(self, text: str, *, common: Collection[str]) -> Mentions:
        """Accounts, contacts and colleagues that `text` names, without overlaps; accounts come first."""
        accounts, index = self._index()
        hits = index.find(text, common=common)
        named = tuple(Mention(hit.start, hit.end, accounts=tuple(accounts[n] for n in hit.names)) for hit in hits)
        rest = "".join(
            " " if any(hit.start <= place < hit.end for hit in hits) else character
            for place, character in enumerate(text)
        )
        return Mentions(accounts=named, people=self._people(rest, common))

    def accounts(self, account_ids: Sequence[str]) -> tuple[NamedAccount, ...]:
        """Those of the accounts that the viewer may see, in the given order."""
        wanted = self._visible().where(AccountRow.id.in_(set(account_ids)))
        found = {row.id: NamedAccount(row.id, row.name, row.country) for row in self._session.execute(wanted)}
        return tuple(found[account_id] for account_id in dict.fromkeys(account_ids) if account_id in found)

    def contacts(self, contact_ids: Sequence[str]) -> tuple[NamedContact, ...]:
        """Those of the contacts that the viewer may see, in the given order."""
        wanted = self._visible_contacts().where(ContactRow.id.in_(set(contact_ids)))
        found = {row.id: NamedContact(*row) for row in self._session.execute(wanted)}
        return tuple(found[contact_id] for contact_id in dict.fromkeys(contact_ids) if contact_id in found)

    def some_accounts(self, *, limit: int) -> tuple[NamedAccount, ...]:
        """The viewer's own accounts by name, then others that they may see."""
        own = func.lower(AccountRow.owner_email) == self._viewer.email.lower()
        ordered = self._visible().order_by(func.coalesce(own, False).desc(), AccountRow.name, AccountRow.id)
        return tuple(NamedAccount(*row) for row in self._session.execute(ordered.limit(limit)))

    def topics(self, words: Collection[str]) -> frozenset[str]:
        """Those of the words that occur in the viewer's shared knowledge or in a product's name."""
        products = set(fold(" ".join(self.products())).split())
        found = {word for word in words if fold(word) in products}
        found.update(word for word in words if word not in found and self._is_in_knowledge(word))
        return frozenset(found)

    def products(self) -> tuple[str, ...]:
        """Names of what we sell."""
        return tuple(self._session.scalars(select(ProductRow.name).distinct().order_by(ProductRow.name)))

    def _is_in_knowledge(self, word: str) -> bool:
        lexemes = {lexeme for language in ("es", "en") for lexeme in query_lexemes(word, language)}
        if not lexemes:
            return False
        sought = cast(" | ".join(quoted(lexeme) for lexeme in sorted(lexemes)), TSQUERY)
        classes = [visibility.value for visibility in self._viewer.visibility_classes]
        match = select(PassageRow.id).where(
            PassageRow.search.op("@@")(sought), PassageRow.account_id.is_(None), PassageRow.visibility.in_(classes)
        )
        return self._session.scalar(match.limit(1)) is not None

    def _index(self) -> tuple[tuple[NamedAccount, ...], NameIndex]:
        """The index over the visible accounts' names, made anew when any of them changed."""
        content = func.concat_ws("\x1f", AccountRow.id, AccountRow.name, AccountRow.country)
        stamp = select(
            func.count(), func.coalesce(func.sum(func.hashtextextended(content, 0)), literal_column("0"))
        ).where(account_is_visible(self._viewer))
        count, total = self._session.execute(stamp.select_from(AccountRow)).one()
        key = (int(count), int(total))
        kept = _indexes.get(key)
        if kept is not None:
            return kept
        rows = self._session.execute(self._visible().order_by(AccountRow.name, AccountRow.id))
        accounts = tuple(NamedAccount(*row) for row in rows)
        made = (accounts, NameIndex([account.name for account in accounts]))
        _indexes.put(key, made)
        return made

    def _people(self, text: str, common: Collection[str]) -> tuple[Mention, ...]:
        """Contacts and colleagues named in what is left of the text."""
        sought = [word.text for word in words_of(text) if _may_name_a_person(word.text, word.capital, common)]
        if not sought:
            return ()
        contacts, colleagues = self._contacts_like(sought[:_MOST_WORDS]), self._colleagues()
        index = NameIndex([*(item.name for item in contacts), *(item.name for item in colleagues)])
        return tuple(
            _person(hit, contacts, colleagues) for hit in index.find(text, common=common, people=True, slips=False)
        )

    def _contacts_like(self, words: Sequence[str]) -> list[NamedContact]:
        folded = func.translate(func.lower(ContactRow.name), _ACCENTED, _PLAIN)
        wanted = self._visible_contacts().where(or_(*(folded.contains(word, autoescape=True) for word in words)))
        rows = self._session.execute(wanted.order_by(ContactRow.name, ContactRow.id).limit(_MOST_CONTACTS))
        return [NamedContact(*row) for row in rows]

    def _colleagues(self) -> list[Colleague]:
        rows = self._session.execute(select(UserRow.email, UserRow.name).where(UserRow.active).order_by(UserRow.email))
        return [Colleague(row.email, row.name) for row in rows]

    def _visible(self) -> Select[str, str, str | None]:
        return select(AccountRow.id, AccountRow.name, AccountRow.country).where(account_is_visible(self._viewer))

    def _visible_contacts(self) -> Select[str, str, str, str]:
        return (
            select(ContactRow.id, ContactRow.name, AccountRow.id, AccountRow.name)
            .join(AccountRow, AccountRow.id == ContactRow.account_id)
            .where(account_is_visible(self._viewer))
        )


def _may_name_a_person(word: str, capital: bool, common: Collection[str]) -> bool:  # noqa: FBT001 - of one word
    return len(word) > 2 and word.isalpha() and (capital or word not in common)


def _person(hit: Hit, contacts: Sequence[NamedContact], colleagues: Sequence[Colleague]) -> Mention:
    return Mention(
        hit.start,
        hit.end,
        contacts=tuple(contacts[number] for number in hit.names if number < len(contacts)),
        colleagues=tuple(colleagues[number - len(contacts)] for number in hit.names if number >= len(contacts)),
    )
