"""What is known about an upload: where it is, what was asked for, and how far the worker has come with it.

Invariant: whether somebody is at work on it is told by a lock, never by what was written down; nothing here says what
the files hold but the report of the rehearsal, which goes when they are imported.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from api.localisation import mark as _
from copilot.domain.access import Visibility

KEPT_TOTALS = ("rows", "imported", "changed", "unchanged", "skipped")


class Phase(StrEnum):
    """Where an upload is."""

    CHECKING = "checking"
    CHECKED = "checked"
    REFUSED = "refused"
    IMPORTING = "importing"
    IMPORTED = "imported"


RUNNING = frozenset({Phase.CHECKING, Phase.IMPORTING})
"""Asked of the worker: it waits for its turn, or it is being worked on."""


class UploadOptions(BaseModel):
    """What the person who sends files says about them; as the options of `sales-copilot import`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    as_of: date | None = None
    """The day the exports were taken."""
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    """ISO 4217, of amounts that do not state theirs."""
    visibility: Visibility | None = None
    """Who may read documents that belong to no account and lie in no folder that says it."""
    skip_unreadable: bool = False
    confirm_removals: bool = False


class SentName(BaseModel):
    """One file, by its path below the upload's folder, and its size in bytes."""

    name: str
    size: int


class Trouble(BaseModel):
    """Why a check or an import ended, in English; shown in the reader's language."""

    code: str
    message: str
    hint: str = ""


CHECK_STOPPED = Trouble(
    code="stopped",
    message=_("The check was stopped."),
    hint=_("Nothing was changed. Check the files again, or discard them."),
)
IMPORT_STOPPED = Trouble(
    code="stopped",
    message=_("The import was stopped."),
    hint=_("Nothing of it was kept: the data is as it was. Import again, or discard the files."),
)
CUT_OFF = Trouble(
    code="cut_off",
    message=_("The worker ended before its work did, several times."),
    hint=_(
        "Nothing was imported. The files may need more memory than the server has: send them in parts, or import them "
        "with the command line."
    ),
)
UNEXPECTED = Trouble(
    code="unexpected",
    message=_("Something went wrong on our side."),
    hint=_("Nothing was imported. Try again; if it happens again, look into the server's log."),
)
NO_LONGER_ADMIN = Trouble(
    code="not_allowed",
    message=_("Who asked for it is no administrator any more."),
    hint=_("Nothing was imported. Another administrator can check the files again."),
)


class Upload(BaseModel):
    """One upload and what is known about it so far."""

    id: str
    source: str
    """Name under which what it brings is remembered."""
    phase: Phase
    sent_at: datetime
    sent_by: str
    files: tuple[SentName, ...]
    options: UploadOptions = UploadOptions()
    asked_at: datetime | None = None
    """When the check or the import was asked for; they come in this order."""
    asked_by: str | None = None
    stage: str = ""
    """`looking`, `writing` or `documents`; empty: not begun."""
    done: int = 0
    total: int = 0
    begun: int = 0
    """How often a worker began what was asked for, and never said how it ended."""
    trouble: Trouble | None = None
    checked_at: datetime | None = None
    """When the rehearsal began whose report is kept."""
    report: dict[str, Any] | None = None
    """Of the rehearsal, as `knowledge.report` writes it."""
    totals: dict[str, int] = {}
    """Of the import, once it is done: rows read, new, changed, unchanged, left out."""
    run_id: str | None = None
    """Of the import, once it is done."""
    _at_work: bool = PrivateAttr(default=False)
    """Whether a worker held the upload when it was read."""

    @property
    def is_running(self) -> bool:
        """Whether the worker was asked and has not answered yet."""
        return self.phase in RUNNING

    @property
    def is_waiting(self) -> bool:
        """Whether no worker has taken it up so far, or none any more."""
        return self.is_running and not self._at_work

    @property
    def future_run_id(self) -> str:
        """The id its import will have: an upload is imported once, however often a worker begins."""
        return f"run_{self.id.removeprefix('upload_')}"

    def found(self, *, at_work: bool) -> "Upload":
        """The same, as it was found."""
        self._at_work = at_work
        return self

    def stopped(self) -> "Upload":
        """The same, stopped: as it was before it was asked for."""
        if self.phase is Phase.IMPORTING:
            return self.model_copy(update={"phase": Phase.CHECKED, "trouble": IMPORT_STOPPED, "stage": "", "done": 0})
        return self.refused(CHECK_STOPPED)

    def refused(self, trouble: Trouble) -> "Upload":
        """The same, ended without an import."""
        return self.model_copy(update={"phase": Phase.REFUSED, "trouble": trouble})

    def imported(self, run_id: str | None, *, totals: Mapping[str, Any]) -> "Upload":
        """The same, imported."""
        kept = {name: int(totals.get(name, 0)) for name in KEPT_TOTALS}
        done = {"phase": Phase.IMPORTED, "trouble": None, "report": None, "run_id": run_id, "totals": kept}
        return self.model_copy(update=done)
