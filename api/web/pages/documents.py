"""A document with the cited passage marked, and a fact that no document holds."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api.deps import ApplicationDep, LanguageDep, UnitOfWorkDep, ViewerDep
from api.evidence_reading import read_evidence
from api.routes.accounts import AccountId
from api.web.document_view import grouped, view_blocks
from api.web.templating import render
from copilot.domain.access import Viewer
from copilot.domain.document_messages import localise
from copilot.domain.evidence import Evidence
from copilot.domain.facts import LONGEST_EVIDENCE_ID, parse_evidence_id
from copilot.domain.language import Language
from copilot.errors import NotFound
from copilot.store.accounts import AccountRepository
from copilot.store.database import UnitOfWork
from copilot.store.documents import DocumentRepository

router = APIRouter(include_in_schema=False)
EvidenceId = Annotated[str, Path(max_length=LONGEST_EVIDENCE_ID)]
Offset = Annotated[int | None, Query(ge=0, le=1_000_000_000)]


@router.get("/documents/{document_id}")
def document(
    request: Request,
    document_id: Annotated[str, Path(max_length=64)],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    language: LanguageDep,
    start: Offset = None,
    end: Offset = None,
) -> Response:
    """The text as it was parsed, opened at the passage that a citation names."""
    found = DocumentRepository(uow).for_viewer(document_id, viewer=viewer)
    account = AccountRepository(uow).head(found.account_id, viewer=viewer) if found.account_id else None
    blocks = view_blocks(found, start=start, end=end)
    return render(
        request,
        "document.html",
        document=found,
        account=account,
        groups=grouped(blocks),
        cited=start is not None,
        found_passage=any(block.marked for block in blocks),
        warnings=[localise(text, language=language) for text in found.warnings],
    )


@router.get("/accounts/{account_id}/evidence/{evidence_id}")
def account_evidence(
    request: Request,
    account_id: AccountId,
    evidence_id: EvidenceId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
) -> Response:
    """A record field or a figure of an account."""
    found = read_evidence(
        evidence_id,
        viewer=viewer,
        uow=uow,
        today=application.clock.today(),
        language=language,
        account_id=account_id,
    )
    account = AccountRepository(uow).head(account_id, viewer=viewer)
    inputs = _inputs(found, viewer=viewer, uow=uow, today=application.clock.today(), language=language)
    return render(request, "evidence.html", evidence=found, account=account, inputs=inputs, **_parts(found))


@router.get("/evidence/{evidence_id}")
def shared_evidence(
    request: Request,
    evidence_id: EvidenceId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
) -> Response:
    """A fact that belongs to no account, such as a price."""
    found = read_evidence(evidence_id, viewer=viewer, uow=uow, today=application.clock.today(), language=language)
    return render(request, "evidence.html", evidence=found, account=None, inputs=[], **_parts(found))


def _parts(found: Evidence) -> dict[str, Any]:
    """Type of record and name of the field or figure."""
    address = parse_evidence_id(found.id)
    return {"record_type": address.record_type if address else "", "field": address.name if address else ""}


def _inputs(
    found: Evidence, *, viewer: Viewer, uow: UnitOfWork, today: date, language: Language
) -> list[Evidence | str]:
    """What a figure was computed from: evidence where it has an address, else the name of the query."""
    shown: list[Evidence | str] = []
    for name in found.inputs:
        try:
            shown.append(read_evidence(name, viewer=viewer, uow=uow, today=today, language=language))
        except NotFound:
            shown.append(name.removeprefix("query:"))
    return shown
