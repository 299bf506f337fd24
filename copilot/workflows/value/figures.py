"""Outputs as figures: of all, and of each part of them.

Invariant: the parts of one division hold every output once, so their tallies add up to that of the whole.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

import numpy as np

from copilot.domain.proportions import Share
from copilot.domain.value import ACCEPTED, Cell, Estimate, Fate, Figures, Output, Part, quantile, tally
from copilot.store.value_people import Member
from copilot.workflows.value.rules import ValueRules

_DRAWS = 1_000
_AT_ONCE = 2_000_000
"""Values that are drawn at a time, so that many outputs do not fill the memory."""
_ENDS = (2.5, 97.5)
_SEED = 7


def monday_of(moment: datetime) -> date:
    """First day (UTC) of its week."""
    day = moment.date()
    return day - timedelta(days=day.weekday())


def figures_of(outputs: Sequence[Output], *, rules: ValueRules) -> Figures:
    """Everything that is said of some outputs."""
    sums = tally(outputs, by_hand=rules.by_hand)
    waited = [output.hours_in_queue for output in outputs if output.hours_in_queue is not None]
    changed = [output.distance for output in outputs if output.fate in ACCEPTED and output.distance is not None]
    return Figures(
        tally=sums,
        accepted=Share(sums.accepted, sums.judged),
        unchanged=Share(sums.fates[Fate.UNCHANGED], sums.accepted),
        median_hours=quantile(waited, 0.5, least=rules.least_cases),
        p90_hours=quantile(waited, 0.9, least=rules.least_for_p90),
        distance=mean(changed, least=rules.least_cases),
    )


def mean(values: Sequence[float], *, least: int) -> Estimate:
    """With a 95 % percentile bootstrap over cases (Efron and Tibshirani 1993, ch. 13), the same for the same values."""
    count = len(values)
    if count < least or not count:
        return Estimate(count)
    known, generator = np.sort(np.array(values)), np.random.default_rng(_SEED)
    step = max(1, _AT_ONCE // count)
    means = np.concatenate(
        [
            known[generator.integers(0, count, size=(min(step, _DRAWS - start), count))].mean(axis=1)
            for start in range(0, _DRAWS, step)
        ]
    )
    low, high = np.percentile(means, _ENDS)
    return Estimate(count, float(known.mean()), float(low), float(high))


def parts_by(
    outputs: Iterable[Output],
    key: Callable[[Output], str],
    *,
    names: Mapping[str, str],
    rules: ValueRules,
) -> tuple[Part, ...]:
    """One part for each of `names`, in their order, also where there is nothing."""
    found = defaultdict[str, list[Output]](list)
    for output in outputs:
        found[key(output)].append(output)
    return tuple(Part(each, name, figures_of(found[each], rules=rules)) for each, name in names.items())


def cells_of(outputs: Iterable[Output], members: Mapping[str, Member], *, rules: ValueRules) -> tuple[Cell, ...]:
    """The sums of every week, team and kind in which there was anything."""
    found = defaultdict[tuple[date, str, str, str], list[Output]](list)
    for output in outputs:
        member = members[output.requester_id]
        found[monday_of(output.filed_at), member.team_name, member.team_id, output.kind].append(output)
    return tuple(
        Cell(week, team_id, team_name, kind, tally(some, by_hand=rules.by_hand))
        for (week, team_name, team_id, kind), some in sorted(found.items(), key=lambda item: item[0])
    )
