"""A figure of something that must never happen: the share of cases in which it did.

Invariant: that none was seen is never reported as certainty: its interval ends where the rule of three ends.
"""

from evals.figures import Figure, Goal, today
from evals.statistics import rule_of_three, wilson_interval


def never(name: str, bad: int, cases: int, *, command: str, note: str) -> Figure:
    """The share of `cases` in which it happened; the goal is none."""
    return Figure(
        name=name,
        language="-",
        value=bad / cases,
        n=cases,
        interval=wilson_interval(bad, cases) if bad else (0.0, rule_of_three(cases)),
        interval_method="Wilson" if bad else "rule of three: none seen",
        goal=Goal(comparison="==", threshold=0.0),
        command=command,
        measured_on=today(),
        note=note,
    )
