"""Erasing a person (GDPR, article 17): asked for in a request, done by the worker.

Invariants: what was asked for stays open until it is done, whatever ends the worker; an erasure is one transaction, so
nothing is half erased; from the moment it is asked for imports keep the person out and nobody may write to them; once
it is done only keyed hashes tell who it was, and no argument of a job, log or record names anybody at any time.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from copilot.clock import Clock
from copilot.domain.access import Viewer
from copilot.domain.erasure import ErasureState, Reason, Step, Trouble
from copilot.domain.language import Language
from copilot.domain.redaction import redact
from copilot.errors import Conflict, DatabaseUnavailable, InputError, NotFound, StorageFull, UnavailableError
from copilot.privacy.erasing import AfterErasure, Eraser, ErasureReport, Note, TracesLeft, in_silence
from copilot.privacy.exported_files import remove_files
from copilot.privacy.person import Person, require_no_staff, resolve_again
from copilot.privacy.service import Privacy, pseudonym, require_administrator
from copilot.privacy.texts import problem
from copilot.store.audit import AuditLog
from copilot.store.database import Database, UnitOfWork
from copilot.store.erasure_people import PersonRepository
from copilot.store.erasure_reading import ErasureReading, ErasureRecord
from copilot.store.erasure_requests import BANNED, OpenErasures
from copilot.store.erasure_suppressions import SuppressionRepository
from copilot.store.erasure_tables import EVERY_ACCOUNT
from copilot.store.sources import SourceRepository
from copilot.telemetry import get_logger

_log = get_logger(__name__)
_SYSTEM = "system"
_TRIES = 3
"""So often it is tried, or a worker may be cut off, before a person has to look."""
_BETWEEN = timedelta(milliseconds=500)
"""Progress is a row: not every table writes one."""


class _Stopped(Exception):
    """The worker has to end; the erasure's transaction rolls back and the next worker begins anew."""


