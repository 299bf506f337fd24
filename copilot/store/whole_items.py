"""One item of the queue with its version, and what else there is of it, in one question.

Invariant 3: the item is there only for who may see it; what its draft cites is for the caller to hold against what the
viewer may see. What else there is only says where it is worth asking: nothing is told of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from copilot.domain.access import Viewer
from copilot.store.database import UnitOfWork
from copilot.store.drafts import StoredVersion, stored_version
from copilot.store.kept_statements import ask, kept_for_viewers
from copilot.store.review_entries import QueueEntry, item_is_visible, one_item_query, to_one_entry
from copilot.store.tables.people import UserRow
from copilot.store.tables.quality import ReviewOpeningRow
from copilot.store.tables.work import (
    DraftVersionRow,
    ReleaseRow,
    ReviewCommentRow,
    ReviewItemRow,
    ReviewVoteRow,
)


@dataclass(frozen=True, slots=True)
class Beside:
    """What else there is of an item."""

    versions: bool
    """Of the same draft, whether the viewer may see them or not."""
    comments: bool
    """On any of its versions."""
    votes: bool
    """Void ones too."""
    release: bool
    opened: bool
    """By the viewer, before now."""


@dataclass(frozen=True, slots=True)
class WholeItem:
    """An item with what was filed."""

    entry: QueueEntry
    version: StoredVersion
    names: Mapping[str, str]
    """Of those whom the item and its version name, by id."""
    beside: Beside

    @property
    def cited_accounts(self) -> frozenset[str]:
        return frozenset(item.account_id for item in self.version.draft.evidence if item.account_id)


def whole_item(item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> WholeItem | None:
    """The item as it is now, or None if it does not exist or the viewer may not see it."""
    [rows] = ask(uow, _whole(viewer).asked(viewer, item_id=item_id))
    return _to_domain(rows[0]) if rows else None


@kept_for_viewers
def _whole(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    version = (
        DraftVersionRow.content.label("content"),
        DraftVersionRow.findings.label("findings"),
        DraftVersionRow.author_id.label("written_by"),
        DraftVersionRow.created_at.label("written_at"),
        DraftVersionRow.digest.label("written_digest"),
    )
    return (
        one_item_query()
        .add_columns(*version, _names().label("names"), *_beside(viewer))
        .where(ReviewItemRow.id == bindparam("item_id", ""), item_is_visible(viewer))
    )


def _names() -> ColumnElement[Any]:
    involved = (
        ReviewItemRow.requester_id,
        ReviewItemRow.assignee_id,
        ReviewItemRow.claimed_by,
        DraftVersionRow.author_id,
    )
    return (
        select(func.jsonb_object_agg(UserRow.id, UserRow.name))
        .where(or_(*(UserRow.id == each for each in involved)))
        .correlate(ReviewItemRow, DraftVersionRow)
        .scalar_subquery()
    )


def _beside(viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    other, item = aliased(ReviewItemRow), ReviewItemRow
    opened = (ReviewOpeningRow.review_item_id == item.id) & (ReviewOpeningRow.viewer_id == viewer.user_id)
    found: dict[str, Any] = {
        "has_versions": exists().where(other.draft_id == item.draft_id, other.id != item.id),
        "has_comments": exists().where(ReviewCommentRow.draft_id == item.draft_id),
        "has_votes": exists().where(ReviewVoteRow.review_item_id == item.id),
        "has_release": exists().where(ReleaseRow.review_item_id == item.id),
        "is_opened": exists().where(opened),
    }
    return tuple(each.correlate(item).label(name) for name, each in found.items())


def _to_domain(row: Any) -> WholeItem:
    return WholeItem(
        entry=to_one_entry(row),
        version=stored_version(row, digest=row.written_digest, author_id=row.written_by, created_at=row.written_at),
        names=row.names or {},
        beside=Beside(
            versions=row.has_versions,
            comments=row.has_comments,
            votes=row.has_votes,
            release=row.has_release,
            opened=row.is_opened,
        ),
    )
