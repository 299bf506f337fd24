"""Text made comparable: without case and accents.

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


def flat_line(text: str) -> str:
    """`flat`, in one line: every run of blanks is one space. The length may change."""
    return " ".join(flat(text).split())


def fold(text: str) -> str:
    """Lower case without accents; `ñ` becomes `n`. The length may change."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
