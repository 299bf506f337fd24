"""The scores of an account as its page shows them.

Invariant: each thing is said once: one probability of leaving is shown in full, the others by their figures.
"""

from dataclasses import dataclass

from copilot.domain.scores import CHURN_DAYS, ScoreKind
from copilot.workflows.scores.story import AccountStory, ScoreStory

_FULL_FIRST = (ScoreKind.CHURN_90, ScoreKind.CHURN_180, ScoreKind.CHURN_30)


@dataclass(frozen=True, slots=True)
class ScorePanel:
    """What the page shows."""

    story: AccountStory
    full: tuple[ScoreStory, ...]
    """With what moves them."""
    brief: tuple[ScoreStory, ...]
    """Only their figures."""


def score_panel(story: AccountStory) -> ScorePanel:
    """Health in full, one probability of leaving in full, then the rest."""
    there = {score.kind: score for score in story.scores if score.is_there}
    leaving = next((there[kind] for kind in _FULL_FIRST if kind in there), None)
    full = tuple(
        score for score in there.values() if score.kind not in CHURN_DAYS or (leaving and score.kind is leaving.kind)
    )
    brief = tuple(score for score in there.values() if score not in full)
    return ScorePanel(story, full, brief)
