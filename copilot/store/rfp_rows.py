"""Rows of projects and their questions as what a repository hands out.

Invariant: what the queue decided is read from the newest version of the draft that was filed, and counts only while
the answer is the one that was filed.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, or_, select, true

from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import Section
from copilot.domain.evidence import Evidence
from copilot.domain.language import Language
from copilot.domain.questionnaires import Question, QuestionnaireFormat, Skipped
from copilot.domain.review_items import ReviewState
from copilot.domain.rfp_answers import RfpAnswer
from copilot.domain.rfp_projects import ChecklistItem, ProjectState, QuestionState
from copilot.store.tables.people import UserRow
from copilot.store.tables.records import AccountRow
from copilot.store.tables.rfp import RfpProjectRow, RfpQuestionRow
from copilot.store.tables.work import DraftRow, DraftVersionRow, ReviewItemRow
from copilot.store.visibility import visible_accounts


@dataclass(frozen=True, slots=True)
class NewProject:
    """A project to be written, with its file and questions."""

    owner: Viewer
    account_id: str | None
    title: str
    file_name: str
    content: bytes
    format: QuestionnaireFormat
    language: Language
    deadline: date | None
    deadline_text: str
    instructions: tuple[str, ...]
    warnings: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    checklist: tuple[ChecklistItem, ...]
    questions: tuple[Question, ...]
    left_out: frozenset[str] = frozenset()
    """Ids of questions that are answered only if a person wants it."""


@dataclass(frozen=True, slots=True)
class QueueState:
    """What the queue says of the newest version of a filed draft."""

    item_id: str
    state: ReviewState
    version: int


@dataclass(frozen=True, slots=True)
class StoredProject:
    """A project without its questions."""

    id: str
    owner_id: str
    owner_name: str
    team_id: str | None
    account_id: str | None
    account_name: str | None
    title: str
    file_name: str
    format: QuestionnaireFormat
    language: Language
    deadline: date | None
    deadline_text: str
    instructions: tuple[str, ...]
    warnings: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    checklist: tuple[ChecklistItem, ...]
    state: ProjectState
    failure: str
    run_by: str | None
    draft_id: str | None
    package: QueueState | None
    created_at: datetime
    included: tuple[str, ...] = ()
    """Questions that somebody included together last."""

    def led_by(self, viewer: Viewer) -> bool:
        """Whether it is the viewer's, or they lead the team that it was made in."""
        if viewer.role is Role.ADMIN or viewer.user_id == self.owner_id:
            return True
        return viewer.role is Role.MANAGER and self.team_id is not None and viewer.team_id == self.team_id


@dataclass(frozen=True, slots=True)
class StoredQuestion:
    """A question as its row has it, and what the queue says of what was filed of it."""

    question: Question
    position: int
    state: QuestionState
    answer: RfpAnswer | None
    version: int
    assigned_to: str | None
    assigned_by: str | None
    draft_id: str | None
    filed_version: int | None
    filed_draft_version: int | None
    failure: str
    attempts: int
    """Workers that began with it and were never heard of again."""
    filed: QueueState | None
    """None: nothing is filed, or another answer than the one that is here."""
    to_file: str | None = None
    """It waits to be filed, together with the questions that say the same here."""
    to_file_by: str | None = None
    to_file_version: int | None = None


