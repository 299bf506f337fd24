"""Tokens for programs: made and ended by their owner, seen and ended by an administrator.

Invariants: the secret is shown once, to its owner, and is not kept; a token never makes another one; one that is
somebody else's does not exist for anybody but an administrator.
"""

from dataclasses import dataclass
from datetime import timedelta

from copilot.domain.access import Role, Viewer
from copilot.errors import InputError, NotFound
from copilot.identity.rules import checked_name, record, require_admin
from copilot.people import People
from copilot.store.database import UnitOfWork
from copilot.store.ways_in import Token, WaysIn

CREATED = "token.created"
REVOKED = "token.revoked"
LONGEST_DAYS = 366
_MOST_TOKENS = 50


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token with its secret, which nobody can ask for again."""

    token: Token
    secret: str


def own_tokens(*, viewer: Viewer, uow: UnitOfWork) -> tuple[Token, ...]:
    """The viewer's live tokens, the newest first."""
    return WaysIn(uow).tokens(user_id=viewer.user_id)


def all_tokens(*, actor: Viewer, uow: UnitOfWork) -> tuple[Token, ...]:
    """Everybody's live tokens, the newest first. Raises NotAllowed."""
    require_admin(actor)
    return WaysIn(uow).tokens()


def tokens_of(user_id: str, *, actor: Viewer, uow: UnitOfWork) -> tuple[Token, ...]:
    """Somebody's live tokens, the newest first. Raises NotAllowed."""
    require_admin(actor)
    return WaysIn(uow).tokens(user_id=user_id)


def create_token(name: str, *, days: int, read_only: bool, people: People, viewer: Viewer, uow: UnitOfWork) -> NewToken:
    """A token that acts with the viewer's rights for so many days. Raises InputError."""
    words = checked_name(name)
    if not 1 <= days <= LONGEST_DAYS:
        raise InputError("A token is valid for between one day and one year.", hint="Choose a number of days.")
    ways = WaysIn(uow)
    if len(ways.tokens(user_id=viewer.user_id)) >= _MOST_TOKENS:
        raise InputError("You have 50 tokens already.", hint="Revoke those that nothing uses any more.")
    token_id, secret = people.create_api_token(
        viewer, name=words, valid_for=timedelta(days=days), read_only=read_only, uow=uow
    )
    told = {"owner": viewer.user_id, "reach": "read" if read_only else "write", "days": str(days)}
    record(CREATED, subject=f"token:{token_id}", actor=viewer, uow=uow, details=told)
    uow.flush()
    made = ways.token(token_id)
    assert made is not None  # noqa: S101 - written above
    return NewToken(made, secret)


def revoke_token(token_id: str, *, viewer: Viewer, uow: UnitOfWork) -> Token:
    """End a token at once: an own one, for an administrator anybody's. Raises NotFound."""
    ways = WaysIn(uow)
    found = ways.token(token_id)
    if found is None or (found.user_id != viewer.user_id and viewer.role is not Role.ADMIN):
        raise NotFound("There is no such token.", hint="Look at the list: it may have ended.")
    if ways.revoke_token(token_id):
        record(REVOKED, subject=f"token:{token_id}", actor=viewer, uow=uow, details={"owner": found.user_id})
    return found
