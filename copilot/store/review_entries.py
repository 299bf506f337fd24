"""Queue entries as rows, and which of them a viewer may see.

Invariant 3: whoever reads items for a person filters with `item_is_visible`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, literal_column, not_, or_, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import Risk
from copilot.domain.language import Language
from copilot.domain.review_items import Requirement, ReviewItem, ReviewState, Verdict, Vote
from copilot.store.drafts import judged_columns
from copilot.store.kept_statements import Asked, Kept, kept, kept_for_viewers
from copilot.store.tables.people import UserRow
from copilot.store.tables.records import AccountRow
from copilot.store.tables.work import DraftVersionRow, ReviewItemRow, ReviewVoteRow
from copilot.store.visibility import id_is_visible


@dataclass(frozen=True, slots=True)
class NewReviewItem:
    """An item to be filed, with the columns that the queue filters by."""

    item: ReviewItem
    account_id: str | None
    kind: DraftKind
    title: str
    language: Language
    visibility: str
    rules: tuple[str, ...] = ()
    """Rules of its findings and their families, see `copilot.domain.findings.rule_names`."""


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """An item with what a list shows of it."""

    item: ReviewItem
    kind: DraftKind
    title: str
    language: Language
    account_id: str | None
    account_name: str | None
    requester_name: str
    decider_name: str | None


Requester = aliased(UserRow)
Decider = aliased(UserRow)
_Written = aliased(DraftVersionRow)


def item_is_visible(viewer: Viewer) -> ColumnElement[bool]:
    """Condition on `review_items`: items of visible accounts that cite readable knowledge.

    Having asked for it gives no right of its own: who lost an account or a role loses what was written from it.
    """
    readable = ReviewItemRow.visibility.in_([item.value for item in viewer.visibility_classes])
    unplaced = and_(ReviewItemRow.account_id.is_(None), may_see_unplaced(ReviewItemRow, viewer=viewer))
    placed = id_is_visible(viewer, ReviewItemRow.account_id)
    return and_(readable, no_test_of_own(ReviewItemRow, viewer=viewer), or_(placed, unplaced))


def may_see_unplaced(item: Any, *, viewer: Viewer) -> ColumnElement[bool]:
    """Of an item without an account (or whose account is gone), whether it is for the viewer.

    It is for its requester, for admins, and for the managers of the team that the requester asked in: they saw every
    account that its members saw. The team is that of the moment it was filed. Who changed teams asked as a member of
    the old one, whose accounts the new team's managers may not know; who asked as an admin saw more than any team.
    `item` is anything with the columns of `review_items`.
    """
    if viewer.role is Role.ADMIN:
        return true()
    asked: ColumnElement[bool] = item.requester_id == viewer.user_id
    if viewer.role is Role.MANAGER and viewer.team_id is not None:
        return or_(asked, item.team_id == viewer.team_id)
    return asked


def no_test_of_own(item: Any, *, viewer: Viewer) -> ColumnElement[bool]:
    """A test item is hidden from who asked for the draft it was made from: they know what they asked for.

    `item` is anything with the columns of `review_items`.
    """
    return or_(not_(item.is_test), item.requester_id != viewer.user_id)


def _authors() -> ColumnElement[Any]:
    """Who wrote each version up to this one, the latest first."""
    return (
        select(func.array_agg(aggregate_order_by(_Written.author_id, _Written.version.desc())))
        .where(_Written.draft_id == ReviewItemRow.draft_id, _Written.version <= ReviewItemRow.version)
        .correlate(ReviewItemRow)
        .scalar_subquery()
        .label("authors")
    )


def queue_query() -> Select[ReviewItemRow, str, str, str, str]:
    """Items with their author, account, requester and decider; not yet filtered."""
    return (
        select(ReviewItemRow, _authors(), AccountRow.name, Requester.name, Decider.name)
        .join(
            DraftVersionRow,
            and_(DraftVersionRow.draft_id == ReviewItemRow.draft_id, DraftVersionRow.version == ReviewItemRow.version),
        )
        .join(Requester, Requester.id == ReviewItemRow.requester_id)
        .outerjoin(AccountRow, AccountRow.id == ReviewItemRow.account_id)
        .outerjoin(Decider, Decider.id == ReviewItemRow.decided_by)
    )


def one_item_asked(item_id: str, *, viewer: Viewer | None, judged: bool) -> Asked:
    """One item with its live votes (None: whoever asks), a row for `to_one_entry`.

    `judged`: with the `judged_columns` of its version.
    """
    if viewer is None:
        return _anybodys_item(judged=judged).asked(item_id=item_id)
    return _seen_item(judged=judged)(viewer).asked(viewer, item_id=item_id)


@cache
def _anybodys_item(*, judged: bool) -> Kept:
    return kept(_item(judged=judged))


@cache
def _seen_item(*, judged: bool) -> Callable[[Viewer], Kept]:
    return kept_for_viewers(lambda viewer: _item(judged=judged).where(item_is_visible(viewer)))


def _item(*, judged: bool) -> Select[*tuple[Any, ...]]:
    query = one_item_query().where(ReviewItemRow.id == bindparam("item_id", ""))
    return query.add_columns(*judged_columns()) if judged else query


def one_item_query() -> Select[*tuple[Any, ...]]:
    """The columns that `to_one_entry` reads; not yet filtered."""
    names = (AccountRow.name.label("account_name"), Requester.name.label("requester_name"))
    return (
        queue_query()
        .with_only_columns(*ReviewItemRow.__table__.columns, _authors(), *names)
        .add_columns(Decider.name.label("decider_name"), _votes_as_json().label("votes"))
    )


def _votes_as_json() -> ColumnElement[Any]:
    """The live votes of an item, oldest first; null: it has none."""
    row = func.to_jsonb(literal_column(ReviewVoteRow.__tablename__))
    return (
        select(func.jsonb_agg(aggregate_order_by(row, ReviewVoteRow.cast_at, ReviewVoteRow.id)))
        .where(ReviewVoteRow.review_item_id == ReviewItemRow.id, ReviewVoteRow.voided_at.is_(None))
        .correlate(ReviewItemRow)
        .scalar_subquery()
    )


def to_one_entry(row: Any) -> QueueEntry:
    """The row of a `one_item_query` as an entry."""
    votes = tuple(Vote.model_validate({name: vote[name] for name in Vote.model_fields}) for vote in row.votes or ())
    return to_entry((row, row.authors, row.account_name, row.requester_name, row.decider_name), votes=votes)


def to_entry(row: Sequence[Any], *, votes: tuple[Vote, ...]) -> QueueEntry:
    """The row of a `queue_query` as an entry with its live votes."""
    stored, authors, account_name, requester_name, decider_name = row
    item = ReviewItem(
        id=stored.id,
        draft_id=stored.draft_id,
        version=stored.version,
        kind=DraftKind(stored.kind),
        digest=stored.digest,
        state=ReviewState(stored.state),
        state_reason=stored.state_reason,
        risk=Risk(stored.risk),
        requester_id=stored.requester_id,
        requirement=Requirement.model_validate(stored.requirement),
        submitted_at=stored.submitted_at,
        audience=Audience(stored.audience),
        value_at_stake=stored.value_at_stake,
        author_id=authors[0],
        author_ids=tuple(sorted(set(authors))),
        assignee_id=stored.assignee_id,
        claimed_by=stored.claimed_by,
        claimed_at=stored.claimed_at,
        escalated_at=stored.escalated_at,
        revision=stored.revision,
        votes=votes,
        decided_by=stored.decided_by,
        decided_at=stored.decided_at,
        verdict=None if stored.verdict is None else Verdict(stored.verdict),
        comment=stored.comment,
        accepted_segments=tuple(stored.accepted_segments),
    )
    return QueueEntry(
        item=item,
        kind=DraftKind(stored.kind),
        title=stored.title,
        language=Language(stored.language),
        account_id=stored.account_id,
        account_name=account_name,
        requester_name=requester_name,
        decider_name=decider_name,
    )


def live_votes_of(item_ids: Collection[str], *, session: Session) -> Mapping[str, tuple[Vote, ...]]:
    """Item id -> its votes that are not void, oldest first."""
    rows = session.scalars(
        select(ReviewVoteRow)
        .where(ReviewVoteRow.review_item_id.in_(item_ids), ReviewVoteRow.voided_at.is_(None))
        .order_by(ReviewVoteRow.cast_at, ReviewVoteRow.id)
        .execution_options(populate_existing=True)
    )
    found: dict[str, tuple[Vote, ...]] = {}
    for row in rows:
        found[row.review_item_id] = (*found.get(row.review_item_id, ()), to_vote(row))
    return found


def to_entries(
    rows: Iterable[Row[ReviewItemRow, str, str | None, str, str | None]], *, session: Session
) -> tuple[QueueEntry, ...]:
    """The rows of a `queue_query` as entries."""
    listed = list(rows)
    votes = live_votes_of([row[0].id for row in listed], session=session) if listed else {}
    return tuple(to_entry(row, votes=votes.get(row[0].id, ())) for row in listed)


def to_vote(row: ReviewVoteRow) -> Vote:
    """The row as a vote."""
    return Vote(
        voter_id=row.voter_id,
        role=Role(row.role),
        on_behalf_of=row.on_behalf_of,
        step=row.step,
        verdict=Verdict(row.verdict),
        digest=row.digest,
        terms=row.terms,
        comment=row.comment,
        accepted_segments=tuple(row.accepted_segments),
        cast_at=row.cast_at,
    )
