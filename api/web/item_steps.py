"""How far the approval of an item is, and how much time is left.

Invariant: what is missing is computed from the same live votes that decide, never from a count of its own.
"""

from dataclasses import dataclass
from datetime import datetime

from copilot.approvals.service import ReviewView
from copilot.domain.access import Role
from copilot.domain.approvals import live_votes, open_step
from copilot.domain.review_items import OPEN, ReviewState
from copilot.store.releases import Release, ReleaseState
from copilot.store.votes import VoteLine


@dataclass(frozen=True, slots=True)
class StepView:
    """One step: who may, who did, how many are missing."""

    number: int
    roles: tuple[Role, ...]
    approvers: int
    voices: tuple[VoteLine, ...]
    is_open: bool
    """Whether it is this step's turn."""

    @property
    def missing(self) -> int:
        return max(0, self.approvers - len(self.voices))


@dataclass(frozen=True, slots=True)
class ClockView:
    """When something has to happen."""

    due_at: datetime
    expires_at: datetime
    overdue: bool
    soon: bool
    """Less than a quarter of the time is left."""
    leaves_at: datetime | None
    """Until when an approved draft waits to be recalled; None: it does not, or no longer."""


def steps_of(view: ReviewView) -> list[StepView]:
    """The steps in order."""
    item = view.item
    counts = {(vote.voter_id, vote.cast_at) for vote in live_votes(item)}
    standing = [line for line in view.votes if (line.vote.voter_id, line.vote.cast_at) in counts and not line.voided_at]
    turn = open_step(item)
    return [
        StepView(
            number=number,
            roles=step.roles,
            approvers=step.approvers,
            voices=tuple(line for line in standing if line.vote.step == number - 1),
            is_open=turn == number - 1 and item.state in OPEN,
        )
        for number, step in enumerate(item.requirement.steps, start=1)
    ]


def clock_of(view: ReviewView, *, now: datetime) -> ClockView:
    """The times of the item as seen at `now`."""
    item = view.item
    due, expires = item.requirement.due_at, item.requirement.expires_at
    whole = due - item.submitted_at
    return ClockView(
        due_at=due,
        expires_at=expires,
        overdue=now >= due,
        soon=due - now < whole / 4 and now < due,
        leaves_at=_leaves_at(view.release, now=now) if item.state is ReviewState.APPROVED else None,
    )


def _leaves_at(release: Release | None, *, now: datetime) -> datetime | None:
    if release is None or release.state is not ReleaseState.QUEUED or release.not_before is None:
        return None
    return release.not_before if release.not_before > now else None
