"""Which items a viewer's list may show, said in the way that is cheapest for this viewer.

Invariant 3: each form says the same as `item_is_visible`; a property test compares them. Few accounts are listed and
looked up one by one; with many, items are read in order and each is asked whether its account is visible.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, TEXT, Boolean, ColumnElement, and_, any_, exists, func, literal, not_, or_, select

from copilot.domain.access import Role, Viewer, Visibility
from copilot.store.database import UnitOfWork
from copilot.store.review_entries import may_see_unplaced, no_test_of_own
from copilot.store.tables.queue import ReviewTextRow, WaitingTextRow
from copilot.store.tables.work import ReviewItemRow
from copilot.store.visibility import account_is_open_to, some_visible_accounts

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
    def listed(self) -> ColumnElement[bool]:
        """Of an account that is listed."""
        return and_(ReviewItemRow.account_id == any_(_array(self.account_ids or ())), self._readable(ReviewItemRow))

    @property
    def unplaced(self) -> ColumnElement[bool]:
        """Without an account, and asked for by the viewer or in a team that they lead."""
        return and_(self._unplaced(ReviewItemRow), self._readable(ReviewItemRow))

    def of(self, item: Any) -> ColumnElement[bool]:
        """What `item_is_visible` says, asked of one item at a time: anything with its columns."""
        if self.viewer.role is Role.ADMIN:
            # Every account that an item names exists, and an admin sees what has none.
            return self._readable(item)
        if self.account_ids is not None:
            placed: ColumnElement[bool] = item.account_id == any_(_array(self.account_ids))
        else:
            placed = account_is_open_to(self.viewer, item.account_id)
        return and_(self._readable(item), or_(placed, self._unplaced(item)))

    def _readable(self, item: Any) -> ColumnElement[bool]:
        """Cites no shared knowledge that is closed to the viewer, and tests nobody but others."""
        no_test = no_test_of_own(item, viewer=self.viewer)
        classes = self.viewer.visibility_classes
        if set(classes) == set(Visibility):
            return no_test
        return and_(no_test, item.visibility.in_([each.value for each in classes]))

    def _unplaced(self, item: Any) -> ColumnElement[bool]:
        return and_(item.account_id.is_(None), may_see_unplaced(item, viewer=self.viewer))

    def may_search(self, texts: TextTable) -> ColumnElement[bool]:
        """Whether the viewer may see every other account that the draft cites: else its words say nothing to them."""
        if self.account_ids is not None:
            return texts.other_accounts.op("<@", return_type=Boolean())(_array(self.account_ids))
        other = func.unnest(texts.other_accounts).column_valued("other")
        closed = exists(select(other).where(not_(account_is_open_to(self.viewer, other))))
        return or_(func.cardinality(texts.other_accounts) == 0, not_(closed))


def reach_of(viewer: Viewer, *, uow: UnitOfWork, account_id: str | None = None) -> Reach:
    """Look up the viewer's accounts, unless they are too many, or the list is of one account anyway."""
    if viewer.role is Role.ADMIN or account_id is not None:
        return Reach(viewer, None)
    some = some_visible_accounts(viewer, most=MOST_LISTED + 1).subquery()
    # One array, which takes a third of the time of as many rows.
    found = uow.session.execute(select(func.array_agg(some.c.id))).scalar_one() or ()
    return Reach(viewer, tuple(found) if len(found) <= MOST_LISTED else None)


def _array(values: tuple[str, ...]) -> ColumnElement[list[str]]:
    return literal(list(values), ARRAY(TEXT))
