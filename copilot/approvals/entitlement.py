"""Whether the people behind an approval may still give it.

Invariant: a vote counts for as long as its voter is active, sees the item and has the role it was given with.
"""

from copilot.domain.access import Viewer
from copilot.domain.approvals import approvals_hold, live_votes
from copilot.domain.review_items import ReviewItem, Vote
from copilot.store.database import UnitOfWork
from copilot.store.releases import active_user
from copilot.store.reviews import ReviewRepository


def entitled_approvers(item: ReviewItem, *, uow: UnitOfWork) -> tuple[Viewer, ...]:
    """Everybody whose votes make the approval, as they are now; empty if it no longer holds as a whole."""
    if not approvals_hold(item):
        return ()
    voters = tuple(voter for vote in live_votes(item) if (voter := entitled_voter(item, vote, uow=uow)) is not None)
    return voters if len(voters) == item.requirement.approvals else ()


def entitled_voter(item: ReviewItem, vote: Vote, *, uow: UnitOfWork) -> Viewer | None:
    """Who gave the vote, if they could still give it."""
    voter = active_user(uow, vote.voter_id)
    if voter is None or ReviewRepository(uow).find(item.id, viewer=voter) is None:
        return None
    return voter if voter.role is vote.role else None
