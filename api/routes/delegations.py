"""Lending one's right to approve to somebody until a date.

Invariant: only one's own right can be lent; a delegation lets nobody see anything.
"""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Path, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.schemas.common import PROBLEMS
from copilot.store.delegations import Delegation

router = APIRouter(prefix="/api/v1/delegations", tags=["queue"], responses=PROBLEMS)


class DelegationRequest(BaseModel):
    """Who may approve for you, and from when until when."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "delegate_email": "marta@company.example",
                    "starts_at": "2026-12-21T08:00:00+01:00",
                    "ends_at": "2027-01-07T20:00:00+01:00",
                }
            ]
        },
    )

    delegate_email: str = Field(max_length=254)
    starts_at: AwareDatetime | None = None
    """Null: now."""
    ends_at: AwareDatetime


class DelegationOut(BaseModel):
    """One delegation."""

    id: str
    delegator_name: str
    delegate_name: str
    starts_at: datetime
    ends_at: datetime
    revoked_at: datetime | None
    in_force: bool

    @classmethod
    def of(cls, delegation: Delegation, *, now: datetime) -> "DelegationOut":
        """A delegation as stored."""
        return cls(
            id=delegation.id,
            delegator_name=delegation.delegator_name,
            delegate_name=delegation.delegate_name,
            starts_at=delegation.starts_at,
            ends_at=delegation.ends_at,
            revoked_at=delegation.revoked_at,
            in_force=delegation.in_force(now),
        )


class DelegationList(BaseModel):
    """What you lend and what you are lent, the newest first."""

    given: list[DelegationOut]
    received: list[DelegationOut]


@router.get("")
def list_delegations(viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> DelegationList:
    """What you lend and what you are lent, past delegations too."""
    own, now = application.delegations.of(viewer, uow), uow.clock.now()
    return DelegationList(
        given=[DelegationOut.of(each, now=now) for each in own.given],
        received=[DelegationOut.of(each, now=now) for each in own.received],
    )


@router.post("", status_code=201)
def create(
    wanted: Annotated[DelegationRequest, Body()],
    response: Response,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> DelegationOut:
    """Let somebody approve for you until a date. They still see only what they see."""
    now = uow.clock.now()
    made = application.delegations.create(
        wanted.delegate_email, wanted.starts_at or now, wanted.ends_at, viewer=viewer, uow=uow
    )
    response.headers["Location"] = f"/api/v1/delegations/{made.id}"
    return DelegationOut.of(made, now=now)


@router.delete("/{delegation_id}", status_code=204)
def revoke(
    delegation_id: Annotated[str, Path(max_length=64)],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> None:
    """End it at once. Votes given with it on what has not left are void."""
    application.delegations.revoke(delegation_id, viewer=viewer, uow=uow)
