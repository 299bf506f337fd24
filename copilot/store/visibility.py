"""The visibility rule of `copilot.domain.access` as SQL. The only place that states it.

Invariant 3: every query that returns account data filters by `visible_accounts(viewer)`.
"""

from sqlalchemy import ColumnElement, Select, func, or_, select, true

from copilot.domain.access import Role, Viewer
from copilot.store.tables.people import AccountGrantRow, UserRow
from copilot.store.tables.records import AccountRow


def account_is_visible(viewer: Viewer) -> ColumnElement[bool]:
    """Condition on `accounts` that holds for the accounts the viewer may see."""
    if viewer.role is Role.ADMIN:
        return true()
    own = func.lower(AccountRow.owner_email) == viewer.email.lower()
    granted = AccountRow.id.in_(select(AccountGrantRow.account_id).where(AccountGrantRow.user_id == viewer.user_id))
    if viewer.role is not Role.MANAGER or viewer.team_id is None:
        return or_(own, granted)
    members = select(UserRow.id).where(UserRow.team_id == viewer.team_id)
    member_emails = select(UserRow.email).where(UserRow.team_id == viewer.team_id)
    return or_(
        own,
        granted,
        func.lower(AccountRow.owner_email).in_(member_emails),
        AccountRow.id.in_(select(AccountGrantRow.account_id).where(AccountGrantRow.user_id.in_(members))),
    )


def visible_accounts(viewer: Viewer) -> Select[str]:
    """Subquery of the ids of the accounts that the viewer may see."""
    return select(AccountRow.id).where(account_is_visible(viewer))
