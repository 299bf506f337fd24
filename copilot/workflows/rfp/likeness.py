"""How alike two questions are, and whether two answers agree; by their words alone.

Invariant: a word that denies and a figure weigh more than other words, so that a question and its opposite are never
taken for the same; only questions with the same words in the same order are exactly alike.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from copilot.domain.figures import Figure, FigureKind, extract_figures, says_the_same
from copilot.domain.folding import fold
from copilot.domain.language import Language
from copilot.domain.rfp_answers import ShortForm
from copilot.store.lexical import passage_lexemes

_WORD = re.compile(r"[^\W_]+")
_DENIES = {
    Language.EN: re.compile(r"\b(?:not|no|never|without|none|cannot|except|excluding|unless)\b|n['’]t\b"),
    Language.ES: re.compile(r"\b(?:no|sin|nunca|jamas|ningun[oa]?s?|tampoco|salvo|excepto)\b"),
}
_HEAVY = 3.0
_ALMOST = 0.99
"""Of questions that are not word for word the same."""
_DENIAL = "!"
_AGAINST = frozenset(
    {
        frozenset({ShortForm.YES, ShortForm.NO}),
        frozenset({ShortForm.PARTIAL, ShortForm.NO}),
        frozenset({ShortForm.YES, ShortForm.NOT_APPLICABLE}),
    }
)


@lru_cache(maxsize=8_192)
def wording(text: str) -> str:
    """The words of a text without case, accents and marks."""
    return " ".join(_WORD.findall(fold(text)))


@lru_cache(maxsize=8_192)
def weights(text: str, language: Language) -> Mapping[str, float]:
    """The words that a question is compared by, with how much each counts."""
    found: dict[str, float] = {}
    for lexeme in passage_lexemes(text, language.value):
        word = lexeme.partition("/")[2]
        found[word] = _HEAVY if any(character.isdigit() for character in word) else 1.0
    for place, _ in enumerate(_DENIES[language].finditer(fold(text))):
        found[f"{_DENIAL}{place}"] = _HEAVY
    return found


def likeness(one: str, other: str, *, language: Language, other_language: Language | None = None) -> float:
    """From 0 (no word in common) to 1 (the same words in the same order)."""
    if wording(one) == wording(other):
        return 1.0
    mine, theirs = weights(one, language), weights(other, other_language or language)
    whole = sum(mine.values()) + sum(theirs.values())
    if not whole:
        return 0.0
    common = sum(min(weight, theirs[word]) for word, weight in mine.items() if word in theirs)
    return min(2 * common / whole, _ALMOST)


def oppose(one: ShortForm | None, other: ShortForm | None) -> bool:
    """Whether two short forms cannot both be true of the same question."""
    return one is not None and other is not None and frozenset({one, other}) in _AGAINST


def figures_differ(one: str, other: str, *, language: Language, other_language: Language | None = None) -> bool:
    """Whether both texts give a figure for the same thing, and not the same one."""
    mine, theirs = _by_thing(one, language), _by_thing(other, other_language or language)
    for thing in mine.keys() & theirs.keys():
        agree = any(says_the_same(first, second) for first in mine[thing] for second in theirs[thing])
        if not agree:
            return True
    return False


def pairs_to_compare(
    texts: Mapping[str, tuple[str, Language]], *, most_per_word: int = 60
) -> Iterable[tuple[str, str]]:
    """Pairs of keys whose texts could be alike: of one language, with a word in common that is not everywhere.

    Of a text that is there very often each is compared with the next ones only: all pairs would be too many to hold.
    """
    by_word: dict[tuple[Language, str], list[str]] = defaultdict(list)
    by_wording: dict[str, list[str]] = defaultdict(list)
    for key, (text, language) in texts.items():
        by_wording[wording(text)].append(key)
        for word in weights(text, language):
            by_word[language, word].append(key)
    groups = [*by_wording.values(), *(keys for keys in by_word.values() if len(keys) <= most_per_word)]
    seen: set[tuple[str, str]] = set()
    for keys in groups:
        following = ((first, keys[place + 1 : place + 1 + most_per_word]) for place, first in enumerate(keys))
        seen.update((first, second) for first, others in following for second in others)
    return sorted(seen)


def _by_thing(text: str, language: Language) -> dict[str, list[Figure]]:
    found: dict[str, list[Figure]] = defaultdict(list)
    for figure in extract_figures(text, language=language):
        if figure.readings:
            found[_thing(figure, text)].append(figure)
    return found


def _thing(figure: Figure, text: str) -> str:
    """What a figure is a figure of: its kind, unit or currency; of a bare number the word after it."""
    if figure.kind is not FigureKind.NUMBER or figure.unit:
        return f"{figure.kind.value}:{figure.unit or ''}"
    after = _WORD.search(fold(text[figure.end : figure.end + 40]))
    return f"number:{after.group()}" if after else "number:"
