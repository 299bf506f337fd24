"""The models of scores: which is in use, how good each is, and the choice of another.

Invariant: whoever may not read them gets a page that says so; a choice that is refused is said on the page it was made
on.
"""

from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import ApplicationDep, LanguageDep, UnitOfWorkDep, ViewerDep
from api.errors import failure_of
from api.web import flash
from api.web.model_plots import reliability_plot
from api.web.templating import render
from copilot.domain.access import Role
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.errors import Conflict, InputError
from copilot.scoring.quality import Measure
from copilot.workflows.scores.models import choose_model, read_model, read_models, take_back_choice
from copilot.workflows.scores.words import title

router = APIRouter(include_in_schema=False)
ModelId = Annotated[str, Path(max_length=100)]


@router.get("/scores/models")
def models(request: Request, viewer: ViewerDep, uow: UnitOfWorkDep, language: LanguageDep) -> Response:
    """What makes the scores now, and every training."""
    found = read_models(viewer=viewer, uow=uow)
    return render(request, "score_models.html", found=found, **_words(language))


@router.get("/scores/models/{model_id}")
def model(
    request: Request, model_id: ModelId, viewer: ViewerDep, uow: UnitOfWorkDep, language: LanguageDep
) -> Response:
    """One training: what it learnt from, how good it is, why it was refused."""
    return _page(request, model_id, viewer=viewer, uow=uow, language=language)


@router.post("/scores/models/{model_id}/use")
def use(
    request: Request,
    model_id: ModelId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
    hold: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Let it make the scores of its kind until that is taken back; `hold`: it does so now, and is to stay."""
    try:
        choose_model(model_id, viewer=viewer, uow=uow, only_in_use=bool(hold))
    except (InputError, Conflict) as error:
        return _page(request, model_id, viewer=viewer, uow=uow, language=language, failure=failure_of(request, error))
    response = RedirectResponse(f"/scores/models/{model_id}", status_code=HTTPStatus.SEE_OTHER)
    flash.leave(response, "model_held" if hold else "model_chosen", secure=application.settings.secure_cookies)
    return response


@router.post("/scores/models/{model_id}/retraining")
def let_retraining_decide(
    request: Request,
    model_id: ModelId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
) -> Response:
    """Take the choice of this model back; a page that is out of date is told what is so now."""
    try:
        take_back_choice(model_id, viewer=viewer, uow=uow, must_stand=True)
    except Conflict as error:
        return _page(request, model_id, viewer=viewer, uow=uow, language=language, failure=failure_of(request, error))
    response = RedirectResponse(f"/scores/models/{model_id}", status_code=HTTPStatus.SEE_OTHER)
    flash.leave(response, "choice_taken_back", secure=application.settings.secure_cookies)
    return response


def _page(
    request: Request, model_id: str, *, viewer: ViewerDep, uow: UnitOfWorkDep, language: Language, failure: Any = None
) -> Response:
    one = read_model(model_id, viewer=viewer, uow=uow)
    quality = one.report.quality if one.report else None
    return render(
        request,
        "score_model.html",
        status=failure.status if failure else HTTPStatus.OK,
        one=one,
        quality=quality,
        measures=list(Measure),
        plot=reliability_plot(quality.reliability) if quality else None,
        chooses=viewer.role is Role.ADMIN,
        failure=failure,
        **_words(language),
    )


def _words(language: Language) -> dict[str, Any]:
    formatter = Formatter(language)
    return {
        "kind_title": lambda kind: title(kind, language),
        "decimal": lambda value: formatter.number(Decimal(f"{value:.3f}")),
        "one_place": lambda value: formatter.number(Decimal(f"{value:.1f}")),
        "tenths": lambda share: formatter.percent(Decimal(f"{100 * share:.1f}")),
        "width": "portfolio",
    }
