"""`sales-copilot rfp`: a customer's questionnaire, from its file to the package.

Invariant: nothing leaves from here; answers and packages go to the queue, and a file that is saved before its approval
is for colleagues and says so.
"""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from copilot.cli import rfp_library, rfp_passages
from copilot.cli.acting import Acting, acting
from copilot.cli.context import UserOption, reported_errors
from copilot.cli.named_account import find_account
from copilot.cli.queue_view import plain, print_line
from copilot.cli.rfp_files import content_of, write_new
from copilot.cli.rfp_passages import ID as _ID
from copilot.cli.rfp_passages import found_project
from copilot.cli.rfp_waiting import see_to_vectors
from copilot.cli.rfp_words import counted, say
from copilot.cli.tables import print_rows
from copilot.domain.language import Language
from copilot.domain.rfp_answers import RfpAnswer
from copilot.domain.rfp_projects import ProjectState, QuestionState
from copilot.store.accounts import AccountRepository
from knowledge.questionnaires import read_questionnaire

rfp_app = typer.Typer(help="Answer a customer's questionnaire, from file to file.", no_args_is_help=True)
_PAUSE = 0.5
_IN_QUEUE = frozenset({QuestionState.IN_QUEUE, QuestionState.APPROVED})


class Which(StrEnum):
    """What can be saved."""

    ORIGINAL = "original"
    WORKING_COPY = "working-copy"
    GAPS = "gaps"


class PerWhat(StrEnum):
    """How answers are put together in the queue."""

    QUESTION = "question"
    SECTION = "section"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    rfp_library.register(rfp_app)
    rfp_passages.register(rfp_app)
    app.add_typer(rfp_app, name="rfp")


@rfp_app.command("add")
def add(
    file: Annotated[Path, typer.Argument(help="XLSX, DOCX, PDF, CSV, Markdown, VSAQ JSON or text.")],
    *,
    title: Annotated[str, typer.Option(help="Its title (default: the file's).")] = "",
    account: Annotated[str | None, typer.Option(help="Name or id of the account that it comes from.")] = None,
    user: UserOption = None,
) -> None:
    """Read a questionnaire; what was found waits to be confirmed."""
    with reported_errors():
        person = acting(user)
        content = content_of(file, person.viewer)
        found = read_questionnaire(file.name, content, today=person.application.clock.today())
        with person.application.database.unit_of_work() as uow:
            repository = AccountRepository(uow)
            of = find_account(account, viewer=person.viewer, repository=repository).id if account else None
            made = person.application.rfps.projects.create(
                found,
                file_name=file.name,
                content=content,
                title=title,
                account_id=of,
                viewer=person.viewer,
                uow=uow,
            )
    counts = {
        "questions": counted("question", len(made.questions), person.viewer),
        "skipped": counted("line", len(made.skipped), person.viewer),
    }
    print_line(say("added", person.viewer, id=made.id, **counts))
    print_line(say("next_run", person.viewer, id=made.id))


@rfp_app.command("list")
def list_projects(*, user: UserOption = None) -> None:
    """The questionnaires that you may see, those due soonest first."""
    with reported_errors():
        person = acting(user)
        with person.application.database.unit_of_work() as uow:
            heads = person.application.rfps.projects.heads(viewer=person.viewer, uow=uow)
    rows = (
        (
            head.id,
            head.title,
            head.account_name or "",
            say(f"state.{head.state.value}", person.viewer),
            say("progress", person.viewer, done=head.progress.worked_on, total=head.progress.total),
            head.deadline.isoformat() if head.deadline else "",
        )
        for head in heads
    )
    print_rows("rfp_columns", rows, viewer=person.viewer)


@rfp_app.command("show")
def show(project: Annotated[str, _ID], *, user: UserOption = None) -> None:
    """Questions with their answers, and what was left out."""
    with reported_errors():
        person = acting(user)
        found = found_project(person, project)
    viewer = person.viewer
    state = say(f"state.{found.state.value}", viewer)
    counts = {"done": found.progress.worked_on, "total": found.progress.total}
    print_line(say("head", viewer, title=plain(found.title), state=state, **counts))
    if found.deadline:
        print_line(say("deadline", viewer, day=found.deadline, words=plain(found.deadline_text)))
    for text in found.warnings:
        print_line(say("warning", viewer, said=plain(text)))
    rows = (
        (
            each.question.number or str(number),
            each.question.text,
            say(f"question.{each.state.value}", viewer),
            " · ".join(filter(None, (_answer(each.answer, person), each.failure))),
            "; ".join(item.label for item in each.answer.evidence) if each.answer else "",
        )
        for number, each in enumerate(found.questions, start=1)
    )
    print_rows("question_columns", rows, viewer=viewer)
    for item in found.skipped:
        print_line(say("left_out", viewer, said=plain(item.text), place=item.place.id))


def _answer(answer: RfpAnswer | None, person: Acting) -> str:
    if answer is None:
        return ""
    short = say(f"short.{answer.short.value}", person.viewer) if answer.short else ""
    return " ".join(part for part in (short and f"{short}.", answer.text) if part)


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """Ctrl-C sets the event instead of breaking off in the middle of an answer."""
    stop = threading.Event()
    before = signal.signal(signal.SIGINT, lambda _number, _frame: stop.set())
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


