"""Search over everything the viewer may read: things by their names, and passages by words and meaning.

Invariant: what the quick search of every page finds is found here too, without scripts.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.deps import ApplicationDep, LanguageDep, UnitOfWorkDep, ViewerDep
from api.web.found_words import shown_groups
from api.web.highlights import highlighted
from api.web.links import member
from api.web.templating import render
from copilot.domain.documents import DocumentKind
from copilot.retrieval.search import MAX_QUERY_CHARACTERS, SearchRequest
from copilot.store.accounts import AccountRepository
from copilot.workflows.finding.everything import LONGEST

router = APIRouter(include_in_schema=False)
_HITS = 20
_NAMED = 5


@router.get("/search")
def search(
    request: Request,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
    query: Annotated[str, Query(alias="q", max_length=MAX_QUERY_CHARACTERS)] = "",
    kind_name: Annotated[str, Query(alias="kind", max_length=20)] = "",
    account: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Things by name and passages by words and meaning."""
    query, kind = query.strip(), member(DocumentKind, kind_name)
    repository = AccountRepository(uow)
    head = repository.head(account, viewer=viewer) if account else None
    shared: dict[str, Any] = {"query": query, "kind": kind, "kinds": list(DocumentKind), "account": head}
    if not query:
        return render(request, "search.html", **shared, groups=(), hits=[], notices=[])
    wanted = SearchRequest(
        query=query,
        account_ids=(head.id,) if head else None,
        include_shared=head is None,
        kinds=(kind,) if kind else (),
        limit=_HITS,
    )
    result = application.retrieval.search.search(wanted, viewer=viewer, uow=uow)
    by_name = head is None and kind is None and len(query) <= LONGEST
    groups = shown_groups(query, limit=_NAMED, viewer=viewer, language=language, uow=uow) if by_name else ()
    names = repository.names([hit.evidence.account_id for hit in result.hits if hit.evidence.account_id], viewer=viewer)
    return render(
        request,
        "search.html",
        **shared,
        groups=groups,
        hits=[(hit, highlighted(hit.evidence.text, query)) for hit in result.hits],
        names=names,
        notices=[notice.text(language.value) for notice in result.missing],
    )
