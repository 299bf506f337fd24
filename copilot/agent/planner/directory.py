"""What the planner may ask about accounts and people: only names that the viewer may see.

Invariant: a directory belongs to one viewer; it gives names, ids and countries, never a text that anybody wrote.
"""

from collections.abc import Collection, Sequence
from typing import Protocol

from copilot.domain.mentions import Mentions, NamedAccount, NamedContact


class Directory(Protocol):
    """Names that one viewer may see. Implemented by `copilot.store.directory.AccountDirectory`."""

    def find(self, text: str, *, common: Collection[str]) -> Mentions:
        """Accounts, contacts and colleagues that `text` names. `common`: everyday words, lower case, no accents."""
        ...

    def accounts(self, account_ids: Sequence[str]) -> tuple[NamedAccount, ...]:
        """Those of the accounts that the viewer may see, in the given order."""
        ...

    def contacts(self, contact_ids: Sequence[str]) -> tuple[NamedContact, ...]:
        """Those of the contacts that the viewer may see, in the given order."""
        ...

    def some_accounts(self, *, limit: int) -> tuple[NamedAccount, ...]:
        """A few accounts to choose from: the viewer's own first."""
        ...

    def topics(self, words: Collection[str]) -> frozenset[str]:
        """Those of the words that the products or the shared knowledge speak of: they name no account."""
        ...

    def products(self) -> tuple[str, ...]:
        """Names of what we sell."""
        ...
