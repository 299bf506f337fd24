"""What waits on one person, for whoever has to see that somebody else takes it on.

Invariant: only counts and identifiers leave here, to an administrator, who sees every account.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import InstrumentedAttribute

from copilot.domain.alerting import STANDING
from copilot.domain.review_items import OPEN, UNDECIDED
from copilot.domain.rfp_projects import ProjectState
from copilot.store.database import UnitOfWork
from copilot.store.tables.base import Base
from copilot.store.tables.people import UserRow
from copilot.store.tables.records import AccountRow
from copilot.store.tables.rfp import RfpProjectRow, RfpQuestionRow
from copilot.store.tables.scores import AlertRow
from copilot.store.tables.work import DelegationRow, ReviewItemRow

_OPEN = [state.value for state in OPEN]
_UNDECIDED = [state.value for state in UNDECIDED]
_CLOSED = [ProjectState.DECLINED.value]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits on a person."""

    asked_to_decide: tuple[str, ...]
    """Items of the queue that they were asked to decide."""
    taken_on: tuple[str, ...]
    """Items that they took on and have not decided."""
    asked_for: int
    """Undecided items that they asked for themselves."""
    questions: tuple[tuple[str, str, str | None], ...]
    """Questions of questionnaires given to them: project, question, account."""
    questionnaires: int
    alerts: int
    accounts: int
    """That the CRM says are theirs."""
    delegations: tuple[str, ...]
    """Lent to them or by them, now or later."""

    @property
    def is_nothing(self) -> bool:
        """Whether nobody has to take anything on."""
        lists = (self.asked_to_decide, self.taken_on, self.questions, self.delegations)
        return not any(lists) and not any((self.asked_for, self.questionnaires, self.alerts, self.accounts))


def waiting_on(user_id: str, *, uow: UnitOfWork) -> Waiting:
    """Everything that waits on the person, asked in one statement."""
    item, now = ReviewItemRow, uow.clock.now()
    address = select(UserRow.email).where(UserRow.id == user_id).scalar_subquery()
    lends = (DelegationRow.delegator_id == user_id) | (DelegationRow.delegate_id == user_id)
    leads = (RfpProjectRow.owner_id == user_id, RfpProjectRow.state.not_in(_CLOSED))
    row = uow.session.execute(
        select(
            _ids(item.id, item.assignee_id == user_id, item.state.in_(_UNDECIDED)),
            _ids(item.id, item.claimed_by == user_id, item.state.in_(_OPEN)),
            _count(item, item.requester_id == user_id, item.state.in_(_UNDECIDED)),
            _questions(user_id),
            _count(RfpProjectRow, *leads),
            _count(AlertRow, AlertRow.owner_id == user_id, AlertRow.state.in_([each.value for each in STANDING])),
            _count(AccountRow, func.lower(AccountRow.owner_email) == address),
            _ids(DelegationRow.id, lends, DelegationRow.revoked_at.is_(None), DelegationRow.ends_at > now),
        )
    ).one()
    decide, taken, asked_for, questions, questionnaires, alerts, accounts, delegations = row
    return Waiting(
        asked_to_decide=tuple(decide),
        taken_on=tuple(taken),
        asked_for=asked_for,
        questions=tuple((project, question, account) for project, question, account in questions),
        questionnaires=questionnaires,
        alerts=alerts,
        accounts=accounts,
        delegations=tuple(delegations),
    )


def _ids(column: InstrumentedAttribute[str], *conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.array(select(column).where(*conditions).order_by(column).scalar_subquery(), type_=ARRAY(TEXT))


def _count(table: type[Base], *conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    return select(func.count()).select_from(table).where(*conditions).scalar_subquery()


def _questions(user_id: str) -> ColumnElement[Any]:
    """Project, question and account of each, as arrays of an array."""
    told = func.jsonb_build_array(RfpQuestionRow.project_id, RfpQuestionRow.question_id, RfpProjectRow.account_id)
    query = (
        select(told)
        .join(RfpProjectRow, RfpProjectRow.id == RfpQuestionRow.project_id)
        .where(RfpQuestionRow.assigned_to == user_id, RfpProjectRow.state.not_in(_CLOSED))
        .order_by(RfpQuestionRow.project_id, RfpQuestionRow.position)
    )
    return func.array(query.scalar_subquery(), type_=ARRAY(JSONB))
