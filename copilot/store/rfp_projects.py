"""Projects of questionnaires in the database.

Invariants: a project is found only for whoever may see it; one worker at a time goes on with its run.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, not_, select, text, update

from copilot.domain.access import Role, Viewer
from copilot.domain.questionnaires import QuestionnaireFormat
from copilot.domain.review_items import RECALLABLE, UNDECIDED
from copilot.domain.rfp_projects import ProjectState
from copilot.store.database import UnitOfWork
from copilot.store.rfp_questions import RfpQuestionRepository
from copilot.store.rfp_rows import NewProject, StoredProject, project_is_visible, project_query, to_project
from copilot.store.tables.rfp import RfpFileRow, RfpProjectRow, RfpQuestionRow
from copilot.store.tables.work import ReviewItemRow

_PACKED = (QuestionnaireFormat.XLSX, QuestionnaireFormat.DOCX, QuestionnaireFormat.PDF)
"""Formats in whose bytes a name cannot be found."""


class RfpProjectRepository:
    """Works within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def add(self, new: NewProject) -> str:
        """Write a project that waits to be confirmed, and return its id."""
        project_id, now = f"rfp_{self._uow.clock.new_id().hex}", self._uow.clock.now()
        self._session.add(
            RfpProjectRow(
                id=project_id,
                owner_id=new.owner.user_id,
                team_id=None if new.owner.role is Role.ADMIN else new.owner.team_id,
                account_id=new.account_id,
                title=new.title,
                file_name=new.file_name,
                format=new.format.value,
                language=new.language.value,
                deadline=new.deadline,
                deadline_text=new.deadline_text,
                instructions=list(new.instructions),
                warnings=list(new.warnings),
                skipped=[item.model_dump(mode="json") for item in new.skipped],
                checklist=[item.model_dump(mode="json") for item in new.checklist],
                state=ProjectState.PREVIEW.value,
                created_at=now,
                updated_at=now,
            )
        )
        self._session.flush()
        self._session.add(RfpFileRow(project_id=project_id, content=new.content))
        RfpQuestionRepository(self._uow).add(project_id, enumerate(new.questions), left_out=new.left_out)
        return project_id

    def find(self, project_id: str, *, viewer: Viewer, lock: bool = False) -> StoredProject | None:
        """The project, if it is there and the viewer may see it; `lock` keeps it until this transaction ends."""
        if lock:
            self._session.execute(select(RfpProjectRow.id).where(RfpProjectRow.id == project_id).with_for_update())
        row = self._session.execute(
            project_query().where(RfpProjectRow.id == project_id, project_is_visible(viewer)),
            execution_options={"populate_existing": True},
        ).one_or_none()
        return None if row is None else to_project(row)

    def get_unfiltered(self, project_id: str) -> StoredProject | None:
        """The project whoever asks; for background work only."""
        row = self._session.execute(
            project_query().where(RfpProjectRow.id == project_id), execution_options={"populate_existing": True}
        ).one_or_none()
        return None if row is None else to_project(row)

    def locked(self, project_id: str) -> StoredProject | None:
        """The same, kept until this transaction ends."""
        self._session.execute(select(RfpProjectRow.id).where(RfpProjectRow.id == project_id).with_for_update())
        return self.get_unfiltered(project_id)

    def visible(self, viewer: Viewer) -> tuple[StoredProject, ...]:
        """The projects that the viewer may see: those due soonest first, then those without a deadline."""
        order = (RfpProjectRow.deadline.asc().nulls_last(), RfpProjectRow.created_at.desc(), RfpProjectRow.id)
        rows = self._session.execute(project_query().where(project_is_visible(viewer)).order_by(*order))
        return tuple(to_project(row) for row in rows)

    def change(self, project_id: str, **values: Any) -> None:
        """Change a project (columns by name)."""
        changed = update(RfpProjectRow).where(RfpProjectRow.id == project_id)
        self._session.execute(changed.values(**values, updated_at=self._uow.clock.now()))

    def move(self, project_id: str, *, to: ProjectState, allowed_from: Collection[ProjectState], **values: Any) -> bool:
        """Move a project to another state if it is in one of `allowed_from`. False: it was not."""
        moved = self._session.execute(
            update(RfpProjectRow)
            .where(RfpProjectRow.id == project_id, RfpProjectRow.state.in_([state.value for state in allowed_from]))
            .values(state=to.value, updated_at=self._uow.clock.now(), **values)
            .returning(RfpProjectRow.id)
        ).one_or_none()
        return moved is not None

    def file(self, project_id: str) -> bytes:
        """The bytes of the file as it came in; empty: they were erased."""
        query = select(RfpFileRow.content).where(RfpFileRow.project_id == project_id)
        return self._session.scalar(query) or b""

    def forget_files(self, project_ids: Collection[str]) -> None:
        """Empty the files of these projects whose words are packed: a person was erased who may be in them."""
        packed = select(RfpProjectRow.id).where(
            RfpProjectRow.id.in_(project_ids), RfpProjectRow.format.in_([item.value for item in _PACKED])
        )
        self._session.execute(update(RfpFileRow).where(RfpFileRow.project_id.in_(packed)).values(content=b""))

    def settled(self, *, before: datetime, limit: int) -> tuple[str, ...]:
        """Ids of projects that nobody touched since then, with nothing in the queue that is undecided or unreleased."""
        of_question = exists().where(
            RfpQuestionRow.project_id == RfpProjectRow.id, _is_pending(RfpQuestionRow.draft_id)
        )
        query = (
            select(RfpProjectRow.id)
            .where(
                RfpProjectRow.updated_at < before,
                RfpProjectRow.state != ProjectState.ANSWERING.value,
                not_(of_question),
                not_(_is_pending(RfpProjectRow.draft_id)),
            )
            .order_by(RfpProjectRow.updated_at, RfpProjectRow.id)
            .limit(limit)
        )
        return tuple(self._session.scalars(query))

    def delete(self, project_ids: Collection[str]) -> int:
        """Delete projects with their questions and files; what they filed stays in the queue."""
        gone = self._session.execute(
            delete(RfpProjectRow).where(RfpProjectRow.id.in_(project_ids)).returning(RfpProjectRow.id)
        )
        return len(gone.all())

    def answering(self) -> tuple[str, ...]:
        """Ids of the projects whose run is on, or waits for a worker; who waited longest first."""
        query = select(RfpProjectRow.id).where(RfpProjectRow.state == ProjectState.ANSWERING.value)
        return tuple(self._session.scalars(query.order_by(RfpProjectRow.updated_at, RfpProjectRow.id)))

    def take(self, project_id: str) -> bool:
        """Be the only one who works on the project's run until this transaction ends. False: somebody else does."""
        statement = text("select pg_try_advisory_xact_lock(hashtextextended(:key, 0))")
        return bool(self._session.scalar(statement, {"key": f"rfp.run:{project_id}"}))


def _is_pending(draft_id: Any) -> ColumnElement[bool]:
    """Whether somebody may still act on an item of the draft."""
    return exists().where(ReviewItemRow.draft_id == draft_id, ReviewItemRow.state.in_(sorted(UNDECIDED | RECALLABLE)))
