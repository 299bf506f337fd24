"""Saved views of the queue as tabs, and as the page that manages them.

Invariant: what a tab opens is exactly what its filters say; whoever opens it sees what they may see.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from api.web.queue_query import ME, STATES, Group, QueueQuery, from_text
from copilot.approvals.saved_views import SavedView
from copilot.domain.access import Viewer
from copilot.store.queue_filters import QueueFilters, Sort


@dataclass(frozen=True, slots=True)
class Tab:
    """One saved view as the list shows it."""

    id: str
    name: str
    owner_name: str
    """Empty for the viewer's own."""
    address: str
    shared: bool
    is_default: bool
    is_current: bool
    problem: str


def view_tabs(views: Iterable[SavedView], query: QueueQuery | None, *, viewer: Viewer) -> tuple[Tab, ...]:
    """The viewer's views and those of the team; `query` is what is open."""
    return tuple(_tab(view, query, viewer) for view in views)


def default_address(views: Iterable[SavedView], *, viewer: Viewer) -> str | None:
    """Where the viewer's queue opens, if they chose a view."""
    view = next((view for view in views if view.is_default), None)
    return None if view is None else query_of(view.filters, view.sort, viewer=viewer).address


def query_of(filters: QueueFilters, sort: Sort, *, viewer: Viewer) -> QueueQuery:
    """The list that these filters make, as an address can name it."""
    group = _group(filters)
    mine = {viewer.user_id: ME}
    return QueueQuery(
        show=group,
        q=filters.q or "",
        risks=filters.risks,
        state=filters.states[0] if len(filters.states) == 1 and len(STATES[group]) > 1 else None,
        kind=filters.kinds[0] if filters.kinds else None,
        language=filters.language,
        audience=filters.audience,
        found=filters.rules[0] if filters.rules else "",
        account=filters.account_id or "",
        requester=mine.get(filters.requester_id or "", filters.requester_id or ""),
        assignee=mine.get(filters.assignee_id or "", filters.assignee_id or ""),
        value_from=filters.value_from,
        overdue=filters.overdue and group is not Group.OVERDUE,
        sort=sort,
    )


def _group(filters: QueueFilters) -> Group:
    """The part of the queue that the filters are about: the first that holds all their states."""
    if filters.for_me:
        return Group.FOR_ME
    states = set(filters.states)
    if filters.overdue and states == set(STATES[Group.OVERDUE]):
        return Group.OVERDUE
    candidates = (Group.OPEN, Group.CHANGES, Group.LEAVING, Group.DECIDED)
    return next((group for group in candidates if states and states <= set(STATES[group])), Group.OPEN)


def _tab(view: SavedView, query: QueueQuery | None, viewer: Viewer) -> Tab:
    opened = query_of(view.filters, view.sort, viewer=viewer)
    return Tab(
        id=view.id,
        name=view.name,
        owner_name="" if view.own else view.owner_name,
        address=opened.address,
        shared=view.shared,
        is_default=view.is_default,
        is_current=query is not None and from_text(query.saved_text) == from_text(opened.saved_text),
        problem=view.problem or "",
    )
