"""Letting go of what has been kept long enough.

Invariant: only what nobody can act on any more is touched, and the record of who decided what, with its digest, stays.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, CursorResult, Delete, and_, delete, func, select, update

from copilot.store.database import UnitOfWork
from copilot.store.erasure_drafts import Version, empty_versions
from copilot.store.reviews import UNRELEASED
from copilot.store.tables.people import LoginAttemptRow, SessionRow
from copilot.store.tables.records import ImportRunRow
from copilot.store.tables.work import DraftVersionRow, ReviewItemRow

_AT_ONCE = 200
"""Versions emptied in one run; the next minute takes the next ones."""


class RetentionRepository:
    """Works within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session
        self._uow = uow

    def sessions(self, *, ended_by: datetime) -> int:
        """Forget browser sessions that have run out."""
        return self._deleted(delete(SessionRow).where(SessionRow.expires_at <= ended_by))

    def login_attempts(self, *, before: datetime) -> int:
        """Forget failed sign-ins."""
        return self._deleted(delete(LoginAttemptRow).where(LoginAttemptRow.attempted_at < before))

    def import_reports(self, *, before: datetime) -> int:
        """Forget reports of imports."""
        return self._deleted(delete(ImportRunRow).where(ImportRunRow.finished_at < before))

    def drafts(self, *, before: datetime) -> int:
        """Empty the versions whose items were settled before then, some at a time."""
        of_version = and_(
            ReviewItemRow.draft_id == DraftVersionRow.draft_id, ReviewItemRow.version == DraftVersionRow.version
        )
        rows = self._session.execute(
            select(DraftVersionRow.draft_id, DraftVersionRow.version)
            .join(ReviewItemRow, of_version)
            .where(
                ReviewItemRow.state.not_in([state.value for state in UNRELEASED]),
                func.coalesce(ReviewItemRow.decided_at, ReviewItemRow.expires_at) < before,
                has_content(),
            )
            .order_by(DraftVersionRow.draft_id, DraftVersionRow.version)
            .limit(_AT_ONCE)
        )
        versions: list[Version] = [(row.draft_id, row.version) for row in rows]
        for draft_id, version in versions:
            self._session.execute(
                update(ReviewItemRow)
                .where(ReviewItemRow.draft_id == draft_id, ReviewItemRow.version == version)
                .values(comment=None)
            )
        return empty_versions(self._uow, versions)

    def _deleted(self, statement: Delete) -> int:
        result = self._session.execute(statement)
        return result.rowcount if isinstance(result, CursorResult) else 0


def has_content() -> ColumnElement[bool]:
    """Condition on `draft_versions`: retention has not emptied it."""
    return func.jsonb_array_length(DraftVersionRow.content["sections"]) > 0
