"""Learns scores again from time to time, in the background.

Invariants: only what somebody had trained before is learnt again, so the first model is a person's choice; a new model
takes the place of the one in use only as `registry.keep` lets it, and a refusal is kept with its reason. The columns
that somebody vouched for when the one in use was trained are vouched for again. One process trains at a time, one score
at once, and what failed is not tried again on the same day.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from copilot.domain.scores import ScoreKind
from copilot.scoring.backtest import TrainingOptions
from copilot.scoring.growth import GROWTH_KINDS
from copilot.scoring.probabilities import LEARNT_KINDS
from copilot.scoring.registry import train_and_keep
from copilot.store.database import Database, UnitOfWork
from copilot.store.people import PeopleRepository
from copilot.store.score_due import ScoreDueRepository
from copilot.store.scores import ScoreRepository
from copilot.telemetry import get_logger

_log = get_logger(__name__)
_KINDS = tuple(dict.fromkeys((*LEARNT_KINDS, *GROWTH_KINDS)))
_FACT = "scores.retraining"
_PAUSE = timedelta(days=1)


def retrain_due(
    database: Database, *, every_days: int, options: TrainingOptions, should_stop: Callable[[], bool] = lambda: False
) -> int:
    """Train every score whose last training is `every_days` old; 0: none ever. Returns how many were trained."""
    trained = 0
    while every_days and not should_stop():
        with database.unit_of_work() as uow:
            kind = _begun(uow, every_days=every_days)
        if kind is None:
            break
        with database.unit_of_work() as uow:
            if not ScoreDueRepository(uow).take_turn_to_train():
                break
            done = train_and_keep(uow, kind, options=_as_before(uow, kind, options))
        _log.info("scores.retrained", kind=kind.value, put=done.put.value, refusal=done.model.refusal)
        trained += 1
    return trained


def _begun(uow: UnitOfWork, *, every_days: int) -> ScoreKind | None:
    """The next score that is due, marked as tried now: whatever stops its training does not repeat it every minute.

    None as well while another process trains: a mark without a training would put it off by a day.
    """
    if not ScoreDueRepository(uow).take_turn_to_train():
        return None
    now, people = uow.clock.now(), PeopleRepository(uow)
    last: dict[ScoreKind, datetime] = {}
    for model in ScoreRepository(uow).models():
        last.setdefault(model.kind, model.trained_at)
    for kind in _KINDS:
        if kind not in last or now - last[kind] < timedelta(days=every_days):
            continue
        tried = people.workspace_fact(f"{_FACT}.{kind.value}")
        if tried is None or now - datetime.fromisoformat(tried) >= _PAUSE:
            people.set_workspace_fact(f"{_FACT}.{kind.value}", now.isoformat())
            return kind
    return None


def _as_before(uow: UnitOfWork, kind: ScoreKind, options: TrainingOptions) -> TrainingOptions:
    in_use = ScoreRepository(uow).model(kind)
    kept = in_use.report.get("kept", ()) if in_use is not None else ()
    return replace(options, kept=options.kept | frozenset(kept))
