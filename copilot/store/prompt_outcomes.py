"""What became of the drafts that were written with each version of a prompt.

Invariant: counts only, over every account, so only an administrator may be shown them; test items do not count.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, and_, cast, func, select

from copilot.domain.review_items import ReviewState
from copilot.store.database import UnitOfWork
from copilot.store.tables.work import DraftVersionRow, ReviewItemRow

_APPROVED = (ReviewState.APPROVED, ReviewState.RELEASED, ReviewState.RELEASE_FAILED, ReviewState.RECALLED)
_EDITED = (ReviewState.SUPERSEDED,)
_REFUSED = (ReviewState.REJECTED, ReviewState.CHANGES_REQUESTED)


@dataclass(frozen=True, slots=True)
class PromptOutcome:
    """Drafts of one version of one prompt, by what was decided."""

    prompt_id: str
    version: int
    drafts: int
    approved: int
    """As it was written."""
    replaced: int
    """By an edit or by drafting again."""
    refused: int
    """Rejected or sent back."""


def outcomes_by_prompt(*, uow: UnitOfWork) -> tuple[PromptOutcome, ...]:
    """Of every prompt with which a draft was written that is still kept."""
    provenance = DraftVersionRow.content["provenance"]
    prompt_id, version = provenance["prompt_id"].astext, cast(provenance["prompt_version"].astext, Integer)

    def with_state(states: tuple[ReviewState, ...]) -> Any:
        return func.count().filter(ReviewItemRow.state.in_([state.value for state in states]))

    rows = uow.session.execute(
        select(
            prompt_id,
            version,
            func.count(),
            with_state(_APPROVED),
            with_state(_EDITED),
            with_state(_REFUSED),
        )
        .select_from(DraftVersionRow)
        .join(
            ReviewItemRow,
            and_(ReviewItemRow.draft_id == DraftVersionRow.draft_id, ReviewItemRow.version == DraftVersionRow.version),
        )
        .where(prompt_id.is_not(None), version.is_not(None), ReviewItemRow.is_test.is_(False))
        .group_by(prompt_id, version)
        .order_by(prompt_id, version)
    )
    return tuple(PromptOutcome(*row) for row in rows)
