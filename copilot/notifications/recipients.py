"""Who hears of what.

Invariants: nobody hears of what they did themselves; nobody hears of an item that they may not see, and that is
asked again when the mail is written; who is told that an item waits for them could decide it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from copilot.domain.access import Role, Viewer
from copilot.domain.approvals import may_approve, open_step
from copilot.domain.audit import AuditEvent
from copilot.domain.notifications import NotificationKind
from copilot.domain.review_items import APPROVAL_STANDS, OPEN, ReviewItem, ReviewState
from copilot.store.account_people import people_of_account
from copilot.store.database import UnitOfWork
from copilot.store.delegations import DelegationRepository
from copilot.store.drafts import DraftRepository
from copilot.store.evidence import EvidenceRepository
from copilot.store.people import PeopleRepository
from copilot.store.releases import ReleaseRepository, ReleaseState
from copilot.store.review_entries import QueueEntry
from copilot.store.reviews import ReviewRepository

_MAKES_IT_WAIT = frozenset(
    {"review.submitted", "review.edited", "review.submitted_again", "review.voted", "review.policy_applied"}
)
_ABOUT_THE_REQUEST = {
    "review.changes_requested": NotificationKind.CHANGES_REQUESTED,
    "review.approved": NotificationKind.APPROVED,
    "review.rejected": NotificationKind.REJECTED,
}
_DEALT_WITH = frozenset({ReviewState.REJECTED, ReviewState.SUPERSEDED, ReviewState.WITHDRAWN, ReviewState.RECALLED})
"""Nobody relies any more on an item in one of these states."""
_STILL_TRUE = {
    NotificationKind.CHANGES_REQUESTED: frozenset({ReviewState.CHANGES_REQUESTED}),
    NotificationKind.APPROVED: APPROVAL_STANDS,
    NotificationKind.REJECTED: frozenset({ReviewState.REJECTED}),
    NotificationKind.ESCALATED: OPEN,
    NotificationKind.REPORTED: frozenset(ReviewState) - _DEALT_WITH,
}
"""States in which the news is still right; in others it would mislead."""


@dataclass(frozen=True, slots=True)
class Told:
    """One person to tell one thing. `key` names it, so that they hear it once."""

    user_id: str
    kind: NotificationKind
    key: str


def people_to_tell(event: AuditEvent, entry: QueueEntry, *, uow: UnitOfWork) -> tuple[Told, ...]:
    """Everybody who is to hear of an event about this item."""
    return tuple(told for told in _wanted(event, entry, uow=uow) if told.user_id != event.actor_id)


def still_concerns(viewer: Viewer, kind: NotificationKind, item_id: str, *, uow: UnitOfWork) -> QueueEntry | None:
    """The item, if the viewer may see it and the news is still right; else None."""
    entry = _readable(item_id, viewer=viewer, uow=uow)
    if entry is None:
        return None
    item = entry.item
    match kind:
        case NotificationKind.WAITING:
            right = can_decide(viewer, item, uow=uow)
        case NotificationKind.ASSIGNED:
            right = item.state in OPEN and item.assignee_id == viewer.user_id
        case NotificationKind.PARKED:
            release = ReleaseRepository(uow).get(item_id)
            right = release is not None and release.state is ReleaseState.PARKED
        case NotificationKind.WEBHOOK_OFF:
            right = False
        case _:
            right = item.state in _STILL_TRUE[kind]
    return entry if right else None


def can_decide(viewer: Viewer, item: ReviewItem, *, uow: UnitOfWork) -> bool:
    """Whether it is this person's turn now, in their own right or in that of somebody who delegated to them."""
    if item.state not in OPEN or viewer.user_id in _behind_votes(item):
        return False
    if may_approve(item, user_id=viewer.user_id, role=viewer.role) is None:
        return True
    return any(
        lent.delegator_id not in _behind_votes(item)
        and may_approve(item, user_id=viewer.user_id, role=lent.role, on_behalf_of=lent.delegator_id) is None
        and _sees(lent.delegator_id, item, uow=uow)
        for lent in DelegationRepository(uow).lent_to(viewer.user_id)
    )


def _sees(user_id: str, item: ReviewItem, *, uow: UnitOfWork) -> bool:
    person = PeopleRepository(uow).by_id(user_id)
    return person is not None and _readable(item.id, viewer=person, uow=uow) is not None


