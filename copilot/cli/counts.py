"""Texts with counts in them: `{number:alert|alerts}` becomes `1 alert` or `3 alerts`.

Invariant: a count and what agrees with it stand in one place of the text, so neither language says "1 alerts".
"""

from collections.abc import Mapping
from dataclasses import dataclass

from copilot.domain.formatting import Formatter
from copilot.domain.language import Language


@dataclass(frozen=True, slots=True)
class _Count:
    number: int
    language: Language

    def __format__(self, words: str) -> str:
        formatter = Formatter(self.language)
        if not words:
            return formatter.number(self.number)
        one, _, many = words.partition("|")
        return formatter.count(self.number, one=one, many=many)


def filled(text: str, language: Language, values: Mapping[str, object]) -> str:
    """A text with its values; whole numbers as people of the language write them, with the words that agree."""
    return text.format(**{name: _Count(one, language) if type(one) is int else one for name, one in values.items()})
