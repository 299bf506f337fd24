"""Review items and votes in memory, for the tests of rules that need no database."""

from datetime import UTC, datetime

from copilot.domain.access import Role
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import Risk
from copilot.domain.review_items import Requirement, ReviewItem, ReviewState, Verdict, Vote

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)


def item_under(requirement: Requirement, **changes: object) -> ReviewItem:
    """An internal draft of `ana` that waits for who may approve it."""
    plain = ReviewItem(
        id="review_1",
        draft_id="draft_1",
        version=1,
        kind=DraftKind.BRIEF,
        digest="d1",
        state=ReviewState.PENDING,
        risk=Risk.LOW,
        requester_id="ana",
        author_id="ana",
        audience=Audience.INTERNAL,
        requirement=requirement,
        submitted_at=NOW,
    )
    return plain.model_copy(update=changes)


def vote(item: ReviewItem, voter: str, role: Role, *, step: int = 0, lender: str | None = None) -> Vote:
    """An approval of the item as it is, under its requirement."""
    return Vote(
        voter_id=voter,
        role=role,
        on_behalf_of=lender,
        step=step,
        verdict=Verdict.APPROVE,
        digest=item.digest,
        terms=item.requirement.terms,
        cast_at=NOW,
    )