class PrivacyRequests(Privacy):
    """What `Privacy` does, and erasures: asked for inside the caller's unit of work, done in one of their own."""

    def __init__(
        self,
        database: Database,
        *,
        exports: Path,
        after_erasure: AfterErasure,
        ask_for_run: Callable[[UnitOfWork], None] = lambda _uow: None,
    ) -> None:
        super().__init__(exports=exports)
        self._database = database
        self._after_erasure = after_erasure
        self._ask_for_run = ask_for_run

    def confirm(
        self, person: Person, *, reason: Reason, viewer: Viewer, uow: UnitOfWork, remove_files: bool = False
    ) -> str:
        """Ask for the erasure of whom `identify` found and return its id; of one that is open already, that one's.

        Raises NotAllowed.
        """
        require_administrator(viewer)
        requests = OpenErasures(uow)
        erasure_id, is_new = requests.ask(
            _subject(person, uow),
            actor_id=viewer.user_id,
            reason=reason.value,
            person=person.to_dict(),
            remove_files=remove_files,
        )
        if is_new:
            SuppressionRepository(uow).suppress(erasure_id, _keys(person))
            _ban_contact(erasure_id, person, uow)
        else:
            requests.again(erasure_id)
        _record("privacy.erasure_requested", erasure_id, person, reason=reason.value, by=viewer.user_id, uow=uow)
        self._ask_for_run(uow)
        return erasure_id

    def again(self, erasure_id: str, *, viewer: Viewer, uow: UnitOfWork) -> None:
        """Have one that failed tried again. Raises NotAllowed, NotFound or Conflict."""
        require_administrator(viewer)
        self.one(erasure_id, viewer=viewer, uow=uow)
        if not OpenErasures(uow).again(erasure_id):
            raise problem(Conflict, "not_failed", viewer.language)
        _about_request("privacy.erasure_requested", erasure_id, by=viewer.user_id, uow=uow)
        self._ask_for_run(uow)

    def withdraw(self, erasure_id: str, *, viewer: Viewer, uow: UnitOfWork) -> None:
        """Take back one that nobody has begun, or that failed: nothing of it was done, and nothing of it is kept.

        Raises NotAllowed, NotFound or Conflict.
        """
        require_administrator(viewer)
        self.one(erasure_id, viewer=viewer, uow=uow)
        requests, people = OpenErasures(uow), PersonRepository(uow)
        known = requests.withdraw(erasure_id)
        if known is None:
            raise problem(Conflict, "begun", viewer.language)
        others = requests.others(erasure_id)
        still = {contact_id for other in others.values() for contact_id in other["contact_ids"]}
        people.ban_contact(set(known.get(BANNED, ())) - still, banned=False)
        for other_id, other in others.items():
            # What both kept out went with the one that asked for it last.
            if any(set(other[kind]).intersection(known[kind]) for kind in ("contact_ids", "emails", "phones", "names")):
                SuppressionRepository(uow).suppress(other_id, _keys(resolve_again(other, people=people)))
        _about_request("privacy.erasure_withdrawn", erasure_id, by=viewer.user_id, uow=uow)

    def one(self, erasure_id: str, *, viewer: Viewer, uow: UnitOfWork) -> ErasureRecord:
        """One erasure, however far it is. Raises NotAllowed or NotFound."""
        require_administrator(viewer)
        record = ErasureReading(uow).one(erasure_id)
        if record is None:
            raise problem(NotFound, "unknown", viewer.language)
        return record

    def done(self, erasure_id: str, *, viewer: Viewer, uow: UnitOfWork) -> ErasureRecord:
        """One that is done. Raises NotAllowed, NotFound or Conflict."""
        record = self.one(erasure_id, viewer=viewer, uow=uow)
        if record.state is not ErasureState.DONE:
            raise problem(Conflict, "not_done", viewer.language)
        return record

    def waiting(self, *, viewer: Viewer, uow: UnitOfWork) -> list[ErasureRecord]:
        """Those that are to be done, in the order they were asked for. Raises NotAllowed."""
        require_administrator(viewer)
        return [self.one(erasure_id, viewer=viewer, uow=uow) for erasure_id in OpenErasures(uow).waiting()]

    def run_waiting(self, should_stop: Callable[[], bool] = lambda: False) -> int:
        """Do what waits, one after the other; the worker's job. Returns how many were done.

        What does not end well is tried again at the next call: within a minute.
        """
        with self._database.unit_of_work() as uow:
            waiting = OpenErasures(uow).waiting()
        return sum(1 for erasure_id in waiting if not should_stop() and self.run(erasure_id, should_stop=should_stop))

    def run(
        self, erasure_id: str, *, should_stop: Callable[[], bool] = lambda: False, tell: Note = in_silence
    ) -> ErasureReport | None:
        """Do one that waits. None if somebody else is at one, it is not to be done (any more), or it did not end well.

        The record says which.
        """
        with self._database.unit_of_work_aside() as turn:
            if not OpenErasures(turn).take_turn():
                return None
            with self._database.unit_of_work_aside() as uow:
                begun = OpenErasures(uow).begin(erasure_id)
            if begun is None:
                return None
            if begun > _TRIES:
                self._failed(erasure_id, Trouble.CUT_OFF, begun=begun)
                return None
            return self._attempt(erasure_id, begun=begun, note=_Noted(self, erasure_id, should_stop, tell).note)

    def _attempt(self, erasure_id: str, *, begun: int, note: Note) -> ErasureReport | None:
        try:
            with self._database.unit_of_work() as uow:
                return self._erase(erasure_id, uow=uow, note=note)
        except _Stopped:
            with self._database.unit_of_work_aside() as uow:
                OpenErasures(uow).leave(erasure_id)
        except TracesLeft as error:
            self._failed(erasure_id, Trouble.LEFT, begun=begun, tables=error.tables)
        except (Conflict, InputError, UnavailableError) as error:
            self._failed(erasure_id, _trouble(error), begun=begun)
        except Exception as error:  # noqa: BLE001 - the outermost loop of the worker's erasures
            # Its own words may quote data, and the server would log them.
            _log.error("privacy.erasure_crashed", erasure=erasure_id, error=type(error).__name__)
            self._failed(erasure_id, Trouble.UNEXPECTED, begun=begun)
        return None

    def _erase(self, erasure_id: str, *, uow: UnitOfWork, note: Note) -> ErasureReport:
        note(Step.TURN, 0, 0)
        SourceRepository(uow).lock()
        requests = OpenErasures(uow)
        known, with_files = requests.person(erasure_id), requests.removes_files(erasure_id)
        requests.forget_whom(erasure_id)
        people = PersonRepository(uow)
        person = resolve_again(known, people=people)
        require_no_staff(person, Language.EN.value, people)
        report = Eraser(person, uow, note).erase(exports=self._exports, after_erasure=self._after_erasure)
        if report.empty and not known["contact_ids"]:
            SuppressionRepository(uow).withdraw(erasure_id)
        else:
            SuppressionRepository(uow).suppress(erasure_id, _keys(person))
        record = ErasureReading(uow).one(erasure_id)
        if record is None:
            raise problem(NotFound, "unknown", Language.EN.value)
        # Last of what can fail: a file cannot be brought back, but what was asked for is done again if this is undone.
        removed = remove_files(self._exports, report.files) if with_files else 0
        requests.end(erasure_id, counts=report.counts, result=_result(report, person, removed, with_files=with_files))
        numbers = {f"rows.{name}": str(count) for name, count in sorted(report.counts.items())}
        _record("privacy.erased", erasure_id, person, reason=record.reason, by=record.actor_id, uow=uow, more=numbers)
        _log.info("privacy.erased", rows=sum(report.rows.values()), drafts=report.drafts, passages=report.passages)
        return report

    def _failed(self, erasure_id: str, trouble: Trouble, *, begun: int, tables: tuple[str, ...] = ()) -> None:
        for_good = begun >= _TRIES
        with self._database.unit_of_work_aside() as uow:
            OpenErasures(uow).note_problem(erasure_id, code=trouble.value, tables=tables, for_good=for_good)
            if for_good:
                more = {"problem": trouble.value}
                _about_request("privacy.erasure_failed", erasure_id, by=_SYSTEM, uow=uow, more=more)
        _log.warning("privacy.erasure_not_done", erasure=erasure_id, problem=trouble.value, again=not for_good)

    def note(self, erasure_id: str, step: Step, done: int, total: int) -> None:
        """Where others see it while the erasure's own transaction is open."""
        with self._database.unit_of_work_aside() as uow:
            OpenErasures(uow).note(erasure_id, step=step.value, done=done, total=total)

    @property
    def clock(self) -> Clock:
        """Everybody's."""
        return self._database.clock


