"""Review items: reading them for a viewer, and moving them from one state to the next.

Invariant: every change of state is one conditional UPDATE that names the state (and digest, and time) it
starts from, so two people, or a person and a deadline, never both win.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import ARRAY, ColumnElement, String, and_, func, literal, select, tuple_, update

from copilot.domain.access import Viewer
from copilot.domain.approvals import Accepted
from copilot.domain.review_items import OPEN, UNDECIDED, Decision, ReviewItem, ReviewState, Verdict
from copilot.store.database import UnitOfWork
from copilot.store.review_entries import NewReviewItem, QueueEntry, item_is_visible, queue_query, to_entries
from copilot.store.tables.work import DraftEvidenceRow, ReviewItemRow, ReviewVoteRow


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
                requirement=item.requirement.model_dump(mode="json"),
                submitted_at=item.submitted_at,
                due_at=item.requirement.due_at,
                expires_at=item.requirement.expires_at,
            )
        )
        self._session.flush()

    def find(self, item_id: str, *, viewer: Viewer) -> QueueEntry | None:
        """The item as it is now, or None if it does not exist or the viewer may not see it."""
        row = self._session.execute(
            queue_query().where(ReviewItemRow.id == item_id, item_is_visible(viewer)),
            execution_options={"populate_existing": True},
        ).one_or_none()
        return None if row is None else to_entries([row], session=self._session)[0]

    def ids_starting_with(self, prefix: str, *, viewer: Viewer) -> tuple[str, ...]:
        """At most two ids, of items that the viewer may see."""
        query = select(ReviewItemRow.id).where(
            ReviewItemRow.id.startswith(prefix, autoescape=True), item_is_visible(viewer)
        )
        return tuple(self._session.scalars(query.order_by(ReviewItemRow.id).limit(2)))

    def get_unfiltered(self, item_id: str) -> QueueEntry | None:
        """The item whoever asks; for the release gate and background work only."""
        row = self._session.execute(
            queue_query().where(ReviewItemRow.id == item_id), execution_options={"populate_existing": True}
        ).one_or_none()
        return None if row is None else to_entries([row], session=self._session)[0]

    def settle(self, item: ReviewItem, decision: Decision, outcome: Accepted) -> bool:
        """Record the decision on a live open item. False: somebody or the clock was faster."""
        now = self._uow.clock.now()
        settled = self._moved(
            ReviewItemRow.id == item.id,
            ReviewItemRow.state.in_(OPEN),
            ReviewItemRow.digest == decision.digest,
            ReviewItemRow.revision == item.revision,
            ReviewItemRow.expires_at > now,
            values={
                "state": outcome.state.value,
                "decided_by": decision.decider_id,
                "decided_at": now,
                "verdict": decision.verdict.value,
                "comment": decision.comment,
                "accepted_segments": list(decision.accepted_segments),
            },
        )
        if settled and decision.verdict is Verdict.APPROVE:
            self._add_vote(item, decision, step=outcome.step)
        return settled

    def supersede(self, item_id: str, *, digest: str) -> bool:
        """Move a live undecided item to SUPERSEDED. False: somebody or the clock was faster."""
        return self._moved(
            ReviewItemRow.id == item_id,
            ReviewItemRow.state.in_(UNDECIDED),
            ReviewItemRow.digest == digest,
            ReviewItemRow.expires_at > self._uow.clock.now(),
            values={"state": ReviewState.SUPERSEDED.value},
        )

    def _add_vote(self, item: ReviewItem, decision: Decision, *, step: int) -> None:
        lent = decision.delegated
        self._session.add(
            ReviewVoteRow(
                id=f"vote_{self._uow.clock.new_id().hex}",
                review_item_id=item.id,
                voter_id=decision.decider_id,
                on_behalf_of=lent.delegator_id if lent else None,
                role=decision.role.value,
                step=step,
                verdict=decision.verdict.value,
                digest=decision.digest,
                terms=item.requirement.terms,
                comment=decision.comment,
                accepted_segments=list(decision.accepted_segments),
                cast_at=self._uow.clock.now(),
            )
        )
        self._session.flush()

    def move(
        self, item_id: str, *, to: ReviewState, allowed_from: Collection[ReviewState], reason: str | None = None
    ) -> bool:
        """Move an item to another state if it is in one of `allowed_from`. False: it was not."""
        return self._moved(
            ReviewItemRow.id == item_id,
            ReviewItemRow.state.in_(allowed_from),
            values={"state": to.value, "state_reason": reason},
        )

    def expire_due(self) -> tuple[str, ...]:
        """Move what waits past its time to EXPIRED and return the ids."""
        return self._moved_together(
            ReviewItemRow.state.in_(UNDECIDED),
            ReviewItemRow.expires_at <= self._uow.clock.now(),
            to=ReviewState.EXPIRED,
        )

    def mark_stale(self, outdated: Mapping[str, Collection[str]]) -> tuple[str, ...]:
        """Move undecided and unreleased items that rest on `outdated` to STALE and return the ids.

        `outdated` maps evidence ids to the content hashes that no longer hold.
        """
        pairs = [(evidence_id, content_hash) for evidence_id, hashes in outdated.items() for content_hash in hashes]
        # Two arrays, not a list of parameters: PostgreSQL takes 65,535 of those.
        columns = (func.unnest(literal([pair[place] for pair in pairs], ARRAY(String))) for place in (0, 1))
        citing = select(DraftEvidenceRow.draft_id, DraftEvidenceRow.version).where(
            tuple_(DraftEvidenceRow.evidence_id, DraftEvidenceRow.content_hash).in_(select(*columns))
        )
        return self._moved_together(
            ReviewItemRow.state.in_(UNRELEASED),
            tuple_(ReviewItemRow.draft_id, ReviewItemRow.version).in_(citing),
            to=ReviewState.STALE,
            reason="evidence_changed",
        )

    def cited_by_open_items(self) -> dict[str, set[str]]:
        """Evidence id -> content hashes that undecided and unreleased items were written from."""
        rows = self._session.execute(
            select(DraftEvidenceRow.evidence_id, DraftEvidenceRow.content_hash)
            .join(
                ReviewItemRow,
                and_(
                    ReviewItemRow.draft_id == DraftEvidenceRow.draft_id,
                    ReviewItemRow.version == DraftEvidenceRow.version,
                ),
            )
            .where(ReviewItemRow.state.in_(UNRELEASED))
            .distinct()
        )
        found: dict[str, set[str]] = {}
        for evidence_id, content_hash in rows:
            found.setdefault(evidence_id, set()).add(content_hash)
        return found

    def _moved_together(
        self, *conditions: ColumnElement[bool], to: ReviewState, reason: str | None = None
    ) -> tuple[str, ...]:
        """Move many items, locked in one order so that two such moves never wait for each other in a circle."""
        locked = select(ReviewItemRow.id).where(*conditions).order_by(ReviewItemRow.id).with_for_update()
        moved = self._session.scalars(
            update(ReviewItemRow)
            .where(ReviewItemRow.id.in_(locked))
            .values(state=to.value, state_reason=reason, revision=ReviewItemRow.revision + 1)
            .returning(ReviewItemRow.id)
            .execution_options(synchronize_session=False)
        )
        return tuple(sorted(moved))

    def _moved(self, *conditions: ColumnElement[bool], values: dict[str, object]) -> bool:
        moved = self._session.execute(
            update(ReviewItemRow)
            .where(*conditions)
            .values(**values, revision=ReviewItemRow.revision + 1)
            .returning(ReviewItemRow.id)
            .execution_options(synchronize_session=False)
        )
        return moved.one_or_none() is not None


UNRELEASED = (*UNDECIDED, ReviewState.APPROVED, ReviewState.RELEASE_FAILED)
"""States of items whose evidence still matters."""
