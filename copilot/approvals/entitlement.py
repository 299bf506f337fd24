"""Whether the people behind an approval may still give it.

Invariant: a vote counts for as long as its voter could still give it: they are active, see the item and all it cites,
and have the role it was given with, or still act, by the same delegation, for an active delegator who has it and sees
the item too.
"""

from collections.abc import Mapping

from copilot.approvals.entries import is_readable
from copilot.domain.access import Viewer
from copilot.domain.approvals import approvals_hold, live_votes
from copilot.domain.review_items import Delegated, ReviewItem, Vote
from copilot.store.database import UnitOfWork
from copilot.store.delegations import DelegationRepository
from copilot.store.drafts import DraftRepository
from copilot.store.people import PeopleRepository

LOST = "entitlement_changed"
REOPENED = "step_reopened"
"""A vote of a later step, given when the step before seemed complete."""


def entitled_approvers(item: ReviewItem, *, uow: UnitOfWork) -> tuple[Viewer, ...]:
    """Everybody whose votes make the approval, as they are now; empty if it no longer holds as a whole."""
    if not approvals_hold(item):
        return ()
    cited = _cited(item, uow=uow)
    found = (_entitled_voter(item, vote, cited=cited, uow=uow) for vote in live_votes(item))
    voters = tuple(voter for voter in found if voter is not None)
    return voters if len(voters) == item.requirement.approvals else ()


def _entitled_voter(item: ReviewItem, vote: Vote, *, cited: frozenset[str], uow: UnitOfWork) -> Viewer | None:
    """Who gave the vote, if they could still give it."""
    voter = PeopleRepository(uow).by_id(vote.voter_id)
    if voter is None or not is_readable(item.id, cited_accounts=cited, viewer=voter, uow=uow):
        return None
    if vote.on_behalf_of is None:
        return voter if voter.role is vote.role else None
    lent = DelegationRepository(uow).lent_to(voter.user_id, delegator_id=vote.on_behalf_of, since=vote.cast_at)
    holds = any(each.role is vote.role and _lender_sees(item, each, cited=cited, uow=uow) for each in lent)
    return voter if holds else None


def lender_sees(item: ReviewItem, lent: Delegated, *, uow: UnitOfWork) -> bool:
    """Whether the delegator has a right to lend: they are active and see the item and all it cites."""
    return _lender_sees(item, lent, cited=_cited(item, uow=uow), uow=uow)


def _lender_sees(item: ReviewItem, lent: Delegated, *, cited: frozenset[str], uow: UnitOfWork) -> bool:
    delegator = PeopleRepository(uow).by_id(lent.delegator_id)
    return delegator is not None and is_readable(item.id, cited_accounts=cited, viewer=delegator, uow=uow)


def lost_votes(item: ReviewItem, *, uow: UnitOfWork) -> Mapping[str, str]:
    """Voter -> why their vote on the item no longer counts. Steps are in order, so a gap voids what came after it."""
    votes = live_votes(item)
    if not votes:
        return {}
    cited = _cited(item, uow=uow)
    lost = {vote.voter_id: LOST for vote in votes if _entitled_voter(item, vote, cited=cited, uow=uow) is None}
    if not lost:
        return {}
    left = [vote.step for vote in votes if vote.voter_id not in lost]
    gap = next(
        (number for number, step in enumerate(item.requirement.steps) if left.count(number) < step.approvers), None
    )
    later = {vote.voter_id for vote in votes if gap is not None and vote.step > gap}
    return lost | dict.fromkeys(later - set(lost), REOPENED)


def _cited(item: ReviewItem, *, uow: UnitOfWork) -> frozenset[str]:
    return DraftRepository(uow).judged(item.draft_id, item.version).cited_accounts
