"""Sessions, tokens, links to choose a password, identities of a provider, and sign-ins that are under way.

Invariant: no secret is kept, only SHA-256 of it; what may be used once is taken out by the statement that uses it,
so that of two who come with it one is too late.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from copilot.store.database import UnitOfWork
from copilot.store.staff import token_is_live
from copilot.store.tables.identity import IdentityRow, PasswordLinkRow, SignOnFlowRow
from copilot.store.tables.people import ApiTokenRow, SessionRow, UserRow

_HANDLE = 20
"""So many characters of its hash name a session to its owner."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A signed-in browser, without its secret."""

    id: str
    way: str
    browser: str | None
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A token for programs, without its secret."""

    id: str
    name: str
    user_id: str
    user_name: str
    read_only: bool
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a provider's subject is here."""

    issuer: str
    subject: str
    user_id: str


@dataclass(frozen=True, slots=True)
class Flow:
    """A sign-in that went to the provider."""

    nonce: str
    verifier: str
    following: str


class WaysIn:
    """Reads and writes within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session, self._now = uow.session, uow.clock.now()

    def sessions(self, user_id: str) -> tuple[OpenSession, ...]:
        """The person's open sessions, the newest first."""
        rows = self._session.scalars(
            select(SessionRow)
            .where(SessionRow.user_id == user_id, SessionRow.expires_at > self._now)
            .order_by(SessionRow.created_at.desc(), SessionRow.token_sha256)
            .execution_options(populate_existing=True)
        )
        return tuple(
            OpenSession(
                id=handle_of(row.token_sha256),
                way=row.way,
                browser=row.browser,
                created_at=row.created_at,
                last_used_at=row.last_used_at,
                expires_at=row.expires_at,
            )
            for row in rows
        )

    def end_session(self, handle: str, *, user_id: str) -> bool:
        """End one session of the person. False: they have none that is called so."""
        named = func.left(SessionRow.token_sha256, _HANDLE) == handle
        return self._deleted_sessions(SessionRow.user_id == user_id, named) > 0

    def end_sessions(self, user_id: str, *, but: str = "") -> int:
        """End the person's sessions, all but the one with this hash; returns how many were open."""
        return self._deleted_sessions(SessionRow.user_id == user_id, SessionRow.token_sha256 != but)

    def _deleted_sessions(self, *conditions: ColumnElement[bool]) -> int:
        gone = delete(SessionRow).where(*conditions).returning(SessionRow.expires_at)
        return sum(expires_at > self._now for expires_at in self._session.scalars(gone))

    def session_used(self, token_sha256: str) -> None:
        """Note when it was used."""
        used = update(SessionRow).where(SessionRow.token_sha256 == token_sha256).values(last_used_at=self._now)
        self._session.execute(used.execution_options(synchronize_session=False))

    def tokens(self, *, user_id: str | None = None, limit: int = 500) -> tuple[Token, ...]:
        """Live tokens of the person (None: everybody's), the newest first."""
        wanted = self._tokens().where(token_is_live(self._now))
        if user_id is not None:
            wanted = wanted.where(ApiTokenRow.user_id == user_id)
        return tuple(_token(row, name) for row, name in self._session.execute(wanted.limit(limit)))

    def token(self, token_id: str) -> Token | None:
        """One live token."""
        found = self._session.execute(self._tokens().where(ApiTokenRow.id == token_id, token_is_live(self._now)))
        row = found.one_or_none()
        return _token(*row) if row else None

    def _tokens(self) -> Select[ApiTokenRow, str]:
        return (
            select(ApiTokenRow, UserRow.name)
            .join(UserRow, UserRow.id == ApiTokenRow.user_id)
            .order_by(ApiTokenRow.created_at.desc(), ApiTokenRow.id)
            .execution_options(populate_existing=True)
        )

    def revoke_token(self, token_id: str) -> bool:
        """End a token. False: it had ended."""
        ended = (
            update(ApiTokenRow)
            .where(ApiTokenRow.id == token_id, ApiTokenRow.revoked_at.is_(None))
            .values(revoked_at=self._now)
            .returning(ApiTokenRow.id)
        )
        return self._session.scalar(ended.execution_options(synchronize_session=False)) is not None

    def end_all(self, user_id: str) -> int:
        """End the person's sessions, tokens and links; returns how many sessions were open."""
        self.drop_links(user_id)
        live = update(ApiTokenRow).where(ApiTokenRow.user_id == user_id, ApiTokenRow.revoked_at.is_(None))
        self._session.execute(live.values(revoked_at=self._now).execution_options(synchronize_session=False))
        return self.end_sessions(user_id)

    def token_used(self, token_id: str) -> None:
        """Note when it was used."""
        used = update(ApiTokenRow).where(ApiTokenRow.id == token_id).values(last_used_at=self._now)
        self._session.execute(used.execution_options(synchronize_session=False))

    def put_link(self, token_sha256: str, *, user_id: str, until: datetime) -> None:
        """Keep a link in the place of the person's other one."""
        self.drop_links(user_id)
        self._session.add(
            PasswordLinkRow(token_sha256=token_sha256, user_id=user_id, created_at=self._now, expires_at=until)
        )
        self._session.flush()

    def drop_links(self, user_id: str) -> None:
        """End what links the person has."""
        self._session.execute(delete(PasswordLinkRow).where(PasswordLinkRow.user_id == user_id))

    def link(self, token_sha256: str) -> str | None:
        """Whose live link this is; only of active people."""
        return self._session.scalar(
            select(PasswordLinkRow.user_id)
            .join(UserRow, UserRow.id == PasswordLinkRow.user_id)
            .where(PasswordLinkRow.token_sha256 == token_sha256, PasswordLinkRow.expires_at > self._now, UserRow.active)
        )

    def use_link(self, token_sha256: str) -> str | None:
        """Take a live link out; returns whose it was."""
        used = delete(PasswordLinkRow).where(
            PasswordLinkRow.token_sha256 == token_sha256, PasswordLinkRow.expires_at > self._now
        )
        return self._session.scalar(used.returning(PasswordLinkRow.user_id))

    def identity(self, issuer: str, subject: str) -> Identity | None:
        """Whom the provider's subject is here."""
        row = self._session.get(IdentityRow, (issuer, subject), populate_existing=True)
        return None if row is None else Identity(row.issuer, row.subject, row.user_id)

    def link_identity(self, identity: Identity) -> bool:
        """Remember whom the subject is. False: the provider calls the person otherwise, or the subject is linked.

        What another provider, no longer in use, called them gives way.
        """
        other = (IdentityRow.user_id == identity.user_id, IdentityRow.issuer != identity.issuer)
        self._session.execute(delete(IdentityRow).where(*other))
        made = (
            insert(IdentityRow)
            .values(
                issuer=identity.issuer,
                subject=identity.subject,
                user_id=identity.user_id,
                linked_at=self._now,
                last_used_at=self._now,
            )
            .on_conflict_do_nothing()
            .returning(IdentityRow.user_id)
        )
        return self._session.scalar(made) is not None

    def unlink_identity(self, user_id: str) -> bool:
        """Forget what the provider calls the person. False: nothing was known."""
        gone = delete(IdentityRow).where(IdentityRow.user_id == user_id).returning(IdentityRow.user_id)
        return self._session.scalar(gone) is not None

    def identity_used(self, identity: Identity) -> bool:
        """Note when it was used. False: the link is undone; while it stands, nobody undoes it in this transaction."""
        key = (
            IdentityRow.issuer == identity.issuer,
            IdentityRow.subject == identity.subject,
            IdentityRow.user_id == identity.user_id,
        )
        used = update(IdentityRow).where(*key).values(last_used_at=self._now).returning(IdentityRow.user_id)
        return self._session.scalar(used.execution_options(synchronize_session=False)) is not None

    def begin_flow(
        self, flow: Flow, *, state_sha256: str, browser_sha256: str, origin_sha256: str, lasts: timedelta
    ) -> None:
        """Remember a sign-in that goes to the provider, and forget those that did not come back."""
        self._session.execute(delete(SignOnFlowRow).where(SignOnFlowRow.expires_at <= self._now))
        self._session.add(
            SignOnFlowRow(
                state_sha256=state_sha256,
                browser_sha256=browser_sha256,
                origin_sha256=origin_sha256,
                nonce=flow.nonce,
                verifier=flow.verifier,
                following=flow.following,
                expires_at=self._now + lasts,
            )
        )

    def flows_of(self, origin_sha256: str) -> int:
        """How many sign-ins of this origin are under way."""
        waiting = select(func.count()).where(
            SignOnFlowRow.origin_sha256 == origin_sha256, SignOnFlowRow.expires_at > self._now
        )
        return self._session.scalar(waiting) or 0

    def end_flow(self, *, state_sha256: str, browser_sha256: str) -> Flow | None:
        """Take out the sign-in of this state that this browser began."""
        row = self._session.execute(
            delete(SignOnFlowRow)
            .where(
                SignOnFlowRow.state_sha256 == state_sha256,
                SignOnFlowRow.browser_sha256 == browser_sha256,
                SignOnFlowRow.expires_at > self._now,
            )
            .returning(SignOnFlowRow.nonce, SignOnFlowRow.verifier, SignOnFlowRow.following)
        ).one_or_none()
        return None if row is None else Flow(*row)


def handle_of(token_sha256: str) -> str:
    """What a session is called: enough of its hash to tell it from others, of which nobody makes the secret."""
    return token_sha256[:_HANDLE]


def _token(row: ApiTokenRow, user_name: str) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        user_id=row.user_id,
        user_name=user_name,
        read_only=row.read_only,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        expires_at=row.expires_at,
    )
