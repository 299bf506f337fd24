"""Restoring an answer that comes in pieces.

Invariant: however an answer is cut into pieces, what comes out is in all exactly what restoring the whole gives; what
could still become a placeholder is held back until it is one or cannot be one any more, and nothing stays behind.
"""

from collections.abc import Callable

from copilot.guardrails.pseudonyms.placeholders import SEAM, found, holding_point

Restore = Callable[[str], str]
_CONTEXT = 2


class StreamRestorer:
    """One stream of text."""

    def __init__(self, restore: Restore) -> None:
        self._restore = restore
        self._held = ""
        self._before = ""
        """The last characters that went out, as the model wrote them: they decide whether a word begins here."""

    def feed(self, piece: str) -> str:
        """What can go out now that `piece` has come."""
        self._held += piece
        until = holding_point(self._before + self._held) - len(self._before)
        for item in found(self._before + self._held):
            start, end = item.start - len(self._before), item.end - len(self._before)
            # Never cut through one, nor between one and the letter that its seam keeps away.
            if start < until <= end + 1:
                until = start
        if until > 0 and self._held[until - 1] == SEAM:
            until -= 1
        return self._out(until)

    def finish(self) -> str:
        """What was still held back."""
        return self._out(len(self._held))

    def _out(self, until: int) -> str:
        if until <= 0:
            return ""
        ready, self._held = self._held[:until], self._held[until:]
        out = self._restore(self._before + ready)
        out = out[len(self._before) :]
        self._before = (self._before + ready)[-_CONTEXT:]
        return out
