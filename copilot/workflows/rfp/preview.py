"""From what was found in a file to the questions that are answered: a project is made, people correct the detection.

Invariant: nothing that stands in the file is dropped; what is no question stays listed, and can become one. What
somebody wrote in an answer's place is not written over unless a person wants the question answered.
"""

from collections.abc import Sequence
from typing import Any

from copilot.approvals.rfp_rules import RfpRules
from copilot.domain.access import Viewer
from copilot.domain.language import Language, detect
from copilot.domain.questionnaires import Correction, Question, Questionnaire, Skipped
from copilot.domain.rfp_projects import ChecklistItem, ProjectState, QuestionState
from copilot.errors import Conflict, InputError, NotFound
from copilot.store.database import UnitOfWork
from copilot.store.evidence import EvidenceRepository
from copilot.store.rfp_projects import RfpProjectRepository
from copilot.store.rfp_questions import RfpQuestionRepository
from copilot.store.rfp_rows import NewProject, StoredProject
from copilot.workflows.rfp.access import no_question
from copilot.workflows.rfp.conditions import consequences
from copilot.workflows.rfp.filling.placeholders import is_filled
from copilot.workflows.rfp.views import Current, as_it_is

_WORDS = frozenset({"text", "form", "choices", "limit"})
"""What an answer depends on."""
_LONGEST_TITLE = 300


def make(
    questionnaire: Questionnaire,
    *,
    file_name: str,
    content: bytes,
    title: str,
    account_id: str | None,
    rules: RfpRules,
    viewer: Viewer,
    uow: UnitOfWork,
) -> str:
    """Write a new project and return its id. Raises NotFound (the account), or InputError: too many questions."""
    if account_id and not EvidenceRepository(uow).visible_account_ids([account_id], viewer=viewer):
        raise NotFound("There is no such account among those you may see.", hint="Search for it by name.")
    if len(questionnaire.questions) > rules.most_questions:
        raise InputError(
            "There are more questions than policy allows in one questionnaire.",
            hint="Split the file by sheets or sections, and hand in each part by itself.",
        )
    named = (title.strip() or questionnaire.title.strip() or file_name)[:_LONGEST_TITLE]
    return RfpProjectRepository(uow).add(
        NewProject(
            owner=viewer,
            account_id=account_id or None,
            title=named,
            file_name=file_name,
            content=content,
            format=questionnaire.format,
            language=questionnaire.language,
            deadline=questionnaire.deadline,
            deadline_text=questionnaire.deadline_text,
            instructions=questionnaire.instructions,
            warnings=questionnaire.warnings,
            skipped=questionnaire.skipped,
            checklist=tuple(ChecklistItem(key=key) for key in rules.checklist),
            questions=questionnaire.questions,
            left_out=frozenset(question.id for question in questionnaire.questions if is_filled(question)),
        )
    )


def correct(project: StoredProject, corrections: Sequence[Correction], *, uow: UnitOfWork) -> None:
    """Change what was found. Raises NotFound, InputError, or Conflict (a run is on, an answer is in the queue)."""
    if project.state in {ProjectState.ANSWERING, ProjectState.DECLINED}:
        raise Conflict("The questionnaire is being answered, or was declined.", hint="Stop or reopen it first.")
    current = {each.id: each for each in as_it_is(RfpQuestionRepository(uow).of(project.id), uow=uow)}
    skipped = {item.place.id: item for item in project.skipped}
    taken: set[str] = set()
    for place, correction in enumerate(_merged(corrections)):
        known = current.get(correction.question_id)
        left_out = skipped.get(correction.question_id)
        if known is not None:
            _correct(project, known, correction, uow=uow)
        elif left_out is not None and correction.included is not False:
            question = _question_from(left_out, correction, language=project.language)
            position = max((each.stored.position for each in current.values()), default=-1) + 1 + place
            RfpQuestionRepository(uow).add(project.id, [(position, question)])
            taken.add(correction.question_id)
        else:
            raise no_question()
    if taken:
        left = [item.model_dump(mode="json") for key, item in skipped.items() if key not in taken]
        RfpProjectRepository(uow).change(project.id, skipped=left)
    reconsider(project, uow=uow)


