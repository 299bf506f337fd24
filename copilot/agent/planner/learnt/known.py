"""Words that people use when they ask for figures, as the network was trained on them.

Invariant: customers and people stand as marks in those messages, and known given and family names are left out. An
everyday word may still be somebody's name: where a question names an account, these words tell nothing.
"""

from functools import cache
from pathlib import Path

WORDS_FILE = Path(__file__).with_name("words.txt")


@cache
def asking_words() -> frozenset[str]:
    """Flattened words of three letters and more; none where the file is not installed."""
    return frozenset(WORDS_FILE.read_text(encoding="utf-8").split()) if WORDS_FILE.is_file() else frozenset()
