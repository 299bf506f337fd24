"""Finds the clauses of a text that speak of prices, dates, service levels and the like, and whose word they are.

Invariant: reads any text in time linear in its length: clauses are at most `_LONGEST` characters and every cue is
bounded. A clause that no cue speaks against is taken as ours: a promise that is missed costs more than one too many.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, pairwise

from copilot.domain.folding import flat
from copilot.guardrails.commitments.cues import Cues, cues
from copilot.guardrails.commitments.kinds import Clause, CommitmentKind, Stance

_LONGEST = 500
"""Characters of a clause; what is longer is read in pieces."""
_SHORTEST = 6
"""Characters of a clause that says anything."""
_MOST = 200
"""Clauses of one text. No draft promises more; by then it is held anyway."""
_SENTENCE_END = re.compile(r"[.!?…](?=[\s\"”»')\]]|$)|[\n\r;]|:(?=\s)")
_TURN = re.compile(r",\s+(?:y|e|and|pero|sino que|aunque|mientras que|but|although|though|however|whereas)\b")
_CONDITION = re.compile(
    r"^\W{0,4}(?:(?:y|and|but|pero) )?(?:si|if|when|cuando|in case|en caso de que|once|unless)\b[^,]{1,160},"
)
_RELATIVE_DATE = (
    r"\b(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo|monday|tuesday|wednesday|thursday|friday|saturday|"
    r"sunday|manana|hoy|tomorrow|today|semana que viene|next (?:week|month|quarter|year)|(?:proxim[oa]|este|esta) "
    r"(?:semana|mes|trimestre|semestre|ano|primavera|verano|otono|invierno)|this (?:week|month|quarter|year|spring|"
    r"summer|fall|autumn|winter)|primavera|verano|otono|invierno|(?:first|second) half|q[1-4]|fin de (?:mes|ano)|"
    r"end of (?:the )?(?:month|year|quarter|\w{3,9})|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|"
    r"octubre|noviembre|diciembre|january|february|march|april|june|july|august|september|october|november|december)\b"
)
_DURATION = (
    r"\b(?:media hora|una hora|un dia|una semana|un mes|half an hour|an hour|one hour|a day|a week|a month|"
    r"(?:\d{1,3}|dos|tres|cuatro|cinco|seis|siete|ocho|diez|doce|quince|treinta|two|three|four|five|six|seven|eight|"
    r"ten|twelve|fifteen|thirty|sixty)[ -](?:business |working )?(?:minutos?|horas?|dias?|semanas?|mes(?:es)?|"
    r"minutes?|hours?|days?|weeks?|months?)|under (?:an|one) hour)\b"
)
_CURRENCY = (
    r"(?:[€£¥$]|(?:eur|usd|gbp|mxn|clp|cop|ars|pen|brl|uyu|chf|euros?|dolar(?:es)?|dollars?|libras?|pounds?|pesos?|"
    r"soles)\b)"
)
_VALUES = {
    "amount": re.compile(
        rf"{_CURRENCY}\s?\d|\d\s?(?:k|m|mm|mil|mill\w{{1,5}})?\s?(?:de )?{_CURRENCY}|"
        rf"\b(?:mil|millon|millones|thousand|million|cien|hundred) (?:de )?{_CURRENCY}"
    ),
    "percentage": re.compile(r"\d\s?%|\b(?:por ciento|per ?cent|pct|puntos?|points?)\b"),
    "date": re.compile(
        rf"{_RELATIVE_DATE}|\b\d{{1,2}}[/.-]\d{{1,2}}(?:[/.-]\d{{2,4}})?\b|\b20\d\d-\d\d|"
        r"\b(?:may \d|\d{1,2} (?:of )?may|(?:in|by|until) may|el \d{1,2})\b"
    ),
    "duration": re.compile(_DURATION),
    "number": re.compile(r"(?<![a-z\d])\d|\baround the clock\b|\btodos los dias del ano\b"),
}
_PRETERITE = re.compile(r"\b[^\W\d_]{2,20}ó\b|\b[^\W\d_]{2,20}(?:aron|ieron|aban)\b")
_TIMED = frozenset({CommitmentKind.DELIVERY, CommitmentKind.ROADMAP})


@lru_cache(maxsize=4096)
def clauses_in(text: str) -> tuple[Clause, ...]:
    """The clauses of `text` that speak of something one can commit to, in reading order; at most 200."""
    return tuple(islice(_read(text), _MOST))


def speaks_of(text: str, kind: CommitmentKind) -> bool:
    """Whether a source speaks of what such commitments are about."""
    return cues().kinds[kind].evidence.search(flat(text)) is not None


def _read(text: str) -> Iterator[Clause]:
    known, flattened = cues(), flat(text)
    for start, end, asks in _pieces(text):
        original, plain = text[start:end], flattened[start:end]
        kinds = _kinds(plain, known)
        if kinds:
            yield Clause(start=start, end=end, kinds=kinds, stance=_stance(plain, original, asks=asks, known=known))


def _pieces(text: str) -> Iterator[tuple[int, int, bool]]:
    """Start, end and whether it is asked, of each clause."""
    begin = 0
    marks = [(match.end(), match.group()) for match in _SENTENCE_END.finditer(text)]
    for end, mark in [*marks, (len(text), "")]:
        turns = [match.start() for match in _TURN.finditer(text, begin, end)]
        for start, stop in _cut([begin, *turns, end]):
            first, last = _trimmed(text, start, stop)
            if last - first >= _SHORTEST:
                yield first, last, mark == "?" and (stop == end or "¿" in text[first:last])
        begin = end


def _cut(edges: list[int]) -> Iterator[tuple[int, int]]:
    for start, end in pairwise(edges):
        for first in range(start, end, _LONGEST):
            yield first, min(first + _LONGEST, end)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in " \t,;":
        start += 1
    while end > start and text[end - 1] in " \t\n\r;":
        end -= 1
    return start, end


def _kinds(plain: str, known: Cues) -> tuple[CommitmentKind, ...]:
    found: list[CommitmentKind] = []
    values: frozenset[str] | None = None
    for kind, words in known.kinds.items():
        if words.terms.search(plain):
            found.append(kind)
        elif words.values and words.topic.search(plain):
            values = _values(plain) if values is None else values
            if words.values & values:
                found.append(kind)
    return _without_overlap(found, plain, known)


def _without_overlap(found: list[CommitmentKind], plain: str, known: Cues) -> tuple[CommitmentKind, ...]:
    """A kind that only repeats another: a discount's amount is no price, a security term no date of delivery."""
    kinds = set(found)
    if CommitmentKind.DELIVERY in kinds and known.stance["routine"].search(plain):
        kinds.discard(CommitmentKind.DELIVERY)
    if kinds - _TIMED - {CommitmentKind.PRICE, CommitmentKind.DISCOUNT}:
        kinds -= _TIMED - _by_terms(plain, known)
    if kinds >= _TIMED:
        kinds -= _TIMED - (_by_terms(plain, known) or {CommitmentKind.DELIVERY})
    if CommitmentKind.DISCOUNT in kinds:
        kinds.discard(CommitmentKind.PRICE)
    return tuple(kind for kind in CommitmentKind if kind in kinds)


