"""Feedback and proposals in the database.

Invariant: words are read from the versions they stand in, at the moment they are needed; test items with a planted
fault are nobody's correction and are left out everywhere.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from copilot.domain.access import Viewer
from copilot.domain.drafts import Draft, DraftKind
from copilot.domain.feedback import Feedback, FeedbackKind
from copilot.domain.findings import Finding
from copilot.domain.language import Language
from copilot.domain.review_items import APPROVAL_STANDS, Verdict
from copilot.domain.style import Scope, ScopeKind
from copilot.store.database import UnitOfWork
from copilot.store.review_entries import item_is_visible
from copilot.store.tables.feedback import FeedbackRow, FeedbackScanRow
from copilot.store.tables.people import UserRow
from copilot.store.tables.records import AccountRow, ProductRow
from copilot.store.tables.work import DraftVersionRow, ReviewItemRow


@dataclass(frozen=True, slots=True)
class VersionPair:
    """A version and the one before it, to see what an edit changed."""

    item_id: str
    draft_id: str
    version: int
    author_id: str
    before: Draft
    after: Draft
    findings_before: tuple[Finding, ...]
    written_at: datetime


@dataclass(frozen=True, slots=True)
class SentBack:
    """A version that somebody refused, with the reason given."""

    item_id: str
    draft_id: str
    version: int
    verdict: Verdict
    comment: str
    decided_by: str
    decided_at: datetime
    kind: DraftKind
    language: Language


@dataclass(frozen=True, slots=True)
class ApprovedEdit:
    """A sentence before and after an edit that was approved as it was edited."""

    item_id: str
    draft_id: str
    account_id: str | None
    author_id: str
    language: Language
    old: str
    new: str
    sources: tuple[str, ...]


class FeedbackRepository:
    """Works within one unit of work; reads for learning are not filtered by viewer, reads for people are."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def unscanned(self, *, most: int) -> Iterator[VersionPair]:
        """Versions after the first that were not looked at, oldest first; each is marked as looked at."""
        before = aliased(DraftVersionRow)
        rows = self._session.execute(
            select(ReviewItemRow, DraftVersionRow, before)
            .join(DraftVersionRow, _version_of_item())
            .join(before, and_(before.draft_id == ReviewItemRow.draft_id, before.version == ReviewItemRow.version - 1))
            .where(
                ReviewItemRow.version > 1,
                ReviewItemRow.is_test.is_(False),
                ~exists().where(FeedbackScanRow.review_item_id == ReviewItemRow.id),
            )
            .order_by(ReviewItemRow.submitted_at, ReviewItemRow.id)
            .limit(most)
        ).all()
        for item, after, earlier in rows:
            self._session.execute(
                insert(FeedbackScanRow)
                .values(review_item_id=item.id, scanned_at=self._uow.clock.now())
                .on_conflict_do_nothing()
            )
            yield VersionPair(
                item_id=item.id,
                draft_id=item.draft_id,
                version=item.version,
                author_id=after.author_id,
                before=Draft.model_validate(earlier.content),
                after=Draft.model_validate(after.content),
                findings_before=tuple(Finding.model_validate(found) for found in earlier.findings),
                written_at=after.created_at,
            )

    def unheard(self, *, most: int) -> tuple[SentBack, ...]:
        """Refusals with a reason that are no feedback yet, oldest first."""
        rows = self._session.scalars(
            select(ReviewItemRow)
            .where(
                ReviewItemRow.verdict.in_([Verdict.REJECT.value, Verdict.REQUEST_CHANGES.value]),
                ReviewItemRow.comment.is_not(None),
                ReviewItemRow.decided_by.is_not(None),
                ReviewItemRow.is_test.is_(False),
                ~exists().where(FeedbackRow.review_item_id == ReviewItemRow.id, FeedbackRow.segment_id.is_(None)),
            )
            .order_by(ReviewItemRow.decided_at, ReviewItemRow.id)
            .limit(most)
        )
        return tuple(
            SentBack(
                item_id=row.id,
                draft_id=row.draft_id,
                version=row.version,
                verdict=Verdict(row.verdict or ""),
                comment=row.comment or "",
                decided_by=row.decided_by or "",
                decided_at=row.decided_at or row.submitted_at,
                kind=DraftKind(row.kind),
                language=Language(row.language),
            )
            for row in rows
        )

    def add(self, entries: Iterable[Feedback]) -> int:
        """Keep feedback; what is there is left alone. Returns how many are new."""
        new = 0
        for entry in entries:
            row = self._session.execute(
                insert(FeedbackRow)
                .values(
                    id=f"feedback_{self._uow.clock.new_id().hex}",
                    review_item_id=entry.item_id,
                    topics=list(entry.topics),
                    **entry.model_dump(mode="json", exclude={"item_id", "topics", "created_at"}),
                    created_at=entry.created_at,
                )
                .on_conflict_do_nothing()
                .returning(FeedbackRow.id)
            ).one_or_none()
            new += row is not None
        return new

    def newly_approved(self) -> set[tuple[str, Language]]:
        """Mark edits that are approved by now; return whose they are, and in which language."""
        rows = self._session.execute(
            update(FeedbackRow)
            .where(FeedbackRow.kind == FeedbackKind.EDIT.value, FeedbackRow.approved_at.is_(None), _is_approved())
            .values(approved_at=self._uow.clock.now())
            .returning(FeedbackRow.author_id, FeedbackRow.language)
            .execution_options(synchronize_session=False)
        )
        return {(row.author_id, Language(row.language)) for row in rows}

    def approved_edits(self, scope: Scope, *, since: datetime) -> Iterator[ApprovedEdit]:
        """Edits of a person or of the members of a team that stand in an approved version word for word."""
        rows = self._session.scalars(
            select(FeedbackRow)
            .where(
                FeedbackRow.kind == FeedbackKind.EDIT.value,
                FeedbackRow.language == scope.language.value,
                FeedbackRow.created_at >= since,
                _by(scope),
                _is_approved(),
            )
            .order_by(FeedbackRow.id)
        ).all()
        for row in rows:
            found = self._words_of(row)
            if found is not None:
                yield found

    def recent(
        self, *, viewer: Viewer, since: datetime, kinds: Sequence[FeedbackKind] = (), most: int = 200
    ) -> tuple[Feedback, ...]:
        """Feedback on items that the viewer may see, newest first."""
        wanted = [kind.value for kind in kinds or FeedbackKind]
        rows = self._session.scalars(
            select(FeedbackRow)
            .join(ReviewItemRow, ReviewItemRow.id == FeedbackRow.review_item_id)
            .where(item_is_visible(viewer), FeedbackRow.created_at >= since, FeedbackRow.kind.in_(wanted))
            .order_by(FeedbackRow.created_at.desc(), FeedbackRow.id)
            .limit(most)
        )
        return tuple(_to_domain(row) for row in rows)

    def since(self, moment: datetime) -> tuple[Feedback, ...]:
        """All feedback from then on, for counting; no words."""
        rows = self._session.scalars(
            select(FeedbackRow).where(FeedbackRow.created_at >= moment).order_by(FeedbackRow.created_at, FeedbackRow.id)
        )
        return tuple(_to_domain(row) for row in rows)

    def visible_items(self, item_ids: Collection[str], *, viewer: Viewer) -> frozenset[str]:
        """Those of the items that the viewer may see."""
        query = select(ReviewItemRow.id).where(ReviewItemRow.id.in_(list(item_ids)), item_is_visible(viewer))
        return frozenset(self._session.scalars(query))

    def known_names(self) -> tuple[str, ...]:
        """Names of accounts, products and our own people; contacts and others are told by their form."""
        queries = (select(AccountRow.name), select(ProductRow.name), select(UserRow.name))
        return tuple(name for query in queries for name in self._session.scalars(query))

    def _words_of(self, row: FeedbackRow) -> ApprovedEdit | None:
        """Both versions of the sentence, if an approved version says it as it was edited."""
        before = self._session.get(DraftVersionRow, (row.draft_id, row.version - 1))
        after = self._session.get(DraftVersionRow, (row.draft_id, row.version))
        if before is None or after is None or before.erased_at or after.erased_at:
            return None
        old, new = (_segment_text(version.content, row.segment_id) for version in (before, after))
        approved = self._session.scalars(
            select(DraftVersionRow.content)
            .join(ReviewItemRow, _version_of_item())
            .where(
                ReviewItemRow.draft_id == row.draft_id,
                ReviewItemRow.version >= row.version,
                ReviewItemRow.state.in_(APPROVAL_STANDS),
            )
        )
        if not old or not new or all(_segment_text(content, row.segment_id) != new for content in approved):
            return None
        draft = Draft.model_validate(after.content)
        cited = next(item.evidence_ids for item in draft.segments() if item.id == row.segment_id)
        evidence = draft.evidence_by_id
        return ApprovedEdit(
            item_id=row.review_item_id,
            draft_id=row.draft_id,
            account_id=draft.account_id,
            author_id=row.author_id,
            language=Language(row.language),
            old=old,
            new=new,
            sources=tuple(evidence[key].text for key in cited if key in evidence),
        )


