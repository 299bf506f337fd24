"""Ways into the drafts from elsewhere: from an account, from a draft's older version, from a piece of evidence.

Invariant 3: every query filters by `item_is_visible(viewer)`; what the viewer may not see is not found.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, select, true

from copilot.domain.access import Viewer
from copilot.domain.account_facts import PassageSpan
from copilot.domain.drafts import Draft, DraftKind
from copilot.domain.evidence import Evidence
from copilot.domain.language import Language
from copilot.domain.review_items import ReviewState
from copilot.store.database import UnitOfWork
from copilot.store.evidence import passage_is_visible
from copilot.store.kept_statements import Asked, Kept, ask, kept_for_viewers
from copilot.store.review_entries import item_is_visible
from copilot.store.tables.documents import PassageRow
from copilot.store.tables.work import DraftEvidenceRow, DraftVersionRow, ReviewItemRow
from copilot.store.visibility import visible_accounts

_OF_VERSION = and_(DraftVersionRow.draft_id == ReviewItemRow.draft_id, DraftVersionRow.version == ReviewItemRow.version)


class CitedWorkRepository:
    """Finds drafts for one viewer at a time."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def latest_item_id(
        self, account_id: str, *, kind: DraftKind, language: Language | None = None, viewer: Viewer
    ) -> str | None:
        """The review item of the newest draft of this kind that was not replaced, rejected or taken back; `language`:
        of those written in it."""
        [rows] = ask(self._uow, latest_asked(account_id, kind=kind, language=language, viewer=viewer))
        return latest_of(rows)

    def newest_version_item_id(self, draft_id: str, *, viewer: Viewer) -> str | None:
        """The review item of a draft's newest version."""
        return self._session.scalar(
            select(ReviewItemRow.id)
            .where(ReviewItemRow.draft_id == draft_id, item_is_visible(viewer))
            .order_by(ReviewItemRow.version.desc())
            .limit(1)
        )

    def passages(self, document_id: str, *, viewer: Viewer) -> list[PassageSpan]:
        """Where the passages of a document lie that can be cited, in order."""
        rows = self._session.execute(
            select(PassageRow.id, PassageRow.document_id, PassageRow.start, PassageRow.end)
            .where(PassageRow.document_id == document_id, passage_is_visible(viewer))
            .order_by(PassageRow.ordinal)
        )
        return [PassageSpan(*row) for row in rows]

    def cited(self, evidence_id: str, *, viewer: Viewer) -> Evidence | None:
        """A piece of evidence as the newest draft that cites it took it down.

        For figures that a workflow computed itself, which exist nowhere else. Its account must be visible now.
        """
        content = self._session.scalar(
            select(DraftVersionRow.content)
            .join(ReviewItemRow, _OF_VERSION)
            .join(
                DraftEvidenceRow,
                and_(
                    DraftEvidenceRow.draft_id == DraftVersionRow.draft_id,
                    DraftEvidenceRow.version == DraftVersionRow.version,
                ),
            )
            .where(
                DraftEvidenceRow.evidence_id == evidence_id,
                ReviewItemRow.account_id.in_(visible_accounts(viewer)),
                item_is_visible(viewer),
            )
            .order_by(ReviewItemRow.submitted_at.desc(), ReviewItemRow.id)
            .limit(1)
        )
        if content is None:
            return None
        return Draft.model_validate(content).evidence_by_id.get(evidence_id)


def latest_asked(account_id: str, *, kind: DraftKind, viewer: Viewer, language: Language | None = None) -> Asked:
    """What `CitedWorkRepository.latest_item_id` asks; see `latest_of`."""
    return _latest(in_language=language is not None)(viewer).asked(
        viewer, account_id=account_id, kind=kind.value, **({} if language is None else {"language": language.value})
    )


def latest_of(rows: Sequence[Any]) -> str | None:
    """What is answered."""
    return rows[0].id if rows else None


@cache
def _latest(*, in_language: bool) -> Callable[[Viewer], Kept]:
    gone = [ReviewState.SUPERSEDED.value, ReviewState.REJECTED.value, ReviewState.WITHDRAWN.value]

    def newest(viewer: Viewer) -> Select[*tuple[Any, ...]]:
        return (
            select(ReviewItemRow.id)
            .where(
                ReviewItemRow.account_id == bindparam("account_id", ""),
                ReviewItemRow.account_id.in_(visible_accounts(viewer)),
                ReviewItemRow.kind == bindparam("kind", ""),
                ReviewItemRow.state.not_in(gone),
                ReviewItemRow.language == bindparam("language", "") if in_language else true(),
                ~ReviewItemRow.is_test,
                item_is_visible(viewer),
            )
            .order_by(ReviewItemRow.submitted_at.desc(), ReviewItemRow.version.desc(), ReviewItemRow.id.desc())
            .limit(1)
        )

    return kept_for_viewers(newest)
