"""One fact that a sentence can rest on, as it is now."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from api.deps import ApplicationDep, LanguageDep, UnitOfWorkDep, ViewerDep
from api.evidence_reading import read_evidence
from api.schemas.common import PROBLEMS
from copilot.domain.evidence import Evidence
from copilot.domain.facts import LONGEST_EVIDENCE_ID

router = APIRouter(prefix="/api/v1/evidence", tags=["evidence"], responses=PROBLEMS)


class EvidenceDetail(BaseModel):
    """Evidence, its hash (another hash means another fact) and the page that shows it."""

    evidence: Evidence
    content_hash: str
    page: str


@router.get("/{evidence_id}")
def read_one(
    evidence_id: Annotated[str, Path(max_length=LONGEST_EVIDENCE_ID)],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
) -> EvidenceDetail:
    """A record field, a passage or a computed figure by its id."""
    found = read_evidence(evidence_id, viewer=viewer, uow=uow, today=application.clock.today(), language=language)
    return EvidenceDetail(evidence=found, content_hash=found.content_hash, page=found.source_path)
