"""What a list of the queue is narrowed to and how it is ordered, as values and as SQL.

Invariant: a filter only ever narrows; who may see what is decided elsewhere, by `item_is_visible`.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import Risk
from copilot.domain.language import Language
from copilot.domain.review_items import OPEN, UNDECIDED, ReviewState
from copilot.errors import InputError
from copilot.store.tables.work import ReviewItemRow

LONGEST_QUERY = 200
"""Characters of a text that is looked for."""


class Sort(StrEnum):
    """Order of the list. Ties are broken by the deadline, then by the id."""

    DEADLINE = "deadline"
    """The soonest due first."""
    RISK = "risk"
    """The riskiest first."""
    VALUE = "value"
    """The most at stake first; what is not known last."""


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """What to list. Empty means any; what is set must hold together."""

    states: tuple[ReviewState, ...] = tuple(sorted(OPEN))
    risks: tuple[Risk, ...] = ()
    kinds: tuple[DraftKind, ...] = ()
    account_id: str | None = None
    requester_id: str | None = None
    rules: tuple[str, ...] = ()
    """Rules or families of rules (`leak`, `leak.other_account_name`) of which at least one saw something."""
    assignee_id: str | None = None
    """Who is asked to decide."""
    for_me: bool = False
    """Only what the viewer could approve now: their role, or one that was lent to them, fits the step that is open,
    they neither asked for it nor wrote it (unless policy lets them), and they did not approve it before."""
    audience: Audience | None = None
    language: Language | None = None
    overdue: bool = False
    """Only what is undecided after it was due."""
    value_from: Decimal | None = None
    """Only what is worth at least this; the unknown is left out."""
    value_below: Decimal | None = None
    """Only what is worth less than this; the unknown is left out."""
    q: str | None = None
    """Words in the title, the account's name, the requester's name or the draft's own text: all of them, in any
    inflection, whatever case and accents; `"in quotes"` in this order; `or` between alternatives."""

    def checked(self) -> "QueueFilters":
        """Itself. Raises InputError for a text that is too long to be looked for."""
        if self.q is not None and len(self.q) > LONGEST_QUERY:
            raise InputError("The text to look for is too long.", hint="Look for a few words.")
        return self


def sort_columns(sort: Sort) -> tuple[InstrumentedAttribute[Any], ...]:
    """Columns that a list is ordered by, all ascending; the last one is the id."""
    first: dict[Sort, tuple[InstrumentedAttribute[Any], ...]] = {
        Sort.DEADLINE: (),
        Sort.RISK: (ReviewItemRow.risk_order,),
        Sort.VALUE: (ReviewItemRow.value_order,),
    }
    return (*first[sort], ReviewItemRow.due_at, ReviewItemRow.id)


def conditions(filters: QueueFilters, *, now: ColumnElement[datetime]) -> list[ColumnElement[bool]]:
    """Conditions on columns of `review_items`, but for its state, what it holds, and whom it waits for."""
    found: list[ColumnElement[bool]] = []
    if filters.risks:
        found.append(ReviewItemRow.risk.in_([risk.value for risk in filters.risks]))
    if filters.kinds:
        found.append(ReviewItemRow.kind.in_([kind.value for kind in filters.kinds]))
    if filters.overdue:
        found += [ReviewItemRow.due_at <= now, ReviewItemRow.state.in_([state.value for state in UNDECIDED])]
    return found + _equalities(filters) + _amounts(filters)


def _equalities(filters: QueueFilters) -> list[ColumnElement[bool]]:
    wanted = (
        (ReviewItemRow.account_id, filters.account_id),
        (ReviewItemRow.requester_id, filters.requester_id),
        (ReviewItemRow.assignee_id, filters.assignee_id),
        (ReviewItemRow.audience, filters.audience),
        (ReviewItemRow.language, filters.language),
    )
    return [column == str(value) for column, value in wanted if value is not None]


def _amounts(filters: QueueFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.value_from is not None:
        found.append(ReviewItemRow.value_at_stake >= filters.value_from)
    if filters.value_below is not None:
        found.append(ReviewItemRow.value_at_stake < filters.value_below)
    return found
