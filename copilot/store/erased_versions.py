"""Which versions of a draft no longer say what was written, because somebody was erased from them or time ran out."""

from datetime import datetime

from sqlalchemy import select

from copilot.store.database import UnitOfWork
from copilot.store.tables.work import DraftVersionRow


class ErasedVersions:
    """Reads only; reach a draft through an item that the viewer may see."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def of_draft(self, draft_id: str) -> dict[int, datetime]:
        """Version -> when it was overwritten; the others are not there."""
        rows = self._session.execute(
            select(DraftVersionRow.version, DraftVersionRow.erased_at).where(
                DraftVersionRow.draft_id == draft_id, DraftVersionRow.erased_at.is_not(None)
            )
        )
        return {version: erased_at for version, erased_at in rows if erased_at is not None}
