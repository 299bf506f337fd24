"""One item as a reviewer sees it: the draft, the findings, who did and said what, and what they may do now.

Invariant 3: earlier versions and what was said about them are shown only to who may see all that those cite.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime

from copilot.approvals.deciding import may_retry
from copilot.approvals.entries import find_whole, sees_all_cited
from copilot.approvals.filing import may_edit
from copilot.approvals.handling import Handling, may_claim, may_reassign, names_of
from copilot.domain.access import Role, Viewer
from copilot.domain.approvals import (
    Accepted,
    Outcome,
    RefusalCode,
    Refused,
    closed,
    decide,
    may_approve,
    recall,
    withdraw,
)
from copilot.domain.drafts import Draft
from copilot.domain.findings import Finding, blocking, unsupported_segments
from copilot.domain.review_items import (
    SUBMITTED_AGAIN,
    UNDECIDED,
    Decision,
    ReviewItem,
    ReviewState,
    Verdict,
)
from copilot.store.database import UnitOfWork
from copilot.store.drafts import DraftRepository, StoredVersion
from copilot.store.releases import Release, ReleaseRepository
from copilot.store.review_comments import Comment, CommentRepository
from copilot.store.review_entries import QueueEntry
from copilot.store.reviews import ReviewRepository
from copilot.store.votes import VoteLine, VoteRepository


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version of the draft."""

    item_id: str
    version: int
    state: ReviewState
    author_name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ReviewRights:
    """Why the viewer may not do something with the item now; None: they may."""

    approve: RefusalCode | None
    """Sentences without support taken as accepted."""
    reject: RefusalCode | None
    request_changes: RefusalCode | None
    edit: RefusalCode | None
    claim: RefusalCode | None
    give_back: RefusalCode | None
    reassign: RefusalCode | None
    comment: RefusalCode | None
    withdraw: RefusalCode | None
    recall: RefusalCode | None
    submit_again: RefusalCode | None
    retry_release: RefusalCode | None

    @property
    def allowed(self) -> frozenset[str]:
        """Names of what the viewer may do."""
        return frozenset(each.name for each in fields(self) if getattr(self, each.name) is None)


@dataclass(frozen=True, slots=True)
class ReviewView:
    """Everything a reviewer sees of one item."""

    entry: QueueEntry
    version: StoredVersion
    release: Release | None
    may_approve: RefusalCode | None
    """Why this viewer's own role may not approve it; None: it may."""
    rights: ReviewRights
    comments: tuple[Comment, ...] = ()
    """On all versions that the viewer may see, oldest first."""
    votes: tuple[VoteLine, ...] = ()
    """All votes on this version, void ones too, oldest first."""
    versions: tuple[VersionLine, ...] = ()
    """Those that the viewer may see, oldest first."""
    assignee_name: str | None = None
    claimer_id: str | None = None
    """Who is on it now; None also when their claim ran out."""
    claimer_name: str | None = None
    newest_item_id: str | None = None
    """Of the newest version there is; what it cites may be closed to the viewer."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Of everybody whom the item names, by id."""
    opened: bool = False
    """The viewer has seen it before."""

    @property
    def item(self) -> ReviewItem:
        return self.entry.item

    @property
    def draft(self) -> Draft:
        return self.version.draft

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.version.findings

    @property
    def unsupported_segments(self) -> tuple[str, ...]:
        """Ids of the segments that must be accepted by name."""
        return unsupported_segments(self.version.findings)


@dataclass(frozen=True, slots=True)
class ReadItem:
    """What somebody reads of an item who decides nothing about it."""

    entry: QueueEntry
    draft: Draft

    @property
    def item(self) -> ReviewItem:
        return self.entry.item


