"""What a list of the queue shows beside its entries: what was found, how a release stands, what can be chosen from.

Invariant 3: choices come from items that the viewer may see; details are read for items that were listed for them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from copilot.domain.access import Viewer
from copilot.domain.review_items import ReviewState
from copilot.store.database import UnitOfWork
from copilot.store.review_entries import item_is_visible
from copilot.store.tables.people import UserRow
from copilot.store.tables.records import AccountRow
from copilot.store.tables.work import ReleaseRow, ReviewItemRow

MOST_CHOICES = 200
"""Names in one list to choose from; who looks for more uses the text search."""


@dataclass(frozen=True, slots=True)
class ListedDetails:
    """Of one listed item."""

    rules: tuple[str, ...]
    """Rules of its findings and their families."""
    release_state: str | None
    not_before: datetime | None
    """When an approved draft leaves at the earliest."""
    error_code: str | None
    """Why its release failed."""


@dataclass(frozen=True, slots=True)
class Named:
    """An id with its name, to choose from."""

    id: str
    name: str


class QueueSurroundings:
    """Reads within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def details(self, item_ids: Collection[str]) -> dict[str, ListedDetails]:
        """Details by item id, for items that the caller has listed for their viewer."""
        rows = self._session.execute(
            select(
                ReviewItemRow.id, ReviewItemRow.rules, ReleaseRow.state, ReleaseRow.not_before, ReleaseRow.error_code
            )
            .outerjoin(ReleaseRow, ReleaseRow.review_item_id == ReviewItemRow.id)
            .where(ReviewItemRow.id.in_(item_ids))
        )
        return {row[0]: ListedDetails(tuple(row[1]), row[2], row[3], row[4]) for row in rows}

    def accounts(self, viewer: Viewer, *, states: Collection[ReviewState]) -> tuple[Named, ...]:
        """Accounts of visible items in these states, by name."""
        listed = exists().where(ReviewItemRow.account_id == AccountRow.id, *_seen(viewer, states))
        query = select(AccountRow.id, AccountRow.name).where(listed)
        rows = self._session.execute(query.order_by(func.lower(AccountRow.name), AccountRow.id).limit(MOST_CHOICES))
        return tuple(Named(row[0], row[1]) for row in rows)

    def requesters(self, viewer: Viewer, *, states: Collection[ReviewState]) -> tuple[Named, ...]:
        """Who asked for visible items in these states, by name."""
        return self._people(ReviewItemRow.requester_id, viewer, states)

    def assignees(self, viewer: Viewer, *, states: Collection[ReviewState]) -> tuple[Named, ...]:
        """Who is asked to decide visible items in these states, by name."""
        return self._people(ReviewItemRow.assignee_id, viewer, states)

    def account_name(self, account_id: str, *, viewer: Viewer) -> str | None:
        """The account's name, if the viewer sees an item of it."""
        query = select(AccountRow.name).join(ReviewItemRow, ReviewItemRow.account_id == AccountRow.id)
        return self._session.scalar(query.where(AccountRow.id == account_id, item_is_visible(viewer)).limit(1))

    def _people(
        self,
        column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
        viewer: Viewer,
        states: Collection[ReviewState],
    ) -> tuple[Named, ...]:
        query = select(UserRow.id, UserRow.name).where(exists().where(column == UserRow.id, *_seen(viewer, states)))
        rows = self._session.execute(query.order_by(func.lower(UserRow.name), UserRow.id).limit(MOST_CHOICES))
        return tuple(Named(row[0], row[1]) for row in rows)


def _seen(viewer: Viewer, states: Collection[ReviewState]) -> tuple[ColumnElement[bool], ...]:
    return (item_is_visible(viewer), ReviewItemRow.state.in_([state.value for state in states]))
