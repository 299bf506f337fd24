"""What a question that yes or no answers asks about: where that part ends, of all or of any, of what was or may be.

Invariant: pure; it reads the question's words alone, and where they ask for more than yes or no, only what yes or no
answers is looked at.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from copilot.domain.folding import flat
from copilot.domain.questionnaires import Choice
from copilot.workflows.rfp.answering.claims import negating_words
from copilot.workflows.rfp.answering.short_form_words import alternatives, pattern, plain_of

_ONCE_SPANISH = re.compile(r"^\W*(?:se |les? |no )*\w{2,}(?:ó|aron|ieron)\b")
"""With accents: `aprobó`."""
_BESIDE = frozenset({"without", "sin", "no"})
"""They deny a thing beside what is asked, or stand in "yes or no"."""
_YES_OR_NO = re.compile(r"(?:yes|no|si)\b")


@dataclass(frozen=True, slots=True)
class Whether:
    """A question that yes or no answers, read."""

    text: str
    """As far as yes or no answers it; the same places as in the whole question."""
    of_all: bool
    all_of_what: tuple[str, ...]
    """Folded words after "all"."""
    of_any: bool
    exists: bool
    """Whether it asks if there is such a thing, of whatever kind."""
    denied: bool
    """Whether it asks if something is not so."""
    only: bool
    once: bool
    """Whether it asks what happened, at some time."""
    done: bool
    """Whether it asks what has been done by now."""
    may: bool
    must: bool
    plans: bool


@lru_cache(maxsize=2_048)
def whether(question: str) -> Whether:
    """Read it."""
    cut = _patterns().more.search(flat(question))
    text = question[: cut.start()] if cut else question
    plain = plain_of(text)
    everything = pattern("no_all").sub(" ", plain)
    of_all = _patterns().of_all.search(everything)
    return Whether(
        text=text,
        of_all=bool(of_all or pattern("always").search(everything)),
        all_of_what=tuple(of_all["what"].strip(" ?").split()) if of_all else (),
        of_any=bool(pattern("any").search(plain)),
        exists=bool(_patterns().exists.match(plain)),
        denied=any(word not in _BESIDE for word in negating_words(plain)),
        only=bool(pattern("only").search(plain)),
        once=bool(pattern("once").search(plain) or _ONCE_SPANISH.match(text.lower())),
        done=bool(pattern("done").search(plain)),
        may=bool(pattern("may").search(plain)),
        must=bool(pattern("must").search(plain)),
        plans=bool(pattern("plans").search(plain)),
    )


def offers_yes_and_no(choices: Sequence[Choice]) -> bool:
    """Whether the values are a yes and a no, however they go on."""
    said = {found[0] for item in choices if (found := _YES_OR_NO.match(flat(item.text).strip()))}
    return "no" in said and bool(said & {"yes", "si"})


def asks_whether(question: str) -> bool:
    """Whether it opens as what yes or no answers: no word for what, who or how stands at its head."""
    return not _patterns().asks_what.match(plain_of(question))


@dataclass(frozen=True, slots=True)
class _Patterns:
    more: re.Pattern[str]
    asks_what: re.Pattern[str]
    of_all: re.Pattern[str]
    exists: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    more = alternatives("more")
    beside = "to|for|by|with|a|con|por|para|de|desde|en|within|from|in|at|on|cada|hasta"
    return _Patterns(
        more=re.compile(
            rf"(?<=[?.!])\s+\S|,?\s+(?:and|y|e)\s+(?:(?:if so|in that case|en (?:su|ese) caso)\W+)?"
            rf"(?:(?:{beside}) )?(?:{more})\b|[,;(]\s*(?:if so|if yes|please|indique|describa|detalle|"
            rf"en caso afirmativo|especifique)\b"
        ),
        asks_what=re.compile(rf"^\W*(?:(?:{beside}) )?(?:{more}|whose|why)\b"),
        of_all=re.compile(
            rf"\b(?:{alternatives('all')})\b(?! (?:{alternatives('time')})\b)"
            rf"(?: (?:of|the|your|our|los|las|el|la|sus|su|nuestros|nuestras))*(?P<what>(?: [\w-]+){{1,2}})"
        ),
        exists=re.compile(rf"^\W*(?:{alternatives('exists')})\b"),
    )
