"""Whether two questions ask the same, so that an approved answer to one answers the other word for word.

Invariant: pure. Likeness is not enough: both must have the same words that say something, among them the same
negations, numbers, names and words of scope ("all", "only", "annually"), and ask for the same kind of thing.
"""

import re
from collections import Counter

from copilot.guardrails.grounding.vocabulary import FUNCTION_WORDS, negates
from copilot.guardrails.grounding.words import words_of
from copilot.workflows.chat.asking import without_courtesies
from copilot.workflows.chat.question import expected_kind
from copilot.workflows.rfp.answering.enquiry import same_words

_SCOPE = frozenset(
    """
    all any each every both only must should may can could not no never without before after during between over under
    into from against if when where why who how which todo toda todos todas cada solo ambos debe puede sin antes despues
    durante entre sobre desde hasta contra si cuando donde quien como cual
    """.split()  # noqa: SIM905
)
"""Function words that change what is asked."""
_SAME = (
    ("company", "organisation", "organization", "firm", "vendor", "supplier", "bidder", "you", "your", "we", "our"),
    ("empresa", "organizacion", "compania", "proveedor", "licitador", "usted", "ustedes", "su", "sus"),
    ("mfa", "multi-factor", "multifactor", "two-factor", "2fa"),
)
_INSTEAD = {word: group[0] for group in _SAME for word in group}
_ASKER = frozenset({"company", "empresa"})
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_LEAST_WORDS = 2


def asks_the_same(one: str, other: str) -> bool:
    """Whether an answer to `other` answers `one` as it stands."""
    first, second = without_courtesies(one), without_courtesies(other)
    if same_words(first) == same_words(second):
        return bool(same_words(first))
    if expected_kind(first) is not expected_kind(second):
        return False
    if Counter(_NUMBER.findall(first)) != Counter(_NUMBER.findall(second)):
        return False
    mine, theirs = _telling(first), _telling(second)
    return mine == theirs and sum(mine.values()) >= _LEAST_WORDS and _order(first) == _order(second)


def _telling(text: str) -> Counter[str]:
    return Counter(_order(text))


def _order(text: str) -> tuple[str, ...]:
    """Stems of the words that say something, in their order: who does what to whom hangs on it."""
    found = []
    for word in words_of(text):
        folded = _INSTEAD.get(word.folded, word.folded)
        if not word.is_word or folded in _ASKER:
            continue
        if folded not in FUNCTION_WORDS or folded in _SCOPE or negates(folded):
            found.append(folded if folded in _SCOPE or folded in _INSTEAD.values() else word.stem)
    return tuple(found)
