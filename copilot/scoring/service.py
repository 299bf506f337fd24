"""Computes the scores of accounts: of all when the day or what makes the scores is new, else of those that changed.

Invariants: a batch of accounts is one transaction that writes their scores, the signals that others are compared with
and how far the pass has come, so a killed process loses one batch at most and the next one goes on there; one process
computes at a time. What changes meanwhile stays due. Whoever waits for new scores is told after them, and again if they
could not be told.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from copilot.domain.scores import AccountScore, Missing, ScoreKind, ScoreModel
from copilot.scoring.bands import Bands
from copilot.scoring.comparison_days import half_a_year_ago, keep_compared
from copilot.scoring.health import Scorecard
from copilot.scoring.probabilities import LEARNT_KINDS, InUse, in_use, probabilities
from copilot.scoring.scored import account_scores, without
from copilot.scoring.tenure_kept import forget_tenure, keep_tenure
from copilot.store.database import Database, UnitOfWork
from copilot.store.deal_sums import SummedDeals
from copilot.store.score_due import Progress, ScoreDueRepository
from copilot.store.scores import ScoreRepository
from copilot.store.signals import Population, SignalsRepository, SignalTable
from copilot.store.signals_kept import reader, recorded_by
from copilot.store.standing import StandingRepository
from copilot.store.standing_sums import StandingSums
from copilot.telemetry import get_logger

_log = get_logger(__name__)
_AT_ONCE = 5_000
"""Accounts of a batch."""
_READ_AT_ONCE = 100
"""Accounts whose texts are read in one transaction: that takes longer than scoring them."""
_WEEK_IS_OVER = 0
"""Monday: then the scores of one more week are thinned."""
CUSTOMER_KINDS = (ScoreKind.HEALTH, *LEARNT_KINDS)
"""Scores that customers have."""
_NO_MODEL = "none"

ReadFirst = Callable[[Sequence[str], UnitOfWork], object]
"""Reads and keeps what the records of these accounts say, so that it counts among their signals."""
MoreScores = Callable[[Sequence[str], date, UnitOfWork], Sequence[AccountScore]]
"""Scores of other kinds, of those of the accounts that have them."""
After = Callable[[UnitOfWork, date], int]
"""Told when scores of the day have been written; says how much it made of them."""


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What a run did."""

    day: date
    whole: bool
    """Whether it was a pass over all accounts, or a part of one."""
    accounts: int
    written: int
    """Scores that are others than before."""
    raised: int
    """What came of it, see `After`."""
    finished: bool
    """Nothing is left to be computed."""


class _Step(Enum):
    """How a batch went."""

    WORKED = "worked"
    NOTHING_LEFT = "nothing left"
    NOT_OURS = "not ours"
    """Another process computes."""


@dataclass(slots=True)
class _Tally:
    whole: bool = False
    accounts: int = 0
    written: int = 0


@dataclass(frozen=True, slots=True)
class Making:
    """What scores are made by."""

    scorecard: Scorecard
    bands: Bands
    models: Mapping[ScoreKind, InUse]

    @property
    def digest(self) -> str:
        """Names it: another one means other scores."""
        models = {kind.value: held.kept.id for kind, held in sorted(self.models.items())}
        content = json.dumps([self.scorecard.digest, self.bands.digest, models])
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def scores(self, table: SignalTable, *, with_parts: bool = True) -> list[AccountScore]:
        """Every kind of score of the customers of a table; `with_parts`: as of `account_scores`."""
        health = self.scorecard.score(table)
        bands = self.scorecard.bands_of(health, table)
        found = account_scores(health, table, bands=bands, with_parts=with_parts)
        told = probabilities(self.models, table, least_known=self.bands.least_known)
        for kind in LEARNT_KINDS:
            scored, held = told.get(kind), self.models.get(kind)
            if scored is None or held is None:
                version = held.kept.id if held else _NO_MODEL
                found += [without(one, kind, table, Missing.NO_MODEL, version=version) for one in table.account_ids]
                continue
            bands = [self.bands.band(kind, value, usual=held.usual) for value in scored.values()]
            found += account_scores(scored, table, bands=bands, with_parts=with_parts)
        return found


