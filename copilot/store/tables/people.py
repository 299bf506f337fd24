"""Users, teams, sessions, tokens and grants."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from copilot.store.tables.base import Base


class TeamRow(Base):
    __tablename__ = "teams"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class UserRow(Base):
    __tablename__ = "users"
    __table_args__ = (CheckConstraint("role in ('ae','csm','manager','admin')", name="role"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    """Lower case."""
    name: Mapped[str]
    role: Mapped[str]
    team_id: Mapped[str | None] = mapped_column(ForeignKey("teams.id"), index=True)
    language: Mapped[str] = mapped_column(server_default="en")
    password_hash: Mapped[str | None]
    """argon2id; None: cannot sign in with a password."""
    active: Mapped[bool] = mapped_column(server_default="true")
    by_groups: Mapped[bool] = mapped_column(server_default="false")
    """Added at the first sign-in, because of a group: role and team follow the groups."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SessionRow(Base):
    """A signed-in browser. Only the SHA-256 of the cookie value is kept."""

    __tablename__ = "sessions"

    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    csrf_token: Mapped[str]
    way: Mapped[str] = mapped_column(server_default="password")
    """How the person proved who they are: `password` or `sign_on`."""
    browser: Mapped[str | None]
    """Name and system of the browser, for its owner to know it again."""
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ApiTokenRow(Base):
    """A token for programs. Only its SHA-256 is kept."""

    __tablename__ = "api_tokens"

    id: Mapped[str] = mapped_column(primary_key=True)
    token_sha256: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    read_only: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class LoginAttemptRow(Base):
    """Failed sign-ins, for throttling. The key is a SHA-256 of the email or the address."""

    __tablename__ = "login_attempts"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key_sha256: Mapped[str] = mapped_column(index=True)
    attempted_at: Mapped[datetime]


class AccountGrantRow(Base):
    """A user who may see an account they do not own."""

    __tablename__ = "account_grants"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)


class WorkspaceRow(Base):
    """Facts about the whole installation (one row per key), e.g. that it is a demo and its date."""

    __tablename__ = "workspace"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
