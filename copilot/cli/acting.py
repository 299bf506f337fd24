"""What the commands of the queue share: the application, the person they act for, and the item they are about.

Invariant: every command acts for one real user and sees what that person sees.
"""

import unicodedata
from dataclasses import dataclass
from typing import Annotated

import typer

from copilot.approvals.quality.openings import note_opening
from copilot.approvals.service import ApprovalService, ReviewView
from copilot.bootstrap import Application
from copilot.cli.context import acting_viewer, open_application
from copilot.cli.queue_view import print_line
from copilot.cli.queue_words import say
from copilot.domain.access import Viewer

ItemArgument = Annotated[str, typer.Argument(help="Id of the queue item; its first characters are enough.")]
_YES = {"es": frozenset({"s", "si", "sí", "y", "yes"}), "en": frozenset({"y", "yes"})}
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@dataclass(frozen=True, slots=True)
class Acting:
    """The application, and for whom."""

    application: Application
    viewer: Viewer

    @property
    def service(self) -> ApprovalService:
        """The queue."""
        return self.application.approvals

    def view(self, item: str) -> ReviewView:
        """The item whose id begins so. Raises NotFound."""
        with self.application.database.unit_of_work() as uow:
            found = self.service.resolve(item, viewer=self.viewer, uow=uow)
            return self.service.get(found, viewer=self.viewer, uow=uow)

    def opened(self, item: str) -> ReviewView:
        """The same, for somebody who reads it now. Raises NotFound."""
        view = self.view(item)
        with self.application.database.unit_of_work() as uow:
            note_opening(view, viewer=self.viewer, uow=uow)
        return view


def acting(user: str | None) -> Acting:
    """Open the application for a person. Raises ConfigurationError, UnavailableError or NotAuthenticated."""
    application = open_application()
    return Acting(application, acting_viewer(application, user=user))


def confirm(question: str, viewer: Viewer) -> None:
    """Go on only if the person says yes, in their language; anything else, or no answer, ends the command."""
    try:
        written = typer.prompt(f"{question} {say('yes_no', viewer)}", default="", show_default=False)
    except typer.Abort:
        written = ""
        typer.echo()
    answer = unicodedata.normalize("NFC", written).strip().casefold()
    if answer not in _YES.get(viewer.language, _YES["en"]):
        print_line(say("cancelled", viewer))
        raise typer.Exit(1)
