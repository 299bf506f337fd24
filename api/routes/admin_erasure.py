"""Erasures as records that name nobody. For administrators.

Invariant: what is listed is what was recorded: when, by whom, why and how much, with the event of the audit chain that
proves it. Asking for an erasure, and how far it is, are in `api.routes.privacy`.
"""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from api.administrators import AdminDep
from api.deps import ApplicationDep, UnitOfWorkDep
from api.schemas.common import CONFLICT, PROBLEMS
from api.schemas.erasures import ErasureId
from copilot.domain.audit import AuditEvent
from copilot.domain.erasure import ErasureState, Reason
from copilot.store.database import UnitOfWork
from copilot.store.erasure_reading import ErasureReading, ErasureRecord

router = APIRouter(prefix="/api/v1/admin", tags=["administration"], responses=PROBLEMS)


class Erasure(BaseModel):
    """One erasure."""

    id: str
    state: ErasureState
    asked_at: datetime
    erased_at: datetime | None
    """None: it is not done."""
    done_by: str
    """Who asked for it."""
    reason: Reason
    counts: dict[str, int]
    kept_out: int
    """Keyed hashes that keep the person out of later imports."""

    @classmethod
    def of(cls, record: ErasureRecord) -> "Erasure":
        return cls(
            id=record.id,
            state=record.state,
            asked_at=record.asked_at,
            erased_at=record.erased_at,
            done_by=record.actor_id,
            reason=Reason(record.reason),
            counts=record.counts,
            kept_out=record.kept_out,
        )


class Certificate(Erasure):
    """One erasure with the event of the audit chain that tells of it."""

    event: AuditEvent | None
    """None: the chain does not go back so far."""


class Retention(BaseModel):
    """How long one kind of data is kept, and what is held of it."""

    rule: str
    days: int
    """0: kept until somebody erases it."""
    held: int
    oldest: datetime | None


@router.get("/erasures")
def list_erasures(_viewer: AdminDep, uow: UnitOfWorkDep) -> list[Erasure]:
    """The latest first."""
    return [Erasure.of(record) for record in ErasureReading(uow).all()]


@router.get("/erasures/{erasure_id}", responses=CONFLICT)
def show_certificate(
    erasure_id: ErasureId, viewer: AdminDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> Certificate:
    """What proves that an erasure was done. Conflict until it is."""
    return certificate_of(application.privacy.done(erasure_id, viewer=viewer, uow=uow), uow=uow)


def certificate_of(record: ErasureRecord, *, uow: UnitOfWork) -> Certificate:
    """An erasure with its proof."""
    return Certificate(**Erasure.of(record).model_dump(), event=ErasureReading(uow).event(record.id))


@router.get("/retention")
def show_retention(_viewer: AdminDep, uow: UnitOfWorkDep, application: ApplicationDep) -> list[Retention]:
    """How long data is kept that nobody needs any more, and what is held."""
    rules = application.guardrails.policy.retention
    return [
        Retention(rule=name, days=getattr(rules, name), held=kept.number, oldest=kept.oldest)
        for name, kept in ErasureReading(uow).kept().items()
    ]
