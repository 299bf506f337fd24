"""What a person could approve now, as a condition on `review_items`.

Invariant: this is an estimate of `copilot.domain.approvals.may_approve` that a list is narrowed by; `Turns.holds` asks
the rule itself of each item that is shown, and `decide` asks it again.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import BindParameter, ColumnElement, DateTime, and_, bindparam, exists, not_, or_, select, text

from copilot.domain.access import Role, Viewer
from copilot.domain.approvals import live_votes, may_approve
from copilot.domain.drafts import Audience
from copilot.domain.findings import Risk
from copilot.domain.review_items import OPEN, ReviewItem
from copilot.store.database import UnitOfWork
from copilot.store.kept_statements import Kept, ask, kept
from copilot.store.tables.people import UserRow
from copilot.store.tables.work import DelegationRow, DraftVersionRow, ReviewItemRow, ReviewVoteRow

_ROLE_FITS = """
case when not exists (select from review_votes v where v.review_item_id = review_items.id and v.voided_at is null)
then review_items.requirement #> '{steps,0,roles}' ? :role
else exists (
    select from (
        select s.step, sum(case when s.given < (s.step ->> 'approvers')::int then 1 else 0 end)
            over (order by s.place) as lacking, s.given
        from (
            select step, place, (
                select count(*) from review_votes v
                where v.review_item_id = review_items.id and v.voided_at is null and v.verdict = 'approve'
                and v.digest = review_items.digest and v.step = place - 1
            ) as given
            from jsonb_array_elements(review_items.requirement -> 'steps') with ordinality as steps (step, place)
        ) as s
    ) as counted
    where lacking = 1 and given < (step ->> 'approvers')::int and step -> 'roles' ? :role
) end
"""
"""The step that is open is the first that lacks approvals."""


@dataclass(frozen=True, slots=True)
class Right:
    """A right to approve: one's own, or one that somebody lent."""

    role: Role
    people: tuple[str, ...]
    """Who would be behind the approval."""
    on_behalf_of: str | None = None


@dataclass(frozen=True, slots=True)
class Turns:
    """A person's rights to approve now."""

    viewer: Viewer
    rights: tuple[Right, ...]

    def condition(self, now: ColumnElement[datetime]) -> ColumnElement[bool]:
        """Open, in time, and one of the rights fits."""
        return and_(
            ReviewItemRow.state.in_([state.value for state in OPEN]),
            ReviewItemRow.expires_at > now,
            or_(*(_fits(right) for right in self.rights)),
        )

    def holds(self, item: ReviewItem) -> bool:
        """Whether the rules of the queue agree."""
        return any(
            may_approve(item, user_id=self.viewer.user_id, role=right.role, on_behalf_of=right.on_behalf_of) is None
            and not any(vote.people & set(right.people) for vote in live_votes(item))
            for right in self.rights
        )


def turns_of(viewer: Viewer, *, uow: UnitOfWork) -> Turns:
    """The viewer's own right and those that others lent them for this moment."""
    now = uow.clock.now()
    [lent] = ask(uow, _lent().asked(delegate=viewer.user_id, now=now))
    own = Right(viewer.role, (viewer.user_id,))
    return Turns(viewer, (own, *(Right(Role(role), (viewer.user_id, person), person) for person, role in lent)))


@cache
def _lent() -> Kept:
    """Who lent the person `delegate` their right, for the moment `now`."""
    now: BindParameter[datetime] = bindparam("now", None, type_=DateTime(timezone=True))
    return kept(
        select(UserRow.id, UserRow.role)
        .join(DelegationRow, DelegationRow.delegator_id == UserRow.id)
        .where(
            DelegationRow.delegate_id == bindparam("delegate", ""),
            DelegationRow.revoked_at.is_(None),
            DelegationRow.starts_at <= now,
            DelegationRow.ends_at > now,
            UserRow.active,
        )
    )


def _fits(right: Right) -> ColumnElement[bool]:
    fits = text(_ROLE_FITS.replace(":role", f":role_{right.role.value}")).bindparams(
        bindparam(f"role_{right.role.value}", right.role.value)
    )
    people = list(right.people)
    alone = and_(
        ReviewItemRow.requirement["self_review"].as_boolean(),
        ReviewItemRow.audience == Audience.INTERNAL.value,
        ReviewItemRow.risk.in_([risk.value for risk in Risk if risk.rank < Risk.HIGH.rank]),
    )
    wrote = exists(
        select(DraftVersionRow.draft_id).where(
            DraftVersionRow.draft_id == ReviewItemRow.draft_id,
            DraftVersionRow.version <= ReviewItemRow.version,
            DraftVersionRow.author_id.in_(people),
        )
    )
    voted = exists(
        select(ReviewVoteRow.id).where(
            ReviewVoteRow.review_item_id == ReviewItemRow.id,
            ReviewVoteRow.voided_at.is_(None),
            ReviewVoteRow.digest == ReviewItemRow.digest,
            or_(ReviewVoteRow.voter_id.in_(people), ReviewVoteRow.on_behalf_of.in_(people)),
        )
    )
    others = or_(alone, and_(ReviewItemRow.requester_id.not_in(people), not_(wrote)))
    return and_(fits, others, not_(voted))
