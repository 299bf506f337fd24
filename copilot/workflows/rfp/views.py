"""Projects and questions as people see them: what is stored together with what the queue made of it.

Invariant: an edit in the queue is the question's answer from then on, and counts as a version of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from copilot.domain.access import Viewer
from copilot.domain.rfp_answers import NoticeCode, RfpAnswer
from copilot.domain.rfp_projects import Progress, Project, ProjectHead, ProjectQuestion, QuestionState
from copilot.store.database import UnitOfWork
from copilot.store.rfp_questions import RfpQuestionRepository
from copilot.store.rfp_rows import FiledContent, StateCount, StoredProject, StoredQuestion
from copilot.workflows.rfp.answering import with_consistency
from copilot.workflows.rfp.conditions import Standing
from copilot.workflows.rfp.filed_answers import answer_of, claims
from copilot.workflows.rfp.states import progress, project_state, question_state

CONTRADICTIONS = frozenset({NoticeCode.CONTRADICTS_ANSWER, NoticeCode.CONTRADICTS_EARLIER})
"""Kept apart from what answering noticed: they come and go with other answers."""


@dataclass(frozen=True, slots=True)
class Current:
    """A question as it is now."""

    stored: StoredQuestion
    state: QuestionState
    answer: RfpAnswer | None
    version: int

    @property
    def id(self) -> str:
        """Of the question."""
        return self.stored.question.id

    @property
    def standing(self) -> Standing:
        """For the questions that follow from it."""
        by_hand = self.answer is not None and self.answer.edited
        return Standing(
            question=self.stored.question,
            state=self.state,
            answer=self.answer,
            fixed=by_hand or self.stored.filed is not None,
        )

    def seen_by(self, viewer: Viewer) -> ProjectQuestion:
        """As somebody sees it: an answer from knowledge that is closed to them is not there."""
        shown = self.answer if self.state is not QuestionState.NOT_ASKED else None
        return ProjectQuestion(
            question=self.stored.question,
            state=self.state,
            answer=None if shown is None else readable(_held(shown), viewer=viewer),
            version=self.version,
            assigned_to=self.stored.assigned_to,
            assigned_by=self.stored.assigned_by,
            item_id=self.stored.filed.item_id if self.stored.filed else None,
            failure=self.stored.failure,
            waits_to_be_filed=self.stored.to_file is not None,
        )


def readable(answer: RfpAnswer, *, viewer: Viewer) -> RfpAnswer | None:
    """The answer as far as the viewer may read what it was made from; None: not at all."""
    classes = {item.value for item in viewer.visibility_classes}
    if not answer.classes <= set(viewer.visibility_classes):
        return None
    closest = tuple(item for item in answer.closest if not item.visibility or item.visibility in classes)
    return answer if closest == answer.closest else answer.model_copy(update={"closest": closest})


def _held(answer: RfpAnswer) -> RfpAnswer:
    """The answer held against others: while it contradicts one, it is trusted less."""
    ours = tuple(notice for notice in answer.notices if notice.code in CONTRADICTIONS)
    if not ours:
        return answer
    others = tuple(notice for notice in answer.notices if notice not in ours)
    return with_consistency(answer.model_copy(update={"notices": others}), 0.0, ours)


def as_it_is(stored: Sequence[StoredQuestion], *, uow: UnitOfWork) -> tuple[Current, ...]:
    """The questions with what was made of them in the queue."""
    edited = {each.draft_id for each in stored if each.draft_id and _edited_in_queue(each)}
    contents = RfpQuestionRepository(uow).filed_content(edited) if edited else {}
    return tuple(_current(each, contents.get(each.draft_id or "")) for each in stored)


def head_of(project: StoredProject, counts: Progress) -> ProjectHead:
    """The project as a list shows it."""
    return ProjectHead(**_head(project, counts))


def project_of(project: StoredProject, questions: Iterable[Current], *, viewer: Viewer) -> Project:
    """The whole project; to a helper as much of it as `questions` are, and how to fill it in."""
    shown, leads = tuple(questions), project.led_by(viewer)
    counts = progress(StateCount(each.state, None, 1) for each in shown)
    return Project(
        **_head(project, counts),
        questions=tuple(each.seen_by(viewer) for each in shown),
        checklist=project.checklist if leads else (),
        instructions=project.instructions,
        warnings=project.warnings,
        skipped=project.skipped if leads else (),
        deadline_text=project.deadline_text,
        failure=project.failure,
        filing=sum(each.stored.to_file is not None for each in shown),
        included_together=len(project.included) if leads else 0,
    )


def _head(project: StoredProject, counts: Progress) -> dict[str, object]:
    package = project.package
    return {
        "id": project.id,
        "title": project.title,
        "account_id": project.account_id,
        "account_name": project.account_name,
        "owner_id": project.owner_id,
        "owner_name": project.owner_name,
        "state": project_state(project.state, package.state if package else None),
        "language": project.language,
        "format": project.format,
        "file_name": project.file_name,
        "deadline": project.deadline,
        "created_at": project.created_at,
        "progress": counts,
        "item_id": package.item_id if package else None,
    }


def _edited_in_queue(stored: StoredQuestion) -> bool:
    return stored.filed is not None and stored.filed.version != stored.filed_draft_version


def _current(stored: StoredQuestion, content: FiledContent | None) -> Current:
    state = question_state(stored.state, stored.filed.state if stored.filed else None)
    if stored.filed is None or stored.answer is None or content is None or not _edited_in_queue(stored):
        return Current(stored=stored, state=state, answer=stored.answer, version=stored.version)
    section = next((item for item in content.sections if item.key == stored.question.id), None)
    answer = answer_of(
        section,
        question=stored.question,
        filed=stored.answer,
        evidence={item.id: item for item in content.evidence},
    )
    return Current(
        stored=stored,
        # Somebody took all of it out: there is nothing that could leave.
        state=state if claims(answer) else QuestionState.NO_SOURCE,
        answer=answer,
        version=stored.version + stored.filed.version - (stored.filed_draft_version or 0),
    )
