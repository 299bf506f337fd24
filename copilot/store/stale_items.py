"""Items that go stale because what they were written from changed.

Invariant: what is leaving, or may have left, never goes stale, for it could then be filed again and leave twice: only
a person can say what became of it. Deliveries are locked before their items, as whoever delivers does, and each in
one order.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import ARRAY, ColumnElement, String, and_, exists, func, literal, not_, or_, select, tuple_

from copilot.domain.review_items import ReviewState
from copilot.store.database import UnitOfWork
from copilot.store.releases import PERHAPS_OUT
from copilot.store.reviews import UNRELEASED, ReviewRepository
from copilot.store.tables.work import DraftEvidenceRow, ReleaseRow, ReviewItemRow

EVIDENCE_CHANGED = "evidence_changed"
ERASED = "personal_data_erased"


class StaleItems:
    """Undecided and unreleased items in the database."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def cited(self) -> dict[str, set[str]]:
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

    def mark_changed(self, outdated: Mapping[str, Collection[str]]) -> tuple[str, ...]:
        """Move the items that rest on `outdated` to STALE and return their ids.

        `outdated` maps evidence ids to the content hashes that no longer hold.
        """
        pairs = [(evidence_id, content_hash) for evidence_id, hashes in outdated.items() for content_hash in hashes]
        # Two arrays, not a list of parameters: PostgreSQL takes 65,535 of those.
        columns = (func.unnest(literal([pair[place] for pair in pairs], ARRAY(String))) for place in (0, 1))
        citing = select(DraftEvidenceRow.draft_id, DraftEvidenceRow.version).where(
            tuple_(DraftEvidenceRow.evidence_id, DraftEvidenceRow.content_hash).in_(select(*columns))
        )
        cites = tuple_(ReviewItemRow.draft_id, ReviewItemRow.version).in_(citing)
        return self._move(cites, reason=EVIDENCE_CHANGED)

    def mark_overtaken(self, versions: Collection[tuple[str, int]]) -> tuple[str, ...]:
        """The same for these versions (draft id, version), which were made of what has changed since."""
        return self._move(_of_versions(versions), reason=EVIDENCE_CHANGED) if versions else ()

    def mark_erased(self, versions: Collection[tuple[str, int]]) -> tuple[str, ...]:
        """Move the items of these versions (draft id, version) to STALE and return their ids."""
        if not versions:
            return ()
        return self._move(_of_versions(versions), reason=ERASED)

    def hold(
        self, *, versions: Collection[tuple[str, int]], item_ids: Collection[str], account_ids: Collection[str]
    ) -> None:
        """Keep items, and those of these versions and accounts, as they are until the transaction ends.

        Before any of their texts is written: the triggers that keep the search of the queue write beside the item,
        and a decision comes to that place from the item.
        """
        wanted: list[ColumnElement[bool]] = [
            ReviewItemRow.id.in_(list(item_ids)),
            ReviewItemRow.account_id.in_(list(account_ids)),
        ]
        if versions:
            wanted.append(_of_versions(versions))
        self._lock(or_(*wanted))

    def _move(self, condition: ColumnElement[bool], *, reason: str) -> tuple[str, ...]:
        unreleased = ReviewItemRow.state.in_(UNRELEASED)
        self._lock(and_(unreleased, condition))
        # A statement of its own: it sees what was committed while this one waited for the locks.
        return ReviewRepository(self._uow).move_together(
            unreleased,
            condition,
            not_(_perhaps_out()),
            values={
                "state": ReviewState.STALE.value,
                "state_reason": reason,
                "claimed_by": None,
                "claimed_at": None,
            },
        )

    def _lock(self, condition: ColumnElement[bool]) -> None:
        items = select(ReviewItemRow.id).where(condition)
        releases = select(ReleaseRow.review_item_id).where(ReleaseRow.review_item_id.in_(items))
        self._session.execute(releases.order_by(ReleaseRow.review_item_id).with_for_update())
        self._session.execute(items.order_by(ReviewItemRow.id).with_for_update())


def _of_versions(versions: Collection[tuple[str, int]]) -> ColumnElement[bool]:
    return tuple_(ReviewItemRow.draft_id, ReviewItemRow.version).in_(list(versions))


def _perhaps_out() -> ColumnElement[bool]:
    return (
        exists()
        .where(ReleaseRow.review_item_id == ReviewItemRow.id, ReleaseRow.state.in_(sorted(PERHAPS_OUT)))
        .correlate(ReviewItemRow)
    )
