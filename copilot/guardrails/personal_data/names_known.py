"""Names that are known beforehand, wherever and however they are written.

Invariant: a known name is found whole in any case and with or without accents, without its second family name, and by
each part that is written with a capital; a part that is an everyday word only where it does not open a sentence.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from copilot.domain.folding import fold
from copilot.guardrails.personal_data.names_cues import SENTENCE_START
from copilot.guardrails.personal_data.names_words import Kind, kind_of

_TOKEN = re.compile(r"[^\W_]+(?:['’-](?=[^\W_])[^\W_]+){0,3}")
_SHORTEST_PART = 3
_LONGEST_NAME = 7
_LOOK_BACK = 6
_PARTICLES = frozenset(
    word
    for line in ("de la las los del y i e da do das dos di du", "van von der den zu al el le")
    for word in line.split()
)
_WORDS = frozenset({Kind.WORD, Kind.FAMILY_WORD, Kind.AMBIGUOUS})


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    folded: str


class KnownNames:
    """The names of one set of hints, ready to be looked up."""

    def __init__(self, names: frozenset[str]) -> None:
        self._sequences: dict[str, set[tuple[str, ...]]] = {}
        self._parts: set[str] = set()
        for name in names:
            self._add(tuple(token.folded for token in _tokens(name))[:_LONGEST_NAME])

    def _add(self, parts: tuple[str, ...]) -> None:
        proper = [place for place, part in enumerate(parts) if part not in _PARTICLES]
        self._parts.update(parts[place] for place in proper if len(parts[place]) >= _SHORTEST_PART)
        # "Ana Ruiz Sanz" is also written "Ana Ruiz" and "Ana Sanz"; "Sanz, Ana" is found by its parts.
        shorter = {parts[: place + 1] for place in proper[1:]}
        shorter |= {(parts[0], *parts[place:]) for place in proper[1:]}
        for sequence in {parts, *shorter}:
            if len(sequence) > 1:
                self._sequences.setdefault(sequence[0], set()).add(sequence)

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Where a known name stands; places may overlap."""
        if not self._parts:
            return
        tokens = list(_tokens(text))
        for index, token in enumerate(tokens):
            for sequence in self._sequences.get(token.folded, ()):
                found = tokens[index : index + len(sequence)]
                if tuple(item.folded for item in found) == sequence and _joined(text, found):
                    yield token.start, found[-1].end
            yield from self._part(text, token)

    def _part(self, text: str, token: _Token) -> Iterator[tuple[int, int]]:
        start = token.start
        for part in re.split("[-'’]", text[token.start : token.end]) if token.folded not in self._parts else [None]:
            value = text[token.start : token.end] if part is None else part
            known = part is None or fold(part) in self._parts
            if known and value[:1].isupper() and (kind_of(fold(value)) not in _WORDS or not _opens(text, start)):
                yield start, start + len(value)
            start += len(value) + 1


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        yield _Token(match.start(), match.end(), _folded(match.group()))


@lru_cache(maxsize=20_000)
def _folded(word: str) -> str:
    return fold(word).replace("’", "'").removesuffix("'s")


def _joined(text: str, tokens: Iterable[_Token]) -> bool:
    """Whether only spaces, points of initials or one line break lie between the words."""
    listed = list(tokens)
    between = (text[left.end : right.start] for left, right in pairwise(listed))
    return all(len(gap) <= _SHORTEST_PART and not gap.strip(" .\t\r\n\u00a0") for gap in between)


def _opens(text: str, start: int) -> bool:
    return bool(SENTENCE_START.search(text[max(0, start - _LOOK_BACK) : start]))


@lru_cache(maxsize=64)
def known_names(names: frozenset[str]) -> KnownNames:
    """Kept for the next text of the same account."""
    return KnownNames(names)
