"""Review items: reading them for a viewer, and moving them from one state to the next.

Invariant: every change of state is one conditional UPDATE that names the state (and digest, and time) it
starts from, so two people, or a person and a deadline, never both win. Where a state ends an approval, its votes are
voided in the same breath.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Update,
    bindparam,
    case,
    exists,
    or_,
    select,
    update,
)

from copilot.domain.access import Role, Viewer
from copilot.domain.approvals import Accepted
from copilot.domain.review_items import (
    OPEN,
    RECALLABLE,
    UNDECIDED,
    Decision,
    Requirement,
    ReviewItem,
    ReviewState,
    Verdict,
    Vote,
)
from copilot.store.database import UnitOfWork
from copilot.store.drafts import Judged, to_judged
from copilot.store.kept_statements import ask
from copilot.store.review_entries import (
    NewReviewItem,
    QueueEntry,
    item_is_visible,
    live_votes_of,
    one_item_asked,
    queue_query,
    to_entries,
    to_one_entry,
)
from copilot.store.tables.people import UserRow
from copilot.store.tables.work import ReviewItemRow, ReviewVoteRow
from copilot.store.votes import VoteRepository

UNRELEASED = (*UNDECIDED, ReviewState.APPROVED, ReviewState.RELEASE_FAILED)
"""States of items whose evidence still matters."""
_ENDS_APPROVAL = frozenset(ReviewState) - {
    ReviewState.PENDING,
    ReviewState.IN_REVIEW,
    ReviewState.APPROVED,
    ReviewState.RELEASED,
    ReviewState.RELEASE_FAILED,
}
_UNCLAIMED: Mapping[str, object] = {"claimed_by": None, "claimed_at": None}


@dataclass(frozen=True, slots=True)
class Settled:
    """A decision that was recorded."""

    item: ReviewItem
    """As it is now."""
    is_test: bool
    """Whether the item has a planted fault: it is never released."""


class ReviewRepository:
    """The queue in the database."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def add(self, new: NewReviewItem) -> None:
        """File an item."""
        item = new.item
        self._session.add(
            ReviewItemRow(
                id=item.id,
                draft_id=item.draft_id,
                version=item.version,
                account_id=new.account_id,
                kind=new.kind.value,
                title=new.title,
                language=new.language.value,
                audience=item.audience.value,
                visibility=new.visibility,
                digest=item.digest,
                state=item.state.value,
                risk=item.risk.value,
                value_at_stake=item.value_at_stake,
                rules=list(new.rules),
                requester_id=item.requester_id,
                team_id=None if new.account_id else self._team_asked_in(item),
                requirement=item.requirement.model_dump(mode="json"),
                submitted_at=item.submitted_at,
                due_at=item.requirement.due_at,
                expires_at=item.requirement.expires_at,
            )
        )
        self._session.flush()

    def _team_asked_in(self, item: ReviewItem) -> str | None:
        """For `may_see_unplaced`: the requester's team now, or that of the version before."""
        if item.version > 1:
            before = select(ReviewItemRow.team_id).where(
                ReviewItemRow.draft_id == item.draft_id, ReviewItemRow.version < item.version
            )
            return self._session.scalar(before.order_by(ReviewItemRow.version.desc()).limit(1))
        asked_in = select(UserRow.team_id).where(UserRow.id == item.requester_id, UserRow.role != Role.ADMIN.value)
        return self._session.scalar(asked_in)

    def find(self, item_id: str, *, viewer: Viewer) -> QueueEntry | None:
        """The item as it is now, or None if it does not exist or the viewer may not see it."""
        row = self._one(item_id, viewer=viewer)
        return None if row is None else to_one_entry(row)

    def find_judged(self, item_id: str, *, viewer: Viewer) -> tuple[QueueEntry, Judged] | None:
        """The same with what the approval of its version rests on."""
        row = self._one(item_id, viewer=viewer, judged=True)
        return None if row is None else (to_one_entry(row), to_judged(row))

    def get_unfiltered(self, item_id: str) -> QueueEntry | None:
        """The item whoever asks; for the release gate and background work only."""
        row = self._one(item_id, viewer=None)
        return None if row is None else to_one_entry(row)

    def ids_starting_with(self, prefix: str, *, viewer: Viewer) -> tuple[str, ...]:
        """At most two ids, of items that the viewer may see."""
        query = select(ReviewItemRow.id).where(
            ReviewItemRow.id.startswith(prefix, autoescape=True), item_is_visible(viewer)
        )
        return tuple(self._session.scalars(query.order_by(ReviewItemRow.id).limit(2)))

    def of_draft(self, draft_id: str, *, viewer: Viewer) -> tuple[QueueEntry, ...]:
        """The items of all versions of a draft that the viewer may see, oldest first."""
        rows = self._session.execute(
            queue_query()
            .where(ReviewItemRow.draft_id == draft_id, item_is_visible(viewer))
            .order_by(ReviewItemRow.version),
            execution_options={"populate_existing": True},
        ).all()
        return to_entries(rows, session=self._session)

    def undone(self, *, after: str = "", limit: int) -> tuple[QueueEntry, ...]:
        """Undecided and unreleased items whoever asks, by id."""
        return self._walk(ReviewItemRow.state.in_(UNRELEASED), after=after, limit=limit)

    def voted(self, *, after: str = "", limit: int, voter_id: str | None = None) -> tuple[QueueEntry, ...]:
        """Open and unreleased items with votes (None: anybody's) whoever asks, by id."""
        voted_on = exists().where(ReviewVoteRow.review_item_id == ReviewItemRow.id, ReviewVoteRow.voided_at.is_(None))
        if voter_id is not None:
            voted_on = voted_on.where(ReviewVoteRow.voter_id == voter_id)
        return self._walk(ReviewItemRow.state.in_(OPEN | RECALLABLE), voted_on, after=after, limit=limit)

    def _walk(self, *conditions: ColumnElement[bool], after: str, limit: int) -> tuple[QueueEntry, ...]:
        query = queue_query().where(ReviewItemRow.id > after, *conditions)
        rows = self._session.execute(
            query.order_by(ReviewItemRow.id).limit(limit), execution_options={"populate_existing": True}
        ).all()
        return to_entries(rows, session=self._session)

    def lock(self, item_id: str) -> None:
        """Keep the item as it is until this transaction ends."""
        self._session.execute(select(ReviewItemRow.id).where(ReviewItemRow.id == item_id).with_for_update())

    def settle(self, item: ReviewItem, decision: Decision, outcome: Accepted) -> Settled | None:
        """Record the decision on a live open item. None: somebody or the clock was faster."""
        now, ends = self._uow.clock.now(), outcome.state not in OPEN
        changes: dict[str, Any] = {"state": outcome.state}
        if ends:
            changes |= {
                "decided_by": decision.decider_id,
                "decided_at": now,
                "verdict": decision.verdict,
                "comment": decision.comment,
                "accepted_segments": decision.accepted_segments,
            }
        if ends or item.claimed_by == decision.decider_id:
            changes |= _UNCLAIMED
        start = {"_id": item.id, "_digest": decision.digest, "_revision": item.revision, "_now": now}
        values = {f"_new_{name}": value for name, value in changes.items()}
        settled = self._session.execute(_settling(frozenset(changes)), start | values).one_or_none()
        if settled is None:
            return None
        changes["revision"] = settled.revision
        if decision.verdict is Verdict.APPROVE:
            vote = VoteRepository(self._uow).add(item, decision, step=outcome.step)
            changes["votes"] = self._votes_with(vote, item)
        else:
            VoteRepository(self._uow).void([item.id], reason=outcome.state.value)
            changes["votes"] = ()
        return Settled(item=item.model_copy(update=changes), is_test=settled.is_test)

    def _votes_with(self, vote: Vote, item: ReviewItem) -> tuple[Vote, ...]:
        """The live votes on it with the new one: no other can have come or gone in the revision that was settled."""
        if all(before.cast_at < vote.cast_at for before in item.votes):
            return (*item.votes, vote)
        # Clocks of two servers differ: the order that counts is that of the table.
        return live_votes_of([item.id], session=self._session)[item.id]

    def supersede(self, item_id: str, *, digest: str) -> bool:
        """Move a live undecided item to SUPERSEDED. False: somebody or the clock was faster."""
        return self._moved(
            ReviewItemRow.id == item_id,
            ReviewItemRow.state.in_(UNDECIDED),
            ReviewItemRow.digest == digest,
            ReviewItemRow.expires_at > self._uow.clock.now(),
            values={"state": ReviewState.SUPERSEDED.value, **_UNCLAIMED},
        )

    def move(
        self, item_id: str, *, to: ReviewState, allowed_from: Collection[ReviewState], reason: str | None = None
    ) -> bool:
        """Move an item to another state if it is in one of `allowed_from`. False: it was not."""
        return self._moved(
            ReviewItemRow.id == item_id,
            ReviewItemRow.state.in_(allowed_from),
            values={"state": to.value, "state_reason": reason},
        )

    def claim(self, item: ReviewItem, *, user_id: str) -> bool:
        """Note that the person works on an open item. False: it changed meanwhile."""
        values = {"state": ReviewState.IN_REVIEW.value, "claimed_by": user_id, "claimed_at": self._uow.clock.now()}
        return self._moved_as_read(item, ReviewItemRow.state.in_(OPEN), values=values)

    def give_back(self, item: ReviewItem) -> bool:
        """Note that nobody works on an open item. False: it changed meanwhile."""
        return self._moved_as_read(
            item, ReviewItemRow.state.in_(OPEN), values={"state": _state_without_claim(), **_UNCLAIMED}
        )

    def assign(self, item: ReviewItem, *, to: str | None) -> bool:
        """Ask somebody (or nobody in particular) to decide. False: it changed meanwhile."""
        return self._moved_as_read(item, ReviewItemRow.state.in_(UNDECIDED), values={"assignee_id": to})

    def void_votes(self, item: ReviewItem, *, voter_ids: Collection[str], reason: str) -> bool:
        """Let some votes on an open item count no more. False: it changed meanwhile."""
        if not self._moved_as_read(item, ReviewItemRow.state.in_(OPEN), values={}):
            return False
        VoteRepository(self._uow).void([item.id], reason=reason, voter_ids=voter_ids)
        return self._moved(ReviewItemRow.id == item.id, values={"state": _state_of_open()})

    def require(self, item: ReviewItem, requirement: Requirement, *, value: Decimal | None, reason: str) -> bool:
        """Put an undecided item under another requirement; its votes are void. False: it changed meanwhile."""
        open_again = case(
            (ReviewItemRow.state.in_(OPEN), ReviewState.PENDING.value),
            else_=ReviewItemRow.state,
        )
        changed = self._moved_as_read(
            item,
            ReviewItemRow.state.in_(UNDECIDED),
            values={
                "state": open_again,
                "requirement": requirement.model_dump(mode="json"),
                "due_at": requirement.due_at,
                "expires_at": requirement.expires_at,
                "value_at_stake": value,
                "escalated_at": None,
                **_UNCLAIMED,
            },
        )
        if changed:
            VoteRepository(self._uow).void([item.id], reason=reason)
        return changed

    def end_claims(self, *, before: datetime) -> tuple[str, ...]:
        """Give back what was claimed before then and not decided; returns the ids."""
        return self.move_together(
            ReviewItemRow.state.in_(OPEN),
            ReviewItemRow.claimed_at <= before,
            values={"state": _state_without_claim(), **_UNCLAIMED},
        )

    def escalate_due(self) -> tuple[str, ...]:
        """Note that open items are overdue, once each, and ask nobody in particular; returns the ids."""
        now = self._uow.clock.now()
        return self.move_together(
            ReviewItemRow.state.in_(OPEN),
            ReviewItemRow.due_at <= now,
            ReviewItemRow.expires_at > now,
            ReviewItemRow.escalated_at.is_(None),
            values={"escalated_at": now, "assignee_id": None},
        )

    def expire_due(self) -> tuple[str, ...]:
        """Move what waits past its time to EXPIRED and return the ids."""
        return self.move_together(
            ReviewItemRow.state.in_(UNDECIDED),
            ReviewItemRow.expires_at <= self._uow.clock.now(),
            values={"state": ReviewState.EXPIRED.value, "state_reason": None, **_UNCLAIMED},
        )

    def _one(self, item_id: str, *, viewer: Viewer | None, judged: bool = False) -> Any | None:
        [rows] = ask(self._uow, one_item_asked(item_id, viewer=viewer, judged=judged))
        return rows[0] if rows else None

    def move_together(self, *conditions: ColumnElement[bool], values: dict[str, object]) -> tuple[str, ...]:
        """Move many items, locked in one order so that two such moves never wait for each other in a circle."""
        locked = select(ReviewItemRow.id).where(*conditions).order_by(ReviewItemRow.id).with_for_update()
        moved = self._session.scalars(
            update(ReviewItemRow)
            .where(ReviewItemRow.id.in_(locked))
            .values(**values, revision=ReviewItemRow.revision + 1)
            .returning(ReviewItemRow.id)
            .execution_options(synchronize_session=False)
        )
        ids = tuple(sorted(moved))
        self._void_with(values, ids)
        return ids

    def _moved_as_read(self, item: ReviewItem, *conditions: ColumnElement[bool], values: dict[str, object]) -> bool:
        return self._moved(
            ReviewItemRow.id == item.id,
            ReviewItemRow.revision == item.revision,
            ReviewItemRow.expires_at > self._uow.clock.now(),
            *conditions,
            values=values,
        )

    def _moved(self, *conditions: ColumnElement[bool], values: dict[str, object]) -> bool:
        moved = self._session.execute(
            update(ReviewItemRow)
            .where(*conditions)
            .values(**values, revision=ReviewItemRow.revision + 1)
            .returning(ReviewItemRow.id)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        if moved is not None:
            self._void_with(values, (moved.id,))
        return moved is not None

    def _void_with(self, values: Mapping[str, object], item_ids: Collection[str]) -> None:
        state = values.get("state")
        if isinstance(state, str) and ReviewState(state) in _ENDS_APPROVAL:
            VoteRepository(self._uow).void(item_ids, reason=state)


@cache
def _settling(changed: frozenset[str]) -> Update:
    """The UPDATE that settles a decision by changing these columns; made once, as it is sent for every decision."""
    table = ReviewItemRow.metadata.tables[ReviewItemRow.__tablename__]
    # Sorted, because PostgreSQL keeps the plan of a text, and a set has no order.
    values = {name: bindparam(f"_new_{name}", type_=table.columns[name].type) for name in sorted(changed)}
    return (
        update(table)
        .where(
            table.columns.id == bindparam("_id"),
            table.columns.state.in_(sorted(OPEN)),
            table.columns.digest == bindparam("_digest"),
            table.columns.revision == bindparam("_revision"),
            table.columns.expires_at > bindparam("_now"),
        )
        .values(**values, revision=table.columns.revision + 1)
        .returning(table.columns.is_test, table.columns.revision)
    )


def _has_votes() -> ColumnElement[bool]:
    return (
        exists()
        .where(ReviewVoteRow.review_item_id == ReviewItemRow.id, ReviewVoteRow.voided_at.is_(None))
        .correlate(ReviewItemRow)
    )


def _state_without_claim() -> ColumnElement[str]:
    return case((_has_votes(), ReviewState.IN_REVIEW.value), else_=ReviewState.PENDING.value)


def _state_of_open() -> ColumnElement[str]:
    taken = or_(_has_votes(), ReviewItemRow.claimed_by.is_not(None))
    return case((taken, ReviewState.IN_REVIEW.value), else_=ReviewState.PENDING.value)
