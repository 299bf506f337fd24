"""Makes the list of everyday words that the name recogniser does not take for names.

The words are those that the project's own prose (pages, decisions, the demo company, messages, docstrings) writes in
lower case at least twice. Tests and marked sentences are left out, so that no reported sentence teaches a word.

Run: python -m evals.guardrails.personal_data_vocabulary
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap

from copilot.domain.folding import fold
from copilot.guardrails.personal_data.name_lists import AMBIGUOUS, GIVEN, WORDS_FILE

_ROOT = Path(__file__).parents[2]
_FOLDERS = ("copilot", "knowledge", "api", "prompts", "evals")
_KINDS = frozenset({".md", ".po", ".py", ".csv", ".txt", ".eml", ".vtt", ".toml"})
_LEFT_OUT = ("name_lists", "guardrails/data")
_WORD = re.compile(r"(?<![\w@.'’-])[^\W\d_A-ZÀ-Þ]{2,20}(?![\w@'’])")
_LEAST = 2
_HEAD = "# Words that the project's own prose writes in lower case. Made by evals.guardrails.personal_data_vocabulary."


def _pages() -> Iterator[str]:
    for path in sorted(path for folder in _FOLDERS for path in (_ROOT / folder).rglob("*")):
        kept = path.suffix in _KINDS and not any(part in path.as_posix() for part in _LEFT_OUT)
        if kept and path.is_file():
            yield path.read_text(encoding="utf-8", errors="replace")
    yield (_ROOT / "README.md").read_text(encoding="utf-8")


def everyday_words() -> list[str]:
    """Sorted, without accents."""
    counts = Counter(fold(word) for page in _pages() for word in _WORD.findall(page) if word.islower())
    names = GIVEN - AMBIGUOUS
    return sorted(word for word, count in counts.items() if count >= _LEAST and word.isascii() and word not in names)


def main() -> int:
    """Write the list beside the others."""
    words = everyday_words()
    WORDS_FILE.write_text("\n".join([_HEAD, *wrap(" ".join(words), 118)]) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(words)} words\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
