"""Which items a viewer's list may show, said in the way that is cheapest for this viewer.

Invariant 3: each form says the same as `item_is_visible`; a property test compares them. Few accounts are listed and
looked up one by one; with many, items are read in order and each is asked whether its account is visible.
"""

from dataclasses import dataclass

from sqlalchemy import ARRAY, TEXT, Boolean, ColumnElement, and_, any_, exists, func, literal, not_, or_, select

from copilot.domain.access import Role, Viewer
from copilot.store.database import UnitOfWork
from copilot.store.tables.queue import ReviewTextRow, WaitingTextRow
from copilot.store.tables.work import ReviewItemRow
from copilot.store.visibility import account_is_open_to, visible_accounts

MOST_LISTED = 1_000
"""Accounts of one viewer that are listed. One who sees more finds a page by reading on: at least one item in so many
is theirs, unless the company has very many accounts."""
TextTable = type[ReviewTextRow] | type[WaitingTextRow]


@dataclass(frozen=True, slots=True)
class Reach:
    """How one viewer's items are told."""

    viewer: Viewer
    account_ids: tuple[str, ...] | None
    """The accounts they may see; None: too many to list, or all."""

    @property
    def readable(self) -> ColumnElement[bool]:
        """Cites no shared knowledge that is closed to the viewer."""
        return ReviewItemRow.visibility.in_([item.value for item in self.viewer.visibility_classes])

    @property
    def listed(self) -> ColumnElement[bool]:
        """Of an account that is listed."""
        return ReviewItemRow.account_id == any_(_array(self.account_ids or ()))

    @property
    def unplaced(self) -> ColumnElement[bool]:
        """Without an account, and asked for by the viewer."""
        return and_(ReviewItemRow.account_id.is_(None), ReviewItemRow.requester_id == self.viewer.user_id)

    @property
    def condition(self) -> ColumnElement[bool]:
        """What `item_is_visible` says, asked of one item at a time."""
        if self.viewer.role is Role.ADMIN:
            # Every account that an item names exists, and an admin sees what has none.
            return self.readable
        placed = self.listed if self.account_ids is not None else _open_to(self.viewer)
        return and_(self.readable, or_(placed, self.unplaced))

    def may_search(self, texts: TextTable) -> ColumnElement[bool]:
        """Whether the viewer may see every other account that the draft cites: else its words say nothing to them."""
        if self.account_ids is not None:
            return texts.other_accounts.op("<@", return_type=Boolean())(_array(self.account_ids))
        other = func.unnest(texts.other_accounts).column_valued("other")
        closed = exists(select(other).where(not_(account_is_open_to(self.viewer, other))))
        return or_(func.cardinality(texts.other_accounts) == 0, not_(closed))


def reach_of(viewer: Viewer, *, uow: UnitOfWork) -> Reach:
    """Look up the viewer's accounts, unless they are too many."""
    if viewer.role is Role.ADMIN:
        return Reach(viewer, None)
    found = tuple(uow.session.scalars(visible_accounts(viewer).limit(MOST_LISTED + 1)))
    return Reach(viewer, found if len(found) <= MOST_LISTED else None)


def _open_to(viewer: Viewer) -> ColumnElement[bool]:
    return account_is_open_to(viewer, ReviewItemRow.account_id.expression)


def _array(values: tuple[str, ...]) -> ColumnElement[list[str]]:
    return literal(list(values), ARRAY(TEXT))