class ScoreService:
    """Of one installation."""

    def __init__(
        self,
        scorecard: Scorecard,
        *,
        bands: Bands,
        read_first: ReadFirst | None = None,
        more: Sequence[MoreScores] = (),
        more_made_by: Callable[[UnitOfWork], str] = lambda _: "",
        after: After | None = None,
        at_once: int = _AT_ONCE,
    ) -> None:
        self.scorecard = scorecard
        self.bands = bands
        self._read_first = read_first
        self._more = more
        self._more_made_by = more_made_by
        self._after = after
        self._at_once = at_once

    def making(self, *, uow: UnitOfWork) -> Making:
        """What scores are made by now."""
        return self.making_of(ScoreRepository(uow).models_in_use(LEARNT_KINDS))

    def making_of(self, kept: Mapping[ScoreKind, ScoreModel]) -> Making:
        """The same with the models in use, which may be refusals."""
        models = {kind: in_use(kept[kind]) for kind in LEARNT_KINDS if kind in kept}
        return Making(self.scorecard, self.bands, models)

    def recompute(self, database: Database, *, should_stop: Callable[[], bool] = lambda: False) -> Recomputed:
        """Compute what is due, batch by batch; asks before each whether to stop."""
        tally, step = _Tally(), _Step.WORKED
        while step is _Step.WORKED and not should_stop() and self._read(database, should_stop):
            with database.unit_of_work() as uow:
                step = self._batch(tally, uow=uow)
        raised = 0
        if step is _Step.NOTHING_LEFT:
            with database.unit_of_work() as uow:
                raised = self._tell(uow=uow)
                if tally.accounts and ScoreDueRepository(uow).take_turn():
                    keep_tenure(uow)
                    StandingSums(uow).fold()
                    SummedDeals(uow).fold()
        done = Recomputed(
            day=database.clock.today(),
            whole=tally.whole,
            accounts=tally.accounts,
            written=tally.written,
            raised=raised,
            finished=step is not _Step.WORKED,
        )
        if done.accounts:
            _log.info("scores.computed", accounts=done.accounts, written=done.written, finished=done.finished)
        return done

    def _read(self, database: Database, should_stop: Callable[[], bool]) -> bool:
        """Read the texts of the next batch. False: asked to stop before they were all read."""
        if self._read_first is None:
            return True
        with database.unit_of_work() as uow:
            _, batch = self._next(self.making(uow=uow), uow=uow)
        for start in range(0, len(batch), _READ_AT_ONCE):
            if should_stop():
                return False
            with database.unit_of_work() as uow:
                if ScoreDueRepository(uow).take_turn():
                    self._read_first(batch[start : start + _READ_AT_ONCE], uow)
        return True

    def _next(self, making: Making, *, uow: UnitOfWork) -> tuple[Progress, tuple[str, ...]]:
        """The accounts that come next, and how far the pass has come before them."""
        due, today = ScoreDueRepository(uow), uow.clock.today()
        progress = _begun(
            due.progress(), day=today, made_by=f"{_made_by(making, today, uow=uow)} {self._more_made_by(uow)}"
        )
        if progress.finished:
            return progress, due.due(limit=self._at_once)
        return progress, due.following(progress.after, limit=self._at_once)

    def _batch(self, tally: _Tally, *, uow: UnitOfWork) -> _Step:
        due = ScoreDueRepository(uow)
        if not due.take_turn():
            return _Step.NOT_OURS
        making = self.making(uow=uow)
        progress, batch = self._next(making, uow=uow)
        if progress.finished and not batch:
            return _Step.NOTHING_LEFT
        if not progress.finished:
            tally.whole = True
            if uow.clock.today().weekday() == _WEEK_IS_OVER:
                ScoreRepository(uow).thin(batch, day=uow.clock.today())
            progress = replaced(progress, after=batch[-1] if batch else progress.after, finished=not batch)
        due.begin(batch)
        forget_tenure(uow)
        written = self._score(batch, making, uow=uow)
        due.keep(replaced(progress, told=progress.told and not written))
        tally.accounts += len(batch)
        tally.written += written
        return _Step.WORKED

    def _score(self, account_ids: Sequence[str], making: Making, *, uow: UnitOfWork) -> int:
        """Write the scores of a batch and say how many are new."""
        if not account_ids:
            return 0
        day, scores, signals = uow.clock.today(), ScoreRepository(uow), SignalsRepository(uow)
        table = signals.of_day(day, population=Population.CUSTOMERS, account_ids=account_ids)
        signals.keep_snapshot(table)
        keep_compared(table, account_ids, uow=uow)
        found = making.scores(table)
        found += _gone(set(account_ids) - set(table.account_ids), table, uow=uow)
        for more in self._more:
            found += more(account_ids, day, uow)
        written = scores.put(found)
        StandingRepository(uow).keep(account_ids)
        return written

    def _tell(self, *, uow: UnitOfWork) -> int:
        due = ScoreDueRepository(uow)
        if not due.take_turn():
            return 0
        progress = due.progress()
        if progress.told or not progress.finished:
            return 0
        raised = self._after(uow, uow.clock.today()) if self._after is not None else 0
        due.keep(replaced(progress, told=True))
        return raised


def _made_by(making: Making, day: date, *, uow: UnitOfWork) -> str:
    """Names all that the scores of accounts rest on but their own records."""
    signals, lead = SignalsRepository(uow), ScoreRepository(uow).model(ScoreKind.LEAD)
    recorded = [recorded_by(then, signals=signals) for then in (day, half_a_year_ago(day))]
    return " ".join([making.digest, lead.id if lead else _NO_MODEL, reader(), *recorded])


def _begun(progress: Progress, *, day: date, made_by: str) -> Progress:
    """The pass that is under way, or a new one."""
    if progress.day == day and progress.made_by == made_by:
        return progress
    return Progress(day=day, made_by=made_by, told=progress.told)


def replaced(progress: Progress, **changes: object) -> Progress:
    """Progress with some of it changed."""
    return progress.model_copy(update=changes)


def _gone(account_ids: set[str], table: SignalTable, *, uow: UnitOfWork) -> list[AccountScore]:
    """That those who are no customers any more have no scores; nothing of those who never were."""
    found, scores = [], ScoreRepository(uow)
    for kind in CUSTOMER_KINDS if account_ids else ():
        for before in scores.latest(kind, account_ids=account_ids, on=table.day).values():
            if before.missing is not Missing.NOT_A_CUSTOMER:
                gone = without(before.account_id, kind, table, Missing.NOT_A_CUSTOMER, version=before.version)
                found.append(gone)
    return found
