"""Sentences that say the opposite of their source: a negation put in or left out, a word swapped for its opposite.

Invariant: only compared with a statement that otherwise says nearly the same, in the same language; where the source
speaks of something else, nothing is claimed.
"""

import re
from collections.abc import Iterator, Sequence

from copilot.domain.folding import flat
from copilot.guardrails.grounding.sources import Sources
from copilot.guardrails.grounding.vocabulary import FUNCTION_WORDS, OPPOSITES, negates
from copilot.guardrails.grounding.words import Word, sentences, stem, without_quotations, words_of

_ENOUGH_WORDS = 3
"""Words of content. With fewer, two sentences say nearly the same by chance."""
_NEARLY_ALL = 0.7
_REACH = 4
"""Words around what is compared in which a negation belongs to it."""
_STEMS = {stem(word): frozenset(stem(other) for other in others) for word, others in OPPOSITES.items()}
_SINCE = re.compile(r"\b(?:desde|since|ya no|no longer|nadie|nobody|until|mientras)\b")
"""Something has not changed since, or is over: a way of telling a moment."""
_MOMENT = re.compile(r"^(?:\w{0,40}_changed_on|last_|left_on|close_date|days_since|\w{0,40}silen)")
_DENIES = frozenset({"not", "never", "nunca", "jamas"})
_VERB_TEXT = """
    es son esta estan ha han tiene tienen renueva renuevan paga pagan paso pasaron cumplio sube baja crece usa usan
    figura mantiene mantienen quiere puede sera fue fueron
"""
_VERBS = frozenset(_VERB_TEXT.split())
"""After them a Spanish "no" denies; before "hay" or a noun it counts."""
_NOTHING = re.compile(
    r"^left_on|^close|\(empty\)|:\s*(?:0|0\.0|false|no|-\d)|unknown|^data_issue|churned|prospect|lost|lead\b|closed|none",
    re.IGNORECASE,
)
"""Values of records and metrics that a sentence may put as a negation."""


def contradictions(text: str, sources: Sources) -> Iterator[tuple[int, int]]:
    """Spans of the words that turn the sentence against its source."""
    own = without_quotations(text)
    offset = 0
    for sentence in sentences(own):
        start = own.find(sentence, offset)
        offset = start + len(sentence)
        words = words_of(sentence)
        span = _against(words, sources.statements)
        if span is not None:
            yield start + span[0], start + span[1]


def unfounded_negation(text: str, sources: Sources) -> tuple[int, int] | None:
    """A "not" in a sentence about records and figures, none of which is empty, nought or over."""
    if sources.passages or not sources.evidence:
        return None
    if any(_NOTHING.search(item.text) for item in sources.evidence):
        return None
    if _SINCE.search(flat(text)) and any(_MOMENT.search(item.text) for item in sources.evidence):
        return None
    words = words_of(without_quotations(text))
    for word, after in zip(words, (*words[1:], None), strict=True):
        if word.folded in _DENIES or word.folded.endswith("n't"):
            return word.start, word.end
        if word.folded == "no" and after is not None and after.folded in _VERBS:
            return word.start, after.end
    return None


def _against(words: Sequence[Word], statements: Sequence[Sequence[Word]]) -> tuple[int, int] | None:
    content = [word for word in words if _says_something(word)]
    if len(content) < _ENOUGH_WORDS:
        return None
    best, shared = _closest(content, statements)
    if best is None:
        return None
    there = {word.stem for word in best}
    swapped = next((word for word in content if word.stem not in there and _STEMS.get(word.stem, _NO) & there), None)
    if swapped is not None and shared >= len(content) - 1:
        return swapped.start, swapped.end
    return _turned(words, best) if shared >= _NEARLY_ALL * len(content) else None


_NO: frozenset[str] = frozenset()


def _closest(content: Sequence[Word], statements: Sequence[Sequence[Word]]) -> tuple[Sequence[Word] | None, int]:
    wanted = {word.stem for word in content}
    best, most = None, 0
    for statement in statements:
        shared = len(wanted & {word.stem for word in statement if _says_something(word)})
        if shared > most:
            best, most = statement, shared
    return (best, most) if most >= min(_ENOUGH_WORDS, len(wanted) - 1) else (None, 0)


def _turned(words: Sequence[Word], statement: Sequence[Word]) -> tuple[int, int] | None:
    """Whether exactly one of the two is negated near what they share."""
    shared = {word.stem for word in words if _says_something(word)} & {word.stem for word in statement}
    here, there = _negation_near(words, shared), _negation_near(statement, shared)
    if (here is None) == (there is None):
        return None
    if here is not None:
        return here.start, here.end
    content = [word for word in words if word.stem in shared]
    return content[0].start, content[-1].end


def _negation_near(words: Sequence[Word], shared: set[str]) -> Word | None:
    places = [index for index, word in enumerate(words) if word.stem in shared]
    for index, word in enumerate(words):
        if negates(word.folded) and any(abs(index - place) <= _REACH for place in places):
            return word
    return None


def _says_something(word: Word) -> bool:
    return word.is_word and word.folded not in FUNCTION_WORDS and not negates(word.folded)
