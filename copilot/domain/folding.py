"""Text made comparable without moving any character.

Invariant: `flat(text)` has the length of `text`, so a span found in one is the same span in the other.
"""

import unicodedata


class _Flat(dict[int, str]):
    """Translation table that works a character out the first time it meets it."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        lowered = char.lower()
        base = unicodedata.normalize("NFKD", lowered[0] if lowered else char)[0]
        self[code] = "'" if char in "’‘ʼ" else base
        return self[code]


_FLAT = _Flat()


def flat(text: str) -> str:
    """Lower case, accents off, one character for each character; curly apostrophes become straight."""
    return text.translate(_FLAT)
