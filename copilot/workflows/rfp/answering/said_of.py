"""How much of what yes or no is asked about a sentence says, and whether it speaks of less or of its opposite.

Invariant: pure; a word counts as said only if the sentence or a heading above it has it, or one that names the
same; what comes near in meaning counts only across languages, and never in full.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from copilot.domain.folding import flat, flat_line
from copilot.guardrails.grounding.vocabulary import FUNCTION_WORDS, NO_NAMES, OPPOSITES
from copilot.guardrails.grounding.words import Word, stem, words_of
from copilot.workflows.chat.matching import Asked
from copilot.workflows.rfp.answering.fitting import is_topic, named_in, narrowing, required, weight_of
from copilot.workflows.rfp.answering.quantities import is_quantity
from copilot.workflows.rfp.answering.sameness import all_names, names_of
from copilot.workflows.rfp.answering.short_form_words import is_one, listed
from copilot.workflows.rfp.answering.whether import Whether

_ABOVE = 0.9
_AND = frozenset({"and", "or", "y", "o", "e", "u"})
_OF_US = re.compile(
    r"^\W*(?:are you|do you hold|is your (?:company|organi[sz]ation)|is the (?:company|organi[sz]ation))\b"
)
_VERB = re.compile(
    r"\b(?:must|shall|will|is|are|was|were|has|have|holds?|maintains?|es|son|está|están|tiene|tienen|dispone)\b"
)
_HEAD = 5
"""Words in which a clause says of what it speaks."""
_OF = frozenset({"of", "de", "del", "for", "para"})
_NEAR, _NEAR_COUNTS = 0.55, 0.75
_NAME_COUNTS = 3
_OPPOSITES = {stem(word): frozenset(stem(other) for other in others) for word, others in OPPOSITES.items()}
_RESTRICTS = re.compile(
    r"(?<=\s)(?i:of|for|at|on|in|from|to|de|del|en|para|a|al)\s+(?:(?i:the|our|its|el|la|los|las|su|sus)\s+)?"
    r"(?P<name>[A-ZÁÉÍÓÚÑ][\w&’'-]+)"
)
_COUNTED = re.compile(
    r"\b(?:the|of|at|in|for|los|las|de|en)\s+(?:other\s+|otros\s+|otras\s+)?"
    r"(?:two|three|four|five|six|seven|eight|nine|ten|\d{1,2}|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez)\s+"
    r"(?!day|hour|week|month|year|minute|dia|hora|semana|mes|ano|minuto|ultim|last)[a-z]+"
)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of the words that yes or no is asked about, by weight; from 0 to 1."""

    share: float
    words: tuple[frozenset[str], ...]
    """The names of each of these words."""
    named: frozenset[str]
    """Those of words that are written as names."""
    missing: tuple[Word, ...]

    @property
    def names(self) -> frozenset[str]:
        """Of all the words."""
        return frozenset().union(*self.words)

    @property
    def lacks_name(self) -> bool:
        """Whether a name of the question is not said: what is true of another says nothing of it."""
        return any(names_of(word.folded) & self.named for word in self.missing)

    def share_in(self, names: frozenset[str]) -> float:
        """Share of the words that a clause with these names has, each as much as another."""
        return sum(bool(each & names) for each in self.words) / max(1, len(self.words))

    def share_of(self, text: str) -> float:
        """Share of a text's telling words that are about what is asked."""
        words = [word for word in words_of(text) if word.is_word and word.folded not in FUNCTION_WORDS]
        return sum(bool(names_of(word.folded) & self.names) for word in words) / max(1, len(words))

    def said_in(self, names: frozenset[str]) -> int:
        """How many of the words a clause with these names has; a name counts for more."""
        return sum(_NAME_COUNTS if each & self.named else 1 for each in self.words if each & names)


