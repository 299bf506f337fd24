"""Planted faults, first openings, and what was decided by whom.

Invariant: a planted fault is settled once, by one conditional UPDATE, and names no text of a draft.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, and_, func, literal, null, or_, select, union_all, update
from sqlalchemy.dialects.postgresql import insert

from copilot.domain.access import Viewer
from copilot.domain.destinations import Destination
from copilot.domain.review_items import APPROVAL_STANDS, ReviewItem, ReviewState, Verdict
from copilot.store.database import UnitOfWork
from copilot.store.tables.people import UserRow
from copilot.store.tables.quality import PlantedFaultRow, ReviewOpeningRow
from copilot.store.tables.work import DraftVersionRow, ReviewItemRow, ReviewVoteRow
from copilot.store.visibility import person_is_in_sight

_LAPSED = (ReviewState.EXPIRED, ReviewState.STALE, ReviewState.SUPERSEDED, ReviewState.WITHDRAWN)
_OVERTURNED = [state.value for state in (ReviewState.REJECTED, ReviewState.CHANGES_REQUESTED, ReviewState.RECALLED)]
"""Why a vote was voided, see `copilot.store.votes.VoteLine`: the item went to one of these."""


class Caught(StrEnum):
    """How a test item ended."""

    CAUGHT = "caught"
    MISSED = "missed"
    LAPSED = "lapsed"
    """Nobody decided in time."""


@dataclass(frozen=True, slots=True)
class PlantedFault:
    """What is known about a test item."""

    review_item_id: str
    source_item_id: str
    segment_id: str
    fault: str
    flagged: bool
    outcome: Caught | None


@dataclass(frozen=True, slots=True)
class Source:
    """A draft that was approved as it is, from which a test item can be made."""

    item_id: str
    draft_id: str
    version: int
    requester_id: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """One verdict of one person on one item."""

    person_id: str
    item_id: str
    verdict: Verdict
    decided_at: datetime
    opened_at: datetime | None
    """None: decided without opening the item in full, e.g. together with others."""
    words: int | None
    first_version: bool
    is_test: bool
    flagged: bool
    overturned: bool
    """Of an approval: the item was refused or sent back by somebody at a later step, or taken back after all."""
    edited_after: bool
    """Of an approval: somebody changed the draft after it."""


class QualityRepository:
    """Works within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def filed_since_last_planted(self) -> int:
        """How many real items were filed after the last test item, at most those of the last 30 days."""
        last = select(func.max(PlantedFaultRow.planted_at)).scalar_subquery()
        query = select(func.count()).where(
            ~ReviewItemRow.is_test,
            ReviewItemRow.submitted_at > func.coalesce(last, func.to_timestamp(0)),
            ReviewItemRow.submitted_at > self._uow.clock.now() - func.make_interval(0, 0, 0, 30),
        )
        return int(self._session.scalar(query) or 0)

    def sources(self, *, decided_after: datetime, limit: int) -> tuple[Source, ...]:
        """Drafts of accounts, approved as they are, newest first, of which no test item was made."""
        used = select(PlantedFaultRow.source_item_id)
        rows = self._session.execute(
            select(ReviewItemRow.id, ReviewItemRow.draft_id, ReviewItemRow.version, ReviewItemRow.requester_id)
            .join(
                DraftVersionRow,
                and_(
                    DraftVersionRow.draft_id == ReviewItemRow.draft_id,
                    DraftVersionRow.version == ReviewItemRow.version,
                ),
            )
            .where(
                ReviewItemRow.state.in_(APPROVAL_STANDS),
                ~ReviewItemRow.is_test,
                ReviewItemRow.account_id.is_not(None),
                ReviewItemRow.decided_at > decided_after,
                ReviewItemRow.id.not_in(used),
                DraftVersionRow.erased_at.is_(None),
                func.coalesce(DraftVersionRow.content["destination"].astext, Destination.FILES.value)
                == Destination.FILES.value,
            )
            .order_by(ReviewItemRow.decided_at.desc(), ReviewItemRow.id)
            .limit(limit)
        )
        return tuple(Source(*row) for row in rows)

    def plant(self, item: ReviewItem, *, source_item_id: str, segment_id: str, fault: str, flagged: bool) -> None:
        """Mark a freshly filed item as a test item and record its fault."""
        self._session.execute(update(ReviewItemRow).where(ReviewItemRow.id == item.id).values(is_test=True))
        self._session.add(
            PlantedFaultRow(
                review_item_id=item.id,
                source_item_id=source_item_id,
                segment_id=segment_id,
                fault=fault,
                flagged=flagged,
                planted_at=self._uow.clock.now(),
            )
        )
        self._session.flush()

    def fault(self, item_id: str) -> PlantedFault | None:
        """The fault planted in an item, or None if it is a real one."""
        row = self._session.get(PlantedFaultRow, item_id, populate_existing=True)
        if row is None:
            return None
        return PlantedFault(
            review_item_id=row.review_item_id,
            source_item_id=row.source_item_id,
            segment_id=row.segment_id,
            fault=row.fault,
            flagged=row.flagged,
            outcome=None if row.outcome is None else Caught(row.outcome),
        )

    def carry_over(self, item_id: str, *, to: str) -> None:
        """Make the item `to`, which replaces a test item, the test item."""
        self._session.execute(update(ReviewItemRow).where(ReviewItemRow.id == to).values(is_test=True))
        self._session.execute(
            update(PlantedFaultRow)
            .where(PlantedFaultRow.review_item_id == item_id)
            .values(review_item_id=to)
            .execution_options(synchronize_session=False)
        )

    def settle(self, item_id: str, *, outcome: Caught, by: str | None) -> bool:
        """Record how a test item ended. False: it is none, or was settled before."""
        settled = self._session.execute(
            update(PlantedFaultRow)
            .where(PlantedFaultRow.review_item_id == item_id, PlantedFaultRow.outcome.is_(None))
            .values(outcome=outcome.value, settled_at=self._uow.clock.now(), settled_by=by)
            .returning(PlantedFaultRow.review_item_id)
        )
        return settled.one_or_none() is not None

    def settle_lapsed(self) -> int:
        """Record the end of test items that nobody decided."""
        over = select(ReviewItemRow.id).where(
            ReviewItemRow.is_test,
            ReviewItemRow.state.in_(_LAPSED),
        )
        settled = self._session.execute(
            update(PlantedFaultRow)
            .where(PlantedFaultRow.outcome.is_(None), PlantedFaultRow.review_item_id.in_(over))
            .values(outcome=Caught.LAPSED.value, settled_at=self._uow.clock.now())
            .returning(PlantedFaultRow.review_item_id)
            .execution_options(synchronize_session=False)
        )
        return len(settled.all())

    def opened(self, item_id: str, *, viewer_id: str, words: int) -> None:
        """Remember when this person first opened the item; later openings change nothing."""
        self._session.execute(
            insert(ReviewOpeningRow)
            .values(review_item_id=item_id, viewer_id=viewer_id, opened_at=self._uow.clock.now(), words=words)
            .on_conflict_do_nothing()
        )

    def judgements(self, people: Collection[str], *, since: datetime) -> tuple[Judgement, ...]:
        """What these people decided since then, oldest first: approvals, rejections and requests for changes."""
        decided = union_all(_approvals(people, since), _refusals(people, since)).subquery()
        rows = self._session.execute(
            select(
                decided,
                ReviewOpeningRow.opened_at,
                ReviewOpeningRow.words,
                ReviewItemRow.version,
                ReviewItemRow.is_test,
                func.coalesce(PlantedFaultRow.flagged, literal(value=False)),
                or_(
                    decided.c.void_reason.in_(_OVERTURNED),
                    and_(decided.c.verdict == Verdict.APPROVE.value, ReviewItemRow.state == ReviewState.RECALLED.value),
                ),
            )
            .join(ReviewItemRow, ReviewItemRow.id == decided.c.item_id)
            .outerjoin(
                ReviewOpeningRow,
                and_(
                    ReviewOpeningRow.review_item_id == decided.c.item_id,
                    ReviewOpeningRow.viewer_id == decided.c.person_id,
                ),
            )
            .outerjoin(PlantedFaultRow, PlantedFaultRow.review_item_id == decided.c.item_id)
            .order_by(decided.c.decided_at, decided.c.item_id)
        )
        return tuple(
            Judgement(
                person_id=row[0],
                item_id=row[1],
                verdict=Verdict(row[2]),
                decided_at=row[3],
                opened_at=row[5],
                words=row[6],
                first_version=row[7] == 1,
                is_test=row[8],
                flagged=row[9],
                overturned=bool(row[10]),
                edited_after=row[4] == ReviewState.SUPERSEDED.value,
            )
            for row in rows
        )

    def reviewers(self, *, viewer: Viewer) -> dict[str, str]:
        """Id -> name of the people whose reviews `viewer` may look at: their own, a manager's team, an admin all."""
        rows = self._session.execute(
            select(UserRow.id, UserRow.name).where(person_is_in_sight(viewer)).order_by(UserRow.name)
        )
        return {row.id: row.name for row in rows}


def _approvals(people: Collection[str], since: datetime) -> Select[str, str, str, datetime, str | None]:
    return select(
        ReviewVoteRow.voter_id.label("person_id"),
        ReviewVoteRow.review_item_id.label("item_id"),
        ReviewVoteRow.verdict.label("verdict"),
        ReviewVoteRow.cast_at.label("decided_at"),
        ReviewVoteRow.void_reason.label("void_reason"),
    ).where(
        ReviewVoteRow.voter_id.in_(people),
        ReviewVoteRow.cast_at >= since,
        ReviewVoteRow.verdict == Verdict.APPROVE.value,
    )


def _refusals(people: Collection[str], since: datetime) -> Select[str | None, str, str | None, datetime | None, None]:
    return select(
        ReviewItemRow.decided_by,
        ReviewItemRow.id,
        ReviewItemRow.verdict,
        ReviewItemRow.decided_at,
        null().label("void_reason"),
    ).where(
        ReviewItemRow.decided_by.in_(people),
        ReviewItemRow.decided_at >= since,
        ReviewItemRow.verdict.in_([Verdict.REJECT.value, Verdict.REQUEST_CHANGES.value]),
    )
