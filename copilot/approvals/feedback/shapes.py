"""Which changes of words can be a matter of style, by their shape.

Invariant: three shapes and no other: a joining word for one of the same meaning; an infinitive for an infinitive; a
noun after its determiner, at the end of its phrase, for a noun. Finite verbs, adjectives and modifiers tell what is
the case, so they have no shape.
"""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from copilot.domain.folding import fold
from copilot.domain.language import Language
from copilot.guardrails.grounding.vocabulary import FUNCTION_WORDS

_FILE = Path(__file__).with_name("links.toml")
_DETERMINERS = {
    Language.ES: frozenset(
        """el la los las lo un una unos unas este esta estos estas ese esa nuestro nuestra nuestros nuestras su sus al
        del dicho dicha""".split()  # noqa: SIM905
    ),
    Language.EN: frozenset("the a an this that these those our their its your".split()),  # noqa: SIM905
}
_INFINITIVES = ("ar", "er", "ir")
_AFTER_VERB = {
    Language.ES: frozenset({("a", "cabo"), ("a", "efecto")}),
    Language.EN: frozenset({("out",), ("up",), ("off",), ("use", "of")}),
}
_SHORTEST_INFINITIVE = 3
_MOST_NOUNS = 2
_BEFORE_INFINITIVE = frozenset({"to"})
_MOST_NOUN_WORDS = 3


def is_link(before: Sequence[str], after: Sequence[str], *, language: Language) -> bool:
    """Whether both are joining words of one meaning."""
    one, other = (_groups(language).get(" ".join(words), frozenset()) for words in (before, after))
    return bool(one & other)


def is_infinitive(before: Sequence[str], after: Sequence[str], *, previous: str | None, language: Language) -> bool:
    """Whether both are verbs in the infinitive. `previous`: the word before them in the sentence."""
    if not before or not after:
        return False
    if language is Language.EN:
        return previous in _BEFORE_INFINITIVE and _verb_phrase(before, language) and _verb_phrase(after, language)
    return all(_verb_phrase(side, language) and _is_spanish_infinitive(side[0]) for side in (before, after))


def is_noun(
    before: Sequence[str],
    after: Sequence[str],
    *,
    previous: str | None,
    following: str | None,
    language: Language,
) -> bool:
    """Whether both are nouns with one determiner, and nothing that belongs to them follows."""
    if following is not None and fold(following) not in FUNCTION_WORDS:
        return False
    sides = [list(before), list(after)]
    determined = [bool(side) and side[0] in _DETERMINERS[language] for side in sides]
    if all(determined):
        sides = [side[1:] for side in sides]
    elif any(determined) or previous is None or previous not in _DETERMINERS[language]:
        return False
    return (
        all(0 < len(side) <= _MOST_NOUNS and not _has_grammar(side) for side in sides)
        and len(before) <= _MOST_NOUN_WORDS
    )


def _verb_phrase(words: Sequence[str], language: Language) -> bool:
    return len(words) == 1 or tuple(words[1:]) in _AFTER_VERB[language]


def _is_spanish_infinitive(word: str) -> bool:
    return len(word) >= _SHORTEST_INFINITIVE and fold(word).endswith(_INFINITIVES)


def _has_grammar(words: Sequence[str]) -> bool:
    return any(fold(word) in FUNCTION_WORDS for word in words)


@cache
def _groups(language: Language) -> dict[str, frozenset[str]]:
    """Joining phrase -> the meanings it can have."""
    content = tomllib.loads(_FILE.read_text(encoding="utf-8"))[language.value]
    found: dict[str, set[str]] = {}
    for meaning, phrases in content.items():
        for phrase in phrases:
            found.setdefault(phrase, set()).add(meaning)
    return {phrase: frozenset(meanings) for phrase, meanings in found.items()}


@cache
def link_words() -> frozenset[str]:
    """Folded words that joining phrases of either language begin with."""
    return frozenset(fold(phrase.split()[0]) for language in Language for phrase in _groups(language))
