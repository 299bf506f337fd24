"""What a package of a questionnaire was made of, held against the answers as they are now.

Invariant: a package stands only while every answer that it holds is the one that was approved, and still is; one of
which that cannot be said, because its project is gone or it names no answers, does not stand.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import and_, select

from copilot.domain.drafts import Draft, DraftKind
from copilot.domain.review_items import APPROVAL_STANDS
from copilot.domain.rfp_projects import QuestionState
from copilot.store.database import UnitOfWork
from copilot.store.reviews import UNRELEASED
from copilot.store.rfp_questions import RfpQuestionRepository
from copilot.store.rfp_rows import StoredQuestion
from copilot.store.tables.rfp import RfpProjectRow
from copilot.store.tables.work import DraftVersionRow, ReviewItemRow

PROJECT, ANSWERS = "project", "answers"
"""Parameters of the provenance of a package: whose it is, and what it holds."""
_HAS_ANSWER = frozenset({QuestionState.ANSWERED, QuestionState.NO_SOURCE})


def packed(questions: Iterable[StoredQuestion]) -> str:
    """What a package of these questions holds, as its provenance says it."""
    return json.dumps({each.question.id: _approved_as(each) for each in questions}, separators=(",", ":"))


class PackedAnswers:
    """Packages in the database."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def stand(self, draft: Draft) -> bool:
        """Whether the draft is no package of a project, or all that it holds is still approved."""
        told = draft.provenance.parameters
        if draft.kind is not DraftKind.RFP_ANSWER or not draft.files or PROJECT not in told:
            return True
        return self._hold(told, self._now(told[PROJECT]))

    def overtaken(self, *, project_id: str | None = None) -> tuple[tuple[str, int], ...]:
        """Draft id and version of the unreleased packages (None: of every project) that do not stand."""
        query = (
            select(
                RfpProjectRow.id,
                ReviewItemRow.draft_id,
                ReviewItemRow.version,
                DraftVersionRow.content["provenance"]["parameters"],
            )
            .join(ReviewItemRow, ReviewItemRow.draft_id == RfpProjectRow.draft_id)
            .join(
                DraftVersionRow,
                and_(
                    DraftVersionRow.draft_id == ReviewItemRow.draft_id, DraftVersionRow.version == ReviewItemRow.version
                ),
            )
            .where(ReviewItemRow.state.in_(UNRELEASED))
        )
        if project_id is not None:
            query = query.where(RfpProjectRow.id == project_id)
        return tuple(
            (draft_id, version)
            for project, draft_id, version, told in self._session.execute(query).all()
            if not self._hold(told or {}, self._now(project))
        )

    def _now(self, project_id: str) -> Mapping[str, str | None]:
        return {each.question.id: _approved_as(each) for each in RfpQuestionRepository(self._uow).of(project_id)}

    def _hold(self, told: Mapping[str, Any], now: Mapping[str, str | None]) -> bool:
        held: dict[str, str | None] = json.loads(told.get(ANSWERS, "{}"))
        return bool(held) and all(approved is not None and now.get(key) == approved for key, approved in held.items())


def _approved_as(stored: StoredQuestion) -> str | None:
    """The approval and the answer that it is for, in short; None: it is not approved."""
    answer, filed = stored.answer, stored.filed
    if stored.state not in _HAS_ANSWER or answer is None or filed is None or filed.state not in APPROVAL_STANDS:
        return None
    # An edit in the queue is another version of the item. The words too: erasure writes no version.
    said = [stored.version, filed.item_id, filed.version, answer.text, answer.short, answer.chosen]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]
