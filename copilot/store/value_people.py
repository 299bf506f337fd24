"""Whose figures a viewer may look at.

Invariant 3: a person their own, a manager those of their team, an administrator everybody's; which people and teams
there are besides is not told.
"""

from dataclasses import dataclass

from sqlalchemy import select

from copilot.domain.access import Role, Viewer
from copilot.store.database import UnitOfWork
from copilot.store.tables.people import TeamRow, UserRow
from copilot.store.visibility import person_is_in_sight


@dataclass(frozen=True, slots=True)
class Member:
    """One person, in the team and role of now."""

    user_id: str
    name: str
    email: str
    role: Role
    team_id: str
    """Empty: in no team."""
    team_name: str
    active: bool


def people_in_sight(viewer: Viewer, *, uow: UnitOfWork) -> tuple[Member, ...]:
    """By name; former users too, because what they did counts."""
    rows = uow.session.execute(
        select(UserRow.id, UserRow.name, UserRow.email, UserRow.role, UserRow.team_id, TeamRow.name, UserRow.active)
        .outerjoin(TeamRow, TeamRow.id == UserRow.team_id)
        .where(person_is_in_sight(viewer))
        .order_by(UserRow.name, UserRow.id)
    )
    return tuple(
        Member(user_id, name, email, Role(role), team_id or "", team_name or "", active)
        for user_id, name, email, role, team_id, team_name, active in rows
    )
