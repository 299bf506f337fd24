"""What a list of the queue shows beside its entries: what was found, how a release stands, what can be chosen from.

Invariant 3: choices come from items that the viewer may see; details are read for items that were listed for them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    exists,
    func,
    literal,
    select,
    union_all,
)

from copilot.domain.access import Viewer
from copilot.domain.review_items import ReviewState
from copilot.store.database import UnitOfWork
from copilot.store.kept_statements import Kept, any_of, ask, kept, kept_for_viewers
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


@dataclass(frozen=True, slots=True)
class Choices:
    """By name, so many of each as one list holds."""

    accounts: tuple[Named, ...]
    requesters: tuple[Named, ...]
    """Who asked."""
    assignees: tuple[Named, ...]
    """Who is asked to decide."""


class QueueSurroundings:
    """Reads within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def details(
        self, item_ids: Collection[str], *, people: Collection[str]
    ) -> tuple[dict[str, ListedDetails], dict[str, str]]:
        """Details by item id, for items that the caller has listed for their viewer; and these people's names."""
        asked = [_details().asked(ids=list(item_ids)), *([_names().asked(ids=sorted(people))] if people else ())]
        rows, *named = ask(self._uow, *asked)
        details = {row[0]: ListedDetails(tuple(row[1]), row[2], row[3], row[4]) for row in rows}
        return details, {row.id: row.name for found in named for row in found}

    def choices(self, viewer: Viewer, *, states: Collection[ReviewState]) -> Choices:
        """What visible items in these states can be told apart by, each by name; asked together."""
        [rows] = ask(self._uow, _choices(viewer).asked(viewer, states=sorted(state.value for state in states)))
        lists: tuple[list[Named], ...] = ([], [], [])
        for row in rows:
            lists[row.place].append(Named(row.id, row.name))
        return Choices(*(tuple(listed) for listed in lists))

    def account_name(self, account_id: str, *, viewer: Viewer) -> str | None:
        """The account's name, if the viewer sees an item of it."""
        query = select(AccountRow.name).join(ReviewItemRow, ReviewItemRow.account_id == AccountRow.id)
        return self._session.scalar(query.where(AccountRow.id == account_id, item_is_visible(viewer)).limit(1))


@cache
def _details() -> Kept:
    of_release = (ReleaseRow.state, ReleaseRow.not_before, ReleaseRow.error_code)
    return kept(
        select(ReviewItemRow.id, ReviewItemRow.rules, *of_release)
        .outerjoin(ReleaseRow, ReleaseRow.review_item_id == ReviewItemRow.id)
        .where(ReviewItemRow.id == any_of("ids"))
    )


@cache
def _names() -> Kept:
    return kept(select(UserRow.id, UserRow.name).where(UserRow.id == any_of("ids")))


@kept_for_viewers
def _choices(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    seen = (item_is_visible(viewer), ReviewItemRow.state == any_of("states"))
    of_people = (UserRow.id, UserRow.name)
    named: tuple[tuple[Any, Any, Any], ...] = (
        (ReviewItemRow.account_id, AccountRow.id, AccountRow.name),
        (ReviewItemRow.requester_id, *of_people),
        (ReviewItemRow.assignee_id, *of_people),
    )
    parts = [
        _part(place, named_id, name, exists().where(column == named_id, *seen))
        for place, (column, named_id, name) in enumerate(named)
    ]
    found = union_all(*(select(part) for part in parts)).subquery()
    return select(found).order_by(found.c.place, found.c.key, found.c.id)


def _part(place: int, named_id: Any, name: Any, is_named: ColumnElement[bool]) -> Subquery:
    """The first names of one list."""
    key = func.lower(name)
    query = select(literal(place).label("place"), key.label("key"), named_id.label("id"), name.label("name"))
    return query.where(is_named).order_by(key, named_id).limit(MOST_CHOICES).subquery()
