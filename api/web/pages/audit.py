"""The audit chain for administrators: how it stands, what happened, the export.

Invariant: it is read here, never changed; only an administrator opens it, because it names what everybody did.
"""

import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated
from zipfile import ZIP_DEFLATED, ZipFile

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from api.administrators import AdminDep
from api.deps import ApplicationDep, UnitOfWorkDep
from api.languages import language_of
from api.localisation import translate
from api.web.audit_words import AUDIT_ACTIONS, CHECKPOINT_FAULTS, EVENT_FAULTS, FAMILIES
from api.web.links import with_query
from api.web.templating import render
from copilot.approvals.audit import LogCheck, check_database, checkpoints_beside, export_events
from copilot.domain.folding import fold
from copilot.domain.language import Language
from copilot.store.audit import AuditLog
from copilot.store.audit_reading import AuditFilters, AuditReading
from copilot.store.checkpoints import CheckpointRepository
from copilot.store.database import UnitOfWork

router = APIRouter(include_in_schema=False)
_PAGE_SIZE = 50
_LARGEST_SEQUENCE = 2**53
_EXPORT = "audit.jsonl"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says."""

    family: str = ""
    action: str = ""
    subject: str = ""
    actor: str = ""
    text: str = ""
    since: date | None = None
    until: date | None = None
    """The last day that counts, in UTC as are the times shown."""
    before: int | None = None

    def filters(self, language: Language) -> AuditFilters:
        """What to ask the log for; the words of the search are those that this language calls actions by."""
        actions = [action for action in AUDIT_ACTIONS if action.partition(".")[0] == self.family]
        wanted = fold(self.text)
        said = {action: fold(translate(words, language=language)) for action, words in AUDIT_ACTIONS.items()}
        return AuditFilters(
            actions=[self.action] if self.action else actions,
            subject=self.subject,
            actor_id=self.actor,
            since=_midnight(self.since),
            until=_midnight(self.until + timedelta(days=1)) if self.until else None,
            text=self.text,
            text_actions=[action for action, words in said.items() if wanted and wanted in words],
        )

    @property
    def given(self) -> dict[str, str]:
        """What narrows the list, as the address says it."""
        days = {name: day.isoformat() for name, day in (("since", self.since), ("until", self.until)) if day}
        words = {"family": self.family, "action": self.action, "subject": self.subject, "actor": self.actor}
        return {name: value for name, value in {**words, "q": self.text, **days}.items() if value}

    def address(self, before: int | None = None) -> str:
        """Where the list is, from its start or from another event on."""
        return with_query("/audit", {**self.given, "before": str(before) if before else None})


def asked(
    family: Annotated[str, Query(max_length=40)] = "",
    action: Annotated[str, Query(max_length=60)] = "",
    subject: Annotated[str, Query(max_length=200)] = "",
    actor: Annotated[str, Query(max_length=64)] = "",
    text: Annotated[str, Query(alias="q", max_length=200)] = "",
    since: Annotated[str, Query(max_length=20)] = "",
    until: Annotated[str, Query(max_length=20)] = "",
    before: Annotated[str, Query(max_length=20)] = "",
) -> Asked:
    """The list asked for; what means nothing narrows nothing."""
    number = int(before) if before.isascii() and before.isdigit() else 0
    return Asked(
        family=family if family in FAMILIES else "",
        action=action if action in AUDIT_ACTIONS else "",
        subject=_plain(subject),
        actor=_plain(actor),
        text=_plain(text),
        since=_day(since),
        until=_day(until),
        before=number if 0 < number < _LARGEST_SEQUENCE else None,
    )


def _plain(text: str) -> str:
    return text.strip() if text.isprintable() else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), tzinfo=UTC) if day else None


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
    return _page(request, Asked(), uow=uow, found=found)


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
    page = reading.page(query.filters(language_of(request)), before=query.before, limit=_PAGE_SIZE)
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
