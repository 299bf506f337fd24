"""Yes, no or partly: only what a source asserts, for the question as it is asked.

Invariant: a yes or no rests on one sentence that states a fact and has the question's own words, turned as often as the
question is. Whatever is less than that - a rule, a plan, a condition, somebody else's duty, a narrower scope - is no
yes: it is "partly" at most, and mostly nothing.
"""

import re
from dataclasses import dataclass

from copilot.domain.folding import flat
from copilot.domain.rfp_answers import ShortForm
from copilot.guardrails.grounding.vocabulary import OPPOSITES
from copilot.guardrails.grounding.words import stem, words_of
from copilot.workflows.rfp.answering.claims import FACTS, Claim, Reading, negating_words
from copilot.workflows.rfp.answering.fitting import Fit
from copilot.workflows.rfp.answering.quantities import is_quantity, meets

ENOUGH_FOR_YES = 0.72
"""Share of the question's words, by weight, that a sentence must have itself for a yes."""
ENOUGH_FOR_NO = 0.8
ENOUGH_FOR_PARTLY = 0.6
_EVERY = re.compile(
    r"\b(?:all|every|each|any|always|fully|entire(?:ly)?|exclusively|todos|todas|cada|siempre|totalmente)\b"
)
_UNIVERSAL = re.compile(r"\b(?:all|every|each|any|no|always|todos|todas|todo|toda|cada|ningun[oa]?|siempre)\b")
_ONLY = re.compile(r"\b(?:only|solely|exclusively|solo|solamente|unicamente|exclusivamente)\b")
_SAYS_YES = re.compile(r"^\W*(?:(?:answer|respuesta|response|short answer|respuesta corta)\W+)?(?:yes|si)\b(?=\W)")
_SAYS_NO = re.compile(r"^\W*(?:(?:answer|respuesta|response|short answer|respuesta corta)\W+)?no\b(?=\s*[.,:;*]|$)")
_SAYS_PARTLY = re.compile(
    r"^\W*(?:(?:answer|respuesta|response)\W+)?(?:partial(?:ly)?|partly|parcial(?:mente)?|en parte)\b"
)
_SAYS_NOT_APPLICABLE = re.compile(
    r"^\W*(?:(?:answer|respuesta|response)\W+)?(?:not applicable|n/?a|no aplica|no procede)\b"
)
_STILL_OPEN = frozenset({Claim.INTENTION, Claim.RECOMMENDED, Claim.CONDITIONAL, Claim.POSSIBLE, Claim.BLANK})
_OPPOSITES = {stem(word): frozenset(stem(other) for other in others) for word, others in OPPOSITES.items()}
_HEAD = 4
"""Words in which a sentence says of whom it speaks."""
_NOT_OFFERED = re.compile(r"\b(?:not (?:available|offered|supported)|no (?:esta disponible|se ofrece|lo ofrecemos))\b")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of a source as it bears on one question."""

    text: str
    reading: Reading
    fit: Fit
    replies: bool = False
    """It stands as the answer to a question that is nearly the one asked."""


def short_form(question: str, statement: Statement) -> ShortForm | None:
    """What the sentence answers, if it answers in so many words."""
    said = said_outright(statement.text)
    if said is not None and (statement.replies or statement.fit.said >= ENOUGH_FOR_YES):
        return _weakened(said, statement.reading)
    if statement.reading.all & {*_STILL_OPEN, Claim.FRAGMENT, Claim.QUESTION, Claim.DEFINITION}:
        return None
    if Claim.OTHER_PARTY in statement.reading.all and not _asks_of_others(question, statement.text):
        return None
    if not meets(question, statement.text) or _opposed(question, statement.text):
        return None
    return _by_words(question, statement)


def said_outright(text: str) -> ShortForm | None:
    """What a text opens with in so many words: `No. Tramontia does not hold...`."""
    plain = " ".join(flat(text.replace("*", "")).split())
    if _SAYS_NOT_APPLICABLE.match(plain):
        return ShortForm.NOT_APPLICABLE
    if _SAYS_PARTLY.match(plain):
        return ShortForm.PARTIAL
    if _SAYS_YES.match(plain):
        return ShortForm.YES
    return ShortForm.NO if _SAYS_NO.match(plain) or _NOT_OFFERED.search(plain) else None


def _weakened(said: ShortForm, reading: Reading) -> ShortForm | None:
    """A yes that goes on with "from the next release on" is none."""
    if said is ShortForm.YES and reading.all & {Claim.BLANK, Claim.INTENTION}:
        return None
    return said


def _by_words(question: str, statement: Statement) -> ShortForm | None:
    fit = statement.fit
    if Claim.PARTIAL in statement.reading.all:
        return ShortForm.PARTIAL if fit.here >= ENOUGH_FOR_PARTLY and not statement.reading.negations else None
    if statement.reading.claim not in FACTS:
        return None
    asked, turned = len(negating_words(question)), statement.reading.negations
    if asked > 1 or turned > 1:
        return None
    if asked != turned:
        # Which word of a longer sentence is denied cannot be told by counting.
        return ShortForm.NO if fit.here >= ENOUGH_FOR_NO and not fit.narrower and not asked else None
    if fit.here < ENOUGH_FOR_YES or (_ONLY.search(flat(question)) and not _ONLY.search(flat(statement.text))):
        return None
    less = fit.narrower or (_EVERY.search(flat(question)) and not _UNIVERSAL.search(flat(statement.text)))
    return ShortForm.PARTIAL if less else ShortForm.YES


def _asks_of_others(question: str, text: str) -> bool:
    """Whether whoever the sentence speaks of is whom the question asks about."""
    asked = {word.stem for word in words_of(question)}
    heads = [word.stem for word in words_of(text)[:_HEAD]]
    return any(word in asked for word in heads)


def _opposed(question: str, text: str) -> bool:
    """Whether one has the opposite of a word of the other: encrypted and unencrypted, internal and external."""
    asked = {word.stem for word in words_of(question) if not is_quantity(word.folded)}
    said = {word.stem for word in words_of(text) if not is_quantity(word.folded)}
    return any(_OPPOSITES.get(word, frozenset()) & (said - asked) for word in asked - said)
