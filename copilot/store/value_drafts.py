"""What happened to drafts, for counting: items, versions, who judged when, and the words of some versions.

Invariant: nothing but words to be compared leaves the drafts, and those are never shown. Whose drafts are read is
decided by who asks, see `copilot.store.value_people`; test items with a planted fault are nobody's draft.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, TEXT, ColumnElement, Select, any_, func, literal, literal_column, select, tuple_, union
from sqlalchemy.orm import aliased

from copilot.domain.review_items import ReviewState, Verdict
from copilot.domain.value import PACKAGE
from copilot.store.database import UnitOfWork
from copilot.store.packed_answers import ANSWERS
from copilot.store.tables.quality import ReviewOpeningRow
from copilot.store.tables.work import DraftVersionRow, ReviewItemRow, ReviewVoteRow

_TEXTS_AT_ONCE = 500
_First = aliased(ReviewItemRow)


@dataclass(frozen=True, slots=True)
class FiledItem:
    """One version's entry in the queue."""

    item_id: str
    version: int
    state: ReviewState
    submitted_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class WrittenVersion:
    """One version without its words."""

    version: int
    author_id: str
    created_at: datetime
    origin: str
    """Says how it was written: words that a person changed keep it, what the copilot wrote anew has another."""
    by_model: bool
    cost_usd: Decimal | None
    erased: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """Somebody voted on an item or refused it."""

    item_id: str
    person_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FiledDraft:
    """One draft; items and versions in the order of versions."""

    draft_id: str
    kind: str
    requester_id: str
    items: tuple[FiledItem, ...]
    versions: tuple[WrittenVersion, ...]
    judged: tuple[Judged, ...]


