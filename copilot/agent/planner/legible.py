"""A message as the planner's patterns may look at it.

Invariant: what is handed on is short, has single spaces and no number longer than any amount of business, so that no
pattern can be kept busy by the shape of a message; nothing that means something to a reader is changed.
"""

import re

LONGEST_READ = 4_000
"""Characters of a message that are looked at."""
_LONGEST_NUMBER = 15
_NUMBER_RUN = re.compile(rf"\d{{{_LONGEST_NUMBER + 1},}}")
_SPACED_DIGITS = re.compile(r"(?<!\S)(?:\d{1,2} ){8,}\d{1,2}(?!\S)")
_GROUPED = re.compile(r"(?<![\d.,])(\d{1,3})((?: \d{3})+)(?![\d])")


def legible(message: str) -> str:
    """With single spaces; `50 000` as `50000`; runs of digits that are no figure left out."""
    text = " ".join(message[:LONGEST_READ].split())
    text = _SPACED_DIGITS.sub(" ", _NUMBER_RUN.sub(" ", text))
    text = _GROUPED.sub(lambda match: match[1] + match[2].replace(" ", ""), text)
    return " ".join(text.split())
