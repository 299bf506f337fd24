"""Given names, family names and words that only look like them, as plain text files.

Invariant: every word is lower case without accents, so that a folded word can be looked up as it is. A given name that
is also an everyday word, a place or a brand is in AMBIGUOUS as well.
"""

from importlib.resources import files
from pathlib import Path

_FOLDER = files(__package__)


def _lines(name: str) -> list[str]:
    """The lines of one file without comments, which start with #. An absent file has none."""
    path = _FOLDER / f"{name}.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return [line for line in lines if not line.startswith("#")]


def _words(name: str) -> frozenset[str]:
    return frozenset(word for line in _lines(name) for word in line.split())


WORDS_FILE = Path(str(_FOLDER / "words.txt"))
SOUNDS_FILE = Path(str(_FOLDER / "sounds.txt"))
GIVEN = _words("given")
FAMILY = _words("family")
AMBIGUOUS = _words("ambiguous")
NOT_NAMES = _words("not_names")
COMPANY_WORDS = _words("company_words")
WORDS = _words("words")
PHRASES = frozenset(_lines("phrases"))
"""Companies, brands and places of several words, each as one string."""
SOUNDS = {group.replace("_", " "): float(weight) for group, weight in (line.split() for line in _lines("sounds"))}
"""What groups of two to four letters say for or against a name; the constant stands under "="."""
