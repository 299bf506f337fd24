"""Which accounts' scores have to be computed again, and how far the pass over all of them has come.

Invariants: what changed while scores were computed stays due, because the notes are taken away before the reading
begins, in the transaction that writes the scores. One computes at a time. See migrations 0020 and 0025 for who
writes the notes.
"""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict
from sqlalchemy import exists, func, select, text

from copilot.store.database import UnitOfWork
from copilot.store.people import PeopleRepository
from copilot.store.tables.records import AccountRow
from copilot.store.tables.scores import ScoresDueRow

_LOCK = 727204
_TRAINING_LOCK = 727207
_FACT = "scores.progress"

_BEGIN = """
with noted as (delete from scores_due where account_id = any(:account_ids) returning account_id, since)
delete from account_signals kept
using (select account_id, min(since) as since from noted group by account_id) changed
where kept.account_id = changed.account_id and kept.day >= changed.since
"""


class Progress(BaseModel):
    """Where the computing of scores stands."""

    model_config = ConfigDict(frozen=True)

    day: date | None = None
    """Of the latest pass over all accounts."""
    made_by: str = ""
    """Digest of the scorecard, bands and models that it uses; other ones mean a new pass."""
    after: str = ""
    """Id of the last account that it has done."""
    finished: bool = False
    told: bool = True
    """Whether those who wait for new scores were told of the latest ones."""


class ScoreDueRepository:
    """Of one unit of work. For the computing of scores only: it sees every account."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session
        self._people = PeopleRepository(uow)

    def take_turn(self) -> bool:
        """Whether nobody else computes scores now; nobody else will until this transaction ends."""
        statement = text("select pg_try_advisory_xact_lock(:key)")
        return bool(self._session.execute(statement, {"key": _LOCK}).scalar_one())

    def take_turn_to_train(self) -> bool:
        """Whether nobody else learns scores again now; nobody else will until this transaction ends."""
        statement = text("select pg_try_advisory_xact_lock(:key)")
        return bool(self._session.execute(statement, {"key": _TRAINING_LOCK}).scalar_one())

    def progress(self) -> Progress:
        """How far it has come."""
        kept = self._people.workspace_fact(_FACT)
        return Progress() if kept is None else Progress.model_validate_json(kept)

    def keep(self, progress: Progress) -> None:
        """Remember it with what this transaction computed."""
        self._people.set_workspace_fact(_FACT, progress.model_dump_json())

    def following(self, account_id: str, *, limit: int) -> tuple[str, ...]:
        """The next accounts in the order of their ids."""
        query = select(AccountRow.id).where(AccountRow.id > account_id).order_by(AccountRow.id).limit(limit)
        return tuple(self._session.scalars(query))

    def due(self, *, limit: int) -> tuple[str, ...]:
        """Accounts that are due, the longest waiting first; at most so many."""
        first = func.min(ScoresDueRow.id)
        query = select(ScoresDueRow.account_id).group_by(ScoresDueRow.account_id).order_by(first).limit(limit)
        return tuple(self._session.scalars(query))

    def is_anything(self) -> bool:
        """Whether any account is due."""
        return bool(self._session.scalar(select(exists(select(ScoresDueRow.id)))))

    def begin(self, account_ids: Sequence[str]) -> None:
        """Take away the notes about these accounts, and what was kept of the days that they are about; before anything
        of them is read."""
        self._session.execute(text(_BEGIN), {"account_ids": list(account_ids)})
