"""How the numbers of a sentence's sources are written in little room.

Invariant: the short form names or counts every source; the links to each are beside it, never instead of it.
"""

from collections.abc import Sequence

_MOST_RANGES = 3


def short_form(numbers: Sequence[int]) -> str:
    """`1–7`, `14, 37–39`; where that gets long, its beginning and how many more: `7–11, 14, 24 +2`."""
    ranges: list[list[int]] = []
    for number in sorted(set(numbers)):
        if ranges and number == ranges[-1][-1] + 1:
            ranges[-1].append(number)
        else:
            ranges.append([number])
    shown = ", ".join(_written(found) for found in ranges[:_MOST_RANGES])
    left = sum(len(found) for found in ranges[_MOST_RANGES:])
    return f"{shown} +{left}" if left else shown


def _written(found: list[int]) -> str:
    joint = "–" if len(found) > 2 else ", "
    return f"{found[0]}{joint}{found[-1]}" if len(found) > 1 else str(found[0])