class _Noted:
    """Progress, and where the worker may end."""

    def __init__(self, requests: PrivacyRequests, erasure_id: str, should_stop: Callable[[], bool], tell: Note) -> None:
        self._requests, self._erasure_id, self._should_stop, self._tell = requests, erasure_id, should_stop, tell
        self._step: Step | None = None
        self._noted_at: datetime | None = None

    def note(self, step: Step, done: int, total: int) -> None:
        """Raises _Stopped where the worker has to end."""
        if self._should_stop():
            raise _Stopped
        self._tell(step, done, total)
        now = self._requests.clock.now()
        if step is not self._step or self._noted_at is None or now - self._noted_at >= _BETWEEN:
            self._requests.note(self._erasure_id, step, done, total)
            self._step, self._noted_at = step, now


def _subject(person: Person, uow: UnitOfWork) -> str:
    """A keyed hash of the person's records, or of what is known of somebody without any: no two people share it."""
    keys = sorted(person.source_keys) or [*person.account_ids, *sorted(person.marks.keys)]
    return SuppressionRepository(uow).hash_of("erasure:" + "\n".join(keys))


def _ban_contact(erasure_id: str, person: Person, uow: UnitOfWork) -> None:
    """Have nobody write to the person, and note to whom that was allowed before: another open erasure may ban them."""
    requests, own = OpenErasures(uow), [item.id for item in person.contacts]
    banned = PersonRepository(uow).ban_contact(own)
    before = {contact_id for other in requests.others(erasure_id).values() for contact_id in other.get(BANNED, ())}
    requests.note_banned(erasure_id, {*banned, *before.intersection(own)})


def _keys(person: Person) -> dict[str | None, set[str]]:
    """What imports keep out, by account (None: everywhere)."""
    keys: dict[str | None, set[str]] = {None: set(person.marks.everywhere) | person.source_keys}
    return keys | {account_id: set(some) for account_id, some in person.marks.in_accounts.items()}


def _result(report: ErasureReport, person: Person, removed: int, *, with_files: bool) -> dict[str, Any]:
    """What is told besides the counts; a path that names the person is told without the name."""
    left = () if with_files else report.files
    return {
        "drafts_made_stale": report.drafts_made_stale,
        "files_removed": removed,
        "files_left": [redact(file.path, person.marks.of(EVERY_ACCOUNT)) for file in left],
        "shared": len(person.shared),
    }


def _record(
    action: str,
    erasure_id: str,
    person: Person,
    *,
    reason: str,
    by: str,
    uow: UnitOfWork,
    more: dict[str, str] | None = None,
) -> None:
    AuditLog(uow).append(
        action,
        actor_id=by,
        subject=f"person:{pseudonym(person, uow)}",
        details={"erasure": erasure_id, "reason": reason} | (more or {}),
    )


def _about_request(
    action: str, erasure_id: str, *, by: str, uow: UnitOfWork, more: dict[str, str] | None = None
) -> None:
    details = {"erasure": erasure_id} | (more or {})
    AuditLog(uow).append(action, actor_id=by, subject=f"erasure:{erasure_id}", details=details)


def _trouble(error: Exception) -> Trouble:
    match error:
        case Conflict():
            return Trouble.CONFLICT
        case InputError():
            return Trouble.STAFF
        case StorageFull():
            return Trouble.DISK
        case DatabaseUnavailable():
            return Trouble.DATABASE
        case _:
            return Trouble.FILES
