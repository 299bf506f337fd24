"""The queue as pages: filtered, ordered, one page at a time.

Invariant 3: a page holds what its viewer may see and nothing else, and says nothing about the rest.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, tuple_

from copilot.domain.access import Viewer
from copilot.domain.drafts import DraftKind
from copilot.domain.findings import Risk
from copilot.domain.review_items import OPEN, ReviewItem, ReviewState
from copilot.errors import InputError
from copilot.store.database import UnitOfWork
from copilot.store.review_entries import QueueEntry, item_is_visible, queue_query, to_entries
from copilot.store.tables.work import ReviewItemRow


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """What to list. Empty means any."""

    states: tuple[ReviewState, ...] = tuple(sorted(OPEN))
    risks: tuple[Risk, ...] = ()
    kinds: tuple[DraftKind, ...] = ()
    account_id: str | None = None
    requester_id: str | None = None
    rules: tuple[str, ...] = ()
    """Rules or families of rules (`leak`, `leak.other_account_name`) of which at least one saw something."""


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue, the most urgent first. `cursor` is None on the last page."""

    entries: tuple[QueueEntry, ...]
    cursor: str | None


class QueuePages:
    """Reads the queue for a viewer."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def page(self, filters: QueueFilters, *, viewer: Viewer, cursor: str | None, limit: int) -> QueuePage:
        """List what `viewer` may see, soonest due first. Raises InputError for a cursor that is not ours."""
        query = queue_query().where(item_is_visible(viewer), *_conditions(filters))
        if cursor is not None:
            query = query.where(tuple_(ReviewItemRow.due_at, ReviewItemRow.id) > _read_cursor(cursor))
        rows = self._session.execute(query.order_by(ReviewItemRow.due_at, ReviewItemRow.id).limit(limit + 1)).all()
        entries = to_entries(rows[:limit], session=self._session)
        more = len(rows) > limit
        return QueuePage(entries=entries, cursor=_write_cursor(entries[-1].item) if more and entries else None)


def _conditions(filters: QueueFilters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.states:
        conditions.append(ReviewItemRow.state.in_([state.value for state in filters.states]))
    if filters.risks:
        conditions.append(ReviewItemRow.risk.in_([risk.value for risk in filters.risks]))
    if filters.kinds:
        conditions.append(ReviewItemRow.kind.in_([kind.value for kind in filters.kinds]))
    if filters.account_id is not None:
        conditions.append(ReviewItemRow.account_id == filters.account_id)
    if filters.requester_id is not None:
        conditions.append(ReviewItemRow.requester_id == filters.requester_id)
    if filters.rules:
        conditions.append(ReviewItemRow.rules.overlap(list(filters.rules)))
    return conditions


def _write_cursor(item: ReviewItem) -> str:
    content = json.dumps([item.requirement.due_at.isoformat(), item.id])
    return base64.urlsafe_b64encode(content.encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    try:
        due_at, item_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return datetime.fromisoformat(due_at), str(item_id)
    except (binascii.Error, ValueError, TypeError) as error:
        raise InputError("This page marker cannot be read.", hint="Start again from the first page.") from error
