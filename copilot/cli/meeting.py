"""`sales-copilot meeting`: prepare a meeting, and say what came of one; both go to the approval queue.

Invariant: nothing is written to a CRM from here; a proposed change waits for its approval like any other draft.
"""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from copilot.bootstrap import Application
from copilot.cli.brief_view import print_brief
from copilot.cli.context import UserOption, acting_viewer, console, open_application, reported_errors
from copilot.cli.named_account import find_account
from copilot.cli.queue_view import plain
from copilot.domain.access import Viewer
from copilot.domain.language import Language
from copilot.errors import InputError
from copilot.store.accounts import AccountRepository
from copilot.workflows.after_meeting.workflow import AfterMeetingResult
from copilot.workflows.filed_draft import FiledDraft
from knowledge.pasted import file_notes

_TEXTS = {
    "es": {
        "unreadable": "No se puede leer {file}: {why}.",
        "another": "Elija otro archivo con --file. No se ha guardado nada.",
        "updates": "Cambios propuestos en el CRM, cada uno a la espera de aprobación:",
    },
    "en": {
        "unreadable": "{file} cannot be read: {why}.",
        "another": "Choose another file with --file. Nothing was saved.",
        "updates": "Proposed CRM updates, each waiting for approval:",
    },
}
_ACCOUNT = typer.Argument(help="Name of the account (part of it is enough) or its id.")
_LANGUAGE = typer.Option(help="Language of the draft (default: yours).")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    area = typer.Typer(help="Prepare a meeting, and say what came of one.", no_args_is_help=True)
    area.command("prepare")(prepare)
    area.command("after")(after)
    app.add_typer(area, name="meeting")


def prepare(
    account: Annotated[str, _ACCOUNT],
    *,
    request: Annotated[str, typer.Option(help="The meeting in your own words, e.g. who comes.")] = "",
    language: Annotated[Language | None, _LANGUAGE] = None,
    user: UserOption = None,
) -> None:
    """Prepare a meeting: who comes, goals, likely questions with answers, what is open and delicate, an agenda."""
    with reported_errors():
        application = open_application()
        try:
            viewer = acting_viewer(application, user=user)
            made = _prepared(application, viewer, account, request=request, language=language)
        finally:
            application.close()
    print_brief(made, viewer=viewer)


def _prepared(
    application: Application, viewer: Viewer, account: str, *, request: str, language: Language | None
) -> FiledDraft:
    with application.database.unit_of_work() as uow:
        found = find_account(account, viewer=viewer, repository=AccountRepository(uow))
        wanted = language or Language(viewer.language)
        return application.meetings.run(found.id, viewer=viewer, language=wanted, uow=uow, request=request)


def after(
    account: Annotated[str, _ACCOUNT],
    *,
    document: Annotated[str | None, typer.Option(help="Id of the transcript or note.")] = None,
    activity: Annotated[str | None, typer.Option(help="Id of the CRM activity.")] = None,
    file: Annotated[
        Path | None, typer.Option(help="Notes or transcript to file with the account; - reads what is piped in.")
    ] = None,
    held_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of the meeting that --file tells of.")
    ] = None,
    request: Annotated[str, typer.Option(help="Which meeting, in your own words.")] = "",
    language: Annotated[Language | None, _LANGUAGE] = None,
    user: UserOption = None,
) -> None:
    """Say what came of a meeting: summary, decisions, action items, and CRM updates to approve."""
    with reported_errors():
        application = open_application()
        try:
            viewer = acting_viewer(application, user=user)
            with application.database.unit_of_work() as uow:
                found = find_account(account, viewer=viewer, repository=AccountRepository(uow))
            if file is not None:
                document = file_notes(
                    _read(file, viewer),
                    account_id=found.id,
                    viewer=viewer,
                    database=application.database,
                    day=held_on.date() if held_on else None,
                    after_import=lambda uow: application.after_import(uow=uow),
                )
            with application.database.unit_of_work() as uow:
                made = application.after_meetings.run(
                    found.id,
                    viewer=viewer,
                    language=language or Language(viewer.language),
                    uow=uow,
                    document_id=document,
                    activity_id=activity,
                    request=request,
                )
        finally:
            application.close()
    _print(made, viewer=viewer)


def _read(file: Path, viewer: Viewer) -> str:
    texts = _TEXTS[viewer.language]
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = (getattr(error, "strerror", None) or type(error).__name__).lower()
        raise InputError(texts["unreadable"].format(file=file, why=why), hint=texts["another"]) from error


def _print(made: AfterMeetingResult, *, viewer: Viewer) -> None:
    print_brief(made.summary, viewer=viewer)
    if made.updates:
        console.print(_TEXTS[viewer.language]["updates"], markup=False, highlight=False)
    for filed in made.updates:
        console.print(f"  {plain(filed.draft.title)}: {filed.item.id}", markup=False, highlight=False)
