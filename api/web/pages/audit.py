"""The audit chain for administrators: how it stands, what happened, the export.

Invariant: it is read here, never changed; only an administrator opens it, because it names what everybody did.
"""

import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated
from zipfile import ZIP_DEFLATED, ZipFile

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.web.audit_words import AUDIT_ACTIONS, CHECKPOINT_FAULTS, EVENT_FAULTS, FAMILIES
from api.web.links import with_query
from api.web.templating import render
from copilot.approvals.audit import LogCheck, check_database, checkpoints_beside, export_events
from copilot.domain.access import Role, Viewer
from copilot.errors import NotAllowed
from copilot.store.audit import AuditLog
from copilot.store.audit_reading import AuditFilters, AuditReading
from copilot.store.checkpoints import CheckpointRepository
from copilot.store.database import UnitOfWork

router = APIRouter(include_in_schema=False)
_PAGE_SIZE = 50
_LARGEST_SEQUENCE = 2**53
_EXPORT = "audit.jsonl"


def administrator(viewer: ViewerDep) -> Viewer:
    """The viewer, if they are one. Raises NotAllowed."""
    if viewer.role is not Role.ADMIN:
        raise NotAllowed("Only an administrator may do this.", hint="Ask an administrator.")
    return viewer


AdminDep = Annotated[Viewer, Depends(administrator)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says."""

    family: str
    subject: str
    actor: str
    before: int | None

    @property
    def filters(self) -> AuditFilters:
        """What to ask the log for."""
        actions = [action for action in AUDIT_ACTIONS if action.partition(".")[0] == self.family]
        return AuditFilters(actions=actions, subject=self.subject, actor_id=self.actor)

    def address(self, before: int | None = None) -> str:
        """Where the list is, from its start or from another event on."""
        given = {"family": self.family, "subject": self.subject, "actor": self.actor}
        return with_query("/audit", {**given, "before": str(before) if before else None})


def asked(
    family: Annotated[str, Query(max_length=40)] = "",
    subject: Annotated[str, Query(max_length=200)] = "",
    actor: Annotated[str, Query(max_length=64)] = "",
    before: Annotated[str, Query(max_length=20)] = "",
) -> Asked:
    """The list asked for; what means nothing narrows nothing."""
    number = int(before) if before.isascii() and before.isdigit() else 0
    return Asked(
        family=family if family in FAMILIES else "",
        subject=subject.strip() if subject.isprintable() else "",
        actor=actor if actor.isprintable() else "",
        before=number if 0 < number < _LARGEST_SEQUENCE else None,
    )


AskedDep = Annotated[Asked, Depends(asked)]


@router.get("/audit")
def audit(request: Request, _viewer: AdminDep, uow: UnitOfWorkDep, query: AskedDep) -> Response:
    """How the chain stands, and the latest events."""
    return _page(request, query, uow=uow)


@router.post("/audit/check")
def check(request: Request, _viewer: AdminDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Response:
    """Check every event against its hash, its neighbours and the signed checkpoints, now."""
    found = check_database(
        uow=uow, trusted=application.checkpoints.trusted(uow=uow), outside=application.checkpoints.outside()
    )
    return _page(request, asked(), uow=uow, found=found)


@router.post("/audit/export")
def export(viewer: AdminDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Response:
    """Every event and every checkpoint as one file, to be kept and verified elsewhere."""
    folder = Path(mkdtemp(prefix="sales-copilot-audit-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        events, packed = folder / _EXPORT, folder / "audit.zip"
        export_events(events, uow=uow)
        with ZipFile(packed, "w", compression=ZIP_DEFLATED) as archive:
            for path in (events, checkpoints_beside(events)):
                archive.write(path, path.name)
        when_sent = stack.pop_all()
    AuditLog(uow).append("audit.exported", actor_id=viewer.user_id, subject="audit:chain")
    return FileResponse(
        packed,
        media_type="application/zip",
        filename=f"audit-{application.clock.now():%Y-%m-%d}.zip",
        background=BackgroundTask(when_sent.close),
    )


def _page(request: Request, query: Asked, *, uow: UnitOfWork, found: LogCheck | None = None) -> Response:
    reading, checkpoints = AuditReading(uow), CheckpointRepository(uow)
    last = checkpoints.last()
    page = reading.page(query.filters, before=query.before, limit=_PAGE_SIZE)
    people = reading.people()
    return render(
        request,
        "audit.html",
        query=query,
        events=page.events,
        following=page.before,
        people=people,
        names=dict(people),
        families=FAMILIES,
        actions=AUDIT_ACTIONS,
        newest=reading.last_sequence(),
        checkpoint=last,
        uncovered=checkpoints.uncovered(last),
        found=found,
        faults=_faults(found),
        command=f"sales-copilot audit verify --export {_EXPORT}",
    )


def _faults(found: LogCheck | None) -> Mapping[str, str]:
    """Words of what is wrong, still to be translated."""
    if found is None:
        return {}
    event, checkpoint = found.events.fault, found.checkpoints.fault
    words = {"event": EVENT_FAULTS.get(event.value, event.value) if event else ""}
    return words | {"checkpoint": CHECKPOINT_FAULTS.get(checkpoint.value, checkpoint.value) if checkpoint else ""}
