"""The answer library: approved answers, changes that wait for an owner, pairs to look at together.

Invariant: an entry is changed only by whoever answers for it, and approved by nobody who brought it in unless policy
lets their role; what the caller may not read does not exist.
"""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerAloneDep, ViewerDep
from api.schemas.common import CONFLICT, PROBLEMS
from api.schemas.rfps import EntryApprovalsIn, EntryChangeIn, ImportOut, ProposalDecisionIn
from api.uploads import SentFile, content_of
from copilot.domain.answer_library import EntryState, LibraryEntry, LibraryFinding, ProposedChange
from copilot.domain.language import Language
from knowledge.answer_tables import read_answers

router = APIRouter(prefix="/api/v1/answer-library", tags=["questionnaires"], responses=PROBLEMS)
EntryId = Annotated[str, Path(max_length=100)]


@router.get("")
def list_entries(
    *,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    query: Annotated[str, Query(max_length=500)] = "",
    state: EntryState | None = None,
    language: Language | None = None,
    stale: bool = False,
) -> list[LibraryEntry]:
    """Entries that the caller may read; `stale`: approved ones that are due for review or whose source changed."""
    library = application.rfps.library
    states = (state,) if state else (EntryState.PROPOSED, EntryState.APPROVED)
    found = library.entries(viewer=viewer, uow=uow, states=states, language=language, query=query)
    if not stale:
        return list(found)
    due = {entry.id for entry in library.stale(viewer=viewer, uow=uow)}
    return [entry for entry in found if entry.id in due]


@router.post("/imports", status_code=201)
def import_entries(file: SentFile, viewer: ViewerAloneDep, application: ApplicationDep) -> ImportOut:
    """Take over questions with their answers from a table, or from a questionnaire that was filled in."""
    name, content = content_of(file)
    rows = read_answers(name, content, today=application.clock.today())
    with application.database.unit_of_work() as uow:
        made = application.rfps.library.import_rows(rows, origin=name, owner=viewer.user_id, viewer=viewer, uow=uow)
    return ImportOut(added=tuple(entry.id for entry in made.added), known=made.known, unusable=made.unusable)


@router.post("/approvals", responses=CONFLICT)
def approve_entries(
    wanted: Annotated[EntryApprovalsIn, Body()], viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> list[LibraryEntry]:
    """Approve entries together, from today: all of them, or none."""
    return list(application.rfps.library.approve_all(wanted.entry_ids, viewer=viewer, uow=uow))


@router.get("/findings")
def list_findings(viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> list[LibraryFinding]:
    """Pairs that ask the same, with answers that agree or do not."""
    return list(application.rfps.library.findings(viewer=viewer, uow=uow))


@router.get("/proposals")
def list_proposals(viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> list[ProposedChange]:
    """Changes that wait for whoever answers for the entry, oldest first."""
    return list(application.rfps.library.changes(viewer=viewer, uow=uow))


@router.post("/proposals/{change_id}/decision", responses=CONFLICT)
def decide_proposal(
    change_id: Annotated[str, Path(max_length=100)],
    wanted: Annotated[ProposalDecisionIn, Body()],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> LibraryEntry | None:
    """Make a proposed change the entry's newest version, or leave the entry as it is (then the answer is null)."""
    library = application.rfps.library
    if wanted.verdict == "reject":
        library.reject(change_id, viewer=viewer, uow=uow)
        return None
    return library.accept(change_id, viewer=viewer, uow=uow, review_by=wanted.review_by)


@router.get("/{entry_id}")
def read_entry(entry_id: EntryId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> LibraryEntry:
    """One entry with what it rests on."""
    return application.rfps.library.get(entry_id, viewer=viewer, uow=uow)


@router.patch("/{entry_id}", responses=CONFLICT)
def change_entry(
    entry_id: EntryId,
    wanted: Annotated[EntryChangeIn, Body()],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> LibraryEntry:
    """Approve an entry, give it to another owner, or retire it, in this order."""
    library = application.rfps.library
    entry = library.get(entry_id, viewer=viewer, uow=uow)
    if wanted.approve:
        entry = library.approve(entry_id, viewer=viewer, uow=uow, review_by=wanted.review_by)
    if "owner_id" in wanted.model_fields_set:
        entry = library.give_to(entry_id, wanted.owner_id, viewer=viewer, uow=uow)
    return library.retire(entry_id, viewer=viewer, uow=uow) if wanted.retire else entry
