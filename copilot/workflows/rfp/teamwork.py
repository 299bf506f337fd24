"""People at the questions of a project: asking somebody to see to them, writing answers, having them written again.

Invariant: whoever writes names the version that they saw; of two who do, one is told that the other was faster.
"""

from collections.abc import Sequence

from copilot.approvals.packages import mark_overtaken
from copilot.approvals.rfp_rules import RfpRules
from copilot.domain.access import Viewer
from copilot.domain.questionnaires import Limit, Question
from copilot.domain.rfp_answers import Confidence, Dimension, Notice, NoticeCode, RfpAnswer, Route, ShortForm
from copilot.domain.rfp_projects import ProjectState, QuestionState
from copilot.errors import Conflict, InputError
from copilot.store.database import UnitOfWork
from copilot.store.evidence import EvidenceRepository
from copilot.store.people import PeopleRepository
from copilot.store.rfp_projects import RfpProjectRepository
from copilot.store.rfp_questions import RfpQuestionRepository
from copilot.store.rfp_rows import StoredProject
from copilot.workflows.rfp import access
from copilot.workflows.rfp.conditions import parents_of
from copilot.workflows.rfp.consistency import check_consistency
from copilot.workflows.rfp.filed_answers import claims, rewritten
from copilot.workflows.rfp.library import AnswerLibrary
from copilot.workflows.rfp.preview import reconsider
from copilot.workflows.rfp.running import Answers, answered, context_of
from copilot.workflows.rfp.taking import Taking, left, taken
from copilot.workflows.rfp.views import Current, as_it_is, readable

_NOT_TO_BE_ANSWERED = frozenset({QuestionState.EXCLUDED, QuestionState.NOT_ASKED})
_GENERAL = "general"


def assign(
    project: StoredProject, question_ids: Sequence[str], *, to: str | None, viewer: Viewer, uow: UnitOfWork
) -> None:
    """Ask somebody (None: nobody any more) to see to questions. Raises NotFound or InputError."""
    known = {each.question.id for each in RfpQuestionRepository(uow).some(project.id, question_ids)}
    if not known or known != set(question_ids):
        raise access.no_question()
    if to is not None:
        person = PeopleRepository(uow).by_id(to)
        account = project.account_id
        sees = person is not None and (
            account is None or bool(EvidenceRepository(uow).visible_account_ids([account], viewer=person))
        )
        if not sees:
            raise InputError(
                "This person is not here, or may not see the account of the questionnaire.",
                hint="Choose somebody else.",
            )
    RfpQuestionRepository(uow).assign(project.id, sorted(known), to=to, by=viewer.user_id)


def names_of_asked(questions: Sequence[Current], *, uow: UnitOfWork) -> dict[str, str]:
    """Names, by id, of the people who were asked to see to these questions."""
    return PeopleRepository(uow).names(
        sorted({each.stored.assigned_to for each in questions if each.stored.assigned_to})
    )


def edit(
    project: StoredProject,
    question_id: str,
    *,
    text: str | None,
    short: ShortForm | None,
    chosen: tuple[str, ...],
    version: int,
    viewer: Viewer,
    uow: UnitOfWork,
) -> None:
    """Put a person's words in the place of an answer. Raises NotFound, Conflict or InputError."""
    current = _writable(project, question_id, version=version, viewer=viewer, uow=uow)
    question = current.stored.question
    _only_allowed(chosen, question)
    before = current.answer
    if before is not None and text is not None and readable(before, viewer=viewer) is None:
        before = None  # the words of somebody who could not read them come from nothing that is closed
    answer = rewritten(before or _nothing(question), text=text, short=short, chosen=chosen)
    _write(project, current, _within_limit(answer, question.limit), uow=uow)


def take(
    project: StoredProject,
    question_id: str,
    wanted: Taking | None,
    *,
    version: int,
    library: AnswerLibrary,
    viewer: Viewer,
    uow: UnitOfWork,
) -> None:
    """Make one of the closest passages the answer; None: take that back. Raises NotFound, Conflict or InputError."""
    current = _writable(project, question_id, version=version, viewer=viewer, uow=uow)
    question = current.stored.question
    before = readable(current.answer or _nothing(question), viewer=viewer)
    if before is None:
        raise Conflict("This answer rests on something that you may not read.", hint="Ask whoever wrote it.")
    if wanted is None:
        answer = left(before)
    else:
        _only_allowed(wanted.chosen, question)
        answer = taken(before, question, wanted, library=library, viewer=viewer, uow=uow)
    if current.answer is not None:
        # What somebody may not read stays with the question for those who may.
        answer = answer.model_copy(update={"closest": current.answer.closest})
    _write(project, current, _within_limit(answer, question.limit), uow=uow)


