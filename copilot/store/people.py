"""Users, teams, sessions, tokens and failed sign-ins."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from copilot.domain.access import Role, Viewer
from copilot.store.database import UnitOfWork
from copilot.store.tables.people import (
    AccountGrantRow,
    ApiTokenRow,
    LoginAttemptRow,
    SessionRow,
    TeamRow,
    UserRow,
    WorkspaceRow,
)


def _viewer(row: UserRow) -> Viewer:
    return Viewer(
        user_id=row.id, email=row.email, name=row.name, role=Role(row.role), team_id=row.team_id, language=row.language
    )


class PeopleRepository:
    """Reads and writes within one unit of work; times come from its caller."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def by_email(self, email: str) -> Viewer | None:
        """The active user with this address, in any letter case."""
        row = self._session.scalar(select(UserRow).where(UserRow.email == email.lower(), UserRow.active))
        return _viewer(row) if row else None

    def by_id(self, user_id: str) -> Viewer | None:
        """The active user with this id."""
        row = self._session.scalar(select(UserRow).where(UserRow.id == user_id, UserRow.active))
        return _viewer(row) if row else None

    def emails(self) -> list[str]:
        """Addresses of all users, former ones included."""
        return list(self._session.scalars(select(UserRow.email)))

    def with_role(self, role: Role) -> list[Viewer]:
        """Active users of a role, by email."""
        rows = self._session.scalars(
            select(UserRow).where(UserRow.role == role, UserRow.active).order_by(UserRow.email)
        )
        return [_viewer(row) for row in rows]

    def active(self) -> list[Viewer]:
        """Everybody who may come in, by email."""
        return [
            _viewer(row) for row in self._session.scalars(select(UserRow).where(UserRow.active).order_by(UserRow.email))
        ]

    def names(self, user_ids: Sequence[str]) -> dict[str, str]:
        """Display names by id, of active and former users."""
        if not user_ids:
            return {}
        rows = self._session.execute(select(UserRow.id, UserRow.name).where(UserRow.id.in_(user_ids)))
        return {row.id: row.name for row in rows}

    def password_hash(self, user_id: str) -> str | None:
        """The stored argon2 hash."""
        return self._session.scalar(select(UserRow.password_hash).where(UserRow.id == user_id))

    def set_password_hash(self, user_id: str, hashed: str) -> None:
        """Replace the stored hash."""
        self._session.execute(update(UserRow).where(UserRow.id == user_id).values(password_hash=hashed))

    def save(self, viewer: Viewer, *, password_hash: str | None) -> None:
        """Insert the user, or bring name, role, team, language and (if given) password up to date; let them in.

        A new password ends the sessions that the old one opened.
        """
        row = self._session.scalar(select(UserRow).where(UserRow.email == viewer.email.lower()))
        if row is None:
            row = UserRow(id=viewer.user_id, email=viewer.email.lower(), active=True)
            self._session.add(row)
        row.active = True
        row.name, row.role, row.team_id, row.language = viewer.name, viewer.role, viewer.team_id, viewer.language
        if password_hash is not None:
            row.password_hash = password_hash
            self._session.execute(delete(SessionRow).where(SessionRow.user_id == row.id))
        self._session.flush()

    def add(self, viewer: Viewer, *, by_groups: bool = False) -> bool:
        """Insert somebody without a password. False: their address is known, perhaps since a moment."""
        values = {
            "id": viewer.user_id,
            "email": viewer.email.lower(),
            "name": viewer.name,
            "role": viewer.role.value,
            "team_id": viewer.team_id,
            "language": viewer.language,
            "active": True,
            "by_groups": by_groups,
        }
        made = insert(UserRow).values(**values).on_conflict_do_nothing(index_elements=["email"])
        return self._session.scalar(made.returning(UserRow.id)) is not None

    def deactivate(self, user_id: str, *, now: datetime) -> None:
        """Close the door for a person: no sign-in, no session, no token; what they did stays theirs."""
        self._session.execute(update(UserRow).where(UserRow.id == user_id).values(active=False))
        self._session.execute(delete(SessionRow).where(SessionRow.user_id == user_id))
        # When a token ended that had ended before stays known.
        live = update(ApiTokenRow).where(ApiTokenRow.user_id == user_id, ApiTokenRow.revoked_at.is_(None))
        self._session.execute(live.values(revoked_at=now))

    def add_team(self, team_id: str, name: str) -> bool:
        """Insert a team. False: the name is taken, perhaps since a moment."""
        made = insert(TeamRow).values(id=team_id, name=name).on_conflict_do_nothing(index_elements=["name"])
        return self._session.scalar(made.returning(TeamRow.id)) is not None

    def save_team(self, team_id: str, name: str) -> None:
        """Insert or rename a team."""
        self._session.merge(TeamRow(id=team_id, name=name))
        self._session.flush()

    def team_exists(self, team_id: str) -> bool:
        """Whether there is such a team."""
        return self._session.get(TeamRow, team_id) is not None

    def grant_account(self, account_id: str, *, user_id: str) -> None:
        """Let a user see an account they do not own."""
        self._session.merge(AccountGrantRow(account_id=account_id, user_id=user_id))

    def add_session(
        self,
        *,
        token_sha256: str,
        user_id: str,
        csrf_token: str,
        now: datetime,
        until: datetime,
        way: str = "password",
        browser: str | None = None,
    ) -> None:
        """Remember a signed-in browser, and forget the expired ones."""
        self._session.execute(delete(SessionRow).where(SessionRow.expires_at <= now))
        self._session.add(
            SessionRow(
                token_sha256=token_sha256,
                user_id=user_id,
                csrf_token=csrf_token,
                way=way,
                browser=browser,
                created_at=now,
                last_used_at=now,
                expires_at=until,
            )
        )

    def session(self, token_sha256: str, *, now: datetime) -> tuple[Viewer, str, datetime | None] | None:
        """The viewer and CSRF token of a live session, and when it was last used."""
        row = self._session.execute(
            select(UserRow, SessionRow.csrf_token, SessionRow.last_used_at)
            .join(SessionRow, SessionRow.user_id == UserRow.id)
            .where(SessionRow.token_sha256 == token_sha256, SessionRow.expires_at > now, UserRow.active)
        ).one_or_none()
        return (_viewer(row[0]), row[1], row[2]) if row else None

    def end_session(self, token_sha256: str) -> str | None:
        """Sign out one browser. Returns the way in which its session was opened; None: there was none."""
        ended = delete(SessionRow).where(SessionRow.token_sha256 == token_sha256).returning(SessionRow.way)
        return self._session.scalar(ended)

    def set_language(self, user_id: str, language: str) -> None:
        """Change the language a user works in."""
        self._session.execute(update(UserRow).where(UserRow.id == user_id).values(language=language))

    def add_api_token(
        self,
        *,
        token_id: str,
        token_sha256: str,
        user_id: str,
        name: str,
        read_only: bool,
        now: datetime,
        until: datetime | None,
    ) -> None:
        """Remember a program's token."""
        self._session.add(
            ApiTokenRow(
                id=token_id,
                token_sha256=token_sha256,
                user_id=user_id,
                name=name,
                read_only=read_only,
                created_at=now,
                expires_at=until,
            )
        )

    def by_api_token(self, token_sha256: str, *, now: datetime) -> tuple[Viewer, str, bool, datetime | None] | None:
        """The active user behind a live token, its id, whether it may only read, and when it was last used."""
        row = self._session.execute(
            select(UserRow, ApiTokenRow.id, ApiTokenRow.read_only, ApiTokenRow.last_used_at)
            .join(ApiTokenRow, ApiTokenRow.user_id == UserRow.id)
            .where(
                ApiTokenRow.token_sha256 == token_sha256,
                ApiTokenRow.revoked_at.is_(None),
                or_(ApiTokenRow.expires_at.is_(None), ApiTokenRow.expires_at > now),
                UserRow.active,
            )
        ).one_or_none()
        return (_viewer(row[0]), row[1], row[2], row[3]) if row else None

    def failed_attempts(self, keys: Sequence[str], *, since: datetime) -> int:
        """The highest number of failed sign-ins of any of the keys since then."""
        counts = self._session.scalars(
            select(func.count())
            .where(LoginAttemptRow.key_sha256.in_(keys), LoginAttemptRow.attempted_at > since)
            .group_by(LoginAttemptRow.key_sha256)
        )
        return max(counts, default=0)

    def add_failed_attempt(self, keys: Sequence[str], *, now: datetime) -> None:
        """Count one failed sign-in for each key."""
        self._session.add_all([LoginAttemptRow(key_sha256=key, attempted_at=now) for key in keys])

    def forget_attempts(self, keys: Sequence[str], *, before: datetime) -> None:
        """Drop the counts of these keys, and everybody's old ones."""
        self._session.execute(
            delete(LoginAttemptRow).where(
                or_(LoginAttemptRow.key_sha256.in_(keys), LoginAttemptRow.attempted_at < before)
            )
        )

    def workspace_fact(self, key: str) -> str | None:
        """A fact about the installation, e.g. `demo.today`."""
        return self._session.scalar(select(WorkspaceRow.value).where(WorkspaceRow.key == key))

    def set_workspace_fact(self, key: str, value: str) -> None:
        """Store a fact about the installation."""
        self._session.merge(WorkspaceRow(key=key, value=value))

    def settle_workspace_fact(self, key: str, value: str) -> str:
        """Store a fact that never changes, unless somebody did already; returns what it is."""
        self._session.execute(insert(WorkspaceRow).values(key=key, value=value).on_conflict_do_nothing())
        return self.workspace_fact(key) or value
