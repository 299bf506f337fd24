"""Documents as parsed, with the offsets that citations point at."""

from typing import Annotated

from fastapi import APIRouter, Path

from api.deps import UnitOfWorkDep, ViewerDep
from api.schemas.common import PROBLEMS
from copilot.domain.documents import StoredDocument
from copilot.store.documents import DocumentRepository

router = APIRouter(prefix="/api/v1/documents", tags=["documents"], responses=PROBLEMS)


@router.get("/{document_id}")
def read_document(
    document_id: Annotated[str, Path(max_length=64)], viewer: ViewerDep, uow: UnitOfWorkDep
) -> StoredDocument:
    """A document with its text and blocks; offsets are characters of `text`."""
    return DocumentRepository(uow).for_viewer(document_id, viewer=viewer)
