"""Words that people use when they ask, as the network was trained on them.

Invariant: they come from messages in which every customer's and person's name stood as a mark, so none of them is one.
"""

from functools import cache
from pathlib import Path

WORDS_FILE = Path(__file__).with_name("words.txt")


@cache
def asking_words() -> frozenset[str]:
    """Flattened words of three letters and more."""
    return frozenset(WORDS_FILE.read_text(encoding="utf-8").split())
