"""Finds names in a text: in full or in part, without accents or case, split or joined, with a slip of the finger.

Invariant: part of a name counts only where it tells that name apart: a word of its own that is no everyday word, or
two words in a row that are not both everyday trade words. Ties are kept, never broken by chance.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA

from copilot.domain.folding import flat

_WORD = re.compile(r"[^\W_]+")
LINKING = frozenset("de del la las los el y e the of and for und van der".split())  # noqa: SIM905 - a word list
_FORMS = frozenset("ltd limited sa sl slu inc llc plc gmbh bv b v nv corp co spa sas cv ag pty s a l".split())  # noqa: SIM905
_TRADE = frozenset(
    """
    services service servicios servicio group grupo company compania systems sistemas solutions soluciones support
    soporte rail energy energia water aguas agua gas equipment rental utilities facilities mining medical devices fire
    security seguridad lifts port puerto wind catering housing association construction construccion telecom industries
    industrias logistics logistica transport transportes foods alimentos technologies tecnologias renovables hoteles
    clinicas ascensores talleres cooperativa electric electrica electronica pool grounds management mechanical dairy
    """.split()  # noqa: SIM905 - a word list reads better as text
)
"""Words of trades: two of them in a row (`rail services`) name no company."""
_SHORTEST_PART = 3
_SHORTEST_SLIP = 5
_TWO_SLIPS_FROM = 8
_FIRST_LETTER_FREE_FROM = 7
MOST_MEANT = 8


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text, folded, with its place."""

    text: str
    start: int
    end: int
    capital: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A place in the text and the positions of the names that it fits."""

    start: int
    end: int
    names: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Run:
    """Words `first` to `last` of the text that are so many words of a name in a row."""

    first: int
    last: int
    length: int
    whole: bool


def words_of(text: str) -> list[Word]:
    """The words of a text with their places."""
    plain = flat(text)
    return [
        Word(found.group(), found.start(), found.end(), text[found.start()].isupper())
        for found in _WORD.finditer(plain)
    ]


def telling_words(name: str) -> tuple[str, ...]:
    """The words of a name without articles, prepositions and legal forms."""
    words = [found.group() for found in _WORD.finditer(flat(name))]
    return tuple(word for word in words if word not in LINKING and word not in _FORMS) or tuple(words)


class NameIndex:
    """An index over names; results are positions in `names`."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = [telling_words(name) for name in names]
        self._places: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        """Word, or two words written as one -> (name, position of its first word, words covered)."""
        for number, words in enumerate(self._names):
            for position, word in enumerate(words):
                self._places[word].append((number, position, 1))
                if position + 1 < len(words):
                    self._places[word + words[position + 1]].append((number, position, 2))

    @cached_property
    def _spellings(self) -> list[str]:
        return [word for word in self._places if len(word) >= _SHORTEST_SLIP]

    def find(self, text: str, *, common: Collection[str], people: bool = False, slips: bool = True) -> tuple[Hit, ...]:
        """Names in `text`, in order, without overlaps. `common`: everyday words, which tell nothing on their own.

        `people`: given or family name alone is enough, an everyday word only with a capital letter. `slips`: a word
        that is one or two letters off is found, too.
        """
        words = [word for word in words_of(text) if word.text not in LINKING]
        found: list[tuple[int, Hit]] = []
        for first in range(len(words)):
            found.extend(self._hits_from(words, first, common=common, people=people, slips=slips))
        chosen: list[Hit] = []
        for _, hit in sorted(found, key=lambda item: (-item[0], item[1].start)):
            if all(hit.end <= other.start or other.end <= hit.start for other in chosen):
                chosen.append(hit)
        return tuple(sorted(chosen, key=lambda hit: hit.start))

    def _hits_from(
        self, words: Sequence[Word], first: int, *, common: Collection[str], people: bool, slips: bool
    ) -> Iterator[tuple[int, Hit]]:
        runs = dict(self._runs(words, first, common, slips=slips))
        accepted = {
            number: run
            for number, run in runs.items()
            if self._tells(words[run.first : run.last + 1], run, common, people)
        }
        if not accepted:
            return
        longest = max((run.length, run.whole) for run in accepted.values())
        best = [number for number, run in accepted.items() if (run.length, run.whole) == longest]
        run = accepted[best[0]]
        weight = sum(len(word.text) for word in words[run.first : run.last + 1]) + 100 * run.length
        yield weight, Hit(words[run.first].start, words[run.last].end, tuple(best[:MOST_MEANT]))

    def _runs(
        self, words: Sequence[Word], first: int, common: Collection[str], *, slips: bool
    ) -> Iterator[tuple[int, _Run]]:
        """For each name that has the word, the longest run from there; whole names sort last and win."""
        best: dict[int, _Run] = {}
        for spelling, last in self._spelled(words, first, common, slips=slips):
            for number, position, covered in self._places[spelling]:
                end, at = last, position + covered
                while (
                    at < len(self._names[number])
                    and end + 1 < len(words)
                    and self._same(words[end + 1].text, self._names[number][at], common)
                ):
                    end, at = end + 1, at + 1
                length = at - position
                if number not in best or length > best[number].length:
                    best[number] = _Run(first, end, length, length == len(self._names[number]))
        yield from best.items()

    def _spelled(
        self, words: Sequence[Word], first: int, common: Collection[str], *, slips: bool
    ) -> Iterator[tuple[str, int]]:
        """Spellings of the index that the word, alone or with the next one, stands for."""
        word = words[first].text
        if word in self._places:
            yield word, first
        if first + 1 < len(words) and word + words[first + 1].text in self._spell_joined:
            yield word + words[first + 1].text, first + 1
        elif slips and word not in self._places and word not in common:
            for near in self._near(word):
                yield near, first

    @cached_property
    def _spell_joined(self) -> frozenset[str]:
        """Single words of names that a person may write as two (`harbour line`)."""
        return frozenset(word for word, places in self._places.items() if any(covered == 1 for *_, covered in places))

    def _near(self, word: str) -> list[str]:
        if len(word) < _SHORTEST_SLIP or not word.isalpha():
            return []
        allowed = 2 if len(word) >= _TWO_SLIPS_FROM else 1
        near = process.extract(word, self._spellings, scorer=OSA.distance, score_cutoff=allowed, limit=20)
        near = [item for item in near if item[0][0] == word[0] or len(word) >= _FIRST_LETTER_FREE_FROM]
        closest = min((item[1] for item in near), default=0)
        return [item[0] for item in near if item[1] == closest]

    def _same(self, word: str, other: str, common: Collection[str]) -> bool:
        if word in (other, f"{other}s"):  # `blue mesas contract`, without its apostrophe
            return True
        if word in common or min(len(word), len(other)) < _SHORTEST_SLIP:
            return False
        allowed = 2 if len(word) >= _TWO_SLIPS_FROM else 1
        return OSA.distance(word, other, score_cutoff=allowed) <= allowed

    def _tells(self, words: Sequence[Word], run: _Run, common: Collection[str], people: bool) -> bool:  # noqa: FBT001
        everyday = [word for word in words if word.text in common]
        if run.length == 1 and len(words) == 2:  # one word of a name, written as two
            return "".join(word.text for word in words) not in common
        if len(words) == 1 and everyday:
            return words[0].capital and (people or run.whole)
        if len(words) == 1:
            return len(words[0].text) >= _SHORTEST_PART
        if len(everyday) < len(words) or run.whole:
            return True
        return not all(word.text in _TRADE for word in words)
