"""From answers that people wrote and others approved to proposals for the answer library.

Invariant: only what was edited and approved is proposed, once, and never with the customer's name in it; its owner
decides.
"""

from collections.abc import Sequence

from copilot.domain.access import Viewer, Visibility
from copilot.domain.answer_library import ProposedChange
from copilot.domain.folding import fold
from copilot.domain.rfp_projects import QuestionState
from copilot.errors import NotFound
from copilot.store.answer_library import AnswerLibraryRepository
from copilot.store.database import UnitOfWork
from copilot.store.rfp_rows import StoredProject
from copilot.workflows.rfp.library import AnswerLibrary
from copilot.workflows.rfp.views import Current


def propose_answers(
    project: StoredProject, current: Sequence[Current], *, library: AnswerLibrary, viewer: Viewer, uow: UnitOfWork
) -> tuple[ProposedChange, ...]:
    """Propose what was edited and approved, and was not proposed before."""
    return tuple(
        _proposed(project, each, library=library, viewer=viewer, uow=uow)
        for each in current
        if _is_worth_it(project, each, uow=uow)
    )


def _is_worth_it(project: StoredProject, each: Current, *, uow: UnitOfWork) -> bool:
    answer = each.answer
    if each.state is not QuestionState.APPROVED or answer is None or not answer.edited or not answer.text:
        return False
    said = fold(f"{each.stored.question.text} {answer.text}")
    if project.account_name and fold(project.account_name) in said:
        return False
    return not AnswerLibraryRepository(uow).was_proposed(project.id, each.id, answer=answer.text)


def _proposed(
    project: StoredProject, each: Current, *, library: AnswerLibrary, viewer: Viewer, uow: UnitOfWork
) -> ProposedChange:
    question, answer = each.stored.question, each.answer
    assert answer is not None  # noqa: S101 - `_is_worth_it`
    entry_id = answer.library_entry_id
    try:
        entry = None if entry_id is None else library.get(entry_id, viewer=viewer, uow=uow)
    except NotFound:
        entry = None
    if entry is not None and entry.language is not answer.language:
        entry = None  # an entry keeps its language: words of the other one are an entry of their own
    return library.propose(
        None if entry is None else entry.id,
        question=question.text if entry is None else entry.question,
        answer=answer.text,
        language=answer.language,
        viewer=viewer,
        uow=uow,
        short=answer.short,
        category=answer.category,
        visibility=answer.visibility or Visibility.STAFF,
        sources=answer.evidence,
        project_id=project.id,
        question_id=each.id,
    )