def _by_terms(plain: str, known: Cues) -> set[CommitmentKind]:
    """Delivery and roadmap, where more than a word and a date speaks for them."""
    return {kind for kind in _TIMED if known.kinds[kind].terms.search(plain)}


def _values(plain: str) -> frozenset[str]:
    """Which sorts of value a clause states. A quick look: what exactly they are is asked where it matters."""
    return frozenset(name for name, pattern in _VALUES.items() if pattern.search(plain))


def _stance(plain: str, original: str, *, asks: bool, known: Cues) -> Stance:
    words = known.stance
    read = words["harmless"].sub(lambda match: " " * len(match.group()), plain)
    read = _CONDITION.sub(lambda match: " " * len(match.group()), read)
    if asks:
        return Stance.OURS if words["offering_question"].search(read) else Stance.QUESTION
    if words["negated"].search(read) and not words["refrains"].search(read):
        return Stance.NEGATED
    if words["conditional"].search(read):
        return Stance.CONDITIONAL
    if words["ours"].search(read):
        return Stance.OURS
    return _said_by_others(read, original, known)


def _said_by_others(read: str, original: str, known: Cues) -> Stance:
    for stance in (Stance.ASKED, Stance.THEIRS, Stance.REPORTED):
        if known.stance[stance.value].search(read):
            return stance
    return Stance.REPORTED if _PRETERITE.search(original) else Stance.STATED
