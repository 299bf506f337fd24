"""What people say about a draft, across its versions.

Invariant 3: a comment is shown with the version it was made on, so only to who may see that version.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from copilot.store.database import UnitOfWork
from copilot.store.tables.people import UserRow
from copilot.store.tables.work import ReviewCommentRow


class CommentKind(StrEnum):
    COMMENT = "comment"
    CHANGE_REQUEST = "change_request"
    REJECTION = "rejection"


@dataclass(frozen=True, slots=True)
class Comment:
    """One remark."""

    id: str
    item_id: str
    """The version it was made on."""
    author_id: str
    author_name: str
    kind: CommentKind
    text: str
    created_at: datetime


class CommentRepository:
    """Comments in the database."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def add(self, *, draft_id: str, item_id: str, author_id: str, kind: CommentKind, text: str) -> str:
        """Keep a remark; returns its id."""
        comment_id = f"comment_{self._uow.clock.new_id().hex}"
        self._session.add(
            ReviewCommentRow(
                id=comment_id,
                draft_id=draft_id,
                review_item_id=item_id,
                author_id=author_id,
                kind=kind.value,
                text=text,
                created_at=self._uow.clock.now(),
            )
        )
        self._session.flush()
        return comment_id

    def on_items(self, item_ids: Collection[str]) -> tuple[Comment, ...]:
        """The remarks on these items, oldest first. The caller has checked that they may be seen."""
        rows = self._session.execute(
            select(ReviewCommentRow, UserRow.name)
            .join(UserRow, UserRow.id == ReviewCommentRow.author_id)
            .where(ReviewCommentRow.review_item_id.in_(item_ids))
            .order_by(ReviewCommentRow.created_at, ReviewCommentRow.id)
            .execution_options(populate_existing=True)
        )
        return tuple(
            Comment(
                id=row.id,
                item_id=row.review_item_id,
                author_id=row.author_id,
                author_name=name,
                kind=CommentKind(row.kind),
                text=row.text,
                created_at=row.created_at,
            )
            for row, name in rows
        )
