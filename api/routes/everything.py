"""Search everything by name: one question, several groups, a limit for each."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from api.deps import LanguageDep, UnitOfWorkDep, ViewerDep
from api.schemas.common import PROBLEMS
from api.web.found_words import shown_groups
from copilot.workflows.finding.everything import LONGEST, MOST, Group

router = APIRouter(prefix="/api/v1/everything", tags=["search"], responses=PROBLEMS)


class FoundHit(BaseModel):
    """One thing: its name, what else is known of it in words, and the page where it opens."""

    model_config = ConfigDict(from_attributes=True)

    label: str
    detail: str
    address: str


class FoundIn(BaseModel):
    """The first things of a group. `more`: there are others; `all_at`: the page with all of them, if there is one."""

    model_config = ConfigDict(from_attributes=True)

    group: Group
    name: str
    hits: list[FoundHit]
    more: bool
    all_at: str


class Everything(BaseModel):
    """Groups in which something was found."""

    groups: list[FoundIn]


@router.get("")
def find(
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    language: LanguageDep,
    q: Annotated[str, Query(max_length=LONGEST, description="Words; all have to stand in the name, in any case.")] = "",
    limit: Annotated[int, Query(ge=1, le=MOST, description="Of each group.")] = 5,
) -> Everything:
    """Accounts, people, opportunities, drafts, documents, conversations, questionnaires, alerts and pages by name.

    Accents do not matter. What is in the text of documents is found by `/api/v1/search`.
    """
    found = shown_groups(q, limit=limit, viewer=viewer, language=language, uow=uow)
    return Everything(groups=[FoundIn.model_validate(group) for group in found])
