"""The page of the answer library: what there is, what waits for its owner, what contradicts itself.

Invariant: an entry is changed only by whoever answers for it, and the page offers it to nobody else.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerAloneDep, ViewerDep
from api.errors import Failure, failure_of
from api.uploads import SentFile, content_of
from api.web import flash
from api.web.links import member
from api.web.templating import render
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.answer_library import EntryState, LibraryEntry
from copilot.domain.folding import fold
from copilot.errors import UnreadableFile
from copilot.store.database import UnitOfWork
from copilot.store.people import PeopleRepository
from copilot.workflows.rfp.filed_answers import SHORT_FORMS
from copilot.workflows.rfp.library_rules import has_say
from knowledge.answer_tables import read_answers

router = APIRouter(prefix="/answer-library", include_in_schema=False)
PAGE = 40
_STALE = "stale"
_LIVE = (EntryState.PROPOSED, EntryState.APPROVED)
_Id = Annotated[str, Path(max_length=100)]


def short_of(entry: LibraryEntry) -> str:
    """The short answer in the entry's own language; empty where its words begin with it anyway."""
    words = "" if entry.short is None else SHORT_FORMS[entry.language][entry.short]
    return "" if fold(entry.answer).startswith(fold(words)) else words


def _page(
    request: Request,
    *,
    viewer: Viewer,
    uow: UnitOfWork,
    query: str = "",
    state: str = "",
    only_stale: bool = False,
    page: int = 1,
    problem: Failure | None = None,
) -> Response:
    application: Application = request.app.state.application
    library, chosen = application.rfps.library, member(EntryState, state)
    stale = {entry.id for entry in library.stale(viewer=viewer, uow=uow)}
    found = library.entries(viewer=viewer, uow=uow, states=(chosen,) if chosen else _LIVE, query=query)
    entries = [entry for entry in found if entry.id in stale] if only_stale else list(found)
    shown = entries[(page - 1) * PAGE : page * PAGE]
    changes, findings = library.changes(viewer=viewer, uow=uow), library.findings(viewer=viewer, uow=uow)
    owners = {each.owner_id for each in entries} | {each.owner_id for each in changes}
    return render(
        request,
        "answer_library.html",
        status=problem.status if problem else 200,
        entries=shown,
        total=len(entries),
        pages=max(1, -(-len(entries) // PAGE)),
        page=page,
        query=query,
        state=chosen,
        states=list(EntryState),
        stale=stale,
        only_stale=only_stale,
        waiting=len(library.entries(viewer=viewer, uow=uow, states=(EntryState.PROPOSED,))),
        approvable=library.approvable(shown, viewer=viewer, uow=uow),
        acceptable=library.acceptable(changes, viewer=viewer),
        changes=changes,
        findings=findings[:PAGE],
        questions={entry.id: entry for entry in library.entries(viewer=viewer, uow=uow)} if findings else {},
        names=PeopleRepository(uow).names([owner for owner in owners if owner]),
        has_say=has_say,
        short_of=short_of,
        problem=problem,
    )


@router.get("")
def library_page(
    request: Request,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    query: Annotated[str, Query(alias="q", max_length=500)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
    only: Annotated[str, Query(max_length=20)] = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """Entries, changes that wait, pairs to look at together."""
    return _page(request, viewer=viewer, uow=uow, query=query, state=state, only_stale=only == _STALE, page=page)


@router.post("/imports")
def import_file(request: Request, file: SentFile, viewer: ViewerAloneDep, application: ApplicationDep) -> Response:
    """Take over questions with their answers."""
    try:
        name, content = content_of(file)
        rows = read_answers(name, content, today=application.clock.today())
    except UnreadableFile as error:
        with application.database.unit_of_work() as uow:
            return _page(request, viewer=viewer, uow=uow, problem=failure_of(request, error))
    with application.database.unit_of_work() as uow:
        made = application.rfps.library.import_rows(rows, origin=name, owner=viewer.user_id, viewer=viewer, uow=uow)
    counts = {"added": str(len(made.added)), "known": str(made.known), "unusable": str(len(made.unusable))}
    return _told(application, "library_imported", **counts)


@router.post("/approvals")
def approve_chosen(
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    entry: Annotated[list[str] | None, Form(max_length=PAGE)] = None,
) -> Response:
    """Stand behind all that were chosen."""
    approved = application.rfps.library.approve_all(entry or (), viewer=viewer, uow=uow)
    if not approved:
        return _told(application, "library_none_chosen")
    return _told(application, "library_approved_all", number=str(len(approved)))


@router.post("/entries/{entry_id}")
def decide_entry(
    entry_id: _Id,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    act: Annotated[Literal["approve", "retire"], Form()],
) -> Response:
    """Stand behind an entry, or use it no more."""
    library = application.rfps.library
    if act == "approve":
        library.approve(entry_id, viewer=viewer, uow=uow)
        return _told(application, "library_approved")
    library.retire(entry_id, viewer=viewer, uow=uow)
    return _told(application, "library_retired")


@router.post("/proposals/{change_id}")
def decide_proposal(
    change_id: _Id,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    act: Annotated[Literal["approve", "reject"], Form()],
) -> Response:
    """Take a proposed change over, or leave the entry as it is."""
    library = application.rfps.library
    if act == "approve":
        library.accept(change_id, viewer=viewer, uow=uow)
        return _told(application, "library_approved")
    library.reject(change_id, viewer=viewer, uow=uow)
    return _told(application, "library_rejected")


def _told(application: Application, code: str, **values: str) -> Response:
    response = RedirectResponse("/answer-library", status_code=303)
    flash.leave(response, code, secure=application.settings.secure_cookies, **values)
    return response
