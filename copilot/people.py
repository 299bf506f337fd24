"""Users and how they prove who they are: passwords, browser sessions, API tokens.

Invariant: passwords are kept as argon2id hashes, tokens as SHA-256; a wrong address and a wrong password
cost the same time and read the same; repeated failures are slowed down per address and per origin.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from copilot.clock import Clock
from copilot.domain.access import Role, Viewer
from copilot.errors import InputError, NotAuthenticated
from copilot.store.database import UnitOfWork
from copilot.store.people import PeopleRepository
from copilot.store.ways_in import WaysIn

MINIMUM_PASSWORD_LENGTH = 12
_ATTEMPTS_ALLOWED = 10
_ATTEMPT_WINDOW = timedelta(minutes=15)
_USE_NOTED_EVERY = timedelta(minutes=5)
"""When a session or token was last used is known to within this time; noting each use would be a write a request."""
PASSWORD, SIGN_ON = "password", "sign_on"
"""Ways of opening a session."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session: the cookie value (shown once), the CSRF token, the viewer."""

    token: str
    csrf_token: str
    viewer: Viewer


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A signed-in browser that just asked for something."""

    viewer: Viewer
    csrf_token: str
    to_be_noted: bool
    """Whether it is time to note that it was used."""


@dataclass(frozen=True, slots=True)
class LiveToken:
    """A program's token that just asked for something."""

    id: str
    viewer: Viewer
    read_only: bool
    to_be_noted: bool


