"""A query about figures and who asks it: what every statement of it starts from.

Invariant 3: nothing is selected that is not of one of `visible_accounts(viewer)`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from copilot.domain.access import Role, Viewer
from copilot.domain.figure_queries import FigureQuery, Subject
from copilot.domain.figure_results import NAME_FIELDS
from copilot.store.figure_conditions import TABLES, all_hold, has_related
from copilot.store.figure_metric_order import metric_holds
from copilot.store.tables.records import AccountRow
from copilot.store.visibility import visible_accounts

RECORD_TYPES = {
    Subject.ACCOUNTS: "account",
    Subject.OPPORTUNITIES: "opportunity",
    Subject.TICKETS: "ticket",
    Subject.SURVEYS: "survey",
    Subject.ACTIVITIES: "activity",
    Subject.CONTACTS: "contact",
}
NAMES = {subject: NAME_FIELDS[record_type] for subject, record_type in RECORD_TYPES.items()}
"""The field that a record is called by."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`today` is the business day that computed figures are for."""

    query: FigureQuery
    viewer: Viewer
    today: date

    @property
    def table(self) -> Any:
        return TABLES[self.query.subject]

    def base(self, *columns: Any) -> Select[Any]:
        """`columns` of the subject's records whose accounts have what the query wants linked."""
        return self.whatever_is_linked(*columns).where(*(has_related(item) for item in self.query.related))

    def whatever_is_linked(self, *columns: Any) -> Select[Any]:
        """`columns` of the subject's records, beside their accounts, among those that the viewer may see and whose
        computed figures are as the query wants them."""
        query = self.query
        statement = select(*columns).select_from(self.table).where(_is_visible(self.viewer))
        if query.subject is not Subject.ACCOUNTS:
            statement = statement.join(AccountRow, AccountRow.id == self.table.account_id)
        statement = statement.where(*(metric_holds(item, self.today) for item in query.computed))
        if query.account_ids:
            statement = statement.where(AccountRow.id.in_(query.account_ids))
        if query.mine:
            statement = statement.where(func.lower(AccountRow.owner_email) == self.viewer.email.lower())
        return statement

    def conditions(self) -> list[ColumnElement[bool]]:
        """Of the record and of its account."""
        own = all_hold(self.table, self.query.subject, self.query.conditions)
        return own + all_hold(AccountRow, Subject.ACCOUNTS, self.query.of_account)

    def matching(self, *columns: Any) -> Select[Any]:
        """`columns` of everything that matches."""
        return self.base(*columns).where(*self.conditions())


def _is_visible(viewer: Viewer) -> ColumnElement[bool]:
    """The condition on `accounts`.

    A manager sees many accounts. Theirs are looked up once and kept as a set: joined, they would be worked out again
    for each row wherever the planner takes a condition for rarer than it is.
    """
    allowed = AccountRow.id.in_(visible_accounts(viewer))
    return allowed.is_(True) if viewer.role is Role.MANAGER else allowed
