"""Plants one fault in a draft that was right, so that whoever approves it did not read it against its sources.

Invariant: exactly one sentence changes, its citations stay, and what was planted is known by name and place.
"""

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from copilot.domain.drafts import Draft, Segment
from copilot.domain.figures import Figure, FigureKind, extract_figures
from copilot.domain.language import Language


class Fault(StrEnum):
    """What is made wrong."""

    NEGATION = "negation"
    """A statement becomes its contrary."""
    CERTAINTY = "certainty"
    """What somebody asked for or considers becomes agreed."""
    OPPOSITE = "opposite"
    """More becomes less, before becomes after."""
    SWAPPED_FIGURES = "swapped_figures"
    """Two figures of one sentence change places."""


@dataclass(frozen=True, slots=True)
class FaultyDraft:
    """A draft with one fault, and where it is."""

    draft: Draft
    segment_id: str
    fault: Fault


_NEGATED = {
    Language.ES: ("ha", "han", "es", "está", "hay", "tiene", "renueva", "paga", "cumplió", "confirmó", "usa"),
    Language.EN: ("has", "have", "is", "are", "was", "were", "will", "can"),
}
_CERTAIN = {
    Language.ES: {
        "pidió": "acordó",
        "pide": "acepta",
        "propuso": "firmó",
        "quiere": "confirmó",
        "podría": "se comprometió a",
    },
    Language.EN: {
        "asked for": "agreed to",
        "asks for": "accepts",
        "proposed": "signed",
        "wants": "confirmed",
        "could": "agreed to",
    },
}
_PAIRS = {
    Language.ES: (
        ("más", "menos"),
        ("antes", "después"),
        ("subió", "bajó"),
        ("aumentó", "disminuyó"),
        ("mejor", "peor"),
        ("abierta", "cerrada"),
        ("abierto", "cerrado"),
        ("ganada", "perdida"),
        ("primera", "última"),
    ),
    Language.EN: (
        ("more", "less"),
        ("before", "after"),
        ("rose", "fell"),
        ("increased", "decreased"),
        ("up", "down"),
        ("better", "worse"),
        ("open", "closed"),
        ("won", "lost"),
        ("above", "below"),
    ),
}
_OPPOSITES = {
    language: {word: other for pair in pairs for word, other in (pair, pair[::-1])}
    for language, pairs in _PAIRS.items()
}
_QUOTED = re.compile(r"[«“\"][^»”\"]{0,2000}[»”\"]")


def faulty_drafts(draft: Draft, *, seed: str) -> Iterator[FaultyDraft]:
    """Every way to plant one fault in a sentence with sources, in an order that `seed` decides."""
    found = [
        (segment, fault, text)
        for segment in draft.segments()
        if segment.evidence_ids
        for fault, text in _faults(segment, draft.language)
    ]
    random.Random(seed).shuffle(found)  # noqa: S311 - a draw that can be repeated
    for segment, fault, text in found:
        yield FaultyDraft(draft=_with_text(draft, segment.id, text), segment_id=segment.id, fault=fault)


def _faults(segment: Segment, language: Language) -> Iterator[tuple[Fault, str]]:
    quoted = [match.span() for match in _QUOTED.finditer(segment.text)]
    ways = ((Fault.CERTAINTY, _CERTAIN[language]), (Fault.OPPOSITE, _OPPOSITES[language]))
    for fault, words in ways:
        for start, end, other in _replacements(segment.text, words):
            if not any(left <= start < right for left, right in quoted):
                yield fault, segment.text[:start] + other + segment.text[end:]
    yield from ((Fault.NEGATION, text) for text in _negations(segment.text, language, quoted))
    yield from ((Fault.SWAPPED_FIGURES, text) for text in _swaps(segment.text, language))


def _replacements(text: str, words: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    for word, other in words.items():
        for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text):
            yield match.start(), match.end(), other


def _negations(text: str, language: Language, quoted: list[tuple[int, int]]) -> Iterator[str]:
    for verb in _NEGATED[language]:
        for match in re.finditer(rf"(?<=\s){re.escape(verb)}(?=\s)", text):
            if any(left <= match.start() < right for left, right in quoted):
                continue
            before, after = text[: match.start()], text[match.end() :]
            if before.endswith("no ") or after.startswith(" not "):
                continue
            yield f"{before}no {verb}{after}" if language is Language.ES else f"{before}{verb} not{after}"


def _swaps(text: str, language: Language) -> Iterator[str]:
    figures = [item for item in extract_figures(text, language=language) if item.kind is not FigureKind.DATE]
    for first, second in pairwise(figures):
        if _may_be_swapped(first, second):
            middle = text[first.end : second.start]
            yield text[: first.start] + second.text + middle + first.text + text[second.end :]


def _may_be_swapped(first: Figure, second: Figure) -> bool:
    same_kind = first.kind is second.kind and first.unit == second.unit and first.currencies == second.currencies
    return same_kind and first.end <= second.start and first.readings != second.readings


def _with_text(draft: Draft, segment_id: str, text: str) -> Draft:
    sections = tuple(
        section.model_copy(
            update={
                "segments": tuple(
                    segment.model_copy(update={"text": text}) if segment.id == segment_id else segment
                    for segment in section.segments
                )
            }
        )
        for section in draft.sections
    )
    return draft.model_copy(update={"sections": sections})
