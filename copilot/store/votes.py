"""Approvals of one version each.

Invariant: a vote is written once and changes only by being voided, once and with a reason; the database refuses
anything else. One person has one vote that counts on an item.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import aliased

from copilot.domain.review_items import Decision, ReviewItem, Vote
from copilot.store.database import UnitOfWork
from copilot.store.review_entries import to_vote
from copilot.store.tables.people import UserRow
from copilot.store.tables.work import ReviewVoteRow

_Voter, _Delegator = aliased(UserRow), aliased(UserRow)
_ADD = insert(ReviewVoteRow.metadata.tables[ReviewVoteRow.__tablename__])


@dataclass(frozen=True, slots=True)
class VoteLine:
    """A vote with the names of who is behind it, and whether it still counts."""

    vote: Vote
    voter_name: str
    delegator_name: str | None
    voided_at: datetime | None
    void_reason: str | None
    """Code: the state the item went to, or `entitlement_changed`, `step_reopened`, `policy_changed`."""


class VoteRepository:
    """Votes in the database."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def add(self, item: ReviewItem, decision: Decision, *, step: int) -> Vote:
        """Keep an approval of `item` as it is."""
        lent = decision.delegated
        vote = Vote(
            voter_id=decision.decider_id,
            role=decision.role,
            on_behalf_of=lent.delegator_id if lent else None,
            step=step,
            verdict=decision.verdict,
            digest=decision.digest,
            terms=item.requirement.terms,
            comment=decision.comment,
            accepted_segments=decision.accepted_segments,
            cast_at=self._uow.clock.now(),
        )
        told = {name: getattr(vote, name) for name in Vote.model_fields}
        row = {
            "id": f"vote_{self._uow.clock.new_id().hex}",
            "review_item_id": item.id,
            "role": vote.role.value,
            "verdict": vote.verdict.value,
            "accepted_segments": list(vote.accepted_segments),
        }
        self._session.execute(_ADD, told | row)
        return vote

    def void(self, item_ids: Collection[str], *, reason: str, voter_ids: Collection[str] | None = None) -> int:
        """Let the votes on these items (None: everybody's) count no more. Returns how many that were."""
        if not item_ids:
            return 0
        wanted = update(ReviewVoteRow).where(
            ReviewVoteRow.review_item_id == func.any(list(item_ids)), ReviewVoteRow.voided_at.is_(None)
        )
        if voter_ids is not None:
            wanted = wanted.where(ReviewVoteRow.voter_id.in_(voter_ids))
        voided = self._session.scalars(
            wanted.values(voided_at=self._uow.clock.now(), void_reason=reason)
            .returning(ReviewVoteRow.id)
            .execution_options(synchronize_session=False)
        )
        return len(voided.all())

    def history(self, item_id: str) -> tuple[VoteLine, ...]:
        """Every vote the item ever had, oldest first."""
        rows = self._session.execute(
            select(ReviewVoteRow, _Voter.name, _Delegator.name)
            .join(_Voter, _Voter.id == ReviewVoteRow.voter_id)
            .outerjoin(_Delegator, _Delegator.id == ReviewVoteRow.on_behalf_of)
            .where(ReviewVoteRow.review_item_id == item_id)
            .order_by(ReviewVoteRow.cast_at, ReviewVoteRow.id)
            .execution_options(populate_existing=True)
        )
        return tuple(
            VoteLine(
                vote=to_vote(row),
                voter_name=voter,
                delegator_name=delegator,
                voided_at=row.voided_at,
                void_reason=row.void_reason,
            )
            for row, voter, delegator in rows
        )
