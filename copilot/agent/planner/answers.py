"""The answer to a question that the planner asked back.

Invariant: an answer picks one of the candidates that were shown, by place, id, name or country, or it is none.
"""

import re
from datetime import date

from babel import Locale

from copilot.agent.planner.cues import hits, mark, table
from copilot.domain.folding import flat
from copilot.domain.plans import Candidate, Clarification

_PLACES = (
    ("first", "1st", "primera", "primero", "1", "uno", "una", "one", "former"),
    ("second", "2nd", "segunda", "segundo", "2", "dos", "two", "latter"),
    ("third", "3rd", "tercera", "tercero", "3", "tres", "three"),
    ("fourth", "4th", "cuarta", "cuarto", "4", "cuatro", "four"),
    ("fifth", "5th", "quinta", "quinto", "5", "cinco", "five"),
    ("sixth", "6th", "sexta", "sexto", "6", "seis", "six"),
)
_LONGEST = 10


def picked(message: str, asked: Clarification) -> Candidate | None:
    """The candidate that the message chooses; None if it chooses none, or says something else."""
    plain = flat(message).strip(" .?!¡¿")
    if any(candidate.id in message for candidate in asked.candidates):
        return next(candidate for candidate in asked.candidates if candidate.id in message)
    if len(plain.split()) > _LONGEST or not asked.candidates:
        return None
    if mark("last").match(plain):
        return asked.candidates[-1]
    words = mark("filler").sub(" ", plain).split()
    for place, names in enumerate(_PLACES[: len(asked.candidates)]):
        if len(words) == 1 and words[0] in names:
            return asked.candidates[place]
    return _by_label(words, asked.candidates) or _by_country(plain, asked.candidates)


def _by_label(words: list[str], candidates: tuple[Candidate, ...]) -> Candidate | None:
    fitting = [
        candidate
        for candidate in candidates
        if words and all(word in re.findall(r"\w+", flat(candidate.label)) for word in words)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _by_country(plain: str, candidates: tuple[Candidate, ...]) -> Candidate | None:
    fitting = []
    for candidate in candidates:
        code = re.search(r"\(([A-Z]{2})\)$", candidate.label)
        if code and _names_country(plain, code[1]):
            fitting.append(candidate)
    return fitting[0] if len(fitting) == 1 else None


def _names_country(plain: str, code: str) -> bool:
    lines = [str(table("countries")["demonyms"].get(code, ""))]
    lines += [flat(str(Locale(language).territories.get(code, ""))) for language in ("en", "es")]
    return any(True for _ in hits(plain, "\n".join(line for line in lines if line)))


def picked_day(candidate: Candidate) -> date | None:
    """The day that a candidate of a period stands for."""
    try:
        return date.fromisoformat(candidate.id)
    except ValueError:
        return None
