"""Importing what was uploaded: a rehearsal first, the same import as the command line's once a person confirms it.

Invariants: what is imported is what was rehearsed, file for file and option for option; at most one run works on an
upload at a time; a run that ends badly leaves the data as it was, and its upload says why.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import BinaryIO

from api.localisation import mark as _
from api.staging import RUNNING, Phase, Staging, Trouble, Upload, UploadOptions
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.import_messages import ImportMessage
from copilot.errors import Conflict, CopilotError, InputError
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
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
_UNEXPECTED = Trouble(
    code="unexpected",
    message=_("Something went wrong on our side."),
    hint=_("Nothing was imported. Try again; if it happens again, look into the server's log."),
)


class ImportUploads:
    """Works in transactions of its own: a run takes as long as an import."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._clock = application.database.clock
        self.staging = Staging(application.settings.data_dir / "uploads", clock=self._clock)

    def receive(
        self, sent: Sequence[tuple[str, BinaryIO]], *, source: str, options: UploadOptions, viewer: Viewer
    ) -> Upload:
        """Keep the files for a rehearsal; `run` makes it. Raises InputError or UnreadableFile."""
        name = source.strip()
        if not name or len(name) > _LONGEST_SOURCE or not name.isprintable():
            raise InputError("The source needs a name.", hint="For example: Salesforce, weekly export.")
        return self.staging.receive(sent, source=name, options=options, sent_by=viewer.user_id)

    def rehearse_again(self, upload_id: str, options: UploadOptions) -> Upload:
        """Ask for another rehearsal with other options. Raises NotFound or Conflict."""
        with self.staging.locked(upload_id) as upload:
            at_rest = upload.phase in {Phase.CHECKED, Phase.REFUSED} or upload.has_stopped(self._clock.now())
            if not upload.files or not at_rest:
                raise Conflict("It is being worked on, or done.", hint="Look at the page again.")
            return self._begin(upload.model_copy(update={"options": options, "report": None}), Phase.CHECKING)

    def confirm(self, upload_id: str) -> Upload:
        """Ask for the import that was rehearsed. Raises NotFound or Conflict."""
        with self.staging.locked(upload_id) as upload:
            if upload.phase is not Phase.CHECKED:
                raise Conflict("Only what was checked can be imported.", hint="Look at the page again.")
            return self._begin(upload, Phase.IMPORTING)

    def discard(self, upload_id: str) -> None:
        """Delete the files and forget them. Raises NotFound or Conflict."""
        with self.staging.locked(upload_id) as upload:
            if upload.is_running(self._clock.now()):
                raise Conflict("It is being worked on.", hint="Wait until it is done.")
            # Under the lock: whoever confirms at the same time finds nothing, instead of files that are going.
            self.staging.discard(upload)

    def run(self, upload_id: str, *, viewer: Viewer) -> Upload:
        """Make the rehearsal or the import that was asked for, and return what became of it."""
        with self.staging.at_work(upload_id) as upload:
            # Asked for twice, because it began late: the other run did it, and nobody confirmed an import since.
            return self._ended(upload, viewer=viewer) if upload.phase in RUNNING else upload

    def _ended(self, upload: Upload, *, viewer: Viewer) -> Upload:
        try:
            ended = self._run(upload, viewer=viewer)
        except CopilotError as error:
            ended = _refused(upload, Trouble(code=error.code, message=error.message, hint=error.hint))
        except Exception as error:  # noqa: BLE001 - the outermost loop of work that begins after the answer
            # Its own words may quote data, and the server would log them.
            _log.error("upload.crashed", upload=upload.id, error=type(error).__name__)
            ended = _refused(upload, _UNEXPECTED)
        self.staging.save(ended)
        if ended.phase is Phase.IMPORTED:
            self.staging.drop_files(ended)
        return ended

    def _run(self, upload: Upload, *, viewer: Viewer) -> Upload:
        options, rehearses = upload.options, upload.phase is Phase.CHECKING
        report = import_folder(
            self.staging.files_of(upload),
            database=self._application.database,
            actor_id=viewer.user_id,
            options=ImportOptions(
                max_bytes=self._application.settings.max_file_megabytes * _MEGABYTE,
                dry_run=rehearses,
                root_name=upload.source,
                visibility=options.visibility,
                as_of=options.as_of,
                currency=_currency(options.currency),
                skip_unreadable=options.skip_unreadable,
                confirm_removals=options.confirm_removals,
            ),
            progress=_Noted(self.staging, upload),
            after_import=lambda uow: self._imported(upload, viewer=viewer, uow=uow),
        )
        if rehearses:
            return upload.model_copy(update={"phase": Phase.CHECKED, "trouble": None, "report": report.to_dict()})
        done = {"phase": Phase.IMPORTED, "trouble": None, "report": None, "run_id": report.run_id}
        return upload.model_copy(update=done)

    def _imported(self, upload: Upload, *, viewer: Viewer, uow: UnitOfWork) -> int:
        AuditLog(uow).append(
            "import.uploaded",
            actor_id=viewer.user_id,
            subject=f"upload:{upload.id}",
            details={"files": str(len(upload.files))},
        )
        return self._application.after_import(uow=uow)

    def _begin(self, upload: Upload, phase: Phase) -> Upload:
        fresh = {"phase": phase, "beat_at": self._clock.now(), "stage": "", "done": 0, "total": 0, "trouble": None}
        asked = upload.model_copy(update=fresh)
        self.staging.save(asked)
        return asked


def _refused(upload: Upload, trouble: Trouble) -> Upload:
    return upload.model_copy(update={"phase": Phase.REFUSED, "trouble": trouble})


class _Noted:
    """Progress that others can read while the import runs."""

    def __init__(self, staging: Staging, upload: Upload) -> None:
        self._staging, self._upload = staging, upload
        self._saved_at: datetime | None = None

    def start(self, stage: str, *, total: int) -> None:
        self._note(stage=stage, done=0, total=total)

    def advance(self, amount: int) -> None:
        self._note(done=self._upload.done + amount)

    def end(self) -> None:
        self._note(done=self._upload.total)

    def _note(self, **changed: str | int) -> None:
        now = self._staging.clock.now()
        self._upload = self._upload.model_copy(update={**changed, "beat_at": now})
        if self._saved_at is None or "stage" in changed or now - self._saved_at >= _BETWEEN:
            self._staging.save(self._upload)
            self._saved_at = now


def _currency(said: str | None) -> str | None:
    try:
        return parse_currency(said) if said else None
    except ValueError as error:
        raise bad_input(ImportMessage.BAD_CURRENCY, currency=said or "") from error
