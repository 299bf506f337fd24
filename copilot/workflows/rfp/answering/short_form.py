"""Yes, no or partly: only what a source asserts, for the question as it is asked.

Invariant: a yes or no rests on one sentence that states a fact and has the question's own words, turned as often as the
question is. Whatever is less than that - a rule, a plan, a condition, somebody else's duty, a narrower scope - is no
yes: it is "partly" at most, and mostly nothing.
"""

import re
from dataclasses import dataclass

from copilot.domain.folding import flat
from copilot.domain.rfp_answers import ShortForm
from copilot.guardrails.grounding.vocabulary import FUNCTION_WORDS, OPPOSITES
from copilot.guardrails.grounding.words import stem, words_of
from copilot.workflows.rfp.answering.claims import FACTS, Claim, Reading, negating_words
from copilot.workflows.rfp.answering.fitting import Fit, terms_of
from copilot.workflows.rfp.answering.quantities import is_quantity, meets

ENOUGH_FOR_YES = 0.72
"""Share of the question's words, by weight, that a sentence must have itself for a yes."""
ENOUGH_FOR_YES_ALONE = 0.85
"""The same where no person has said before that the sentence answers."""
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
_REACH = 2
"""Telling words that a word of denial reaches."""
_NO_THING = frozenset({"no", "without", "sin", "ni", "nor", "ningun", "ninguna", "ninguno"})
"""They deny the thing that comes next; the others deny what the sentence says."""
_NOT_OFFERED = re.compile(r"\b(?:not (?:available|offered|supported)|no (?:esta disponible|se ofrece|lo ofrecemos))\b")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of a source as it bears on one question."""

    text: str
    reading: Reading
    fit: Fit
    replies: bool = False
    """It stands as the answer to a question that is nearly the one asked."""
    chosen: bool = False
    """It was found to answer among all that was looked at."""

    @property
    def states(self) -> float:
        """Share of the question's words that it has itself."""
        return self.fit.stated if self.chosen else self.fit.here


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
        return ShortForm.PARTIAL if statement.states >= ENOUGH_FOR_PARTLY and not statement.reading.negations else None
    if statement.reading.claim not in FACTS:
        return None
    asked, turned = len(negating_words(question)), statement.reading.negations
    if asked > 1 or turned > 1:
        return None
    if asked != turned:
        # Which word of a longer sentence is denied cannot be told by counting.
        sure = statement.states >= ENOUGH_FOR_NO and not fit.narrower and not asked
        return ShortForm.NO if sure and _denies(question, statement.text) else None
    if statement.states < ENOUGH_FOR_YES or (_ONLY.search(flat(question)) and not _ONLY.search(flat(statement.text))):
        return None
    of_some = _EVERY.search(flat(question)) and not _UNIVERSAL.search(flat(statement.text))
    if statement.chosen and (of_some or statement.states < ENOUGH_FOR_YES_ALONE):
        return None  # whether "laptops are encrypted" means all of them is for a person to say
    return ShortForm.PARTIAL if fit.narrower or of_some else ShortForm.YES


def _denies(question: str, text: str) -> bool:
    """Whether what is denied is what is asked about: "at no additional charge" denies nothing of it."""
    asked = {term for word in words_of(question) if word.folded not in FUNCTION_WORDS for term in terms_of(word.folded)}
    words = [word.folded for word in words_of(text) if word.is_word]
    for place, word in enumerate(words):
        if negating_words(word):
            after = [item for item in words[place + 1 :] if item not in FUNCTION_WORDS][:_REACH]
            before = [item for item in words[:place] if item not in FUNCTION_WORDS][-1:] if not after else []
            if any(terms_of(item) & asked for item in (*after, *before)):
                return True
            if word not in _NO_THING and any(terms_of(item) & asked for item in words[:place]):
                return True
    return False


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
