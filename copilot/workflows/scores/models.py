"""Models of scores for the people who answer for them: which there are, how good each is, and which is in use.

Invariants: managers and administrators read them, administrators choose; what is shown of a model names no account.
What is chosen here, or left to retraining again, is recorded in the audit chain, like every choice.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import ValidationError

from copilot.domain.access import Role, Viewer
from copilot.domain.language import Language
from copilot.domain.scores import ScoreKind, ScoreModel
from copilot.errors import Conflict, CopilotError, InputError, NotAllowed, NotFound
from copilot.scoring import registry
from copilot.scoring.probabilities import LEARNT_KINDS
from copilot.scoring.refusals import refusal_text
from copilot.scoring.report import Report
from copilot.store.database import UnitOfWork
from copilot.store.people import PeopleRepository
from copilot.store.scores import ScoreRepository

MODELLED = (*LEARNT_KINDS, ScoreKind.LEAD)
"""Kinds of scores that are learnt."""
_MAY_READ = frozenset({Role.MANAGER, Role.ADMIN})
_MESSAGES: dict[str, dict[Language, tuple[str, str]]] = {
    "not_found": {
        Language.ES: ("No existe ese modelo.", "Vea la lista de modelos."),
        Language.EN: ("There is no such model.", "See the list of models."),
    },
    "readers_only": {
        Language.ES: ("Los modelos son para responsables y administradores.", "Pídaselo a uno."),
        Language.EN: ("Models are for managers and administrators.", "Ask one."),
    },
    "admins_only": {
        Language.ES: ("Solo administración elige qué modelo se usa.", "Pídaselo a quien administra."),
        Language.EN: ("Only administrators choose which model is used.", "Ask an administrator."),
    },
    "is_refusal": {
        Language.ES: ("Eso es un rechazo, no un modelo.", "Elija un modelo que se pueda usar."),
        Language.EN: ("This is a refusal, not a model.", "Choose a model that can be used."),
    },
    "not_in_use": {
        Language.ES: (
            "No se ha cambiado nada: las puntuaciones las hace ya otro modelo.",
            "Fije el que está en uso o use este.",
        ),
        Language.EN: (
            "Nothing was changed: another model makes the scores by now.",
            "Hold the one that is in use, or use this one.",
        ),
    },
    "choice_gone": {
        Language.ES: (
            "No se ha cambiado nada: este modelo ya no está elegido a mano.",
            "El reentrenamiento ya decide: no hay nada más que hacer.",
        ),
        Language.EN: (
            "Nothing was changed: this model is not chosen by hand any more.",
            "Retraining decides already: there is nothing left to do.",
        ),
    },
    "choice_elsewhere": {
        Language.ES: (
            "No se ha cambiado nada: después se ha elegido a mano otro modelo, y es el que está en uso.",
            "Para que vuelva a decidir el reentrenamiento, abra ese modelo y retire allí la elección.",
        ),
        Language.EN: (
            "Nothing was changed: another model was chosen by hand since, and is the one in use.",
            "To let retraining decide again, open that model and take its choice back there.",
        ),
    },
}


class ModelStanding(StrEnum):
    """What became of a training."""

    IN_USE = "in_use"
    OLDER = "older"
    """It was in use before."""
    ASIDE = "aside"
    """It was worse than the one in use."""
    REFUSED = "refused"
    REFUSED_IN_USE = "refused_in_use"
    """Its refusal is the newest word: nobody has a score of this kind."""

    @property
    def can_be_used(self) -> bool:
        """Whether somebody could put it in use now."""
        return self in {ModelStanding.OLDER, ModelStanding.ASIDE}


@dataclass(frozen=True, slots=True)
class Choice:
    """That a model was chosen by hand: retraining leaves it in use. `later_refusal`: what was learnt since, refused."""

    by_name: str
    at: datetime
    later_refusal: ScoreModel | None

    def why_refused(self, language: Language) -> str:
        """Why the newest training since was refused; empty if it was not."""
        return refusal_text(self.later_refusal, language) or "" if self.later_refusal else ""


@dataclass(frozen=True, slots=True)
class KeptModel:
    """One training. `report` None: it was kept by another version; `choice` None: nobody chose it by hand."""

    model: ScoreModel
    standing: ModelStanding
    report: Report | None
    choice: Choice | None = None

    @property
    def can_be_held(self) -> bool:
        """Whether it makes the scores and retraining may still replace it."""
        return self.standing is ModelStanding.IN_USE and self.choice is None

    def why_not(self, language: Language) -> str:
        """Why there is no model; empty where there is one."""
        return refusal_text(self.model, language) or ""


@dataclass(frozen=True, slots=True)
class KeptModels:
    """Every training, the newest first, and of each kind the one that counts now; None: never trained."""

    models: tuple[KeptModel, ...]
    now: dict[ScoreKind, KeptModel | None]


def in_use_now(uow: UnitOfWork) -> frozenset[str]:
    """Ids of the models, or refusals, that count now."""
    scores = ScoreRepository(uow)
    return frozenset(model.id for kind in ScoreKind if (model := scores.model(kind)) is not None)


def standing_of(model: ScoreModel, in_use: Collection[str]) -> ModelStanding:
    """What became of a training, given what counts now."""
    if model.refusal is not None:
        return ModelStanding.REFUSED_IN_USE if model.id in in_use else ModelStanding.REFUSED
    if model.id in in_use:
        return ModelStanding.IN_USE
    return ModelStanding.OLDER if model.used_from else ModelStanding.ASIDE


def read_models(*, viewer: Viewer, uow: UnitOfWork) -> KeptModels:
    """All of them. Raises NotAllowed."""
    _require(viewer)
    in_use, found = in_use_now(uow), ScoreRepository(uow).models()
    choices = choices_of(found, uow=uow)
    kept = tuple(_kept(model, in_use, choices.get(model.id)) for model in found)
    counting = {one.model.kind: one for one in kept if one.model.id in in_use}
    return KeptModels(kept, {kind: counting.get(kind) for kind in MODELLED})


def read_model(model_id: str, *, viewer: Viewer, uow: UnitOfWork) -> KeptModel:
    """One of them. Raises NotAllowed or NotFound."""
    _require(viewer)
    model = _named(model_id, viewer=viewer, uow=uow)
    found = ScoreRepository(uow).models() if model.chosen_at else [model]
    return _kept(model, in_use_now(uow), choices_of(found, uow=uow).get(model.id))


def choices_of(models: Sequence[ScoreModel], *, uow: UnitOfWork) -> dict[str, Choice]:
    """Which of all trainings, the newest first, somebody chose by hand; by id."""
    chosen = [(model, model.chosen_by, model.chosen_at) for model in models]
    names = PeopleRepository(uow).names([by for _, by, _ in chosen if by is not None])
    found = {}
    for model, by, at in chosen:
        if by is not None and at is not None:
            newest = next(one for one in models if one.kind is model.kind)
            refused = newest if newest.refusal is not None and newest.trained_at > model.trained_at else None
            found[model.id] = Choice(names.get(by, by), at, refused)
    return found


def choose_model(model_id: str, *, viewer: Viewer, uow: UnitOfWork, only_in_use: bool = False) -> KeptModel:
    """Let this one make the scores until the choice is taken back; choosing it again changes nothing.

    `only_in_use`: it is to stay, not to come back. Raises NotAllowed, NotFound, InputError for a refusal, or Conflict
    when another makes the scores by now.
    """
    _require_admin(viewer)
    model = _named(model_id, viewer=viewer, uow=uow)
    if model.model is None:
        raise _error(InputError, "is_refusal", viewer)
    if only_in_use and model.id not in in_use_now(uow):
        raise _error(Conflict, "not_in_use", viewer)
    if model.chosen_at is None:
        registry.put_in_use(uow, model.id, actor_id=viewer.user_id)
    return read_model(model.id, viewer=viewer, uow=uow)


def take_back_choice(model_id: str, *, viewer: Viewer, uow: UnitOfWork, must_stand: bool = False) -> KeptModel:
    """Let retraining decide again. The model makes the scores until then; again changes nothing.

    Raises NotAllowed or NotFound; with `must_stand` Conflict, if it is not chosen any more.
    """
    _require_admin(viewer)
    model = _named(model_id, viewer=viewer, uow=uow)
    if must_stand and model.chosen_at is None:
        counts = ScoreRepository(uow).model(model.kind)
        elsewhere = counts is not None and counts.chosen_at is not None
        raise _error(Conflict, "choice_elsewhere" if elsewhere else "choice_gone", viewer)
    if model.chosen_at is not None:
        registry.take_back_choice(uow, model.kind, actor_id=viewer.user_id)
    return read_model(model.id, viewer=viewer, uow=uow)


def _named(model_id: str, *, viewer: Viewer, uow: UnitOfWork) -> ScoreModel:
    found = next((model for model in ScoreRepository(uow).models_named(model_id) if model.id == model_id), None)
    if found is None:
        raise _error(NotFound, "not_found", viewer)
    return found


def _kept(model: ScoreModel, in_use: Collection[str], choice: Choice | None) -> KeptModel:
    try:
        report = Report.model_validate(model.report)
    except ValidationError:
        report = None
    return KeptModel(model, standing_of(model, in_use), report, choice)


def _require(viewer: Viewer) -> None:
    if viewer.role not in _MAY_READ:
        raise _error(NotAllowed, "readers_only", viewer)


def _require_admin(viewer: Viewer) -> None:
    _require(viewer)
    if viewer.role is not Role.ADMIN:
        raise _error(NotAllowed, "admins_only", viewer)


def _error(kind: type[CopilotError], name: str, viewer: Viewer) -> CopilotError:
    told = _MESSAGES[name]
    words, hint = told[Language.ES if viewer.language == Language.ES else Language.EN]
    return kind(words, hint=hint)
