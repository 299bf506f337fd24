"""Which model is in use, and what a new one has to be to take its place.

Invariants: a model takes the place of another only if it is not surely worse on accounts that neither learnt from, or
if somebody says so; every model and every refusal stays on record, and who put what in use is in the audit chain. What
somebody chose by hand stays in use, whatever is learnt, until an administrator takes the choice back or trains with
`even_if_worse`. Else a model that its newest backtest finds no better than chance, or too good to be true, scores
nobody any more.
"""

from dataclasses import dataclass
from enum import StrEnum

from copilot.domain.scores import ScoreKind, ScoreModel
from copilot.errors import InputError, NotFound
from copilot.scoring.backtest import Learnable, TrainingOptions, train_from_records
from copilot.scoring.believable import Refusal
from copilot.scoring.growth import GROWTH_KINDS, train_growth
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.scores import ScoreRepository
from copilot.telemetry import get_logger

SYSTEM = "system"
_log = get_logger(__name__)
_DISPROVED = frozenset({Refusal.NO_BETTER_THAN_CHANCE, Refusal.TOO_GOOD})


class Put(StrEnum):
    """What became of a training."""

    IN_USE = "in_use"
    WORSE = "worse"
    """It is on record, and the one before stays in use."""
    REFUSED = "refused"
    """There is no model, and none is in use."""
    REFUSED_BESIDE = "refused_beside"
    """There is too little to judge by now; the one before stays in use."""
    BESIDE_CHOICE = "beside_choice"
    """It is on record, and the one that somebody chose by hand stays in use."""


_PUTS = frozenset({Put.IN_USE, Put.REFUSED})
"""What takes the place of the one in use."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A model or a refusal, and what became of it."""

    model: ScoreModel
    put: Put
    before: ScoreModel | None
    """The one that was in use."""


def train_and_keep(
    uow: UnitOfWork,
    kind: ScoreKind,
    *,
    actor_id: str = SYSTEM,
    options: TrainingOptions | None = None,
    found: Learnable | None = None,
    even_if_worse: bool = False,
) -> Trained:
    """Train a score and decide whether it is put in use. See `train_from_records` and `train_growth`.

    `found` is what there is to learn this kind from. Raises KeyError for health, which is not learnt.
    """
    before = ScoreRepository(uow).model(kind)
    options = options or TrainingOptions()
    learn = train_growth if kind in GROWTH_KINDS else train_from_records
    model = learn(uow, kind, options=options, found=found)
    return keep(uow, model, before=before, actor_id=actor_id, even_if_worse=even_if_worse)


def keep(
    uow: UnitOfWork,
    model: ScoreModel,
    *,
    before: ScoreModel | None,
    actor_id: str = SYSTEM,
    even_if_worse: bool = False,
) -> Trained:
    """Put a model on record, and in use where it may be."""
    put, scores = _decided(model, before, even_if_worse=even_if_worse), ScoreRepository(uow)
    # Asked anew: training takes minutes, in which somebody may have chosen.
    in_use = scores.model(model.kind)
    if put in _PUTS and in_use is not None and in_use.chosen_at is not None:
        if even_if_worse:
            take_back_choice(uow, model.kind, actor_id=actor_id)
        else:
            put = Put.BESIDE_CHOICE
    scores.keep(model, in_use=put in _PUTS)
    details = {"kind": model.kind.value, "put": put.value, "refusal": model.refusal or ""}
    AuditLog(uow).append("scores.trained", actor_id=actor_id, subject=f"score_model:{model.id}", details=details)
    _log.info("scores.trained", kind=model.kind.value, put=put.value, refusal=model.refusal)
    return Trained(model, put, before)


def put_in_use(uow: UnitOfWork, beginning: str, *, actor_id: str) -> ScoreModel:
    """Let a model make the scores until the choice is taken back; choosing it again changes nothing.

    Raises NotFound, and InputError for a refusal.
    """
    model = named(uow, beginning)
    if model.model is None:
        raise InputError("This is a refusal, not a model.", hint="`sales-copilot scores models` shows the models.")
    if model.chosen_at is not None:
        return model
    ScoreRepository(uow).choose(model, by=actor_id)
    details = {"kind": model.kind.value}
    AuditLog(uow).append("scores.put_in_use", actor_id=actor_id, subject=f"score_model:{model.id}", details=details)
    return model


def take_back_choice(uow: UnitOfWork, kind: ScoreKind, *, actor_id: str) -> bool:
    """Let retraining decide again. The model that was chosen makes the scores until then. False: none was chosen."""
    model_id = ScoreRepository(uow).take_back_choice(kind)
    if model_id is None:
        return False
    details = {"kind": kind.value}
    AuditLog(uow).append("scores.choice_ended", actor_id=actor_id, subject=f"score_model:{model_id}", details=details)
    return True


def named(uow: UnitOfWork, beginning: str) -> ScoreModel:
    """The model whose id begins so. Raises NotFound for none, InputError for several."""
    found = ScoreRepository(uow).models_named(beginning)
    if not found:
        raise NotFound("There is no such model.", hint="`sales-copilot scores models` shows them.")
    if len(found) > 1:
        raise InputError("Several models begin so.", hint="Give more characters of the id.")
    return found[0]


def _decided(model: ScoreModel, before: ScoreModel | None, *, even_if_worse: bool) -> Put:
    if model.refusal is not None:
        stays = before is not None and before.model is not None and model.refusal not in _DISPROVED
        return Put.REFUSED_BESIDE if stays else Put.REFUSED
    beside = model.report.get("compared")
    is_worse = bool(beside and beside.get("is_worse"))
    return Put.WORSE if is_worse and not even_if_worse else Put.IN_USE
