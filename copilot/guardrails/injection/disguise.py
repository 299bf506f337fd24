"""Takes disguises off a text, so that what hides in it can be read.

Invariant: only used to look; nobody is shown, and nothing is stored of, what comes out of it.
"""

import re
import unicodedata

_BREAKS = re.compile(r"\s+")
_INVISIBLE = re.compile(
    "[\u0300-\u036f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]+"
)
"""Accents after decomposition, and characters that format without showing."""


def normalised(text: str) -> str:
    """Lower case without accents, invisible characters or runs of spaces, so that disguises fall away."""
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKD", text))
    return _BREAKS.sub(" ", text).lower()
