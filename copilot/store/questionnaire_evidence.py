"""Questions of a customer's questionnaire as something to cite: what is left blank is named in the customer's words.

Invariant: a question is read by whoever may see its project; once a package of the project is in the queue, by whoever
may see the account too, or by all staff where there is none: that is who reads the package. Words that one of us gave a
question are no customer's, and nothing to cite.
"""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select, tuple_

from copilot.domain.access import Viewer, Visibility
from copilot.domain.evidence import Evidence, EvidenceKind, Origin
from copilot.domain.facts import EvidenceAddress, record_evidence_id
from copilot.domain.questionnaires import Question
from copilot.store.database import UnitOfWork
from copilot.store.rfp_rows import project_is_visible
from copilot.store.tables.rfp import RfpProjectRow, RfpQuestionRow
from copilot.store.visibility import visible_accounts

RFP_PROJECT = "rfp_project"
"""What evidence calls a questionnaire."""
_FIELD = "question-"
_MOST_DIGITS = 9


def question_evidence(
    question: Question, *, project_id: str, position: int, title: str, account_id: str | None, today: date
) -> Evidence:
    """The question as the questionnaire asks it. Its words do not age: it is what the customer asks today."""
    return Evidence(
        id=record_evidence_id(project_id, f"{_FIELD}{position}"),
        kind=EvidenceKind.RECORD,
        text=f"{question.number} {question.text}".strip(),
        label=title,
        as_of=today,
        origin=Origin.CUSTOMER,
        account_id=account_id,
        visibility=None if account_id else Visibility.STAFF.value,
    )


class QuestionnaireEvidence:
    """Works within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def read(self, wanted: Mapping[str, Collection[EvidenceAddress]], *, viewer: Viewer) -> dict[str, Evidence]:
        """Project id -> questions of it that are cited; those that the viewer may read, by evidence id."""
        positions = {
            (project_id, position)
            for project_id, addresses in wanted.items()
            for address in addresses
            if (position := _position(address)) is not None
        }
        if not positions:
            return {}
        session = self._uow.session
        asked = {project_id for project_id, _ in positions}
        projects = {
            row.id: row
            for row in session.scalars(select(RfpProjectRow).where(RfpProjectRow.id.in_(asked), _is_readable(viewer)))
        }
        rows = session.scalars(
            select(RfpQuestionRow).where(
                RfpQuestionRow.project_id.in_(projects),
                tuple_(RfpQuestionRow.project_id, RfpQuestionRow.position).in_(sorted(positions)),
            )
        )
        found = (
            question_evidence(
                question,
                project_id=row.project_id,
                position=row.position,
                title=projects[row.project_id].title,
                account_id=projects[row.project_id].account_id,
                today=self._uow.clock.today(),
            )
            for row in rows
            if not (question := Question.model_validate(row.question)).reworded
        )
        return {item.id: item for item in found}


def _position(address: EvidenceAddress) -> int | None:
    number = address.name.removeprefix(_FIELD)
    # More digits are no place of a question, and no number of the database.
    is_one = number != address.name and number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS
    return int(number) if is_one else None


def _is_readable(viewer: Viewer) -> ColumnElement[bool]:
    account_is_seen = or_(RfpProjectRow.account_id.is_(None), RfpProjectRow.account_id.in_(visible_accounts(viewer)))
    return or_(project_is_visible(viewer), and_(RfpProjectRow.draft_id.is_not(None), account_is_seen))
