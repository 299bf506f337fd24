"""Models of scores: how good each is, and which is in use. Managers and administrators read, administrators choose."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.deps import LanguageDep, UnitOfWorkDep, ViewerDep
from api.schemas.common import CONFLICT, PROBLEMS
from api.schemas.score_models import ModelList, ModelOut
from copilot.workflows.scores.models import choose_model, read_model, read_models, take_back_choice

router = APIRouter(prefix="/api/v1/scores/models", tags=["scores"], responses=PROBLEMS)
ModelId = Annotated[str, Path(max_length=100)]


@router.get("")
def list_models(viewer: ViewerDep, uow: UnitOfWorkDep, language: LanguageDep) -> ModelList:
    """Every training with its figures."""
    return ModelList.of(read_models(viewer=viewer, uow=uow), language=language)


@router.get("/{model_id}")
def show_model(model_id: ModelId, viewer: ViewerDep, uow: UnitOfWorkDep, language: LanguageDep) -> ModelOut:
    """One training."""
    return ModelOut.of(read_model(model_id, viewer=viewer, uow=uow), language=language)


@router.post("/{model_id}/use", responses=CONFLICT)
def use_model(
    model_id: ModelId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    language: LanguageDep,
    only_in_use: Annotated[  # noqa: FBT002 - a query parameter
        bool, Query(description="Only hold it: 409 if another makes the scores by now.")
    ] = False,
) -> ModelOut:
    """Let it make the scores of its kind until that is taken back. For administrators; again changes nothing.

    The one in use can be held as well: retraining then leaves it there.
    """
    chosen = choose_model(model_id, viewer=viewer, uow=uow, only_in_use=only_in_use)
    return ModelOut.of(chosen, language=language)


@router.delete("/{model_id}/use")
def let_retraining_decide(model_id: ModelId, viewer: ViewerDep, uow: UnitOfWorkDep, language: LanguageDep) -> ModelOut:
    """Take a choice by hand back: the model makes the scores until a better one is learnt. Again changes nothing."""
    return ModelOut.of(take_back_choice(model_id, viewer=viewer, uow=uow), language=language)
