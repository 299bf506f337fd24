"""Review items: reading them for a viewer, and moving them from one state to the next.

Invariant: every change of state is one conditional UPDATE that names the state (and digest, and time) it
starts from, so two people, or a person and a deadline, never both win.
"""

import base64
import binascii
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.orm import aliased

from copilot.domain.access import Role, Viewer
from copilot.domain.approvals import Decision, Requirement, ReviewItem, ReviewState, Verdict
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import Risk
from copilot.domain.language import Language
from copilot.errors import InputError
from copilot.store.database import UnitOfWork
from copilot.store.tables.people import UserRow
from copilot.store.tables.records import AccountRow
from copilot.store.tables.work import DraftEvidenceRow, DraftVersionRow, ReviewItemRow
from copilot.store.visibility import visible_accounts


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


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """What to list. Empty means any."""

    states: tuple[ReviewState, ...] = (ReviewState.PENDING,)
    risks: tuple[Risk, ...] = ()
    kinds: tuple[DraftKind, ...] = ()
    account_id: str | None = None
    requester_id: str | None = None
    rules: tuple[str, ...] = ()
    """Rules or families of rules (`leak`, `leak.other_account_name`) of which at least one saw something."""


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue, the most urgent first. `cursor` is None on the last page."""

    entries: tuple[QueueEntry, ...]
    cursor: str | None


_Requester = aliased(UserRow)
_Decider = aliased(UserRow)


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
            _queue_query().where(ReviewItemRow.id == item_id, item_is_visible(viewer)),
            execution_options={"populate_existing": True},
        ).one_or_none()
        return None if row is None else _to_entry(row)

    def ids_starting_with(self, prefix: str, *, viewer: Viewer) -> tuple[str, ...]:
        """At most two ids, of items that the viewer may see."""
        query = select(ReviewItemRow.id).where(
            ReviewItemRow.id.startswith(prefix, autoescape=True), item_is_visible(viewer)
        )
        return tuple(self._session.scalars(query.order_by(ReviewItemRow.id).limit(2)))

    def get_unfiltered(self, item_id: str) -> QueueEntry | None:
        """The item whoever asks; for the release gate and background work only."""
        row = self._session.execute(
            _queue_query().where(ReviewItemRow.id == item_id), execution_options={"populate_existing": True}
        ).one_or_none()
        return None if row is None else _to_entry(row)

    def page(self, filters: QueueFilters, *, viewer: Viewer, cursor: str | None, limit: int) -> QueuePage:
        """List what `viewer` may see, soonest due first. Raises InputError for a cursor that is not ours."""
        query = _queue_query().where(item_is_visible(viewer), *_conditions(filters))
        if cursor is not None:
            query = query.where(tuple_(ReviewItemRow.due_at, ReviewItemRow.id) > _read_cursor(cursor))
        rows = self._session.execute(query.order_by(ReviewItemRow.due_at, ReviewItemRow.id).limit(limit + 1)).all()
        entries = tuple(_to_entry(row) for row in rows[:limit])
        more = len(rows) > limit
        return QueuePage(entries=entries, cursor=_write_cursor(entries[-1].item) if more and entries else None)

    def settle(self, decision: Decision, *, item_id: str, state: ReviewState) -> bool:
        """Move a live pending item to `state` as decided. False: somebody or the clock was faster."""
        now = self._uow.clock.now()
        return self._moved(
            ReviewItemRow.id == item_id,
            ReviewItemRow.state == ReviewState.PENDING,
            ReviewItemRow.digest == decision.digest,
            ReviewItemRow.expires_at > now,
            values={
                "state": state.value,
                "decided_by": decision.decider_id,
                "decided_at": now,
                "verdict": decision.verdict.value,
                "comment": decision.comment,
                "accepted_segments": list(decision.accepted_segments),
            },
        )

    def supersede(self, item_id: str, *, digest: str) -> bool:
        """Move a live pending item to SUPERSEDED. False: somebody or the clock was faster."""
        return self._moved(
            ReviewItemRow.id == item_id,
            ReviewItemRow.state == ReviewState.PENDING,
            ReviewItemRow.digest == digest,
            ReviewItemRow.expires_at > self._uow.clock.now(),
            values={"state": ReviewState.SUPERSEDED.value},
        )

    def move(self, item_id: str, *, to: ReviewState, allowed_from: Collection[ReviewState]) -> bool:
        """Move an item to another state if it is in one of `allowed_from`. False: it was not."""
        return self._moved(
            ReviewItemRow.id == item_id,
            ReviewItemRow.state.in_([state.value for state in allowed_from]),
            values={"state": to.value},
        )

    def expire_due(self) -> tuple[str, ...]:
        """Move what waits past its time to EXPIRED and return the ids."""
        return self._moved_together(
            ReviewItemRow.state == ReviewState.PENDING,
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

    def _moved_together(self, *conditions: ColumnElement[bool], to: ReviewState) -> tuple[str, ...]:
        """Move many items, locked in one order so that two such moves never wait for each other in a circle."""
        locked = select(ReviewItemRow.id).where(*conditions).order_by(ReviewItemRow.id).with_for_update()
        moved = self._session.scalars(
            update(ReviewItemRow)
            .where(ReviewItemRow.id.in_(locked))
            .values(state=to.value)
            .returning(ReviewItemRow.id)
            .execution_options(synchronize_session=False)
        )
        return tuple(sorted(moved))

    def _moved(self, *conditions: ColumnElement[bool], values: dict[str, object]) -> bool:
        moved = self._session.execute(
            update(ReviewItemRow)
            .where(*conditions)
            .values(**values)
            .returning(ReviewItemRow.id)
            .execution_options(synchronize_session=False)
        )
        return moved.one_or_none() is not None


UNRELEASED = (ReviewState.PENDING, ReviewState.APPROVED, ReviewState.RELEASE_FAILED)
"""States of items whose evidence still matters."""


def item_is_visible(viewer: Viewer) -> ColumnElement[bool]:
    """Condition on `review_items`: items of visible accounts that cite readable knowledge.

    Having asked for it gives no right of its own: who lost an account or a role loses what was written from it. An
    item without an account (or whose account is gone) is for its requester and for admins.
    """
    readable = ReviewItemRow.visibility.in_([item.value for item in viewer.visibility_classes])
    asked = true() if viewer.role is Role.ADMIN else ReviewItemRow.requester_id == viewer.user_id
    unplaced = and_(ReviewItemRow.account_id.is_(None), asked)
    return and_(readable, or_(ReviewItemRow.account_id.in_(visible_accounts(viewer)), unplaced))


def _queue_query() -> Select[ReviewItemRow, str, str, str, str]:
    return (
        select(ReviewItemRow, DraftVersionRow.author_id, AccountRow.name, _Requester.name, _Decider.name)
        .join(
            DraftVersionRow,
            and_(DraftVersionRow.draft_id == ReviewItemRow.draft_id, DraftVersionRow.version == ReviewItemRow.version),
        )
        .join(_Requester, _Requester.id == ReviewItemRow.requester_id)
        .outerjoin(AccountRow, AccountRow.id == ReviewItemRow.account_id)
        .outerjoin(_Decider, _Decider.id == ReviewItemRow.decided_by)
    )


def _conditions(filters: QueueFilters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.states:
        conditions.append(ReviewItemRow.state.in_([state.value for state in filters.states]))
    if filters.risks:
        conditions.append(ReviewItemRow.risk.in_([risk.value for risk in filters.risks]))
    if filters.kinds:
        conditions.append(ReviewItemRow.kind.in_([kind.value for kind in filters.kinds]))
    if filters.account_id is not None:
        conditions.append(ReviewItemRow.account_id == filters.account_id)
    if filters.requester_id is not None:
        conditions.append(ReviewItemRow.requester_id == filters.requester_id)
    if filters.rules:
        conditions.append(ReviewItemRow.rules.overlap(list(filters.rules)))
    return conditions


def _write_cursor(item: ReviewItem) -> str:
    content = json.dumps([item.requirement.due_at.isoformat(), item.id])
    return base64.urlsafe_b64encode(content.encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    try:
        due_at, item_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return datetime.fromisoformat(due_at), str(item_id)
    except (binascii.Error, ValueError, TypeError) as error:
        raise InputError("This page marker cannot be read.", hint="Start again from the first page.") from error


def _to_entry(row: Row[ReviewItemRow, str, str | None, str, str | None]) -> QueueEntry:
    stored, author_id, account_name, requester_name, decider_name = row
    item = ReviewItem(
        id=stored.id,
        draft_id=stored.draft_id,
        version=stored.version,
        digest=stored.digest,
        state=ReviewState(stored.state),
        risk=Risk(stored.risk),
        requester_id=stored.requester_id,
        requirement=Requirement.model_validate(stored.requirement),
        submitted_at=stored.submitted_at,
        audience=Audience(stored.audience),
        author_id=author_id,
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
