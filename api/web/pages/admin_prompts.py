"""The pages of prompts.

Invariant: prompts are released with the product; they are read here, and what was altered after its release is named
and not shown.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.administrators import AdminDep
from api.deps import LanguageDep, UnitOfWorkDep
from api.prompt_views import PromptView, all_prompts, compare, one_prompt, text_of
from api.routes.admin_prompts import PromptId
from api.web.links import member
from api.web.templating import render
from copilot.domain.language import Language
from copilot.store.model_calls import ModelCallRepository

router = APIRouter(prefix="/admin/prompts", include_in_schema=False)
PLANNING = "chat_plan"
"""The prompt that `models check` measures: it asks a model to plan."""


@router.get("")
def prompts(request: Request, _viewer: AdminDep, uow: UnitOfWorkDep) -> Response:
    """Every prompt."""
    checks = ModelCallRepository(uow).verdicts()
    return render(request, "admin_prompts.html", prompts=all_prompts(uow=uow), checks=checks, planning=PLANNING)


@router.get("/{prompt_id}")
def prompt(
    request: Request,
    prompt_id: PromptId,
    _viewer: AdminDep,
    uow: UnitOfWorkDep,
    language: LanguageDep,
    version: Annotated[str, Query(max_length=5)] = "",
    in_language: Annotated[str, Query(alias="language", max_length=5)] = "",
    against: Annotated[str, Query(max_length=5)] = "",
) -> Response:
    """One prompt: its words in a version and a language, and what changed since another version."""
    found = one_prompt(prompt_id, uow=uow)
    chosen, shown_in = _known(found, version) or found.versions[0].version, member(Language, in_language) or language
    view = next(each for each in found.versions if each.version == chosen)
    intact = shown_in.value not in view.altered
    words = text_of(prompt_id, version=chosen, language=shown_in) if intact else None
    other = _known(found, against)
    before = None
    if other is not None and words is not None and other != chosen:
        earlier = next(each for each in found.versions if each.version == other)
        if shown_in.value not in earlier.altered:
            before = text_of(prompt_id, version=other, language=shown_in)
    return render(
        request,
        "admin_prompt.html",
        prompt=found,
        view=view,
        words=words,
        shown_in=shown_in,
        all_languages=list(Language),
        against=other if before else None,
        changes=compare(before, words) if before and words else (),
        checks=ModelCallRepository(uow).verdicts() if prompt_id == PLANNING else (),
        planning=PLANNING,
    )


def _known(found: PromptView, number: str) -> int | None:
    return next((each.version for each in found.versions if str(each.version) == number), None)