def answered_anew(
    project: StoredProject, question_id: str, *, version: int, answerer: Answers, viewer: Viewer, uow: UnitOfWork
) -> RfpAnswer:
    """Answer a question from what is known now; nothing is written, and nobody waits. Raises NotFound or Conflict."""
    question = _writable(project, question_id, version=version, viewer=viewer, uow=uow, lock=False).stored.question
    questions = RfpQuestionRepository(uow)
    parents = parents_of([each.question for each in questions.of(project.id)])[question.id]
    above = as_it_is(questions.some(project.id, parents), uow=uow) if parents else ()
    return answerer.answer(
        question,
        questionnaire_language=project.language,
        account_id=project.account_id,
        viewer=viewer,
        uow=uow,
        context=context_of(question, above),
    )


def put(
    project: StoredProject, question_id: str, answer: RfpAnswer, *, version: int, viewer: Viewer, uow: UnitOfWork
) -> None:
    """Put an answer in the place of the one that was seen as `version`. Raises NotFound or Conflict."""
    current = _writable(project, question_id, version=version, viewer=viewer, uow=uow)
    _write(project, current, answer, uow=uow)


def after_change(project: StoredProject, *, rules: RfpRules, uow: UnitOfWork) -> None:
    """See to what follows from an answer that changed: other questions, contradictions, a package that held it."""
    reconsider(project, uow=uow)
    mark_overtaken(uow=uow, project_id=project.id)
    if project.state is not ProjectState.ANSWERING:
        check_consistency(project, rules=rules, uow=uow)


def _writable(
    project: StoredProject, question_id: str, *, version: int, viewer: Viewer, uow: UnitOfWork, lock: bool = True
) -> Current:
    """The question, if its answer may be changed from this version on."""
    if project.state is ProjectState.DECLINED:
        raise Conflict("The questionnaire was declined.", hint="Reopen it first.")
    current = access.question_for(project, question_id, viewer=viewer, uow=uow, lock=lock)
    if current.version != version:
        raise access.moved_on()
    if current.state in _NOT_TO_BE_ANSWERED:
        raise Conflict("This question is not to be answered.", hint="Take it into the questionnaire first.")
    if current.state is QuestionState.IN_QUEUE:
        raise Conflict("This answer waits in the queue.", hint="Edit it there, or withdraw it first.")
    return current


def _write(project: StoredProject, current: Current, answer: RfpAnswer, *, uow: UnitOfWork) -> None:
    values = answered(answer, version=current.version + 1)
    if answer.edited:
        values["state"] = (QuestionState.ANSWERED if claims(answer) else QuestionState.NO_SOURCE).value
    if not RfpQuestionRepository(uow).change(project.id, current.id, at=current.stored.version, **values):
        raise access.moved_on()
    RfpProjectRepository(uow).change(project.id)


def _only_allowed(chosen: tuple[str, ...], question: Question) -> None:
    if not set(chosen) <= {choice.key for choice in question.choices}:
        raise InputError("This is not one of the values that the questionnaire allows.", hint="Choose from those.")


def _nothing(question: Question) -> RfpAnswer:
    """Where nobody has answered yet: a person's words are trusted by whoever approves them, not by a figure."""
    return RfpAnswer(
        question_id=question.id,
        language=question.language,
        confidence=Confidence(value=0, dimensions=dict.fromkeys(Dimension, 0.0)),
        route=Route.NO_SOURCE,
        category=_GENERAL,
    )


def _within_limit(answer: RfpAnswer, limit: Limit) -> RfpAnswer:
    """The answer, with a notice if it is longer than the questionnaire allows."""
    others = tuple(notice for notice in answer.notices if notice.code is not NoticeCode.TOO_LONG)
    over = (limit.words is not None and len(answer.text.split()) > limit.words) or (
        limit.characters is not None and len(answer.text) > limit.characters
    )
    mine = (Notice(code=NoticeCode.TOO_LONG, question_id=answer.question_id),) if over else ()
    return answer.model_copy(update={"notices": (*others, *mine)})
