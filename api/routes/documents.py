"""Documents as parsed, with the offsets that citations point at."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from api.deps import UnitOfWorkDep, ViewerDep
from api.schemas.common import PROBLEMS
from copilot.domain.documents import StoredDocument
from copilot.domain.facts import passage_evidence_id
from copilot.store.cited_work import CitedWorkRepository
from copilot.store.documents import DocumentRepository

router = APIRouter(prefix="/api/v1/documents", tags=["documents"], responses=PROBLEMS)


class PassageOffsets(BaseModel):
    """A passage that can be cited as `evidence_id`: characters `[start, end)` of the document's text."""

    evidence_id: str
    start: int
    end: int


class DocumentDetail(BaseModel):
    """A document with its text and blocks, and its passages."""

    document: StoredDocument
    passages: list[PassageOffsets]


@router.get("/{document_id}")
def read_document(
    document_id: Annotated[str, Path(max_length=64)], viewer: ViewerDep, uow: UnitOfWorkDep
) -> DocumentDetail:
    """A document with its text, blocks and passages; offsets are characters of the text."""
    document = DocumentRepository(uow).for_viewer(document_id, viewer=viewer)
    return DocumentDetail(
        document=document,
        passages=[
            PassageOffsets(evidence_id=passage_evidence_id(span.id), start=span.start, end=span.end)
            for span in CitedWorkRepository(uow).passages(document_id, viewer=viewer)
        ],
    )
