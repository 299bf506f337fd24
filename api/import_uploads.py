"""Importing what was uploaded: a rehearsal first, the same import as the command line's once a person confirms it.

Invariants: what is imported is what was rehearsed, file for file and option for option; requests only ask, the worker
does it, one upload at a time and each import once, however often a worker is cut off; a run that is stopped or ends
badly leaves the data as it was, and its upload says why.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import BinaryIO

from api.staging import Staging
from api.upload_states import (
    CUT_OFF,
    NO_LONGER_ADMIN,
    UNEXPECTED,
    Phase,
    Trouble,
    Upload,
    UploadOptions,
)
from copilot.bootstrap import Application
from copilot.domain.access import Role, Viewer
from copilot.domain.import_messages import ImportMessage
from copilot.errors import Conflict, CopilotError, InputError, NotFound
from copilot.jobs import Task
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.import_reading import ImportReading
from copilot.store.people import PeopleRepository
from copilot.store.sources import SourceRepository
from copilot.telemetry import get_logger
from knowledge.importing import import_folder
from knowledge.planning import ImportOptions
from knowledge.problems import bad_input
from knowledge.values.currencies import parse_currency

_log = get_logger(__name__)
_MEGABYTE = 1_000_000
_LONGEST_SOURCE = 200
_BETWEEN = timedelta(milliseconds=500)
"""A state is a file: not every row writes one."""
_TRIES = 3
"""So often a worker may be cut off before what it began is given up: it may be what cuts it off."""


class _Stopped(Exception):
    """A person asked for it, or the worker has to end; the import's transaction rolls back."""


