"""Reads the texts of accounts for signals where they are others than when they were last read.

Invariant: what was found and the digest of what it was found in are written in one transaction, so that a stopped or
killed run has read whole accounts, and the next one goes on with the rest.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from copilot.store.database import Database, UnitOfWork
from copilot.store.text_signals import TextSignalRepository
from copilot.telemetry import get_logger
from copilot.workflows.reading.text_signals import first_day, reader_version, text_signals

_log = get_logger(__name__)
_LOOKED_AT = 5_000
"""Accounts whose digests are compared at once."""
_READ = 50
"""Accounts whose texts are in memory at once."""


@dataclass(frozen=True, slots=True)
class TextsRead:
    """What a run did."""

    accounts: int
    finished: bool
    """Every account has been looked at."""


def read_texts_of(account_ids: Sequence[str], uow: UnitOfWork) -> int:
    """Read what is due of these accounts, and say of how many something was."""
    repository = TextSignalRepository(uow)
    due = repository.due(account_ids, reader=reader_version())
    waiting = sorted(due)
    for start in range(0, len(waiting), _READ):
        for account_id, texts in repository.texts(waiting[start : start + _READ]).items():
            found = text_signals(texts)
            repository.keep(account_id, found, digest=due[account_id], first_day=first_day(texts))
    return len(due)


def read_due_texts(
    database: Database, *, should_stop: Callable[[], bool] = lambda: False, limit: int | None = None
) -> TextsRead:
    """Read what is due of all accounts, a transaction for every few thousand; at most about `limit` accounts."""
    after, count, finished = "", 0, False
    while not should_stop() and (limit is None or count < limit):
        with database.unit_of_work() as uow:
            account_ids = TextSignalRepository(uow).following(after, limit=_LOOKED_AT)
            if not account_ids:
                finished = True
                break
            count += read_texts_of(account_ids, uow)
        after = account_ids[-1]
    if count:
        _log.info("texts.read", accounts=count, finished=finished)
    return TextsRead(accounts=count, finished=finished)
