"""One's own tokens and sessions.

Invariants: the secret of a token is in the answer of the call that makes it and in no other; a token makes no token,
so that one that is stolen ends when it ends.
"""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Request, Response

from api.deps import SESSION_COOKIE, ApplicationDep, UnitOfWorkDep, ViewerDep
from api.schemas.common import PROBLEMS
from api.schemas.people import SessionList, SessionOut, SessionsEnded, TokenMade, TokenOut, TokenRequest
from copilot.errors import NotAllowed
from copilot.identity import sessions, tokens

router = APIRouter(prefix="/api/v1/me", tags=["sessions"], responses=PROBLEMS)


@router.get("/tokens")
def list_tokens(viewer: ViewerDep, uow: UnitOfWorkDep) -> list[TokenOut]:
    """Your live tokens, the newest first."""
    return [TokenOut.of(token) for token in tokens.own_tokens(viewer=viewer, uow=uow)]


@router.post("/tokens", status_code=201)
def create_token(
    request: Request,
    wanted: Annotated[TokenRequest, Body()],
    response: Response,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> TokenMade:
    """A token that acts with your rights, or only reads with them. The answer has its secret, once."""
    if getattr(request.state, "csrf_token", None) is None:
        raise NotAllowed("A token cannot make tokens.", hint="Sign in and make it there.")
    made = tokens.create_token(
        wanted.name,
        days=wanted.days,
        read_only=wanted.reach == "read",
        people=application.people,
        viewer=viewer,
        uow=uow,
    )
    response.headers["Location"] = f"/api/v1/me/tokens/{made.token.id}"
    return TokenMade(**TokenOut.of(made.token).model_dump(), secret=made.secret)


@router.delete("/tokens/{token_id}", status_code=204)
def revoke_token(token_id: Annotated[str, Path(max_length=64)], viewer: ViewerDep, uow: UnitOfWorkDep) -> None:
    """End one of your tokens at once."""
    tokens.revoke_token(token_id, viewer=viewer, uow=uow)


@router.get("/sessions")
def list_sessions(request: Request, viewer: ViewerDep, uow: UnitOfWorkDep) -> SessionList:
    """The browsers that you are signed in with."""
    current = sessions.current_of(request.cookies.get(SESSION_COOKIE))
    found = sessions.own_sessions(viewer=viewer, uow=uow)
    return SessionList(sessions=[SessionOut.of(each, current=current) for each in found])


@router.delete("/sessions")
def end_other_sessions(request: Request, viewer: ViewerDep, uow: UnitOfWorkDep) -> SessionsEnded:
    """Sign out every browser but this one."""
    return SessionsEnded(ended=sessions.end_other_sessions(request.cookies.get(SESSION_COOKIE), viewer=viewer, uow=uow))


@router.delete("/sessions/{session_id}", status_code=204)
def end_session(session_id: Annotated[str, Path(max_length=64)], viewer: ViewerDep, uow: UnitOfWorkDep) -> None:
    """Sign out one browser."""
    sessions.end_session(session_id, viewer=viewer, uow=uow)
