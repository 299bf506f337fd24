"""The ways in besides a password: links to choose one, identities of a provider, and sign-ins that are under way."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from copilot.store.tables.base import Base


class PasswordLinkRow(Base):
    """A link that lets its holder choose a password, once. Only its SHA-256 is kept."""

    __tablename__ = "password_links"

    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    """One link at a time: a new one takes the place of the one before."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class IdentityRow(Base):
    """Whom an identity provider means by one of its subjects."""

    __tablename__ = "identities"
    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    linked_at: Mapped[datetime]
    last_used_at: Mapped[datetime]


class SignOnFlowRow(Base):
    """A sign-in that went to the provider and has not come back. Taken out when it does, so it is used once."""

    __tablename__ = "sign_on_flows"

    state_sha256: Mapped[str] = mapped_column(primary_key=True)
    browser_sha256: Mapped[str]
    """Of the cookie of the browser that began it."""
    origin_sha256: Mapped[str] = mapped_column(index=True)
    nonce: Mapped[str]
    verifier: Mapped[str]
    following: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)
