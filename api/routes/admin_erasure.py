"""Erasures that were done, as records that name nobody. For administrators.

Invariant: what is listed is what was recorded: when, by whom, why and how much, with the event of the audit chain that
proves it. Asking for an erasure is in `api.routes.privacy`.
"""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from api.administrators import AdminDep
from api.deps import ApplicationDep, UnitOfWorkDep
from api.schemas.common import PROBLEMS
from copilot.domain.audit import AuditEvent
from copilot.errors import NotFound
from copilot.privacy.service import Reason
from copilot.store.database import UnitOfWork
from copilot.store.erasure_reading import ErasureReading, ErasureRecord

router = APIRouter(prefix="/api/v1/admin", tags=["administration"], responses=PROBLEMS)
ErasureId = Annotated[str, Path(max_length=60)]


class Erasure(BaseModel):
    """One erasure."""

    id: str
    erased_at: datetime
    done_by: str
    reason: Reason
    counts: dict[str, int]
    kept_out: int
    """Keyed hashes that keep the person out of later imports."""

    @classmethod
    def of(cls, record: ErasureRecord) -> "Erasure":
        return cls(
            id=record.id,
            erased_at=record.erased_at,
            done_by=record.actor_id,
            reason=Reason(record.reason),
            counts=record.counts,
            kept_out=record.kept_out,
        )


class Certificate(Erasure):
    """One erasure with the event of the audit chain that tells of it."""

    event: AuditEvent | None


class Retention(BaseModel):
    """How long one kind of data is kept, and what is held of it."""

    rule: str
    days: int
    """0: kept until somebody erases it."""
    held: int
    oldest: datetime | None


def record_of(erasure_id: str, *, uow: UnitOfWork) -> ErasureRecord:
    """One erasure. Raises NotFound."""
    record = ErasureReading(uow).one(erasure_id)
    if record is None:
        raise NotFound("There is no such erasure.", hint="Choose one from the list.")
    return record


@router.get("/erasures")
def list_erasures(_viewer: AdminDep, uow: UnitOfWorkDep) -> list[Erasure]:
    """The latest first."""
    return [Erasure.of(record) for record in ErasureReading(uow).all()]


@router.get("/erasures/{erasure_id}")
def show_certificate(erasure_id: ErasureId, _viewer: AdminDep, uow: UnitOfWorkDep) -> Certificate:
    """What proves that an erasure was done."""
    erasure = Erasure.of(record_of(erasure_id, uow=uow))
    return Certificate(**erasure.model_dump(), event=ErasureReading(uow).event(erasure_id))


@router.get("/retention")
def show_retention(_viewer: AdminDep, uow: UnitOfWorkDep, application: ApplicationDep) -> list[Retention]:
    """How long data is kept that nobody needs any more, and what is held."""
    rules = application.guardrails.policy.retention
    return [
        Retention(rule=name, days=getattr(rules, name), held=kept.number, oldest=kept.oldest)
        for name, kept in ErasureReading(uow).kept().items()
    ]
