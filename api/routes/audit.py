"""The audit chain: whether it is intact, and its export page by page. For administrators.

Invariant 6: the pages put together are byte for byte the export that `sales-copilot audit verify` checks offline.
"""

from datetime import datetime
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.schemas.common import PROBLEMS
from copilot.approvals.audit import check_database
from copilot.domain.access import Role, Viewer
from copilot.domain.audit import AuditEvent, export_line
from copilot.domain.checkpoints import CheckpointFault, checkpoint_line
from copilot.errors import NotAllowed
from copilot.store.audit import AuditLog
from copilot.store.audit_reading import AuditFilters, AuditReading
from copilot.store.checkpoints import CheckpointRepository

router = APIRouter(prefix="/api/v1/audit", tags=["audit"], responses=PROBLEMS)

LINES = "application/x-ndjson"
_EXPORT: dict[int | str, dict[str, Any]] = {
    200: {"content": {LINES: {"schema": {"type": "string"}}}, "description": "One JSON object a line."}
}
After = Annotated[int, Query(ge=0, le=2**62, description="Begin after this one.")]


class AuditStatus(BaseModel):
    """What checking the whole chain against its checkpoints found."""

    intact: bool
    events: int
    """How many fit, from the first on."""
    last_hash: str
    """Keep it elsewhere, to find a cut-off end later."""
    first_bad_event: int | None
    checkpoints: int
    last_checkpoint_at: datetime | None
    covered: int
    """Up to this event a checkpoint vouches."""
    first_bad_checkpoint: int | None
    checkpoint_fault: CheckpointFault | None
    keys: list[str]
    """Public keys that signed, the current one last."""


class FoundEvents(BaseModel):
    """One page of a search, the latest event first."""

    events: list[AuditEvent]
    before: int | None
    """Ask for events before this one to go on; none: that was all."""


@router.get("/events")
def search_events(
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    action: Annotated[list[str] | None, Query(max_length=50, description="Dotted names; any of them.")] = None,
    actor: Annotated[str, Query(max_length=64, description="Id of who did it.")] = "",
    subject: Annotated[str, Query(max_length=200, description="`<type>:<id>`, or the id of a queue item.")] = "",
    text: Annotated[str, Query(max_length=200, description="Part of the name, the subject or the details.")] = "",
    since: AwareDatetime | None = None,
    until: Annotated[AwareDatetime | None, Query(description="Before this instant.")] = None,
    before: Annotated[int | None, Query(ge=1, le=2**62, description="Before this event.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> FoundEvents:
    """Events that fit everything that is asked for."""
    _require_admin(viewer)
    filters = AuditFilters(actions=action or (), actor_id=actor, subject=subject, text=text, since=since, until=until)
    page = AuditReading(uow).page(filters, before=before, limit=limit)
    return FoundEvents(events=list(page.events), before=page.before)


@router.get("/status")
def status(viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> AuditStatus:
    """Check the whole chain now. Takes as long as it is."""
    _require_admin(viewer)
    checkpoints = application.checkpoints
    found = check_database(uow=uow, trusted=checkpoints.trusted(uow=uow), outside=checkpoints.outside())
    last = found.checkpoints.last
    return AuditStatus(
        intact=found.intact,
        events=found.events.events,
        last_hash=found.events.last_hash,
        first_bad_event=found.events.bad_sequence,
        checkpoints=len(found.checkpoints.checkpoints),
        last_checkpoint_at=None if last is None else last.made_at,
        covered=found.covered,
        first_bad_checkpoint=found.checkpoints.bad_number,
        checkpoint_fault=found.checkpoints.fault,
        keys=[line.public for line in checkpoints.keys(uow=uow) if line.public is not None],
    )


@router.get("/export", response_class=Response, responses=_EXPORT)
def export(
    viewer: ViewerDep, uow: UnitOfWorkDep, after: After = 0, limit: Annotated[int, Query(ge=1, le=10_000)] = 10_000
) -> Response:
    """Events in order, one a line. While there are more, the `Link` header names the next page."""
    _require_admin(viewer)
    events = list(islice(AuditLog(uow).events(after=after), limit + 1))
    shown = events[:limit]
    headers = {}
    if len(events) > limit:
        headers["Link"] = f'</api/v1/audit/export?after={shown[-1].sequence}&limit={limit}>; rel="next"'
    return Response("".join(f"{export_line(event)}\n" for event in shown), media_type=LINES, headers=headers)


@router.get("/checkpoints", response_class=Response, responses=_EXPORT)
def export_checkpoints(viewer: ViewerDep, uow: UnitOfWorkDep, after: After = 0) -> Response:
    """The signed checkpoints after a number, one a line; they are verified together with the export."""
    _require_admin(viewer)
    lines = [checkpoint_line(checkpoint) for checkpoint in CheckpointRepository(uow).all(after=after)]
    return Response("".join(f"{line}\n" for line in lines), media_type=LINES)


def _require_admin(viewer: Viewer) -> None:
    if viewer.role is not Role.ADMIN:
        raise NotAllowed("Only an administrator may read the audit chain.", hint="Ask one.")
