"""Who may see an account: the rule of `copilot.store.visibility`, asked the other way round.

Invariant: this only proposes people. Whether one of them may see something is always asked of the rule itself.
"""

from functools import cache

from sqlalchemy import BindParameter, bindparam, func, or_, select

from copilot.domain.access import Role, Viewer
from copilot.store.database import UnitOfWork
from copilot.store.kept_statements import Kept, ask, kept
from copilot.store.tables.people import AccountGrantRow, UserRow
from copilot.store.tables.records import AccountRow


def people_of_account(account_id: str | None, *, uow: UnitOfWork) -> tuple[Viewer, ...]:
    """Active people who may see the account (None: who see what belongs to none), by name."""
    [people] = ask(uow, _people().asked(account_id=account_id))
    return tuple(
        Viewer(
            user_id=row.id,
            email=row.email,
            name=row.name,
            role=Role(row.role),
            team_id=row.team_id,
            language=row.language,
        )
        for row in people
    )


@cache
def _people() -> Kept:
    """Near the account `account_id`, and administrators."""
    account_id: BindParameter[str] = bindparam("account_id", "")
    closest = select(UserRow.id, UserRow.team_id).where(
        or_(
            UserRow.email.in_(select(func.lower(AccountRow.owner_email)).where(AccountRow.id == account_id)),
            UserRow.id.in_(select(AccountGrantRow.user_id).where(AccountGrantRow.account_id == account_id)),
        )
    )
    near = closest.subquery()
    return kept(
        select(UserRow.id, UserRow.email, UserRow.name, UserRow.role, UserRow.team_id, UserRow.language)
        .where(
            UserRow.active,
            or_(
                UserRow.role == Role.ADMIN.value,
                UserRow.id.in_(select(near.c.id)),
                (UserRow.role == Role.MANAGER.value) & UserRow.team_id.in_(select(near.c.team_id)),
            ),
        )
        .order_by(UserRow.name, UserRow.id)
    )
