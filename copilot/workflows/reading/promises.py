"""Sentences that promise something, told apart from offers, questions, wishes and conditions.

Invariant: precision before recall. A promise has somebody who makes it, an act that can be seen to be done, and a day
(or an explicit pledge); whatever is conditional, negated, asked or merely possible is no promise.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.workflows.reading.cues import cue
from copilot.workflows.reading.due_dates import find_due
from copilot.workflows.reading.people import Cast
from copilot.workflows.reading.types import DueDate, Sentence, Side

_THIRD_PERSON = re.compile(r"^(?P<name>[A-ZÁÉÍÓÚÑ][\wáéíóúñ]+)(?:\s+[A-ZÁÉÍÓÚÑ][\wáéíóúñ]+)?\s*(?P<act>.*)", re.S)
_IN_PASSING = timedelta(days=1)
"""A promise for today or tomorrow is talk in passing: by the next brief it is history."""
_LONGEST = 330


@dataclass(frozen=True, slots=True)
class Promise:
    """A sentence that promises, who does, and for when."""

    sentence: Sentence
    by: Side
    who: str | None
    due: DueDate | None


def find_promise(sentence: Sentence, cast: Cast) -> Promise | None:
    """The promise that the sentence makes, or None."""
    if sentence.side is Side.UNKNOWN or len(sentence.text) > _LONGEST or sentence.text.rstrip('»”")').endswith("?"):
        return None
    if "¿" in sentence.text or sentence.text.startswith(("“", '"', "«")):
        return None
    plain = flat(sentence.text)
    maker = _maker(sentence, plain, cast)
    if maker is None or cue("promises", "not_a_promise").search(plain):
        return None
    recurring = bool(cue("promises", "recurring").search(plain))
    due = None if recurring else find_due(sentence.text, said_on=sentence.day)
    if due is not None and due.day <= sentence.day + _IN_PASSING:
        due = None
    if due is None and not recurring and not cue("promises", "pledge").search(plain):
        return None
    return Promise(sentence=sentence, by=maker[1], who=maker[0], due=due)


def _maker(sentence: Sentence, plain: str, cast: Cast) -> tuple[str | None, Side] | None:
    """Who promises: a person named as the subject, else the speaker."""
    language = "spanish" if sentence.language is Language.ES else "english"
    named = _subject(sentence, plain, cast, language)
    if named is not None:
        return named
    promised = cue("promises", language).search(plain) or cue("promises", "pledge").search(plain)
    return (sentence.speaker, sentence.side) if promised else None


def _subject(sentence: Sentence, plain: str, cast: Cast, language: str) -> tuple[str | None, Side] | None:
    """`Begoña nos manda…`, `Tom will send…`: a known person's name, then the act."""
    opening = _THIRD_PERSON.match(sentence.text)
    if opening is not None and cue("promises", f"{language}_third").match(flat(opening["act"])):
        return _known(opening["name"], cast)
    inside = cue("promises", f"{language}_inside").search(plain)
    return _known(inside["person"], cast) if inside is not None else None


def _known(name: str, cast: Cast) -> tuple[str | None, Side] | None:
    found = cast.mentioned(name)
    return found if found is not None and found[1] is not Side.UNKNOWN else None
