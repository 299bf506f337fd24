"""Who works here: added, changed, let go and let in again. For administrators.

Invariant: nobody is deleted, and somebody can always administer.
"""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Request, Response

from api.administrators import AdminDep, whole_address
from api.deps import ApplicationDep, UnitOfWorkDep
from api.schemas.common import CONFLICT, PROBLEMS
from api.schemas.people import (
    AccountOpened,
    Departure,
    HandedOverOut,
    PasswordLink,
    PersonDetails,
    PersonFull,
    PersonList,
    PersonOut,
    PersonRequest,
    SessionsEnded,
    TokenOut,
    WaitingOut,
)
from copilot.domain.access import Role
from copilot.identity import administration, links
from copilot.identity.rules import person_of
from copilot.identity.sessions import end_sessions_of
from copilot.identity.tokens import all_tokens, revoke_token
from copilot.identity.unlinking import unlink
from copilot.store.database import UnitOfWork
from copilot.store.staff import StaffFilters, StaffRepository
from copilot.store.waiting import waiting_on

router = APIRouter(prefix="/api/v1/people", tags=["people"], responses=PROBLEMS)

PersonId = Annotated[str, Path(max_length=64)]
AccountId = Annotated[str, Path(max_length=64)]


@router.get("")
def list_people(
    _admin: AdminDep,
    uow: UnitOfWorkDep,
    q: Annotated[str, Query(max_length=200, description="Part of the name or the address.")] = "",
    role: Annotated[Role | None, Query()] = None,
    team_id: Annotated[str, Query(max_length=64)] = "",
    active: Annotated[bool | None, Query(description="Left out: former people too.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> PersonList:
    """Everybody who works here or did, by name."""
    wanted = StaffFilters(text=q.strip(), role=role, team_id=team_id, active=active)
    people, more = StaffRepository(uow).page(wanted, limit=limit, offset=offset)
    return PersonList(people=[PersonOut.of(person) for person in people], more=more)


@router.post("", status_code=201, responses=CONFLICT)
def add(wanted: Annotated[PersonRequest, Body()], response: Response, admin: AdminDep, uow: UnitOfWorkDep) -> PersonOut:
    """Add somebody who was never here. They come in by a password link, or by single sign-on."""
    made = administration.add_person(wanted.email, wanted.details, actor=admin, uow=uow)
    response.headers["Location"] = f"/api/v1/people/{made.viewer.user_id}"
    return PersonOut.of(made)


@router.get("/tokens")
def list_tokens(admin: AdminDep, uow: UnitOfWorkDep) -> list[TokenOut]:
    """Everybody's live tokens, without their secrets, the newest first."""
    return [TokenOut.of(token) for token in all_tokens(actor=admin, uow=uow)]


@router.delete("/tokens/{token_id}", status_code=204)
def revoke(token_id: Annotated[str, Path(max_length=64)], admin: AdminDep, uow: UnitOfWorkDep) -> None:
    """End anybody's token at once."""
    revoke_token(token_id, viewer=admin, uow=uow)


@router.get("/{person_id}")
def read(person_id: PersonId, _admin: AdminDep, uow: UnitOfWorkDep) -> PersonFull:
    """One person, the accounts that were opened to them, and what waits on them."""
    return _full(person_id, uow=uow)


@router.put("/{person_id}", responses=CONFLICT)
def change(
    person_id: PersonId, wanted: Annotated[PersonDetails, Body()], admin: AdminDep, uow: UnitOfWorkDep
) -> PersonOut:
    """Another name, role, team or language. It counts at once."""
    return PersonOut.of(administration.change_person(person_id, wanted.details, actor=admin, uow=uow))


@router.post("/{person_id}/deactivation", responses=CONFLICT)
def deactivate(
    person_id: PersonId,
    admin: AdminDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    wanted: Annotated[Departure | None, Body()] = None,
) -> HandedOverOut:
    """Close every door for a person, and hand over what waits on them."""
    successor = wanted.successor_id if wanted else None
    handed = administration.deactivate(
        person_id, successor_id=successor, approvals=application.approvals, actor=admin, uow=uow
    )
    return HandedOverOut.of(handed)


@router.post("/{person_id}/reactivation")
def reactivate(person_id: PersonId, admin: AdminDep, uow: UnitOfWorkDep) -> PersonOut:
    """Let a person in again. Sessions and tokens of before stay ended."""
    return PersonOut.of(administration.reactivate(person_id, actor=admin, uow=uow))


@router.post("/{person_id}/password-link", status_code=201, responses=CONFLICT)
def make_link(
    request: Request, person_id: PersonId, admin: AdminDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> PasswordLink:
    """A link by which the person chooses a password, once. A new one ends the one before."""
    path = links.make_link(person_id, people=application.people, actor=admin, uow=uow)
    return PasswordLink(address=whole_address(request, path), hours=int(links.LASTS.total_seconds() // 3600))


@router.delete("/{person_id}/sessions")
def end_sessions(person_id: PersonId, admin: AdminDep, uow: UnitOfWorkDep) -> SessionsEnded:
    """Sign the person out of every browser."""
    return SessionsEnded(ended=end_sessions_of(person_id, actor=admin, uow=uow))


@router.delete("/{person_id}/identity")
def undo_link(person_id: PersonId, admin: AdminDep, uow: UnitOfWorkDep) -> SessionsEnded:
    """Forget the person's account at the identity provider, which was made anew: the next sign-in with their verified
    address links them again. Their sessions end."""
    return SessionsEnded(ended=unlink(person_id, actor=admin, uow=uow))


@router.put("/{person_id}/accounts/{account_id}", status_code=204)
def open_account(person_id: PersonId, account_id: AccountId, admin: AdminDep, uow: UnitOfWorkDep) -> None:
    """Let the person see an account that is not theirs."""
    administration.open_account(account_id, user_id=person_id, actor=admin, uow=uow)


@router.delete("/{person_id}/accounts/{account_id}", status_code=204)
def close_account(person_id: PersonId, account_id: AccountId, admin: AdminDep, uow: UnitOfWorkDep) -> None:
    """Take that back. Votes that rested on it are void."""
    administration.close_account(account_id, user_id=person_id, actor=admin, uow=uow)


def _full(person_id: str, *, uow: UnitOfWork) -> PersonFull:
    found = PersonOut.of(person_of(person_id, uow=uow))
    opened = [AccountOpened(id=each.account_id, name=each.name) for each in StaffRepository(uow).grants(person_id)]
    waiting = WaitingOut.of(waiting_on(person_id, uow=uow))
    return PersonFull(**found.model_dump(), accounts_opened=opened, waiting=waiting)
