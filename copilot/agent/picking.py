"""What somebody says who chooses one of the candidates of a question back.

Invariant: the planner reads the words as the candidate that was chosen; where its name would be read as another, or as
none, its place is said instead.
"""

from copilot.agent.planner.answers import picked
from copilot.domain.plans import Candidate, Clarification


def chosen_as_message(candidate: Candidate, asked: Clarification) -> str:
    """The message that chooses it."""
    if picked(candidate.label, asked) == candidate:
        return candidate.label
    return str(asked.candidates.index(candidate) + 1)
