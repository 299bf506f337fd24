"""`sales-copilot rfp closest` and `rfp use`: passages that a person takes as the answer, where nothing answers surely.

Invariant: what was taken is said in its own words; it is filed and approved like every answer of a person.
"""

from typing import Annotated

import typer

from copilot.cli.acting import Acting, acting
from copilot.cli.context import UserOption, reported_errors
from copilot.cli.queue_view import plain, print_line
from copilot.cli.rfp_words import say
from copilot.cli.tables import print_rows
from copilot.domain.questionnaires import Question
from copilot.domain.rfp_answers import ShortForm
from copilot.domain.rfp_projects import Project, ProjectQuestion, QuestionState
from copilot.errors import InputError, NotFound
from copilot.workflows.rfp.taking import Taking

ID = typer.Argument(help="Id of the questionnaire; its first characters are enough.")
_QUESTION = typer.Argument(help="Number of the question, as it is listed.")
_PASSAGE = typer.Argument(min=1, help="Number of the passage, as it is listed; with --undo none is needed.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("closest")(closest)
    app.command("use")(use)


def found_project(person: Acting, written: str) -> Project:
    """The project whose id begins so. Raises NotFound."""
    projects = person.application.rfps.projects
    with person.application.database.unit_of_work() as uow:
        heads = projects.heads(viewer=person.viewer, uow=uow)
        ids = [head.id for head in heads if head.id == written] or [
            head.id for head in heads if head.id.startswith(written)
        ]
        if len(ids) != 1:
            raise NotFound("There is no such questionnaire among those you may see.", hint="Look for it in the list.")
        return projects.get(ids[0], viewer=person.viewer, uow=uow)


def closest(project: Annotated[str, ID], *, user: UserOption = None) -> None:
    """What comes closest to the questions that nobody has answered."""
    with reported_errors():
        person = acting(user)
        found = found_project(person, project)
    rows = [
        (name, each.question.text, str(number), source.text, source.label)
        for name, each in _named(found)
        if each.state is QuestionState.NO_SOURCE and each.answer is not None
        for number, source in enumerate(each.answer.closest, start=1)
    ]
    print_rows("closest_columns", rows, viewer=person.viewer)
    if rows:
        print_line(say("next_use", person.viewer, id=found.id))


def use(
    project: Annotated[str, ID],
    question: Annotated[str, _QUESTION],
    passage: Annotated[int | None, _PASSAGE] = None,
    *,
    short: Annotated[ShortForm | None, typer.Option(help="The short answer, where one is asked for.")] = None,
    value: Annotated[
        list[str] | None, typer.Option(help="A value that the questionnaire allows; may be given again.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take it back.")] = False,
    user: UserOption = None,
) -> None:
    """Use one of the closest passages as the answer, citing it."""
    with reported_errors():
        person = acting(user)
        found = found_project(person, project)
        each = _one(found, question)
        wanted = None if undo else Taking(_evidence_id(each, passage), short=short, chosen=_keys(each.question, value))
        with person.application.database.unit_of_work() as uow:
            now = person.application.rfps.projects.take(
                found.id, each.question.id, wanted, version=each.version, viewer=person.viewer, uow=uow
            )
    said = plain(now.answer.text) if now.answer is not None else ""
    print_line(say("taken_back" if undo else "taken", person.viewer, number=question, said=said))


def _named(project: Project) -> list[tuple[str, ProjectQuestion]]:
    """The questions under the numbers that lists show."""
    return [(each.question.number or str(place), each) for place, each in enumerate(project.questions, start=1)]


def _one(project: Project, number: str) -> ProjectQuestion:
    found = [each for name, each in _named(project) if number in {name, each.question.id}]
    if len(found) != 1:
        raise NotFound("There is no such question in the questionnaire.", hint="Open the questionnaire again.")
    return found[0]


def _evidence_id(each: ProjectQuestion, passage: int | None) -> str:
    closest = each.answer.closest if each.answer is not None else ()
    if passage is None or passage > len(closest):
        raise NotFound("This passage is not among those found for the question.", hint="Open the questionnaire again.")
    return closest[passage - 1].id


def _keys(question: Question, values: list[str] | None) -> tuple[str, ...]:
    """Keys of the allowed values that are written so. Raises InputError."""
    keys = {choice.text: choice.key for choice in question.choices} | {
        choice.key: choice.key for choice in question.choices
    }
    if not set(values or ()) <= set(keys):
        raise InputError("This is not one of the values that the questionnaire allows.", hint="Choose from those.")
    return tuple(keys[value] for value in values or ())
