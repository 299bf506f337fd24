"""How far a person came with the first steps: what they really did, and what they were once seen to have done.

Invariant: a step is done because of something the person did themselves; nobody ticks one by hand.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.dialects.postgresql import insert

from copilot.domain.conversation import TurnState
from copilot.domain.drafts import DraftKind
from copilot.domain.first_steps import Step
from copilot.store.database import UnitOfWork
from copilot.store.tables.chat import ChatThreadRow, ChatTurnRow
from copilot.store.tables.first_steps import FirstStepsRow
from copilot.store.tables.quality import ReviewOpeningRow
from copilot.store.tables.records import ImportRunRow
from copilot.store.tables.rfp import RfpProjectRow
from copilot.store.tables.work import AuditEventRow, ReviewCommentRow, ReviewItemRow, ReviewVoteRow

_ACTED = ("alert.snoozed", "alert.dismissed", "alert.closed", "alert.step_done", "alert.outreach_drafted")
"""What only a person does with an alert; notes about one are drafted for its owner by themselves."""
_OVER = (TurnState.ANSWERED.value, TurnState.HELD.value, TurnState.ASKED.value)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a person's list."""

    done: frozenset[Step]
    hidden: bool


class FirstStepsRepository:
    """Of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def kept(self, user_id: str) -> Kept:
        """What was kept so far."""
        row = self._session.get(FirstStepsRow, user_id, populate_existing=True)
        if row is None:
            return Kept(frozenset(), hidden=False)
        return Kept(frozenset(step for step in Step if step.value in row.done), row.hidden)

    def found(self, user_id: str, steps: Collection[Step]) -> frozenset[Step]:
        """Which of these steps the records show as done."""
        known = {step: condition for step, condition in _conditions(user_id).items() if step in steps}
        if not known:
            return frozenset()
        row = self._session.execute(select(*known.values())).one()
        return frozenset(step for step, is_done in zip(known, row, strict=True) if is_done)

    def note(self, user_id: str, steps: Collection[Step]) -> None:
        """Keep that these are done."""
        done = self.kept(user_id).done
        if not done.issuperset(steps):
            self._write(user_id, done=sorted(step.value for step in done.union(steps)))

    def hide(self, user_id: str, *, hidden: bool) -> None:
        """Put the list away, or show it again."""
        self._write(user_id, hidden=hidden)

    def _write(self, user_id: str, **values: object) -> None:
        added = insert(FirstStepsRow).values(user_id=user_id, **values)
        self._session.execute(added.on_conflict_do_update(index_elements=["user_id"], set_=values))


def _conditions(user_id: str) -> dict[Step, ColumnElement[bool]]:
    """What shows a step; `PORTFOLIO` is noted when it is opened, for looking leaves no record."""
    opened = exists().where(
        ReviewOpeningRow.viewer_id == user_id,
        ReviewOpeningRow.review_item_id == ReviewItemRow.id,
        ReviewItemRow.kind == DraftKind.BRIEF.value,
    )
    asked_for = exists().where(ReviewItemRow.requester_id == user_id, ReviewItemRow.kind == DraftKind.BRIEF.value)
    return {
        Step.BRIEF: or_(opened, asked_for),
        Step.CHAT: exists().where(
            and_(ChatThreadRow.user_id == user_id, ChatTurnRow.thread_id == ChatThreadRow.id),
            ChatTurnRow.state.in_(_OVER),
        ),
        Step.REVIEW: or_(
            exists().where(ReviewVoteRow.voter_id == user_id), exists().where(ReviewCommentRow.author_id == user_id)
        ),
        Step.QUESTIONNAIRE: exists().where(RfpProjectRow.owner_id == user_id, RfpProjectRow.state != "preview"),
        Step.ALERT: exists().where(AuditEventRow.actor_id == user_id, AuditEventRow.action.in_(_ACTED)),
        Step.IMPORT: exists().where(ImportRunRow.actor_id == user_id),
    }
