"""Who may see an account: the rule of `copilot.store.visibility`, asked the other way round.

Invariant: this only proposes people. Whether one of them may see something is always asked of the rule itself.
"""

from sqlalchemy import func, or_, select

from copilot.domain.access import Role, Viewer
from copilot.store.database import UnitOfWork
from copilot.store.tables.people import AccountGrantRow, UserRow
from copilot.store.tables.records import AccountRow


def people_of_account(account_id: str | None, *, uow: UnitOfWork) -> tuple[Viewer, ...]:
    """Active people who may see the account (None: who see what belongs to none), by name."""
    closest = select(UserRow.id, UserRow.team_id).where(
        or_(
            UserRow.email.in_(select(func.lower(AccountRow.owner_email)).where(AccountRow.id == account_id)),
            UserRow.id.in_(select(AccountGrantRow.user_id).where(AccountGrantRow.account_id == account_id)),
        )
    )
    near = closest.subquery()
    people = uow.session.scalars(
        select(UserRow)
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