@dataclass(frozen=True, slots=True)
class FiledContent:
    """What the newest version of a draft says."""

    sections: tuple[Section, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class StateCount:
    """So many questions of a project are in this state, and what is filed of them in that one."""

    state: QuestionState
    filed: ReviewState | None
    count: int


def project_is_visible(viewer: Viewer) -> ColumnElement[bool]:
    """Condition on `rfp_projects`: led by the viewer, or a question is assigned to them; and they see its account."""
    if viewer.role is Role.ADMIN:
        return true()
    mine = exists().where(RfpQuestionRow.project_id == RfpProjectRow.id, RfpQuestionRow.assigned_to == viewer.user_id)
    involved = or_(RfpProjectRow.owner_id == viewer.user_id, mine)
    if viewer.role is Role.MANAGER and viewer.team_id is not None:
        involved = or_(involved, RfpProjectRow.team_id == viewer.team_id)
    placed = or_(RfpProjectRow.account_id.is_(None), RfpProjectRow.account_id.in_(visible_accounts(viewer)))
    return and_(involved, placed)


def project_query() -> Select[RfpProjectRow, str, str, str, str, int]:
    """Projects with owner, account and the item of their package; not yet filtered."""
    return (
        select(
            RfpProjectRow,
            UserRow.name.label("owner_name"),
            AccountRow.name.label("account_name"),
            ReviewItemRow.id.label("item_id"),
            ReviewItemRow.state.label("item_state"),
            ReviewItemRow.version.label("item_version"),
        )
        .join(UserRow, UserRow.id == RfpProjectRow.owner_id)
        .outerjoin(AccountRow, AccountRow.id == RfpProjectRow.account_id)
        .outerjoin(DraftRow, DraftRow.id == RfpProjectRow.draft_id)
        .outerjoin(ReviewItemRow, _is_newest())
    )


def question_query() -> Select[Any]:
    """Questions with the item of what was filed of them; not yet filtered."""
    return with_items(
        select(
            RfpQuestionRow,
            ReviewItemRow.id.label("item_id"),
            filed_state().label("item_state"),
            ReviewItemRow.version.label("item_version"),
        )
    )


def with_items(query: Select[Any]) -> Select[Any]:
    """The query over questions, joined with the newest version of what was filed of them."""
    return (
        query.select_from(RfpQuestionRow)
        .outerjoin(DraftRow, DraftRow.id == RfpQuestionRow.draft_id)
        .outerjoin(ReviewItemRow, _is_newest())
        .outerjoin(
            DraftVersionRow,
            and_(DraftVersionRow.draft_id == DraftRow.id, DraftVersionRow.version == DraftRow.latest_version),
        )
    )


def _is_newest() -> ColumnElement[bool]:
    return and_(ReviewItemRow.draft_id == DraftRow.id, ReviewItemRow.version == DraftRow.latest_version)


def filed_state() -> ColumnElement[Any]:
    """State of the item of what was filed, if that is the answer that is here (or an edit of it that can be read)."""
    is_current = RfpQuestionRow.filed_version == RfpQuestionRow.version
    unedited = DraftVersionRow.version == RfpQuestionRow.filed_draft_version
    is_readable = func.jsonb_array_length(DraftVersionRow.content["sections"]) > 0  # retention has not emptied it
    return case((and_(is_current, or_(unedited, is_readable)), ReviewItemRow.state))


def to_project(row: Row[RfpProjectRow, str, str, str, str, int]) -> StoredProject:
    """A row of a `project_query`."""
    stored: RfpProjectRow = row[0]
    return StoredProject(
        id=stored.id,
        owner_id=stored.owner_id,
        owner_name=row.owner_name,
        team_id=stored.team_id,
        account_id=stored.account_id,
        account_name=row.account_name,
        title=stored.title,
        file_name=stored.file_name,
        format=QuestionnaireFormat(stored.format),
        language=Language(stored.language),
        deadline=stored.deadline,
        deadline_text=stored.deadline_text,
        instructions=tuple(stored.instructions),
        warnings=tuple(stored.warnings),
        skipped=tuple(Skipped.model_validate(item) for item in stored.skipped),
        checklist=tuple(ChecklistItem.model_validate(item) for item in stored.checklist),
        state=ProjectState(stored.state),
        failure=stored.failure,
        run_by=stored.run_by,
        draft_id=stored.draft_id,
        package=_queue_state(row),
        created_at=stored.created_at,
        included=tuple(stored.included or ()),
    )


def to_question(row: Row[Any]) -> StoredQuestion:
    """A row of a `question_query`."""
    stored: RfpQuestionRow = row[0]
    return StoredQuestion(
        question=Question.model_validate(stored.question),
        position=stored.position,
        state=QuestionState(stored.state),
        answer=None if stored.answer is None else RfpAnswer.model_validate(stored.answer),
        version=stored.version,
        assigned_to=stored.assigned_to,
        assigned_by=stored.assigned_by,
        draft_id=stored.draft_id,
        filed_version=stored.filed_version,
        filed_draft_version=stored.filed_draft_version,
        failure=stored.failure,
        attempts=stored.attempts,
        filed=_queue_state(row),
        to_file=stored.to_file,
        to_file_by=stored.to_file_by,
        to_file_version=stored.to_file_version,
    )


def _queue_state(row: Any) -> QueueState | None:
    if row.item_state is None:
        return None
    return QueueState(item_id=row.item_id, state=ReviewState(row.item_state), version=row.item_version)
