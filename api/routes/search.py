"""Search over everything the caller may read."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.deps import ApplicationDep, LanguageDep, UnitOfWorkDep, ViewerDep
from api.schemas.common import PROBLEMS
from copilot.domain.documents import DocumentKind
from copilot.domain.language import Language
from copilot.retrieval.search import MAX_LIMIT, MAX_QUERY_CHARACTERS, Hit, SearchRequest

router = APIRouter(prefix="/api/v1/search", tags=["search"], responses=PROBLEMS)


class Notice(BaseModel):
    """Something this search could not take into account."""

    code: str
    text: str


class Found(BaseModel):
    """Passages, best first, and what is missing."""

    hits: list[Hit]
    notices: list[Notice]


@router.get("")
def search(
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
    query: Annotated[str, Query(min_length=1, max_length=MAX_QUERY_CHARACTERS)],
    account_id: Annotated[list[str] | None, Query(max_length=50)] = None,
    kind: Annotated[list[DocumentKind] | None, Query()] = None,
    shared: Annotated[bool, Query(description="Also search shared knowledge.")] = True,  # noqa: FBT002
    since: date | None = None,
    until: date | None = None,
    query_language: Language | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 10,
) -> Found:
    """Passages that answer the words or the meaning of the query, in either language."""
    request = SearchRequest(
        query=query,
        account_ids=tuple(account_id) if account_id is not None else None,
        include_shared=shared,
        kinds=tuple(kind or ()),
        since=since,
        until=until,
        language=query_language,
        limit=limit,
    )
    result = application.retrieval.search.search(request, viewer=viewer, uow=uow)
    return Found(
        hits=list(result.hits),
        notices=[Notice(code=item.code, text=item.text(language.value)) for item in result.missing],
    )
