"""The prompts that models are asked with: versions, words, differences, use. For administrators.

Invariant: prompts are released with the product and read here; nothing of what people or customers wrote is in them.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from api.administrators import AdminDep
from api.deps import UnitOfWorkDep
from api.prompt_views import DiffLine, PromptView, all_prompts, compare, one_prompt, text_of
from api.schemas.common import PROBLEMS
from copilot.domain.language import Language

router = APIRouter(prefix="/api/v1/admin/prompts", tags=["administration"], responses=PROBLEMS)
PromptId = Annotated[str, Path(max_length=100)]
Version = Annotated[int, Path(ge=1, le=9999)]


class PromptText(BaseModel):
    """One version in one language. `{{ name }}` is filled in when it is used."""

    id: str
    version: int
    language: Language
    sha256: str
    variables: list[str]
    system: str
    user: str


@router.get("")
def list_prompts(_viewer: AdminDep, uow: UnitOfWorkDep) -> list[PromptView]:
    """Every prompt with its versions and how often each was used."""
    return list(all_prompts(uow=uow))


@router.get("/{prompt_id}")
def show_prompt(prompt_id: PromptId, _viewer: AdminDep, uow: UnitOfWorkDep) -> PromptView:
    """One prompt."""
    return one_prompt(prompt_id, uow=uow)


@router.get("/{prompt_id}/versions/{version}")
def show_text(prompt_id: PromptId, version: Version, _viewer: AdminDep, language: Language = Language.EN) -> PromptText:
    """The words of one version."""
    prompt = text_of(prompt_id, version=version, language=language)
    return PromptText(
        id=prompt.id,
        version=prompt.version,
        language=prompt.language,
        sha256=prompt.sha256,
        variables=sorted(prompt.variables),
        system=prompt.system,
        user=prompt.user,
    )


@router.get("/{prompt_id}/versions/{version}/changes")
def show_changes(
    prompt_id: PromptId,
    version: Version,
    _viewer: AdminDep,
    since: Annotated[int, Query(ge=1, le=9999, description="The version to compare with.")],
    language: Language = Language.EN,
) -> list[DiffLine]:
    """What changed since another version."""
    before = text_of(prompt_id, version=since, language=language)
    return list(compare(before, text_of(prompt_id, version=version, language=language)))
