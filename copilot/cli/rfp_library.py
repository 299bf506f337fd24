"""`sales-copilot rfp library`: the approved answers that questionnaires are answered from.

Invariant: what is taken over from a file waits for the approval of somebody who may give it before it answers
anything.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from copilot.cli.acting import acting
from copilot.cli.context import UserOption, reported_errors
from copilot.cli.queue_view import print_line
from copilot.cli.rfp_files import content_of
from copilot.cli.rfp_words import say
from copilot.cli.tables import print_rows
from copilot.domain.answer_library import EntryState
from knowledge.answer_tables import read_answers

library_app = typer.Typer(help="Approved answers to questions that come again and again.", no_args_is_help=True)
_CHANGE = "change_"
_LIVE = (EntryState.PROPOSED, EntryState.APPROVED)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(library_app, name="library")


@library_app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A table of questions and answers, or a filled questionnaire.")],
    *,
    user: UserOption = None,
) -> None:
    """Take over questions with their answers; they are yours, and wait for somebody who may approve them."""
    with reported_errors():
        person = acting(user)
        rows = read_answers(file.name, content_of(file, person.viewer), today=person.application.clock.today())
        with person.application.database.unit_of_work() as uow:
            made = person.application.rfps.library.import_rows(
                rows, origin=file.name, owner=person.viewer.user_id, viewer=person.viewer, uow=uow
            )
            may = person.application.rfps.library.approvable(made.added, viewer=person.viewer, uow=uow)
    counts = {"added": len(made.added), "known": made.known, "unusable": len(made.unusable)}
    print_line(say("imported", person.viewer, **counts))
    if made.added:
        print_line(say("approve_next" if may else "approved_by_others", person.viewer))


@library_app.command("list")
def list_entries(
    *,
    query: Annotated[str, typer.Option(help="Only those whose question shares words with this.")] = "",
    state: Annotated[EntryState | None, typer.Option(help="Only those in this state.")] = None,
    stale: Annotated[bool, typer.Option("--stale", help="Only those to be looked at again.")] = False,
    user: UserOption = None,
) -> None:
    """The entries that you may read."""
    with reported_errors():
        person = acting(user)
        library, viewer = person.application.rfps.library, person.viewer
        with person.application.database.unit_of_work() as uow:
            found = library.entries(viewer=viewer, uow=uow, states=(state,) if state else _LIVE, query=query)
            due = {entry.id for entry in library.stale(viewer=viewer, uow=uow)} if stale else set()
    rows = (
        (
            entry.id,
            entry.question,
            entry.answer,
            say(f"entry.{entry.state.value}", viewer),
            entry.review_by.isoformat() if entry.review_by else "",
        )
        for entry in found
        if not stale or entry.id in due
    )
    print_rows("library_columns", rows, viewer=viewer)


@library_app.command("approve")
def approve(
    entries: Annotated[list[str], typer.Argument(help="Ids of entries, or of proposed changes.")],
    *,
    review_by: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="When they are to be looked at again.")
    ] = None,
    user: UserOption = None,
) -> None:
    """Stand behind entries, or make proposed changes their newest versions: all that are named, or none."""
    with reported_errors():
        person = acting(user)
        library, viewer = person.application.rfps.library, person.viewer
        day = review_by.date() if review_by else None
        with person.application.database.unit_of_work() as uow:
            approved = [
                (library.accept if entry.startswith(_CHANGE) else library.approve)(
                    entry, viewer=viewer, uow=uow, review_by=day
                )
                for entry in entries
            ]
    for each in approved:
        print_line(say("approved", viewer, id=each.id, version=each.version, day=each.review_by))


@library_app.command("findings")
def findings(*, user: UserOption = None) -> None:
    """Entries that ask the same, with answers that agree or do not."""
    with reported_errors():
        person = acting(user)
        library, viewer = person.application.rfps.library, person.viewer
        with person.application.database.unit_of_work() as uow:
            found = library.findings(viewer=viewer, uow=uow)
    rows = ((say(f"finding.{each.kind}", viewer), each.first, each.second, f"{each.likeness:.2f}") for each in found)
    print_rows("finding_columns", rows, viewer=viewer)
