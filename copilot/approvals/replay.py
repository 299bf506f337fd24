"""What a changed policy would have said about past items.

Invariant: a replay reads and never writes; both policies judge the same draft against the same evidence (that which
the draft was written from), so every difference comes from the policies.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from copilot.approvals.policy import Policy
from copilot.domain.access import Viewer
from copilot.domain.drafts import Draft
from copilot.domain.findings import GuardrailReport, Risk, blocking
from copilot.domain.review_items import ReviewItem
from copilot.guardrails.detector import Context
from copilot.guardrails.pipeline import Guardrails
from copilot.guardrails.surroundings import read_surroundings
from copilot.store.database import UnitOfWork
from copilot.store.drafts import DraftRepository
from copilot.store.queue_pages import QueueFilters, QueuePages
from copilot.store.review_entries import QueueEntry

_PAGE = 200


@dataclass(frozen=True, slots=True)
class Policies:
    """What judges an item: what is looked for, and who must approve."""

    guardrails: Guardrails
    approvals: Policy


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one pair of policies says about one item."""

    risk: Risk
    approval_rule: str
    roles: tuple[str, ...]
    rules: tuple[str, ...]
    """Rules of the findings with severity and action, one each, sorted: `leak.other_account high hold`."""
    blocked: bool


@dataclass(frozen=True, slots=True)
class Replayed:
    """One item under both pairs of policies."""

    entry: QueueEntry
    before: Verdict
    after: Verdict

    @property
    def changed(self) -> bool:
        return self.before != self.after


def replay(
    current: Policies, changed: Policies, *, viewer: Viewer, uow: UnitOfWork, most: int = 500
) -> Iterator[Replayed]:
    """Judge the newest items that `viewer` may see, in any state, at most `most`, under both."""
    drafts = DraftRepository(uow)
    for entry in _newest(viewer=viewer, uow=uow, most=most):
        draft = drafts.version(entry.item.draft_id, entry.item.version).draft
        context = Context(
            draft=draft,
            current=draft.evidence_by_id,
            snapshot=draft.evidence_by_id,
            surroundings=read_surroundings(draft, viewer=viewer, uow=uow),
        )
        before, after = (_verdict(policies, context, entry.item) for policies in (current, changed))
        yield Replayed(entry=entry, before=before, after=after)


def _newest(*, viewer: Viewer, uow: UnitOfWork, most: int) -> Sequence[QueueEntry]:
    """Every visible item is listed and the newest are kept: the queue's own order is by deadline."""
    entries: list[QueueEntry] = []
    cursor = None
    while True:
        page = QueuePages(uow).page(QueueFilters(states=()), viewer=viewer, cursor=cursor, limit=_PAGE)
        entries += page.entries
        cursor = page.cursor
        if cursor is None:
            break
    return sorted(entries, key=lambda entry: entry.item.submitted_at, reverse=True)[:most]


def _verdict(policies: Policies, context: Context, item: ReviewItem) -> Verdict:
    report = policies.guardrails.report(context)
    requirement = _requirement(policies.approvals, context.draft, report, item.submitted_at)
    names = {f"{found.rule} {found.severity.value} {found.action.value}" for found in report.findings}
    return Verdict(
        risk=report.risk,
        approval_rule=requirement[0],
        roles=requirement[1],
        rules=tuple(sorted(names)),
        blocked=bool(blocking(report.findings)),
    )


def _requirement(
    policy: Policy, draft: Draft, report: GuardrailReport, submitted_at: datetime
) -> tuple[str, tuple[str, ...]]:
    needed = policy.requirement(kind=draft.kind, risk=report.risk, audience=draft.audience, now=submitted_at)
    return needed.rule, tuple(role.value for role in needed.roles)
