"""What a sentence that ends in a colon announces: the items that stand below it.

Invariant: pure; only what follows in the same passage, marked as a list, until the list ends or is long.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from copilot.workflows.chat.told import Told

_MOST_SENTENCES = 6
_MARK = re.compile(r"\n\s*(?:[-*•·–]|\(?\d{1,2}[.)]|\(?[a-z]\))\s+$")


def announces_list(text: str) -> bool:
    """Whether a sentence says that a list follows."""
    return text.rstrip("*_ ").endswith(":")


def list_after(lead: int, group: Sequence[Told]) -> tuple[Told, ...]:
    """The sentences of the list that `group[lead]` announces, in reading order; nothing if it announces none."""
    if not announces_list(group[lead].text):
        return ()
    found: list[Told] = []
    for before, item in pairwise(group[lead : lead + _MOST_SENTENCES + 1]):
        between = _between(before, item)
        goes_on = bool(found) and "\n" not in between
        if not goes_on and not _MARK.search(between):
            break
        found.append(item)
    return tuple(found)


def _between(before: Told, item: Told) -> str:
    """The characters between two sentences of one passage; a line end where that is not known."""
    first, last, origin = before.evidence.end, item.evidence.start, item.within.start
    if first is None or last is None or origin is None:
        return "\n"
    return item.within.text[first - origin : last - origin]