def _version_of_item() -> ColumnElement[bool]:
    return and_(DraftVersionRow.draft_id == ReviewItemRow.draft_id, DraftVersionRow.version == ReviewItemRow.version)


def _is_approved() -> ColumnElement[bool]:
    return exists().where(
        ReviewItemRow.draft_id == FeedbackRow.draft_id,
        ReviewItemRow.version >= FeedbackRow.version,
        ReviewItemRow.state.in_(APPROVAL_STANDS),
        ReviewItemRow.is_test.is_(False),
    )


def _by(scope: Scope) -> ColumnElement[bool]:
    if scope.kind is ScopeKind.PERSON:
        return FeedbackRow.author_id == scope.id
    return FeedbackRow.author_id.in_(select(UserRow.id).where(UserRow.team_id == scope.id))


def _segment_text(content: dict[str, object], segment_id: str | None) -> str | None:
    draft = Draft.model_validate(content)
    return next((item.text for item in draft.segments() if item.id == segment_id), None)


def _to_domain(row: FeedbackRow) -> Feedback:
    return Feedback(
        kind=FeedbackKind(row.kind),
        item_id=row.review_item_id,
        draft_id=row.draft_id,
        version=row.version,
        segment_id=row.segment_id,
        section_key=row.section_key,
        author_id=row.author_id,
        draft_kind=DraftKind(row.draft_kind),
        language=Language(row.language),
        topics=tuple(row.topics),
        created_at=row.created_at,
    )
