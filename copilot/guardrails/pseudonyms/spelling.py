"""Text made comparable however its letters are put together, with the way back to the original.

Invariant: accents written as characters of their own and invisible characters make no difference; `place` maps what
was found in the comparable text onto exactly the characters of the original that it stands for.
"""

import re
from dataclasses import dataclass

from copilot.domain.folding import flat

_IGNORED = re.compile("[\u00ad\u0300-\u036f\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufe00-\ufe0f\ufeff]")


@dataclass(frozen=True, slots=True)
class Comparable:
    """Lower case, without accents and without invisible characters."""

    text: str
    original: str
    _positions: tuple[int, ...] | None
    """Where each character stood; None where nothing was left out."""

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Characters `start` to `end` in the original, with the accents that follow the last of them."""
        if self._positions is None:
            return start, end
        following = self._positions[end] if end < len(self._positions) else len(self.original)
        last = self._positions[end - 1] + 1 if end else 0
        while last < following and "\u0300" <= self.original[last] <= "\u036f":
            last += 1
        return self._positions[start] if start < len(self._positions) else len(self.original), last

    @property
    def is_as_written(self) -> bool:
        """Whether nothing was left out."""
        return self._positions is None

    def starts_with_capital(self, start: int) -> bool:
        """Whether the character at `start` of the comparable text was written as a capital."""
        return self.original[self.place(start, start + 1)[0]].isupper()


def as_it_is(text: str) -> Comparable:
    """`text` with nothing left out: each character by itself."""
    return Comparable(flat(text), text, None)


def comparable(text: str) -> Comparable:
    """See `Comparable`."""
    if text.isascii() or not _IGNORED.search(text):
        return as_it_is(text)
    positions = tuple(index for index, char in enumerate(text) if not _IGNORED.match(char))
    return Comparable(flat("".join(text[index] for index in positions)), text, positions)