class ValueDrafts:
    """Of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def filed(self, people: Collection[str], *, since: datetime, until: datetime) -> tuple[FiledDraft, ...]:
        """Drafts that these people asked for and that were first filed in the time, oldest first."""
        chosen = _chosen(people, since=since, until=until)
        versions, packages = self._versions(chosen)
        heads = dict[str, tuple[str, str]]()
        items = defaultdict[str, list[FiledItem]](list)
        draft_of = dict[str, str]()
        for row in self._session.execute(_items(chosen)):
            heads[row.draft_id] = (row.kind, row.requester_id)
            draft_of[row.id] = row.draft_id
            items[row.draft_id].append(
                FiledItem(row.id, row.version, ReviewState(row.state), row.submitted_at, row.decided_at)
            )
        judged = defaultdict[str, list[Judged]](list)
        for item_id, person_id, at in self._session.execute(_judged(chosen)):
            judged[draft_of[item_id]].append(Judged(item_id, person_id, at))
        found = [
            FiledDraft(
                draft_id,
                PACKAGE if draft_id in packages else kind,
                requester_id,
                tuple(items[draft_id]),
                tuple(versions[draft_id]),
                tuple(judged[draft_id]),
            )
            for draft_id, (kind, requester_id) in heads.items()
        ]
        return tuple(sorted(found, key=lambda one: (one.items[0].submitted_at, one.draft_id)))

    def openings(self, people: Collection[str], *, since: datetime, until: datetime) -> dict[tuple[str, str], datetime]:
        """Item and person -> when they first opened it in full, of the items of the same drafts."""
        chosen = _chosen(people, since=since, until=until)
        rows = self._session.execute(
            select(ReviewOpeningRow.review_item_id, ReviewOpeningRow.viewer_id, ReviewOpeningRow.opened_at)
            .join(ReviewItemRow, ReviewItemRow.id == ReviewOpeningRow.review_item_id)
            .where(ReviewItemRow.draft_id.in_(chosen))
        )
        return {(row.review_item_id, row.viewer_id): row.opened_at for row in rows}

    def words(self, versions: Iterable[tuple[str, int]]) -> dict[tuple[str, int], list[str]]:
        """Draft id and version -> the words of its sentences, in order."""
        found = dict[tuple[str, int], list[str]]()
        sentences = func.jsonb_path_query_array(
            DraftVersionRow.content, literal_column("'$.sections[*].segments[*].text'")
        )
        for some in _batches(sorted(set(versions))):
            rows = self._session.execute(
                select(DraftVersionRow.draft_id, DraftVersionRow.version, sentences).where(
                    tuple_(DraftVersionRow.draft_id, DraftVersionRow.version).in_(some)
                )
            )
            for draft_id, version, texts in rows:
                found[draft_id, version] = [word for text in texts for word in str(text).split()]
        return found

    def _versions(self, chosen: Select[str]) -> tuple[dict[str, list[WrittenVersion]], set[str]]:
        """The versions of each draft, and which drafts are packages of questionnaires."""
        written, packages = defaultdict[str, list[WrittenVersion]](list), set[str]()
        provenance = DraftVersionRow.content["provenance"]
        rows = self._session.execute(
            select(
                DraftVersionRow.draft_id,
                DraftVersionRow.version,
                DraftVersionRow.author_id,
                DraftVersionRow.created_at,
                func.md5(provenance.as_string()).label("origin"),
                provenance["writer"].as_string().label("writer"),
                provenance["cost_usd"].as_string().label("cost"),
                provenance["parameters"][ANSWERS].as_string().is_not(None).label("package"),
                DraftVersionRow.erased_at.is_not(None).label("erased"),
            )
            .where(DraftVersionRow.draft_id.in_(chosen))
            .order_by(DraftVersionRow.draft_id, DraftVersionRow.version)
        )
        for row in rows:
            packages |= {row.draft_id} if row.package else set()
            written[row.draft_id].append(
                WrittenVersion(
                    version=row.version,
                    author_id=row.author_id,
                    created_at=row.created_at,
                    origin=row.origin or "",
                    by_model=row.writer == "model",
                    cost_usd=None if row.cost is None else Decimal(row.cost),
                    erased=row.erased,
                )
            )
        return written, packages


def _chosen(people: Collection[str], *, since: datetime, until: datetime) -> Select[str]:
    """Ids of the drafts whose first version was filed in the time."""
    return select(_First.draft_id).where(
        _First.version == literal_column("1"),
        ~_First.is_test,
        _First.submitted_at >= since,
        _First.submitted_at < until,
        _is_of(_First.requester_id, people),
    )


def _is_of(column: Any, people: Collection[str]) -> ColumnElement[bool]:
    matches: ColumnElement[bool] = column == any_(literal(sorted(people), ARRAY(TEXT)))
    return matches


def _items(chosen: Select[str]) -> Select[str, str, int, str, str, str, datetime, datetime | None]:
    return (
        select(
            ReviewItemRow.id,
            ReviewItemRow.draft_id,
            ReviewItemRow.version,
            ReviewItemRow.kind,
            ReviewItemRow.requester_id,
            ReviewItemRow.state,
            ReviewItemRow.submitted_at,
            ReviewItemRow.decided_at,
        )
        .where(ReviewItemRow.draft_id.in_(chosen))
        .order_by(ReviewItemRow.draft_id, ReviewItemRow.version)
    )


def _judged(chosen: Select[str]) -> Any:
    """Votes, also those that no longer count, and refusals."""
    voted = (
        select(ReviewVoteRow.review_item_id, ReviewVoteRow.voter_id, ReviewVoteRow.cast_at)
        .join(ReviewItemRow, ReviewItemRow.id == ReviewVoteRow.review_item_id)
        .where(ReviewItemRow.draft_id.in_(chosen))
    )
    refused = select(ReviewItemRow.id, ReviewItemRow.decided_by, ReviewItemRow.decided_at).where(
        ReviewItemRow.draft_id.in_(chosen),
        ReviewItemRow.decided_by.is_not(None),
        ReviewItemRow.decided_at.is_not(None),
        ReviewItemRow.verdict.in_([Verdict.REJECT.value, Verdict.REQUEST_CHANGES.value]),
    )
    return union(voted, refused)


def _batches(keys: list[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    for start in range(0, len(keys), _TEXTS_AT_ONCE):
        yield keys[start : start + _TEXTS_AT_ONCE]
