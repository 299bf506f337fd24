"""The views that people keep of the queue and of the portfolio.

Invariant: a person reads their own views and those that a member of their team shares; only the owner changes one.
What a view is narrowed to is kept as it was written and judged when it is read, see `copilot.approvals.saved_views`
and `copilot.workflows.portfolio.views`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from copilot.domain.access import Viewer
from copilot.store.database import UnitOfWork
from copilot.store.kept_statements import ask, kept_for_viewers
from copilot.store.tables.people import UserRow
from copilot.store.tables.queue import DefaultViewRow, SavedViewRow

QUEUE = "queue"
PORTFOLIO = "portfolio"


@dataclass(frozen=True, slots=True)
class StoredView:
    """A view as it is kept."""

    id: str
    owner_id: str
    owner_name: str
    name: str
    shared: bool
    filters: Mapping[str, Any]
    sort: str
    is_default: bool
    """Whether the page of the person who asks opens with it."""


class SavedViewRepository:
    """Works within one unit of work, on the views of one page."""

    def __init__(self, uow: UnitOfWork, *, page: str = QUEUE) -> None:
        self._uow = uow
        self._session = uow.session
        self._clock = uow.clock
        self._page = page

    def visible(self, viewer: Viewer, *, view_id: str | None = None) -> tuple[StoredView, ...]:
        """The viewer's own views in their order, then those of the team by owner; perhaps only one of them."""
        [rows] = ask(self._uow, _seen(viewer).asked(viewer, page=self._page))
        return tuple(StoredView(*row) for row in rows if view_id in {None, row.id})

    def count_own(self, viewer: Viewer) -> int:
        """How many views the viewer keeps; locks them against another addition meanwhile."""
        self._session.execute(select(UserRow.id).where(UserRow.id == viewer.user_id).with_for_update())
        counted = select(func.count()).select_from(SavedViewRow).where(self._is_own(viewer))
        return self._session.execute(counted).scalar_one()

    def name_is_taken(self, name: str, *, viewer: Viewer, but: str | None = None) -> bool:
        """Whether another view of the viewer has this name, whatever its case."""
        found = select(SavedViewRow.id).where(self._is_own(viewer), func.lower(SavedViewRow.name) == func.lower(name))
        return self._session.scalars(found.where(SavedViewRow.id != (but or ""))).first() is not None

    def add(self, view_id: str, values: Mapping[str, Any], *, viewer: Viewer) -> None:
        """Keep a view at the end of the viewer's own."""
        now = self._clock.now()
        last = self._session.scalar(select(func.max(SavedViewRow.position)).where(self._is_own(viewer)))
        position = 0 if last is None else last + 1
        self._session.add(
            SavedViewRow(
                id=view_id,
                owner_id=viewer.user_id,
                page=self._page,
                position=position,
                created_at=now,
                updated_at=now,
                **values,
            )
        )
        self._session.flush()

    def change(self, view_id: str, values: Mapping[str, Any], *, viewer: Viewer) -> bool:
        """Change one of the viewer's own. False: there is none."""
        changed = self._session.scalars(
            update(SavedViewRow)
            .where(SavedViewRow.id == view_id, self._is_own(viewer))
            .values(**values, updated_at=self._clock.now())
            .returning(SavedViewRow.id)
            .execution_options(synchronize_session=False)
        )
        return changed.one_or_none() is not None

    def put_in_order(self, view_ids: Sequence[str], *, viewer: Viewer) -> None:
        """Number the viewer's own views: those named first, in this order, then the others as they were."""
        self._session.execute(select(UserRow.id).where(UserRow.id == viewer.user_id).with_for_update())
        own = [view.id for view in self.visible(viewer) if view.owner_id == viewer.user_id]
        named = [view_id for view_id in dict.fromkeys(view_ids) if view_id in own]
        for position, view_id in enumerate([*named, *(item for item in own if item not in named)]):
            self.change(view_id, {"position": position}, viewer=viewer)

    def remove(self, view_id: str, *, viewer: Viewer) -> bool:
        """Delete one of the viewer's own. False: there is none."""
        removed = self._session.scalars(
            delete(SavedViewRow)
            .where(SavedViewRow.id == view_id, self._is_own(viewer))
            .returning(SavedViewRow.id)
            .execution_options(synchronize_session=False)
        )
        return removed.one_or_none() is not None

    def open_with(self, view_id: str | None, *, viewer: Viewer) -> None:
        """Let the viewer's page open with this view, or with none."""
        if view_id is None:
            mine = DefaultViewRow.user_id == viewer.user_id
            self._session.execute(delete(DefaultViewRow).where(mine, DefaultViewRow.page == self._page))
            return
        chosen = insert(DefaultViewRow).values(user_id=viewer.user_id, page=self._page, view_id=view_id)
        self._session.execute(
            chosen.on_conflict_do_update(index_elements=["user_id", "page"], set_={"view_id": chosen.excluded.view_id})
        )

    def _is_own(self, viewer: Viewer) -> ColumnElement[bool]:
        return and_(SavedViewRow.owner_id == viewer.user_id, SavedViewRow.page == self._page)


@kept_for_viewers
def _seen(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """With the parameter `page`."""
    view = SavedViewRow
    chosen = and_(DefaultViewRow.view_id == view.id, DefaultViewRow.user_id == viewer.user_id)
    shown = (view.id, view.owner_id, UserRow.name.label("owner_name"), view.name, view.shared, view.filters, view.sort)
    return (
        select(*shown, DefaultViewRow.user_id.is_not(None).label("is_default"))
        .join(UserRow, UserRow.id == view.owner_id)
        .outerjoin(DefaultViewRow, chosen)
        .where(view.page == bindparam("page", ""), _is_visible(viewer))
        .order_by(view.owner_id != viewer.user_id, UserRow.name, view.owner_id, view.position, view.id)
    )


def _is_visible(viewer: Viewer) -> ColumnElement[bool]:
    own = SavedViewRow.owner_id == viewer.user_id
    if viewer.team_id is None:
        return own
    return or_(own, and_(SavedViewRow.shared, UserRow.team_id == viewer.team_id))
