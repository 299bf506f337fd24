"""A small invented directory, so that a check gives the same result in every installation.

Invariant: it holds no name of a customer.
"""

from collections.abc import Collection, Sequence

from copilot.domain.folding import flat
from copilot.domain.mentions import Mention, Mentions, NamedAccount, NamedContact

ACCOUNTS = (
    NamedAccount("acc-alba", "Construcciones Alba", "ES"),
    NamedAccount("acc-brecken", "Brecken Logistics", "GB"),
    NamedAccount("acc-cierzo", "Cierzo Energía", "ES"),
    NamedAccount("acc-dunmore", "Dunmore Foods", "IE"),
    NamedAccount("acc-velora-es", "Velora Iberia", "ES"),
    NamedAccount("acc-velora-uk", "Velora UK", "GB"),
)
CONTACTS = (
    NamedContact("con-1", "Lucía Ferrer", "acc-alba", "Construcciones Alba"),
    NamedContact("con-2", "Owen Pritchard", "acc-brecken", "Brecken Logistics"),
)
_SHORT = {"Alba": 0, "Brecken": 1, "Cierzo": 2, "Dunmore": 3}


class CheckDirectory:
    """Implements `Directory` over the accounts above."""

    def find(self, text: str, *, common: Collection[str]) -> Mentions:  # noqa: ARG002 - the interface
        """Accounts and contacts by whole or short name."""
        folded, taken = flat(text), [False] * (len(text) + 1)
        accounts, people = [], []
        for name, found in _names():
            start = folded.find(flat(name))
            end = start + len(name)
            if start < 0 or any(taken[start:end]):
                continue
            taken[start:end] = [True] * (end - start)
            accounts.append(Mention(start, end, accounts=found))
        for contact in CONTACTS:
            start = folded.find(flat(contact.name))
            if start >= 0:
                people.append(Mention(start, start + len(contact.name), contacts=(contact,)))
        return Mentions(tuple(sorted(accounts, key=lambda item: item.start)), tuple(people))

    def accounts(self, account_ids: Sequence[str]) -> tuple[NamedAccount, ...]:
        """In the given order."""
        by_id = {account.id: account for account in ACCOUNTS}
        return tuple(by_id[item] for item in account_ids if item in by_id)

    def contacts(self, contact_ids: Sequence[str]) -> tuple[NamedContact, ...]:
        """In the given order."""
        by_id = {contact.id: contact for contact in CONTACTS}
        return tuple(by_id[item] for item in contact_ids if item in by_id)

    def some_accounts(self, *, limit: int) -> tuple[NamedAccount, ...]:
        """The first ones."""
        return ACCOUNTS[:limit]

    def topics(self, words: Collection[str]) -> frozenset[str]:
        """What the invented company sells and writes about."""
        return frozenset(words) & {"security", "seguridad", "backup", "copias", "encryption", "cifrado", "sso"}

    def products(self) -> tuple[str, ...]:
        """Invented."""
        return ("Relay Planner", "Relay Vault")


def _names() -> list[tuple[str, tuple[NamedAccount, ...]]]:
    """Longest first, so that a whole name wins over a part of it."""
    names: list[tuple[str, tuple[NamedAccount, ...]]] = [(account.name, (account,)) for account in ACCOUNTS]
    names += [(short, (ACCOUNTS[position],)) for short, position in _SHORT.items()]
    names.append(("Velora", tuple(account for account in ACCOUNTS if account.name.startswith("Velora"))))
    return sorted(names, key=lambda item: -len(item[0]))