def coverage(asked: Asked, read: Whether, text: str, *, heading: str, near: Sequence[float] = ()) -> Coverage:
    """`near`: of each word that an answer needs, for a sentence of the other language; else none."""
    said, above = all_names(text), all_names(heading)
    total = got = 0.0
    names: list[frozenset[str]] = []
    missing = []
    proper = named_in(asked)
    for index, place in enumerate(required(asked)):
        word = asked.question.words[place]
        if word.start >= len(read.text):
            continue
        mine = names_of(word.folded)
        value = 1.0 if mine & said else _ABOVE if mine & above else 0.0
        if not value and near and near[index] >= _NEAR:
            value = _NEAR_COUNTS
        if not value and is_one("light", word.folded):
            continue
        names.append(mine)
        weight = weight_of(asked, place)
        total += weight
        got += value * weight
        if not value:
            missing.append(word)
    named = frozenset(name for word in proper for name in names_of(word))
    return Coverage(got / total if total else 0.0, tuple(names), named, tuple(missing))


def opposed(question: str, text: str) -> bool:
    """Whether one has the opposite of a word of the other: internal and external, monthly and yearly."""
    asked = {word.stem for word in words_of(question) if not is_quantity(word.folded)}
    said = {word.stem for word in words_of(text) if not is_quantity(word.folded)}
    return any(_OPPOSITES.get(word, frozenset()) & (said - asked) for word in asked - said)


def contrary(question: str, text: str) -> bool:
    """Whether the text says the contrary of what is asked in one word: unencrypted, optional, by hand."""
    asked, said = ({word.stem for word in words_of(each)} for each in (question, text))
    return any(
        one & asked and other & said and not (other & asked or one & said)
        for pair in _contrary()
        for one, other in (pair, pair[::-1])
    )


@cache
def _contrary() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    sides = (pair.partition("|") for pair in listed("contrary"))
    return tuple((_stems(one), _stems(other)) for one, _, other in sides)


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words.split())


def narrower(asked: Asked, read: Whether, text: str, *, names: frozenset[str]) -> bool:
    """Whether the sentence speaks of less than the question: a place, a kind, a few of them by number or by name."""
    known = {word.folded for word in asked.question.words}
    proper = [flat(found["name"]) for found in _RESTRICTS.finditer(text)]
    if any(name not in known | NO_NAMES and not is_quantity(name) for name in proper):
        return True
    return bool(_COUNTED.search(flat_line(text))) or (
        not read.exists and any(not names_of(word) & names for word in narrowing(asked, text))
    )


def says_all_of(read: Whether, text: str) -> bool:
    """Whether the sentence speaks of the thing of which all is asked: `laptops are`, and not `databases of`."""
    wanted = [word for word in read.all_of_what if word not in FUNCTION_WORDS]
    words = [word.folded for word in words_of(text) if word.is_word]
    if not wanted:
        return False
    named = [place for place, word in enumerate(words) if names_of(word) & names_of(wanted[0])]
    return any(
        place < _HEAD
        and (not place or words[place - 1] not in _OF)
        and ((place and is_one("universal", words[place - 1])) or not _says_which(words[place + 1 :], wanted[1:]))
        for place in named
    )


def _says_which(after: Sequence[str], known: Sequence[str]) -> bool:
    """Whether what follows a noun says which of them: `in finance`."""
    rest = [word for word in after if not any(names_of(word) & names_of(each) for each in known)]
    return bool(rest) and is_one("restricts", rest[0])


def lacks_a_thing(covered: Coverage, question: str) -> bool:
    """Whether one of several things asked about together, or what the question is about, is not said."""
    words = [word.folded for word in words_of(question) if word.is_word]
    for missing in covered.missing:
        place = words.index(missing.folded)
        if is_topic(missing.folded) or _AND & {*words[max(0, place - 1) : place], *words[place + 1 : place + 2]}:
            return True
    return False


def speaks_of_another(question: str, text: str) -> bool:
    """Whether the question asks of the company, and the clause of a thing of it: `our data centre is certified`."""
    if not _OF_US.match(flat(question)):
        return False
    subject = _VERB.split(text, maxsplit=1)[0]
    words = [word for word in words_of(subject) if word.is_word and word.folded not in FUNCTION_WORDS]
    asked = all_names(question)
    return any(not word.text[0].isupper() and not names_of(word.folded) & asked for word in words)