def _wanted(event: AuditEvent, entry: QueueEntry, *, uow: UnitOfWork) -> Iterator[Told]:
    item = entry.item
    if event.action in _MAKES_IT_WAIT:
        yield from _waiting(entry, uow=uow)
    elif event.action == "review.assigned" and item.assignee_id is not None:
        key = f"assigned:{item.id}:{event.sequence}"
        yield from _seeing(item, [item.assignee_id], NotificationKind.ASSIGNED, key, uow=uow)
    elif event.action == "review.escalated":
        people = PeopleRepository(uow)
        told = [person.user_id for role in item.requirement.escalate_to for person in people.with_role(role)]
        yield from _seeing(item, told, NotificationKind.ESCALATED, f"escalated:{item.id}:{event.sequence}", uow=uow)
    elif event.action in _ABOUT_THE_REQUEST:
        kind = _ABOUT_THE_REQUEST[event.action]
        told = sorted({item.requester_id, item.author_id or item.requester_id})
        yield from _seeing(item, told, kind, f"{kind.value}:{item.id}", uow=uow)
    elif event.action == "release.parked":
        admins = [person.user_id for person in PeopleRepository(uow).with_role(Role.ADMIN)]
        deciders = [vote.voter_id for vote in item.votes]
        told = sorted({item.requester_id, *deciders, *admins})
        yield from _seeing(item, told, NotificationKind.PARKED, f"parked:{item.id}:{event.sequence}", uow=uow)
    elif event.action == "chat.reported":
        yield from _looking_after(item, event.actor_id, uow=uow)


def _looking_after(item: ReviewItem, asker_id: str, *, uow: UnitOfWork) -> Iterator[Told]:
    """The asker's managers; administrators where none of those may see the item."""
    people = PeopleRepository(uow)
    asker = people.by_id(asker_id)
    team_id = None if asker is None else asker.team_id
    managers = [one.user_id for one in people.with_role(Role.MANAGER) if team_id is not None and one.team_id == team_id]
    admins = [one.user_id for one in people.with_role(Role.ADMIN)]
    for group in (managers, admins):
        others = [user_id for user_id in group if user_id != asker_id]
        told = tuple(_seeing(item, others, NotificationKind.REPORTED, f"reported:{item.id}", uow=uow))
        if told:
            yield from told
            return


def _waiting(entry: QueueEntry, *, uow: UnitOfWork) -> Iterator[Told]:
    """Whoever's turn it is, once for each step of each set of terms; an assignee hears in their own way.

    What its requester may approve alone waits for its requester: nobody else is disturbed.
    """
    item = entry.item
    step = open_step(item)
    if item.state not in OPEN or step is None or item.assignee_id is not None or _requester_decides(item, uow=uow):
        return
    key = f"waiting:{item.id}:{step}:{item.requirement.terms[:12]}"
    for person in people_of_account(entry.account_id, uow=uow):
        if still_concerns(person, NotificationKind.WAITING, item.id, uow=uow) is not None:
            yield Told(person.user_id, NotificationKind.WAITING, key)


def _seeing(
    item: ReviewItem, user_ids: Iterable[str], kind: NotificationKind, key: str, *, uow: UnitOfWork
) -> Iterator[Told]:
    """Those of them who are here and may see the item."""
    people = PeopleRepository(uow)
    for user_id in user_ids:
        person = people.by_id(user_id)
        if person is not None and _readable(item.id, viewer=person, uow=uow) is not None:
            yield Told(user_id, kind, key)


def _readable(item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> QueueEntry | None:
    """The item, if the viewer may see it and every account that its draft cites."""
    entry = ReviewRepository(uow).find(item_id, viewer=viewer)
    if entry is None:
        return None
    judged = DraftRepository(uow).judged(entry.item.draft_id, entry.item.version)
    others = set(judged.cited_accounts) - {entry.account_id}
    seen = EvidenceRepository(uow).visible_account_ids(others, viewer=viewer) if others else others
    return entry if others == seen else None


def _behind_votes(item: ReviewItem) -> frozenset[str]:
    return frozenset(person for vote in item.votes for person in vote.people)


def _requester_decides(item: ReviewItem, *, uow: UnitOfWork) -> bool:
    requester = PeopleRepository(uow).by_id(item.requester_id)
    return requester is not None and may_approve(item, user_id=requester.user_id, role=requester.role) is None
