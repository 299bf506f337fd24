"""What is kept of an erased person: that it was done, and keyed hashes that keep them from coming back.

Invariant: nothing here can be read back into a name, an address or a number without the workspace's key, and the key
never leaves the store.
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert

from copilot.store.database import UnitOfWork
from copilot.store.people import PeopleRepository
from copilot.store.tables.privacy import ErasureRow, SuppressionRow

_KEY_FACT = "privacy.key"
_REMEMBERED = 100_000


@dataclass(frozen=True, slots=True)
class HashedMarks:
    """Marks of which only keyed hashes are known. Asking costs one hash, or nothing for a key asked before."""

    digests: frozenset[str]
    key: bytes
    _known: dict[str, bool] = field(default_factory=dict)

    def holds(self, key: str) -> bool:
        """Whether this key is one of an erased person's."""
        found = self._known.get(key)
        if found is None:
            found = digest_of(key, secret=self.key) in self.digests
            if len(self._known) < _REMEMBERED:
                self._known[key] = found
        return found


class SuppressionRepository:
    """Reads and writes within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session
        self._uow = uow

    def suppress(self, erasure_id: str, keys: Mapping[str | None, Iterable[str]]) -> None:
        """Write down the hashes of keys by account (None: everywhere): from now on no import brings them back.

        What an erasure that is not done yet has written stays, and is known as this one's from now on.
        """
        secret = self._secret()
        rows = [
            {"digest": digest_of(key, secret=secret), "account_id": account_id, "erasure_id": erasure_id}
            for account_id, some in keys.items()
            for key in sorted(some)
        ]
        if rows:
            known = insert(SuppressionRow)
            is_open = exists().where(ErasureRow.id == SuppressionRow.erasure_id, ErasureRow.erased_at.is_(None))
            statement = known.on_conflict_do_update(
                index_elements=[SuppressionRow.digest, SuppressionRow.account_id],
                set_={"erasure_id": known.excluded.erasure_id},
                where=is_open,
            )
            self._session.execute(statement, rows)

    def withdraw(self, erasure_id: str) -> None:
        """Forget the hashes of an erasure of somebody of whom nothing was held."""
        self._session.execute(delete(SuppressionRow).where(SuppressionRow.erasure_id == erasure_id))

    def hash_of(self, key: str) -> str:
        """What stands for a key where it must not be told, e.g. in an audit event."""
        return digest_of(key, secret=self._secret())

    def marks(self) -> dict[str | None, HashedMarks]:
        """The marks that count everywhere (under None) and those of each account, which include the former."""
        by_account: dict[str | None, set[str]] = {}
        for account_id, digest in self._session.execute(select(SuppressionRow.account_id, SuppressionRow.digest)):
            by_account.setdefault(account_id, set()).add(digest)
        if not by_account:
            return {}
        secret, everywhere = self._secret(), by_account.setdefault(None, set())
        return {
            account_id: HashedMarks(digests=frozenset(digests | everywhere), key=secret)
            for account_id, digests in by_account.items()
        }

    def _secret(self) -> bytes:
        people = PeopleRepository(self._uow)
        known = people.workspace_fact(_KEY_FACT)
        if known is None:
            known = people.settle_workspace_fact(_KEY_FACT, self._uow.clock.new_token())
        return known.encode()


def digest_of(key: str, *, secret: bytes) -> str:
    """HMAC-SHA-256 (hex) of a key."""
    return hmac.digest(secret, key.encode("utf-8", "surrogatepass"), "sha256").hex()
