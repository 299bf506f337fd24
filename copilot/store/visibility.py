"""The visibility rule of `copilot.domain.access` as SQL. The only place that states it.

Invariant 3: every query that returns account data filters by `visible_accounts(viewer)`.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    exists,
    false,
    func,
    or_,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.orm import aliased

from copilot.domain.access import Role, Viewer
from copilot.store.tables.people import AccountGrantRow, UserRow
from copilot.store.tables.records import AccountRow


def sees_every_account(viewer: Viewer) -> bool:
    """Whether there is none that the viewer may not see."""
    return viewer.role is Role.ADMIN


def account_is_visible(viewer: Viewer) -> ColumnElement[bool]:
    """Condition on `accounts` that holds for the accounts the viewer may see."""
    return true() if sees_every_account(viewer) else AccountRow.id.in_(visible_accounts(viewer))


def id_is_visible(viewer: Viewer, account_id: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """The same on a column that refers to `accounts`, of a table that is read without it."""
    return account_id.is_not(None) if sees_every_account(viewer) else account_id.in_(visible_accounts(viewer))


def visible_accounts(viewer: Viewer) -> Select[str]:
    """Subquery of the ids of the accounts that the viewer may see.

    A union of lookups, not one condition with OR: each branch then uses its own index.
    """
    if viewer.role is Role.ADMIN:
        return select(AccountRow.id)
    allowed = union(*_lookups(viewer)).subquery("allowed")
    return select(allowed.c.id)


def some_visible_accounts(viewer: Viewer, *, most: int) -> Select[str]:
    """At most so many of the same ids, perhaps with repetitions; stops looking when it has them."""
    if viewer.role is Role.ADMIN:
        return select(AccountRow.id).limit(most)
    branches = _lookups(viewer)
    if viewer.role is Role.MANAGER and viewer.team_id is not None:
        # Member by member, each by the index of owners: joined as a whole it would read all accounts.
        of_member = select(AccountRow.id).where(func.lower(AccountRow.owner_email) == UserRow.email)
        each = of_member.correlate(UserRow).offset(0).lateral("owned")
        branches[_OWNED_BY_TEAM] = select(each.c.id).select_from(UserRow).where(UserRow.team_id == viewer.team_id)
    allowed = union_all(*branches).subquery("allowed")
    return select(allowed.c.id).limit(most)


_OWNED_BY_TEAM = 2
"""Place of this branch among `_lookups`."""


def _lookups(viewer: Viewer) -> list[Select[str]]:
    """What makes an account visible to anybody but an admin."""
    owner = func.lower(AccountRow.owner_email)
    branches = [
        select(AccountRow.id).where(owner == viewer.email.lower()),
        select(AccountGrantRow.account_id).where(AccountGrantRow.user_id == viewer.user_id),
    ]
    if viewer.role is Role.MANAGER and viewer.team_id is not None:
        members = select(UserRow.id).where(UserRow.team_id == viewer.team_id)
        member_emails = select(UserRow.email).where(UserRow.team_id == viewer.team_id)
        branches.append(select(AccountRow.id).where(owner.in_(member_emails)))
        branches.append(select(AccountGrantRow.account_id).where(AccountGrantRow.user_id.in_(members)))
    return branches


def account_is_open_to(viewer: Viewer, account_id: ColumnElement[str | None]) -> ColumnElement[bool]:
    """The same rule asked of one account at a time, for lists that are read in order until a page is full.

    `account_id` belongs to the row that is looked at. Each part is a lookup, so what it costs does not grow with the
    number of accounts that the viewer may see.
    """
    account, granting = aliased(AccountRow), aliased(AccountGrantRow)
    if viewer.role is Role.ADMIN:
        return exists(select(account.id).where(account.id == account_id))
    owner = func.lower(account.owner_email)
    owned = owner == viewer.email.lower()
    granted = granting.user_id == viewer.user_id
    if viewer.role is Role.MANAGER and viewer.team_id is not None:
        team = UserRow.team_id == viewer.team_id
        owned = or_(owned, owner.in_(select(UserRow.email).where(team)))
        granted = or_(granted, granting.user_id.in_(select(UserRow.id).where(team)))
    # Scalar subqueries: of a condition EXISTS the planner would rather make a table of all accounts first.
    return or_(
        func.coalesce(select(owned).where(account.id == account_id).scalar_subquery(), false()),
        func.coalesce(
            select(func.bool_or(granted)).where(granting.account_id == account_id).scalar_subquery(), false()
        ),
    )


def person_is_in_sight(viewer: Viewer) -> ColumnElement[bool]:
    """Condition on `users`: whose work the viewer may look at. Their own, a manager's team, an admin everybody's."""
    if viewer.role is Role.ADMIN:
        return true()
    own = UserRow.id == viewer.user_id
    if viewer.role is Role.MANAGER and viewer.team_id is not None:
        return or_(own, UserRow.team_id == viewer.team_id)
    return own


_PLACEHOLDERS = {"viewer_email": "\x00email", "viewer_id": "\x00id", "viewer_team": "\x00team"}


def visible_accounts_sql(viewer: Viewer) -> tuple[str, dict[str, str]]:
    """`visible_accounts` as text and parameters, for the one statement that is too hot to compile each time."""
    values = {
        "viewer_email": viewer.email.lower(),
        "viewer_id": viewer.user_id,
        "viewer_team": viewer.team_id or "",
    }
    return _compiled(viewer.role, viewer.team_id is not None), values


@cache
def _compiled(role: Role, in_team: bool) -> str:  # noqa: FBT001 - part of a cache key
    """The rule's own SQL for viewers of this shape, with the placeholders' names as parameters."""
    shape = Viewer(
        user_id=_PLACEHOLDERS["viewer_id"],
        email=_PLACEHOLDERS["viewer_email"],
        name="",
        role=role,
        team_id=_PLACEHOLDERS["viewer_team"] if in_team else None,
    )
    compiled = visible_accounts(shape).compile(dialect=PGDialect_psycopg())  # type: ignore[no-untyped-call]
    names = {value: name for name, value in _PLACEHOLDERS.items()}
    renamed = {parameter: f"%({names[value]})s" for parameter, value in compiled.params.items()}
    text = compiled.string
    for parameter, name in renamed.items():
        text = text.replace(f"%({parameter})s::VARCHAR", name).replace(f"%({parameter})s", name)
    return text