class ImportUploads:
    """Asks in short transactions of its own; the worker's take as long as an import."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._clock = application.database.clock
        self.staging = Staging(application.settings.data_dir / "uploads", clock=self._clock)

    def receive(
        self, sent: Sequence[tuple[str, BinaryIO]], *, source: str, options: UploadOptions, viewer: Viewer
    ) -> Upload:
        """Keep the files and ask for their rehearsal. Raises InputError or UnreadableFile."""
        name = source.strip()
        if not name or len(name) > _LONGEST_SOURCE or not name.isprintable():
            raise InputError("The source needs a name.", hint="For example: Salesforce, weekly export.")
        upload = self.staging.receive(sent, source=name, options=options, sent_by=viewer.user_id)
        self._ask()
        return upload

    def rehearse_again(self, upload_id: str, options: UploadOptions, *, viewer: Viewer) -> Upload:
        """Ask for another rehearsal with other options. Raises NotFound or Conflict."""
        with self.staging.locked(upload_id) as upload:
            if not upload.files or upload.phase not in {Phase.CHECKED, Phase.REFUSED}:
                raise Conflict("It is being worked on, or done.", hint="Look at the page again.")
            changed = upload.model_copy(update={"options": options, "report": None})
            asked = self._asked(changed, Phase.CHECKING, viewer=viewer)
        self._ask()
        return asked

    def confirm(self, upload_id: str, *, viewer: Viewer) -> Upload:
        """Ask for the import that was rehearsed. Raises NotFound or Conflict."""
        with self.staging.locked(upload_id) as upload:
            if upload.phase is not Phase.CHECKED:
                raise Conflict("Only what was checked can be imported.", hint="Look at the page again.")
            with self._application.database.unit_of_work() as uow:
                _require_current(upload, uow=uow)
            asked = self._asked(upload, Phase.IMPORTING, viewer=viewer)
        self._ask()
        return asked

    def stop(self, upload_id: str) -> Upload:
        """Withdraw what waits; have what is being done end where nothing of it is kept. Raises NotFound or Conflict.

        What ends before that is done, and says so.
        """
        with self.staging.locked(upload_id) as upload:
            if not upload.is_running:
                raise Conflict("It is not being worked on any more.", hint="Look at the page again.")
            self.staging.ask_to_stop(upload)
            with self.staging.left_alone(upload) as free:
                # Looked at again: a worker may have ended it since, or been cut off once it was done.
                found = self.staging.find(upload_id)
                if free and found.is_running and (ended := self._ended_by_stop(found)) is not None:
                    self._settle(ended)
            return self.staging.find(upload_id)

    def discard(self, upload_id: str) -> None:
        """Delete the files and forget them. Raises NotFound or Conflict."""
        with self.staging.locked(upload_id) as upload:
            if upload.is_running:
                raise Conflict("It is being worked on.", hint="Wait until it is done, or stop it.")
            # Under the lock: whoever confirms at the same time finds nothing, instead of files that are going.
            self.staging.discard(upload)

    def has_worker(self) -> bool:
        """Whether some process does what is asked for."""
        with self._application.database.unit_of_work() as uow:
            return self._application.jobs.has_worker(uow=uow)

    def run_waiting(self, should_stop: Callable[[], bool] = lambda: False) -> int:
        """Check and import what waits, one after the other; the worker's job. Returns how many were worked on."""
        done = 0
        while not should_stop():
            with self.staging.turn() as mine:
                found = self.staging.waiting()[:1] if mine else ()
                for upload in found:
                    with suppress(NotFound):  # discarded at the last moment
                        self._run(upload.id, should_stop=should_stop)
            done += len(found)
            # Looked at again once the turn is given back: whoever asked meanwhile was told that somebody is at it.
            if not mine or not (found or self.staging.waiting()):
                break
        return done

    def _run(self, upload_id: str, *, should_stop: Callable[[], bool]) -> None:
        with self.staging.at_work(upload_id) as upload:
            if not upload.is_running:
                return  # stopped at the last moment
            ended = self._settled_before(upload) or self._ended(self._begun(upload), should_stop=should_stop)
            self._settle(ended)

    def _settle(self, ended: Upload) -> None:
        self.staging.save(ended)
        if ended.phase is Phase.IMPORTED:
            self.staging.drop_files(ended)

    def _settled_before(self, upload: Upload) -> Upload | None:
        """What needs no work: what was stopped, what is done and was cut off before it said so, what cuts off."""
        if upload.phase is Phase.IMPORTING and (run := self._run_of(upload)) is not None:
            return upload.imported(upload.future_run_id, totals=run)
        if self.staging.is_asked_to_stop(upload):
            return upload.stopped()
        return upload.refused(CUT_OFF) if upload.begun >= _TRIES else None

    def _run_of(self, upload: Upload) -> dict[str, int] | None:
        """What its import did, if it was kept: also one whose worker lost the connection while it was being kept."""
        with self._application.database.unit_of_work() as uow:
            SourceRepository(uow).lock()  # whoever imports holds it to the end, so there is nothing left to come
            run = ImportReading(uow).run(upload.future_run_id)
        return None if run is None else run.report["totals"]

    def _ended_by_stop(self, upload: Upload) -> Upload | None:
        """None: an import is just being written, maybe this one; the worker looks when that is over."""
        if upload.phase is not Phase.IMPORTING or not upload.begun:
            return upload.stopped()
        with self._application.database.unit_of_work() as uow:
            if not SourceRepository(uow).try_lock():
                return None
            run = ImportReading(uow).run(upload.future_run_id)
        return upload.stopped() if run is None else upload.imported(run.head.id, totals=run.report["totals"])

    def _failed(self, upload: Upload, trouble: Trouble) -> Upload:
        """What an error means is decided by what the database says: it may have come after everything was kept.

        If the database cannot be asked, that raises and the upload waits: the next worker asks before it begins.
        """
        run = self._run_of(upload) if upload.phase is Phase.IMPORTING else None
        return upload.refused(trouble) if run is None else upload.imported(upload.future_run_id, totals=run)

    def _begun(self, upload: Upload) -> Upload:
        begun = upload.model_copy(update={"begun": upload.begun + 1, "stage": "", "done": 0, "total": 0})
        if upload.phase is Phase.CHECKING:
            begun = begun.model_copy(update={"checked_at": self._clock.now()})
        self.staging.save(begun)
        return begun

    def _ended(self, upload: Upload, *, should_stop: Callable[[], bool]) -> Upload:
        try:
            return self._done(upload, should_stop=should_stop)
        except _Stopped:
            if self.staging.is_asked_to_stop(upload):
                return upload.stopped()
            # The worker ends: the next one begins anew.
            return upload.model_copy(update={"begun": upload.begun - 1})
        except CopilotError as error:
            return self._failed(upload, Trouble(code=error.code, message=error.message, hint=error.hint))
        except Exception as error:  # noqa: BLE001 - the outermost loop of work that begins after the answer
            # Its own words may quote data, and the server would log them.
            _log.error("upload.crashed", upload=upload.id, error=type(error).__name__)
            return self._failed(upload, UNEXPECTED)

    def _done(self, upload: Upload, *, should_stop: Callable[[], bool]) -> Upload:
        viewer = self._asker(upload)
        if viewer is None:
            return upload.refused(NO_LONGER_ADMIN)
        noted = _Noted(self.staging, upload, should_stop=should_stop)
        report = import_folder(
            self.staging.files_of(upload),
            database=self._application.database,
            actor_id=viewer.user_id,
            options=self._options(upload),
            progress=noted,
            after_import=lambda uow: self._imported(upload, noted=noted, viewer=viewer, uow=uow),
        )
        found = report.to_dict()
        if upload.phase is Phase.CHECKING:
            noted.look()
            return upload.model_copy(update={"phase": Phase.CHECKED, "trouble": None, "report": found})
        return upload.imported(report.run_id, totals=found["totals"])

    def _asker(self, upload: Upload) -> Viewer | None:
        """Who asked, if they may still."""
        with self._application.database.unit_of_work() as uow:
            viewer = PeopleRepository(uow).by_id(upload.asked_by or upload.sent_by)
        return viewer if viewer is not None and viewer.role is Role.ADMIN else None

    def _options(self, upload: Upload) -> ImportOptions:
        options = upload.options
        return ImportOptions(
            max_bytes=self._application.settings.max_file_megabytes * _MEGABYTE,
            dry_run=upload.phase is Phase.CHECKING,
            root_name=upload.source,
            visibility=options.visibility,
            as_of=options.as_of,
            currency=_currency(options.currency),
            skip_unreadable=options.skip_unreadable,
            confirm_removals=options.confirm_removals,
            run_id=upload.future_run_id,
        )

    def _imported(self, upload: Upload, *, noted: "_Noted", viewer: Viewer, uow: UnitOfWork) -> int:
        # The last moment at which nothing is kept. One that was asked for before this one may have come in between.
        noted.look()
        _require_current(upload, uow=uow)
        AuditLog(uow).append(
            "import.uploaded",
            actor_id=viewer.user_id,
            subject=f"upload:{upload.id}",
            details={"files": str(len(upload.files))},
        )
        return self._application.after_import(uow=uow)

    def _asked(self, upload: Upload, phase: Phase, *, viewer: Viewer) -> Upload:
        fresh = {"stage": "", "done": 0, "total": 0, "begun": 0, "trouble": None}
        asked = {"phase": phase, "asked_at": self._clock.now(), "asked_by": viewer.user_id}
        changed = upload.model_copy(update=fresh | asked)
        self.staging.withdraw_stop(changed)
        self.staging.save(changed)
        return changed

    def _ask(self) -> None:
        """Wake the worker; if that fails it looks within a minute by itself."""
        with self._application.database.unit_of_work() as uow:
            self._application.jobs.defer(Task.IMPORT, uow=uow)


