"""Figures about how people review, from what they decided.

Invariant: every share says how many cases it rests on, and nobody sees figures of people outside their team.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from copilot.approvals.quality.rules import QualityRules
from copilot.domain.access import Viewer
from copilot.domain.proportions import Share
from copilot.domain.review_items import Verdict
from copilot.store.database import UnitOfWork
from copilot.store.quality import Judgement, QualityRepository

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ReviewerFigures:
    """One person's reviews within a period. Test items count for `caught` only."""

    person_id: str
    name: str
    decisions: int
    caught: Share
    """Test items that were rejected, sent back or mended, of those decided, where no guardrail had pointed at the
    fault."""
    caught_flagged: Share
    """The same where one had."""
    approved: Share
    unchanged: Share
    """Approvals of a draft as it was first written, of all decisions."""
    median_seconds: float | None
    """From opening an item to the decision; None without an item that was opened in full."""
    unopened: int
    """Decisions on items that were never opened in full."""
    agreement: Share
    """Of the items that others decided too, those on which everybody wanted the same."""
    overturned: Share
    """Approvals of drafts that were refused later, sent back or taken back after all, of all approvals."""
    edited_after: Share
    """Approvals of drafts that somebody changed afterwards, before they left, of all approvals."""
    too_fast: Share
    """Approvals faster than anybody reads, of approvals of opened items."""
    flood_at: datetime | None
    """When the last hour began in which so many approvals were too fast that it is worth a warning."""


def reviewer_figures(rules: QualityRules, *, days: int, viewer: Viewer, uow: UnitOfWork) -> tuple[ReviewerFigures, ...]:
    """Figures of everybody the viewer may look at who decided something in the last `days`, by name."""
    repository = QualityRepository(uow)
    people = repository.reviewers(viewer=viewer)
    found = repository.judgements(tuple(people), since=uow.clock.now() - timedelta(days=days))
    others = _verdicts_by_item(found)
    own = defaultdict(list)
    for judgement in found:
        own[judgement.person_id].append(judgement)
    return tuple(
        _figures(person, name, own[person], others=others, rules=rules)
        for person, name in people.items()
        if own[person]
    )


def is_flood(rules: QualityRules, *, viewer: Viewer, uow: UnitOfWork) -> bool:
    """Whether the viewer's approvals of the last hour came faster than they can be read."""
    recent = QualityRepository(uow).judgements((viewer.user_id,), since=uow.clock.now() - _HOUR)
    return _flood_at(recent, rules) is not None


def _verdicts_by_item(found: Sequence[Judgement]) -> dict[str, dict[str, bool]]:
    """Item -> person -> whether they wanted it to go out."""
    verdicts: dict[str, dict[str, bool]] = defaultdict(dict)
    for judgement in found:
        verdicts[judgement.item_id][judgement.person_id] = judgement.verdict is Verdict.APPROVE
    return verdicts


def _figures(
    person_id: str,
    name: str,
    found: Sequence[Judgement],
    *,
    others: dict[str, dict[str, bool]],
    rules: QualityRules,
) -> ReviewerFigures:
    tests = [item for item in found if item.is_test]
    real = [item for item in found if not item.is_test]
    approvals = [item for item in real if item.verdict is Verdict.APPROVE]
    shared = [others[item.item_id] for item in found if len(others[item.item_id]) > 1]
    timed = [seconds for item in real if (seconds := _seconds(item)) is not None]
    return ReviewerFigures(
        person_id=person_id,
        name=name,
        decisions=len(real),
        caught=_caught([item for item in tests if not item.flagged]),
        caught_flagged=_caught([item for item in tests if item.flagged]),
        approved=Share(len(approvals), len(real)),
        unchanged=Share(sum(item.first_version for item in approvals), len(real)),
        median_seconds=median(timed) if timed else None,
        unopened=sum(item.opened_at is None for item in real),
        agreement=Share(sum(len(set(wanted.values())) == 1 for wanted in shared), len(shared)),
        overturned=Share(sum(item.overturned for item in approvals), len(approvals)),
        edited_after=Share(sum(item.edited_after for item in approvals), len(approvals)),
        too_fast=Share(
            sum(_is_too_fast(item, rules) for item in approvals), sum(item.opened_at is not None for item in approvals)
        ),
        flood_at=_flood_at(real, rules),
    )


def _caught(tests: Sequence[Judgement]) -> Share:
    return Share(sum(item.verdict is not Verdict.APPROVE for item in tests), len(tests))


def _seconds(judgement: Judgement) -> float | None:
    if judgement.opened_at is None or judgement.opened_at > judgement.decided_at:
        return None
    return (judgement.decided_at - judgement.opened_at).total_seconds()


def _is_too_fast(judgement: Judgement, rules: QualityRules) -> bool:
    seconds = _seconds(judgement)
    if judgement.verdict is not Verdict.APPROVE or seconds is None or not judgement.words:
        return False
    return seconds < judgement.words / rules.words_per_minute * 60


def _flood_at(found: Sequence[Judgement], rules: QualityRules) -> datetime | None:
    """Beginning of the last hour with as many hasty approvals as the policy warns of."""
    hasty = [item.decided_at for item in found if _is_too_fast(item, rules)]
    needed = rules.flood_approvals
    for last in range(len(hasty) - 1, needed - 2, -1):
        first = hasty[last - needed + 1]
        if hasty[last] - first <= _HOUR:
            return first
    return None
