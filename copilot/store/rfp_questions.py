"""Questions of projects in the database.

Invariant: an answer changes by one conditional UPDATE that names the version it starts from, so that two people, or a
person and a run, never overwrite each other.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, exists, func, insert, select, update

from copilot.domain.access import Viewer
from copilot.domain.drafts import Section
from copilot.domain.evidence import Evidence
from copilot.domain.questionnaires import Question
from copilot.domain.review_items import APPROVAL_STANDS, ReviewState
from copilot.domain.rfp_projects import QuestionState
from copilot.store.database import UnitOfWork
from copilot.store.rfp_rows import (
    FiledContent,
    StateCount,
    StoredQuestion,
    filed_state,
    project_is_visible,
    question_query,
    to_question,
    with_items,
)
from copilot.store.tables.rfp import RfpProjectRow, RfpQuestionRow
from copilot.store.tables.work import DraftRow, DraftVersionRow, ReviewItemRow

NOTHING_TO_FILE: Mapping[str, Any] = {"to_file": None, "to_file_by": None, "to_file_version": None}
"""Columns of a question that does not wait to be filed."""


class RfpQuestionRepository:
    """Works within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def add(
        self, project_id: str, placed: Iterable[tuple[int, Question]], *, left_out: Collection[str] = frozenset()
    ) -> None:
        """Write questions at their positions; one in a hidden place, or left out, waits for somebody who wants it."""
        rows = [
            {
                "project_id": project_id,
                "question_id": question.id,
                "position": position,
                "question": question.model_dump(mode="json"),
                "state": _state_of_new(question, left_out).value,
            }
            for position, question in placed
        ]
        if rows:
            self._session.execute(insert(RfpQuestionRow), rows)

    def counts(
        self, project_ids: Collection[str], *, assigned_to: str | None = None
    ) -> Mapping[str, tuple[StateCount, ...]]:
        """How many questions of each project are in which state; `assigned_to`: only those of one person."""
        if not project_ids:
            return {}
        columns = (RfpQuestionRow.project_id, RfpQuestionRow.state, filed_state().label("filed"))
        query = with_items(select(*columns)).where(RfpQuestionRow.project_id.in_(project_ids))
        if assigned_to is not None:
            query = query.where(RfpQuestionRow.assigned_to == assigned_to)
        each = query.subquery()
        by_state = (each.c.project_id, each.c.state, each.c.filed)
        found: dict[str, list[StateCount]] = defaultdict(list)
        for project_id, state, item_state, count in self._session.execute(
            select(*by_state, func.count()).group_by(*by_state)
        ):
            review_state = ReviewState(item_state) if item_state else None
            found[project_id].append(StateCount(QuestionState(state), review_state, count))
        return {project_id: tuple(counts) for project_id, counts in found.items()}

    def of(self, project_id: str, *, assigned_to: str | None = None) -> tuple[StoredQuestion, ...]:
        """The project's questions in order; `assigned_to`: only those of one person."""
        query = question_query().where(RfpQuestionRow.project_id == project_id)
        if assigned_to is not None:
            query = query.where(RfpQuestionRow.assigned_to == assigned_to)
        rows = self._session.execute(
            query.order_by(RfpQuestionRow.position), execution_options={"populate_existing": True}
        )
        return tuple(to_question(row) for row in rows)

    def some(self, project_id: str, question_ids: Collection[str]) -> tuple[StoredQuestion, ...]:
        """These of the project's questions, in order."""
        wanted = (RfpQuestionRow.project_id == project_id, RfpQuestionRow.question_id.in_(question_ids))
        rows = self._session.execute(
            question_query().where(*wanted).order_by(RfpQuestionRow.position),
            execution_options={"populate_existing": True},
        )
        return tuple(to_question(row) for row in rows)

    def get(self, project_id: str, question_id: str, *, lock: bool = False) -> StoredQuestion | None:
        """One question; `lock` keeps it until this transaction ends."""
        wanted = (RfpQuestionRow.project_id == project_id, RfpQuestionRow.question_id == question_id)
        if lock:
            self._session.execute(select(RfpQuestionRow.question_id).where(*wanted).with_for_update())
        row = self._session.execute(
            question_query().where(*wanted), execution_options={"populate_existing": True}
        ).one_or_none()
        return None if row is None else to_question(row)

    def assigned(self, user_id: str) -> tuple[tuple[str, StoredQuestion], ...]:
        """Project id and question of everything that one person was asked to see to."""
        rows = self._session.execute(
            question_query()
            .add_columns(RfpQuestionRow.project_id)
            .where(RfpQuestionRow.assigned_to == user_id)
            .order_by(RfpQuestionRow.project_id, RfpQuestionRow.position)
        )
        return tuple((row.project_id, to_question(row)) for row in rows)

    def waits_for(self, person: Viewer, *, project_id: str) -> bool:
        """Whether questions of the project are assigned to the person, who may see it."""
        assigned = exists().where(
            RfpQuestionRow.project_id == RfpProjectRow.id, RfpQuestionRow.assigned_to == person.user_id
        )
        query = select(RfpProjectRow.id).where(RfpProjectRow.id == project_id, assigned, project_is_visible(person))
        return self._session.scalar(query) is not None

    def project_of(self, draft_id: str) -> str | None:
        """Id of the project whose answers were filed in a draft last."""
        filed = select(RfpQuestionRow.project_id).where(RfpQuestionRow.draft_id == draft_id)
        return self._session.scalar(filed.limit(1))

    def filed_content(self, draft_ids: Collection[str]) -> Mapping[str, FiledContent]:
        """Draft id -> what its newest version says."""
        rows = self._session.execute(
            select(DraftRow.id, DraftVersionRow.content["sections"], DraftVersionRow.content["evidence"])
            .join(
                DraftVersionRow,
                and_(DraftVersionRow.draft_id == DraftRow.id, DraftVersionRow.version == DraftRow.latest_version),
            )
            .where(DraftRow.id.in_(draft_ids))
        )
        return {
            draft_id: FiledContent(
                sections=tuple(Section.model_validate(item) for item in sections),
                evidence=tuple(Evidence.model_validate(item) for item in evidence),
            )
            for draft_id, sections, evidence in rows
        }

    def newest_item(self, draft_id: str) -> str | None:
        """Id of the item of a draft's newest version."""
        query = select(ReviewItemRow.id).join(DraftRow, DraftRow.id == ReviewItemRow.draft_id)
        newest = ReviewItemRow.version == DraftRow.latest_version
        return self._session.scalar(query.where(DraftRow.id == draft_id, newest))

    def change(
        self,
        project_id: str,
        question_id: str,
        *,
        at: int,
        states: Collection[QuestionState] = tuple(QuestionState),
        **values: Any,
    ) -> bool:
        """Change a question (columns by name) that is at that version and in one of these states. False: it was not."""
        changed = self._session.execute(
            update(RfpQuestionRow)
            .where(
                RfpQuestionRow.project_id == project_id,
                RfpQuestionRow.question_id == question_id,
                RfpQuestionRow.version == at,
                RfpQuestionRow.state.in_([state.value for state in states]),
            )
            .values(**values)
            .returning(RfpQuestionRow.question_id)
        ).one_or_none()
        return changed is not None

    def begin(self, project_id: str, question_id: str) -> None:
        """Count that a worker goes on to this question; whoever ends in order says so with `rest`."""
        wanted = (RfpQuestionRow.project_id == project_id, RfpQuestionRow.question_id == question_id)
        self._session.execute(update(RfpQuestionRow).where(*wanted).values(attempts=RfpQuestionRow.attempts + 1))

    def rest(self, project_id: str) -> None:
        """A worker ended in order: it cut nothing off."""
        wanted = (RfpQuestionRow.project_id == project_id, RfpQuestionRow.attempts > 0)
        self._session.execute(update(RfpQuestionRow).where(*wanted).values(attempts=0))

    def try_failed_again(self, project_id: str) -> None:
        """Let what failed wait again."""
        wanted = (RfpQuestionRow.project_id == project_id, RfpQuestionRow.state == QuestionState.FAILED.value)
        values = {"state": QuestionState.WAITING.value, "failure": ""}
        self._session.execute(update(RfpQuestionRow).where(*wanted).values(**values))

    def assign(self, project_id: str, question_ids: Sequence[str], *, to: str | None, by: str) -> None:
        """Ask somebody (None: nobody any more) to see to questions."""
        wanted = (RfpQuestionRow.project_id == project_id, RfpQuestionRow.question_id.in_(question_ids))
        values = {"assigned_to": to, "assigned_by": None if to is None else by}
        self._session.execute(update(RfpQuestionRow).where(*wanted).values(**values))

    def ask_to_file(self, project_id: str, groups: Mapping[str, Collection[str]], *, by: str) -> None:
        """Let the answers of these questions, as they are, wait to be filed: each group of them in one draft."""
        for group, question_ids in groups.items():
            wanted = (RfpQuestionRow.project_id == project_id, RfpQuestionRow.question_id.in_(question_ids))
            values = {"to_file": group, "to_file_by": by, "to_file_version": RfpQuestionRow.version, "failure": ""}
            self._session.execute(update(RfpQuestionRow).where(*wanted).values(**values))

    def next_to_file(self, project_id: str) -> tuple[StoredQuestion, ...]:
        """The questions that one person wants filed together next; none: nothing waits."""
        waits = (RfpQuestionRow.project_id == project_id, RfpQuestionRow.to_file.is_not(None))
        columns = (RfpQuestionRow.to_file, RfpQuestionRow.to_file_by)
        first = self._session.execute(select(*columns).where(*waits).order_by(RfpQuestionRow.position).limit(1)).first()
        if first is None:
            return ()
        return self.some(
            project_id,
            self._session.scalars(
                select(RfpQuestionRow.question_id).where(
                    RfpQuestionRow.project_id == project_id,
                    RfpQuestionRow.to_file == first.to_file,
                    RfpQuestionRow.to_file_by == first.to_file_by,
                )
            ).all(),
        )

    def no_more_to_file(
        self, project_id: str, question_ids: Collection[str] | None = None, *, failure: str = ""
    ) -> int:
        """Let these (None: all) wait no more; returns how many that were. `failure`: why nothing came of it."""
        waiting = [RfpQuestionRow.project_id == project_id, RfpQuestionRow.to_file.is_not(None)]
        if question_ids is not None:
            waiting.append(RfpQuestionRow.question_id.in_(question_ids))
        values = {**NOTHING_TO_FILE, "failure": failure}
        ended = update(RfpQuestionRow).where(*waiting).values(**values).returning(RfpQuestionRow.question_id)
        return len(self._session.execute(ended).all())

    def say_failed(self, project_id: str, question_ids: Collection[str], *, failure: str) -> None:
        """Say at these questions why nothing came of what was asked for."""
        wanted = (RfpQuestionRow.project_id == project_id, RfpQuestionRow.question_id.in_(question_ids))
        self._session.execute(update(RfpQuestionRow).where(*wanted).values(failure=failure))

    def projects_to_file(self) -> tuple[str, ...]:
        """Ids of the projects with answers that wait to be filed."""
        waiting = select(RfpQuestionRow.project_id).where(RfpQuestionRow.to_file.is_not(None)).distinct()
        return tuple(self._session.scalars(waiting.order_by(RfpQuestionRow.project_id)))

    def told_before(self, project_id: str, *, account_id: str) -> tuple[StoredQuestion, ...]:
        """What other projects of the account have approved, the latest decision first."""
        rows = self._session.execute(
            question_query()
            .join(RfpProjectRow, RfpProjectRow.id == RfpQuestionRow.project_id)
            .where(
                RfpProjectRow.account_id == account_id,
                RfpProjectRow.id != project_id,
                filed_state().in_(sorted(APPROVAL_STANDS)),
            )
            .order_by(ReviewItemRow.decided_at.desc(), RfpQuestionRow.project_id, RfpQuestionRow.position)
        )
        return tuple(to_question(row) for row in rows)


def _state_of_new(question: Question, left_out: Collection[str]) -> QuestionState:
    return QuestionState.EXCLUDED if question.hidden or question.id in left_out else QuestionState.WAITING