def include_filled(project: StoredProject, *, uow: UnitOfWork) -> int:
    """Include every question whose place holds somebody's words, and remember which; returns how many that were.

    Raises Conflict as `correct` does.
    """
    left_out = [
        each.question.id
        for each in RfpQuestionRepository(uow).of(project.id)
        if each.state is QuestionState.EXCLUDED and is_filled(each.question)
    ]
    if left_out:
        correct(project, [Correction(question_id=item, included=True) for item in left_out], uow=uow)
        RfpProjectRepository(uow).change(project.id, included=left_out)
    return len(left_out)


def leave_out_again(project: StoredProject, *, uow: UnitOfWork) -> int:
    """Take back what `include_filled` did, of what still waits for an answer; returns how many questions that were.

    Raises Conflict as `correct` does.
    """
    waiting = {
        each.question.id
        for each in RfpQuestionRepository(uow).some(project.id, project.included)
        if each.state is QuestionState.WAITING
    }
    correct(project, [Correction(question_id=item, included=False) for item in sorted(waiting)], uow=uow)
    RfpProjectRepository(uow).change(project.id, included=None)
    return len(waiting)


def reconsider(project: StoredProject, *, uow: UnitOfWork) -> None:
    """Ask, or ask no longer, what follows from answers that changed; what then waits needs another run."""
    repository = RfpQuestionRepository(uow)
    current = as_it_is(repository.of(project.id), uow=uow)
    by_id = {each.id: each for each in current}
    changed = consequences([each.standing for each in current])
    for question_id, state in changed.items():
        repository.change(project.id, question_id, at=by_id[question_id].stored.version, state=state.value, failure="")
    states = {each.id: changed.get(each.id, each.state) for each in current}
    if QuestionState.WAITING in states.values():
        RfpProjectRepository(uow).move(project.id, to=ProjectState.STOPPED, allowed_from=[ProjectState.REVIEW])


def _merged(corrections: Sequence[Correction]) -> tuple[Correction, ...]:
    """One correction for each question: what is said later of the same question is added, or counts instead."""
    merged: dict[str, Correction] = {}
    for each in corrections:
        said = {name: value for name in Correction.model_fields if (value := getattr(each, name)) is not None}
        merged[each.question_id] = merged.get(each.question_id, each).model_copy(update=said)
    return tuple(merged.values())


def _correct(project: StoredProject, current: Current, correction: Correction, *, uow: UnitOfWork) -> None:
    if current.state in {QuestionState.IN_QUEUE, QuestionState.APPROVED}:
        raise Conflict(
            "The answer to this question is in the queue, or approved.", hint="Withdraw or recall it there first."
        )
    before = current.stored.question
    changes = _changes(correction)
    if "text" in changes and _plain(changes["text"]) != _plain(before.text):
        changes["reworded"] = True
    after = _checked(before, changes)
    values: dict[str, Any] = {"question": after.model_dump(mode="json")}
    by_hand = current.answer is not None and current.answer.edited
    reworded = any(getattr(before, name) != getattr(after, name) for name in changes if name in _WORDS)
    if reworded and not by_hand:
        values |= {"answer": None, "failure": "", "version": current.version + 1}
    kept = current.answer if by_hand or not reworded else None
    included = correction.included if correction.included is not None else current.state is not QuestionState.EXCLUDED
    if not included:
        values["state"] = QuestionState.EXCLUDED.value
    elif current.state is QuestionState.EXCLUDED or (reworded and not by_hand):
        values["state"] = (QuestionState.ANSWERED if kept is not None else QuestionState.WAITING).value
    RfpQuestionRepository(uow).change(project.id, before.id, at=current.stored.version, **values)


def _changes(correction: Correction) -> dict[str, Any]:
    """Fields of the question that the correction names."""
    given = correction.model_dump(exclude={"question_id", "included"}, exclude_none=True)
    return {name: value for name, value in given.items() if name in Question.model_fields}


def _checked(before: Question, changes: dict[str, Any]) -> Question:
    keys = [choice["key"] for choice in changes.get("choices", ())]
    if len(set(keys)) != len(keys):
        raise InputError("Two of the allowed values have the same key.", hint="Give each value once.")
    return Question.model_validate(before.model_dump() | changes)


def _question_from(skipped: Skipped, correction: Correction, *, language: Language) -> Question:
    text = correction.text or skipped.text
    found = Question(id=skipped.place.id, text=text, place=skipped.place, language=detect(text, prior=language))
    return _checked(found, {**_changes(correction), "reworded": _plain(text) != _plain(skipped.text)})


def _plain(text: str) -> str:
    """Its words: a form sends blanks and line breaks in its own way."""
    return " ".join(text.split())
