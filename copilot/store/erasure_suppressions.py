"""What is kept of an erased person: that it was done, and keyed hashes that keep them from coming back.

Invariant: nothing here can be read back into a name, an address or a number without the workspace's key, and the key
never leaves the store.
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
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

    def record(
        self,
        erasure_id: str,
        *,
        actor_id: str,
        reason: str,
        counts: Mapping[str, int],
        keys: Mapping[str | None, Iterable[str]],
    ) -> None:
        """Write down that an erasure was done, and the hashes of its keys by account (None: everywhere)."""
        self._session.add(
            ErasureRow(
                id=erasure_id,
                erased_at=self._uow.clock.now(),
                actor_id=actor_id,
                reason=reason,
                counts=dict(counts),
            )
        )
        self._session.flush()
        secret = self._secret()
        rows = [
            {"digest": digest_of(key, secret=secret), "account_id": account_id, "erasure_id": erasure_id}
            for account_id, some in keys.items()
            for key in sorted(some)
        ]
        if rows:
            self._session.execute(insert(SuppressionRow).on_conflict_do_nothing(), rows)

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
            known = self._uow.clock.new_token()
            people.set_workspace_fact(_KEY_FACT, known)
            self._session.flush()
        return known.encode()


def digest_of(key: str, *, secret: bytes) -> str:
    """HMAC-SHA-256 (hex) of a key."""
    return hmac.digest(secret, key.encode("utf-8", "surrogatepass"), "sha256").hex()