@rfp_app.command("run")
def run(
    project: Annotated[str, _ID],
    *,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="First wait until all passages are indexed by meaning.")
    ] = True,
    user: UserOption = None,
) -> None:
    """Have the questions answered here and now; Ctrl-C stops after the one that is worked on."""
    with reported_errors():
        person = acting(user)
        found = found_project(person, project)
        with _interruptible() as stop:
            see_to_vectors(person, stop, wait=wait)
            ended = not stop.is_set() and _answered(person, found.id, stop)
    print_line(say("finished" if ended else "interrupted", person.viewer, id=found.id))
    if not ended:
        raise typer.Exit(130)


def _answered(person: Acting, project_id: str, stop: threading.Event) -> bool:
    """Start the run and work on it. False: somebody stopped it."""
    projects, database = person.application.rfps.projects, person.application.database
    with database.unit_of_work() as uow:
        projects.start(project_id, viewer=person.viewer, uow=uow)
    if _until_done(person, project_id, stop):
        return True
    with database.unit_of_work() as uow:
        projects.stop(project_id, viewer=person.viewer, uow=uow)
    return False


def _until_done(person: Acting, project_id: str, stop: threading.Event) -> bool:
    """Work until the project is at rest; False: somebody wants to stop. Another worker may have it meanwhile."""
    said = -1
    while True:
        now = found_project(person, project_id)
        if now.progress.worked_on != said:
            said = now.progress.worked_on
            print_line(say("progress", person.viewer, done=said, total=now.progress.total))
        if now.state is not ProjectState.ANSWERING:
            return True
        if stop.is_set():
            return False
        if not person.application.rfps.runs.run(stop.is_set, only=project_id):
            time.sleep(_PAUSE)


@rfp_app.command("include-filled")
def include_filled(
    project: Annotated[str, _ID],
    *,
    undo: Annotated[bool, typer.Option("--undo", help="Leave them out again.")] = False,
    user: UserOption = None,
) -> None:
    """Have those questions answered, too, whose place in the file holds somebody's words already."""
    with reported_errors():
        person = acting(user)
        found, projects = found_project(person, project), person.application.rfps.projects
        with person.application.database.unit_of_work() as uow:
            act = projects.leave_out_again if undo else projects.include_filled
            number = act(found.id, viewer=person.viewer, uow=uow)
    print_line(say("left_out_again" if undo else "included", person.viewer, number=number))


@rfp_app.command("file")
def file_answers(
    project: Annotated[str, _ID],
    *,
    per: Annotated[PerWhat, typer.Option(help="One entry per question or per section.")] = PerWhat.SECTION,
    user: UserOption = None,
) -> None:
    """Put the answers that are not there yet into the approval queue."""
    with reported_errors():
        person = acting(user)
        found = found_project(person, project)
        with person.application.database.unit_of_work() as uow:
            done = person.application.rfps.projects.file(
                found.id, per="question" if per is PerWhat.QUESTION else "section", viewer=person.viewer, uow=uow
            )
        if done.waiting:
            _file_the_rest(person, found.id)
    for each in done.drafts:
        print_line(
            say(
                "filed",
                person.viewer,
                id=each.item.id,
                questions=counted("question", len(each.draft.sections), person.viewer),
            )
        )
    if not done.drafts and not done.waiting:
        print_line(say("nothing_filed", person.viewer))


def _file_the_rest(person: Acting, project_id: str) -> None:
    """File here and now what waits; whoever stops it leaves the rest to the background. Another worker may help."""
    asked = {each.question.id for each in found_project(person, project_id).questions if each.waits_to_be_filed}
    with _interruptible() as stop:
        while (now := found_project(person, project_id)).filing and not stop.is_set():
            print_line(say("filing", person.viewer, number=now.filing))
            if not person.application.rfps.runs.run(stop.is_set, only=project_id):
                time.sleep(_PAUSE)
    if now.filing:
        return
    left = [each for each in now.questions if each.question.id in asked and each.state not in _IN_QUEUE]
    if not left:
        print_line(say("all_filed", person.viewer))
        return
    print_line(say("not_filed", person.viewer, number=len(left), id=project_id))
    raise typer.Exit(1)


@rfp_app.command("package")
def package(project: Annotated[str, _ID], *, user: UserOption = None) -> None:
    """Put the filled file and its appendix into the approval queue."""
    with reported_errors():
        person = acting(user)
        found = found_project(person, project)
        with person.application.database.unit_of_work() as uow:
            filed = person.application.rfps.projects.package(found.id, viewer=person.viewer, uow=uow)
    print_line(say("packaged", person.viewer, id=filed.item.id))


@rfp_app.command("save")
def save(
    project: Annotated[str, _ID],
    *,
    what: Annotated[Which, typer.Option(help="Which file.")],
    to: Annotated[Path, typer.Option(help="Where to; nothing is overwritten.")],
    user: UserOption = None,
) -> None:
    """Save the original, a working copy marked as a draft, or the list of what is missing."""
    with reported_errors():
        person = acting(user)
        found = found_project(person, project)
        with person.application.database.unit_of_work() as uow:
            projects, viewer = person.application.rfps.projects, person.viewer
            if what is Which.ORIGINAL:
                content = projects.original(found.id, viewer=viewer, uow=uow)
            elif what is Which.WORKING_COPY:
                content = projects.working_copy(found.id, viewer=viewer, uow=uow).content
            else:
                content = projects.gaps(found.id, Language(viewer.language), viewer=viewer, uow=uow)
        write_new(to, content, viewer)
    print_line(say("saved", person.viewer, path=to))