class _Noted:
    """Progress that others can read while the import runs, and where it is stopped."""

    def __init__(self, staging: Staging, upload: Upload, *, should_stop: Callable[[], bool]) -> None:
        self._staging, self._upload, self._should_stop = staging, upload, should_stop
        self._saved_at: datetime | None = None

    def look(self) -> None:
        """Raises _Stopped where that is asked for."""
        if self._should_stop() or self._staging.is_asked_to_stop(self._upload):
            raise _Stopped

    def start(self, stage: str, *, total: int) -> None:
        self._note(stage=stage, done=0, total=total)

    def advance(self, amount: int) -> None:
        self._note(done=self._upload.done + amount)

    def end(self) -> None:
        self._note(done=self._upload.total)

    def _note(self, **changed: str | int) -> None:
        self.look()
        now = self._staging.clock.now()
        self._upload = self._upload.model_copy(update=changed)
        if self._saved_at is None or "stage" in changed or now - self._saved_at >= _BETWEEN:
            self._staging.save(self._upload)
            self._saved_at = now


def _require_current(upload: Upload, *, uow: UnitOfWork) -> None:
    """Raises Conflict if what an import would change is no longer what its rehearsal showed."""
    last = ImportReading(uow).last_finished(upload.source)
    if last is not None and upload.checked_at is not None and last > upload.checked_at:
        raise Conflict(
            "The same source was imported since these files were checked.",
            hint="Check them again: importing them may now change other things.",
        )


def _currency(said: str | None) -> str | None:
    try:
        return parse_currency(said) if said else None
    except ValueError as error:
        raise bad_input(ImportMessage.BAD_CURRENCY, currency=said or "") from error