def read_item(item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> ReadItem:
    """One item for one person, without what it could be decided by. Raises NotFound."""
    whole = find_whole(item_id, viewer=viewer, uow=uow)
    return ReadItem(whole.entry, whole.version.draft)


def read_view(item_id: str, *, handling: Handling, viewer: Viewer, uow: UnitOfWork) -> ReviewView:
    """One item for one person. Raises NotFound."""
    whole = find_whole(item_id, viewer=viewer, uow=uow)
    entry, version, beside = whole.entry, whole.version, whole.beside
    item = entry.item
    listed = ReviewRepository(uow).of_draft(item.draft_id, viewer=viewer) if beside.versions else (entry,)
    siblings = _readable_versions(entry, listed, viewer=viewer, uow=uow)
    claimer_id = handling.claimer(item, uow=uow)
    involved = {item.requester_id, item.author_id, item.assignee_id, version.author_id, claimer_id}
    involved |= {each.author_id for each in siblings}
    names = {key: name for key, name in whole.names.items() if key in involved}
    names |= names_of(involved - names.keys(), uow=uow)
    return ReviewView(
        entry=entry,
        version=version,
        release=ReleaseRepository(uow).get(item_id) if beside.release else None,
        may_approve=may_approve(item, user_id=viewer.user_id, role=viewer.role),
        rights=_rights(item, version, claimer_id=claimer_id, viewer=viewer, uow=uow),
        comments=CommentRepository(uow).on_items([each.id for each in siblings]) if beside.comments else (),
        votes=VoteRepository(uow).history(item_id) if beside.votes else (),
        versions=tuple(
            VersionLine(
                item_id=each.id,
                version=each.version,
                state=each.state,
                author_name=names.get(each.author_id or "", ""),
                created_at=each.submitted_at,
            )
            for each in siblings
        ),
        assignee_name=names.get(item.assignee_id or ""),
        claimer_id=claimer_id,
        claimer_name=names.get(claimer_id or ""),
        newest_item_id=listed[-1].item.id if listed else None,
        names=names,
        opened=beside.opened,
    )


def _readable_versions(
    entry: QueueEntry, listed: Sequence[QueueEntry], *, viewer: Viewer, uow: UnitOfWork
) -> list[ReviewItem]:
    return [
        other.item for other in listed if other.item.id == entry.item.id or _is_readable(other, viewer=viewer, uow=uow)
    ]


def _is_readable(listed: QueueEntry, *, viewer: Viewer, uow: UnitOfWork) -> bool:
    cited = DraftRepository(uow).judged(listed.item.draft_id, listed.item.version).cited_accounts
    return sees_all_cited(listed, cited, viewer=viewer, uow=uow)


def _rights(
    item: ReviewItem, version: StoredVersion, *, claimer_id: str | None, viewer: Viewer, uow: UnitOfWork
) -> ReviewRights:
    # Asked once for all that rest on it: it looks up what others lent.
    own_turn = may_claim(item, viewer=viewer, uow=uow)
    is_open = item.state in UNDECIDED
    holds = viewer.user_id == claimer_id or (claimer_id is not None and viewer.role in {Role.MANAGER, Role.ADMIN})
    failed = item.state is ReviewState.RELEASE_FAILED
    again = item.state in SUBMITTED_AGAIN
    return ReviewRights(
        approve=own_turn or ("blocked" if blocking(version.findings) else None),
        reject=_may_send_back(item, version, Verdict.REJECT, own_turn=own_turn, viewer=viewer, uow=uow),
        request_changes=_may_send_back(
            item, version, Verdict.REQUEST_CHANGES, own_turn=own_turn, viewer=viewer, uow=uow
        ),
        edit=closed(item) if not is_open else None if may_edit(item, viewer) else "not_allowed",
        claim=own_turn if claimer_id in {None, viewer.user_id} else "conflict",
        give_back=None if holds else "not_allowed",
        reassign=may_reassign(item, viewer=viewer),
        comment=None,
        withdraw=_code(withdraw(item, user_id=viewer.user_id, role=viewer.role)),
        recall=_code(recall(item, user_id=viewer.user_id, role=viewer.role)),
        submit_again="conflict" if not again else None if viewer.user_id == item.requester_id else "not_allowed",
        retry_release="conflict" if not failed else None if may_retry(item, viewer) else "not_allowed",
    )


def _may_send_back(
    item: ReviewItem,
    version: StoredVersion,
    verdict: Verdict,
    *,
    own_turn: RefusalCode | None,
    viewer: Viewer,
    uow: UnitOfWork,
) -> RefusalCode | None:
    trial = Decision(
        verdict=verdict,
        decider_id=viewer.user_id,
        decider_role=viewer.role,
        digest=item.digest,
        comment="-",
    )
    code = _code(decide(item, trial, now=uow.clock.now(), findings=version.findings))
    return None if code == "not_allowed" and own_turn is None else code


def _code(outcome: Outcome) -> RefusalCode | None:
    """None only where something would happen: what was done before is no right to do it again."""
    if isinstance(outcome, Accepted):
        return None
    return outcome.code if isinstance(outcome, Refused) else "conflict"
