"""Proposals from corrections that come back: a change of a prompt, or of what the answers rest on.

Invariant: a proposal points at items and is decided by a person; what was accepted or declined is proposed again only
by corrections made after that decision.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from copilot.approvals.feedback.reasons import OTHER, TARGETS
from copilot.approvals.feedback.rules import FeedbackRules
from copilot.domain.drafts import DraftKind
from copilot.domain.feedback import Feedback, FeedbackKind, Proposal, ProposalTarget
from copilot.domain.language import Language
from copilot.store.database import UnitOfWork
from copilot.store.feedback import FeedbackRepository
from copilot.store.proposals import ProposalRepository

_FROM_SOURCES = frozenset({"grounding", "evidence", "freshness"})
"""Families of findings that a better source would have prevented."""
_MOST_EXAMPLES = 50
_Key = tuple[ProposalTarget, str, DraftKind, Language]


@dataclass
class _Group:
    """Corrections of one kind."""

    entries: list[Feedback] = field(default_factory=list)


def propose_due(*, rules: FeedbackRules, uow: UnitOfWork) -> int:
    """Open or bring up to date what enough corrections by enough people ask for; returns how many are new."""
    repository = ProposalRepository(uow)
    entries = FeedbackRepository(uow).since(uow.clock.now() - timedelta(days=rules.days))
    groups: dict[_Key, _Group] = {}
    for entry in entries:
        for key in topics_of(entry):
            groups.setdefault(key, _Group()).entries.append(entry)
    new = 0
    for key in sorted(groups, key=str):
        proposal = _proposal(key, groups[key].entries, uow=uow)
        decided = repository.last_decided(proposal)
        if decided is not None:
            proposal = _proposal(key, _after(groups[key].entries, decided), uow=uow)
        if len(proposal.items) >= rules.proposal_items and proposal.people >= rules.proposal_people:
            new += repository.save(proposal)
    return new


def topics_of(entry: Feedback) -> Iterator[_Key]:
    """What a correction is about."""
    if entry.kind in {FeedbackKind.EDIT, FeedbackKind.REMOVAL}:
        if entry.section_key:
            yield ProposalTarget.PROMPT, f"section:{entry.section_key}", entry.draft_kind, entry.language
        for family in entry.topics:
            target = ProposalTarget.KNOWLEDGE if family in _FROM_SOURCES else ProposalTarget.PROMPT
            yield target, f"finding:{family}", entry.draft_kind, entry.language
        return
    for family in entry.topics:
        if family != OTHER:
            yield TARGETS[family], f"reason:{family}", entry.draft_kind, entry.language


def _after(entries: Sequence[Feedback], moment: datetime) -> list[Feedback]:
    return [entry for entry in entries if entry.created_at > moment]


def _proposal(key: _Key, entries: Sequence[Feedback], *, uow: UnitOfWork) -> Proposal:
    target, about, kind, language = key
    items = dict.fromkeys(entry.item_id for entry in reversed(entries))
    return Proposal(
        id=f"proposal_{uow.clock.new_id().hex}",
        target=target,
        about=about,
        draft_kind=kind,
        language=language,
        items=tuple(items)[:_MOST_EXAMPLES],
        people=len({entry.author_id for entry in entries}),
        created_at=uow.clock.now(),
    )