def digest(token: str) -> str:
    """What is stored instead of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


class People:
    """Who may use this installation."""

    def __init__(self, *, clock: Clock, session_hours: int, break_glass: str | None = None) -> None:
        """`break_glass`: address of the only administrator who signs in with a password. None: everybody may."""
        self._clock = clock
        self._break_glass = break_glass.lower() if break_glass else None
        self._session_length = timedelta(hours=session_hours)
        self._hasher = PasswordHasher()
        # Verified when the address is unknown, so that both failures take as long.
        self._decoy_hash: str | None = None

    def viewer_by_email(self, email: str, *, uow: UnitOfWork) -> Viewer:
        """The active user with this address. Raises NotAuthenticated."""
        viewer = PeopleRepository(uow).by_email(email)
        if viewer is None:
            raise NotAuthenticated("No active user has that email.", hint="`sales-copilot users list` shows them.")
        return viewer

    def viewers_with_role(self, role: Role, *, uow: UnitOfWork) -> list[Viewer]:
        """Active users of a role."""
        return PeopleRepository(uow).with_role(role)

    def add_user(self, viewer: Viewer, *, password: str | None, uow: UnitOfWork) -> Viewer:
        """Create the user or bring them up to date.

        Raises InputError when the password is shorter than `MINIMUM_PASSWORD_LENGTH` characters or the
        team does not exist.
        """
        hashed = self.hashed(password) if password is not None else None
        repository = PeopleRepository(uow)
        if viewer.team_id is not None and not repository.team_exists(viewer.team_id):
            raise InputError(f"There is no team {viewer.team_id!r}.", hint="Create it first.")
        repository.save(viewer, password_hash=hashed)
        return self.viewer_by_email(viewer.email, uow=uow)

    def hashed(self, password: str) -> str:
        """What is kept of a password. Raises InputError when it is shorter than `MINIMUM_PASSWORD_LENGTH`."""
        if len(password) < MINIMUM_PASSWORD_LENGTH:
            raise InputError("The password is shorter than 12 characters.", hint="Choose a longer one.")
        return self._hasher.hash(password)

    def takes_password_of(self, viewer: Viewer) -> bool:
        """Whether this person may sign in with a password."""
        if self._break_glass is None:
            return True
        return viewer.role is Role.ADMIN and viewer.email.lower() == self._break_glass

    @property
    def passwords_are_off(self) -> bool:
        """Whether single sign-on is the way in, for all but one administrator."""
        return self._break_glass is not None

    def sign_in(
        self, email: str, password: str, *, origin: str, uow: UnitOfWork, browser: str | None = None
    ) -> SignedIn | None:
        """Check a password and open a session; None when it is wrong (the failure is counted).

        Where passwords are switched off, those of everybody but one administrator are wrong.

        Returns instead of raising, so that the count of failures is committed. Raises NotAuthenticated
        when there were too many failures lately.
        """
        repository, now = PeopleRepository(uow), self._clock.now()
        keys = [digest(f"email:{email.lower()}"), digest(f"origin:{origin}")]
        if repository.failed_attempts(keys, since=now - _ATTEMPT_WINDOW) >= _ATTEMPTS_ALLOWED:
            raise NotAuthenticated("Too many failed attempts.", hint="Wait 15 minutes and try again.")
        viewer = repository.by_email(email)
        stored = repository.password_hash(viewer.user_id) if viewer else None
        if (
            not self._matches(stored, password)
            or viewer is None
            or stored is None
            or not self.takes_password_of(viewer)
        ):
            repository.add_failed_attempt(keys, now=now)
            return None
        if self._hasher.check_needs_rehash(stored):
            repository.set_password_hash(viewer.user_id, self._hasher.hash(password))
        repository.forget_attempts(keys[:1], before=now - _ATTEMPT_WINDOW)
        return self.open_session(viewer, way=PASSWORD, uow=uow, browser=browser)

    def session(self, token: str, *, uow: UnitOfWork) -> LiveSession | None:
        """Who a live session belongs to."""
        now = self._clock.now()
        found = PeopleRepository(uow).session(digest(token), now=now)
        if found is None:
            return None
        viewer, csrf_token, last_used_at = found
        return LiveSession(viewer, csrf_token, to_be_noted=self._is_to_be_noted(last_used_at, now=now))

    def note_session(self, token: str, *, uow: UnitOfWork) -> None:
        """Note that the session was used now."""
        WaysIn(uow).session_used(digest(token))

    def sign_out(self, token: str, *, uow: UnitOfWork) -> str | None:
        """End the session. Returns the way in which it was opened; None: there was none."""
        return PeopleRepository(uow).end_session(digest(token))

    def create_api_token(
        self, viewer: Viewer, *, name: str, valid_for: timedelta | None, uow: UnitOfWork, read_only: bool = False
    ) -> tuple[str, str]:
        """A new token `(id, token)`; the token is shown once and acts with the viewer's rights, or reads with them."""
        token_id, token = str(self._clock.new_id()), f"sct_{self._clock.new_token()}"
        now = self._clock.now()
        PeopleRepository(uow).add_api_token(
            token_id=token_id,
            token_sha256=digest(token),
            user_id=viewer.user_id,
            name=name,
            read_only=read_only,
            now=now,
            until=now + valid_for if valid_for else None,
        )
        return token_id, token

    def by_api_token(self, token: str, *, uow: UnitOfWork) -> LiveToken | None:
        """Whom a live token acts for."""
        now = self._clock.now()
        found = PeopleRepository(uow).by_api_token(digest(token), now=now)
        if found is None:
            return None
        viewer, token_id, read_only, last_used_at = found
        noted = self._is_to_be_noted(last_used_at, now=now)
        return LiveToken(token_id, viewer, read_only=read_only, to_be_noted=noted)

    def open_session(self, viewer: Viewer, *, way: str, uow: UnitOfWork, browser: str | None = None) -> SignedIn:
        """A session with secrets of its own, for somebody who has proved who they are."""
        token, csrf_token, now = self._clock.new_token(), self._clock.new_token(), self._clock.now()
        PeopleRepository(uow).add_session(
            token_sha256=digest(token),
            user_id=viewer.user_id,
            csrf_token=csrf_token,
            way=way,
            browser=browser,
            now=now,
            until=now + self._session_length,
        )
        return SignedIn(token=token, csrf_token=csrf_token, viewer=viewer)

    @staticmethod
    def _is_to_be_noted(last_used_at: datetime | None, *, now: datetime) -> bool:
        return last_used_at is None or now - last_used_at >= _USE_NOTED_EVERY

    def _matches(self, stored: str | None, password: str) -> bool:
        if self._decoy_hash is None:
            self._decoy_hash = self._hasher.hash("nobody's password")
        try:
            return self._hasher.verify(stored or self._decoy_hash, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False
