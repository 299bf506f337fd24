"""Finds the clauses of a text that speak of prices, dates, service levels and the like, and whose word they are.

Invariant: reads any text in time linear in its length: clauses are at most `_LONGEST` characters and every cue is
bounded. A clause that no cue speaks against is taken as ours: a promise that is missed costs more than one too many.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from copilot.domain.figures import Figure, FigureKind, extract_figures
from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.guardrails.commitments.cues import Cues, cues
from copilot.guardrails.commitments.kinds import Clause, CommitmentKind, Stance

_LONGEST = 500
"""Characters of a clause; what is longer is read in pieces."""
_SENTENCE_END = re.compile(r"[.!?…](?=[\s\"”»')\]]|$)|[\n\r;]")
_TURN = re.compile(r",\s+(?:pero|sino que|aunque|mientras que|but|although|though|however|whereas)\b")
_CONDITION = re.compile(
    r"^\W{0,4}(?:(?:y|and|but|pero) )?(?:si|if|when|cuando|in case|en caso de que|once|unless)\b[^,]{1,160},"
)
_RELATIVE_DATE = re.compile(
    r"\b(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo|monday|tuesday|wednesday|thursday|friday|saturday|"
    r"sunday|manana|hoy|tomorrow|today|semana que viene|next (?:week|month|quarter|year)|(?:proxim[oa]|este|esta) "
    r"(?:semana|mes|trimestre|semestre|ano|primavera|verano|otono|invierno)|this (?:week|month|quarter|year|spring|"
    r"summer|fall|autumn|winter)|primavera|verano|otono|invierno|(?:first|second) half|q[1-4]|fin de (?:mes|ano)|"
    r"end of (?:the )?(?:month|year|quarter|\w{3,9})|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|"
    r"octubre|noviembre|diciembre|january|february|march|april|june|july|august|september|october|november|december)\b"
)
_DURATION = re.compile(
    r"\b(?:media hora|una hora|un dia|una semana|un mes|half an hour|an hour|one hour|a day|a week|a month|"
    r"(?:\d{1,3}|dos|tres|cuatro|cinco|seis|siete|ocho|diez|doce|quince|treinta|two|three|four|five|six|seven|eight|"
    r"ten|twelve|fifteen|thirty|sixty)[ -](?:business |working )?(?:minutos?|horas?|dias?|semanas?|mes(?:es)?|"
    r"minutes?|hours?|days?|weeks?|months?)|under (?:an|one) hour)\b"
)
_ROUND_THE_CLOCK = re.compile(r"\b24 ?[x/] ?7\b|\baround the clock\b|\btodos los dias del ano\b")
_PRETERITE = re.compile(r"\b[^\W\d_]{2,20}ó\b|\b[^\W\d_]{2,20}(?:aron|ieron|aban)\b")
_TIMED = frozenset({CommitmentKind.DELIVERY, CommitmentKind.ROADMAP})


@lru_cache(maxsize=4096)
def clauses_in(text: str, *, language: Language | None = None) -> tuple[Clause, ...]:
    """Every clause of `text` that speaks of something one can commit to, in reading order."""
    return tuple(_read(text, language))


def speaks_of(text: str, kind: CommitmentKind) -> bool:
    """Whether a source speaks of what such commitments are about."""
    return cues().kinds[kind].evidence.search(flat(text)) is not None


def _read(text: str, language: Language | None) -> Iterator[Clause]:
    known = cues()
    for start, end, asks in _pieces(text):
        original = text[start:end]
        plain = flat(original)
        kinds = _kinds(plain, original, known, language)
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
            if last > first:
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


def _kinds(plain: str, original: str, known: Cues, language: Language | None) -> tuple[CommitmentKind, ...]:
    found: list[CommitmentKind] = []
    values: frozenset[str] | None = None
    for kind, words in known.kinds.items():
        if words.terms.search(plain):
            found.append(kind)
        elif words.values and words.topic.search(plain):
            values = _values(plain, original, language) if values is None else values
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


def _values(plain: str, original: str, language: Language | None) -> frozenset[str]:
    """Which sorts of value a clause states."""
    figures = extract_figures(original, language=language)
    found = {name for figure in figures for name in _names_of(figure)}
    if _RELATIVE_DATE.search(plain):
        found.add("date")
    if _DURATION.search(plain):
        found.add("duration")
    if _ROUND_THE_CLOCK.search(plain):
        found.add("number")
    return frozenset(found)


def _names_of(figure: Figure) -> tuple[str, ...]:
    match figure.kind:
        case FigureKind.AMOUNT:
            return ("amount",)
        case FigureKind.PERCENTAGE:
            return ("percentage",)
        case FigureKind.DATE:
            return ("date",)
        case _:
            return ("duration",) if figure.unit else ("number",)


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
