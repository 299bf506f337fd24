"""Everybody who works here or did, as an administrator sees them, with their teams.

Invariant: who calls this has checked that an administrator asks. Former people are never deleted: what they did
names them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, and_, delete, exists, func, or_, select, update

from copilot.domain.access import Role, Viewer
from copilot.store.database import UnitOfWork
from copilot.store.tables.identity import IdentityRow
from copilot.store.tables.people import AccountGrantRow, ApiTokenRow, SessionRow, TeamRow, UserRow
from copilot.store.tables.records import AccountRow

_Row = Row[UserRow, str | None, str | None, int, int]


@dataclass(frozen=True, slots=True)
class Person:
    """One person with how they may come in."""

    viewer: Viewer
    team_name: str | None
    active: bool
    since: datetime
    has_password: bool
    has_identity: bool
    """Came in by single sign-on, and the link was not undone since."""
    by_groups: bool
    """Role and team follow the groups of the identity provider."""
    open_sessions: int
    live_tokens: int


@dataclass(frozen=True, slots=True)
class StaffFilters:
    """Whom to list. Empty means any; what is set must hold together."""

    text: str = ""
    """Part of the name or the address."""
    role: Role | None = None
    team_id: str = ""
    active: bool | None = True


@dataclass(frozen=True, slots=True)
class Team:
    """A team and how many people are in it."""

    id: str
    name: str
    members: int
    former: int
    """Of those who work here no more."""


@dataclass(frozen=True, slots=True)
class Grant:
    """An account that a person may see although they do not own it."""

    account_id: str
    name: str


class StaffRepository:
    """Reads and writes within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session, self._now = uow.session, uow.clock.now()

    def page(self, filters: StaffFilters, *, limit: int, offset: int = 0) -> tuple[tuple[Person, ...], bool]:
        """People by name, and whether there are more."""
        rows = self._session.execute(
            self._people()
            .where(*_matching(filters))
            .order_by(UserRow.active.desc(), func.lower(UserRow.name), UserRow.id)
            .limit(limit + 1)
            .offset(offset)
        ).all()
        return tuple(_person(row) for row in rows[:limit]), len(rows) > limit

    def find(self, user_id: str) -> Person | None:
        """One person, also a former one."""
        row = self._session.execute(self._people().where(UserRow.id == user_id)).one_or_none()
        return _person(row) if row else None

    def by_email(self, email: str) -> Person | None:
        """The same by address, in any letter case."""
        row = self._session.execute(self._people().where(UserRow.email == email.lower())).one_or_none()
        return _person(row) if row else None

    def lock_admins(self) -> frozenset[str]:
        """Ids of the active administrators. Nobody else changes who they are before this transaction ends."""
        admins = select(UserRow.id).where(UserRow.role == Role.ADMIN.value, UserRow.active).order_by(UserRow.id)
        return frozenset(self._session.scalars(admins.with_for_update()))

    def change(self, user_id: str, *, name: str, role: Role, team_id: str | None, language: str) -> None:
        """Bring a person up to date."""
        values = {"name": name, "role": role.value, "team_id": team_id, "language": language}
        self._session.execute(update(UserRow).where(UserRow.id == user_id).values(**values))

    def reactivate(self, user_id: str) -> None:
        """Let a person in again. Sessions and tokens of before have ended for good."""
        self._session.execute(update(UserRow).where(UserRow.id == user_id).values(active=True))

    def grants(self, user_id: str) -> tuple[Grant, ...]:
        """Accounts that were opened to the person, by name."""
        rows = self._session.execute(
            select(AccountRow.id, AccountRow.name)
            .join(AccountGrantRow, AccountGrantRow.account_id == AccountRow.id)
            .where(AccountGrantRow.user_id == user_id)
            .order_by(func.lower(AccountRow.name), AccountRow.id)
        )
        return tuple(Grant(*row) for row in rows)

    def withdraw_grant(self, account_id: str, *, user_id: str) -> bool:
        """Close an account to a person again. False: it was not open to them."""
        gone = delete(AccountGrantRow).where(
            AccountGrantRow.account_id == account_id, AccountGrantRow.user_id == user_id
        )
        return self._session.scalar(gone.returning(AccountGrantRow.account_id)) is not None

    def teams(self) -> tuple[Team, ...]:
        """All teams by name."""
        rows = self._session.execute(
            select(
                TeamRow.id,
                TeamRow.name,
                func.count(UserRow.id).filter(UserRow.active),
                func.count(UserRow.id).filter(~UserRow.active),
            )
            .outerjoin(UserRow, UserRow.team_id == TeamRow.id)
            .group_by(TeamRow.id, TeamRow.name)
            .order_by(func.lower(TeamRow.name), TeamRow.id)
        )
        return tuple(Team(*row) for row in rows)

    def team(self, team_id: str, *, lock: bool = False) -> TeamRow | None:
        """One team; with `lock` nobody joins it before this transaction ends."""
        return self._session.get(TeamRow, team_id, with_for_update=lock or None)

    def team_named(self, name: str) -> str | None:
        """The id of the team with this name, in any letter case."""
        return self._session.scalar(select(TeamRow.id).where(func.lower(TeamRow.name) == name.lower()))

    def delete_team(self, team_id: str) -> None:
        """Remove a team without people."""
        self._session.execute(delete(TeamRow).where(TeamRow.id == team_id))

    def has_members(self, team_id: str) -> bool:
        """Whether anybody is in it, former people too."""
        return bool(self._session.scalar(select(exists().where(UserRow.team_id == team_id))))

    def _people(self) -> Select[UserRow, str | None, str | None, int, int]:
        sessions = select(func.count()).where(SessionRow.user_id == UserRow.id, SessionRow.expires_at > self._now)
        tokens = select(func.count()).where(ApiTokenRow.user_id == UserRow.id, token_is_live(self._now))
        return (
            select(
                UserRow,
                TeamRow.name,
                IdentityRow.subject,
                sessions.correlate(UserRow).scalar_subquery(),
                tokens.correlate(UserRow).scalar_subquery(),
            )
            .outerjoin(TeamRow, TeamRow.id == UserRow.team_id)
            .outerjoin(IdentityRow, IdentityRow.user_id == UserRow.id)
            .execution_options(populate_existing=True)
        )


def token_is_live(now: datetime) -> ColumnElement[bool]:
    """Condition on `api_tokens`."""
    lasting = or_(ApiTokenRow.expires_at.is_(None), ApiTokenRow.expires_at > now)
    return and_(ApiTokenRow.revoked_at.is_(None), lasting)


def _matching(filters: StaffFilters) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.text:
        conditions.append(
            or_(
                UserRow.name.icontains(filters.text, autoescape=True),
                UserRow.email.icontains(filters.text, autoescape=True),
            )
        )
    if filters.role is not None:
        conditions.append(UserRow.role == filters.role.value)
    if filters.team_id:
        conditions.append(UserRow.team_id == filters.team_id)
    if filters.active is not None:
        conditions.append(UserRow.active == filters.active)
    return conditions


def _person(row: _Row) -> Person:
    user, team_name, identity, sessions, tokens = row
    return Person(
        viewer=Viewer(
            user_id=user.id,
            email=user.email,
            name=user.name,
            role=Role(user.role),
            team_id=user.team_id,
            language=user.language,
        ),
        team_name=team_name,
        active=user.active,
        since=user.created_at,
        has_password=user.password_hash is not None,
        has_identity=identity is not None,
        by_groups=user.by_groups,
        open_sessions=sessions,
        live_tokens=tokens,
    )
