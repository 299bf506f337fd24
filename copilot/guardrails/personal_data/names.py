"""Names of people: those that are known, and those that lists, shapes and what stands around them give away.

Invariant: what is known to be a company is never a person's name, a known name is always found, and a capital letter
alone is never enough: every other find rests on a listed name, a form of address, a label, or what the person does.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from copilot.domain.folding import flat, fold
from copilot.domain.language import Language
from copilot.domain.personal_data import DataClass, Hints, PersonalSpan
from copilot.guardrails.personal_data.name_lists import AMBIGUOUS, GIVEN
from copilot.guardrails.personal_data.names_cues import LIST_LINK
from copilot.guardrails.personal_data.names_known import known_names
from copilot.guardrails.personal_data.names_shape import Candidate, candidates
from copilot.guardrails.personal_data.names_surroundings import ENOUGH, Around, mailboxes
from copilot.guardrails.personal_data.names_words import Kind, kind_of
from copilot.guardrails.personal_data.recogniser import span_of

_LINKED, _SEEN_BEFORE = 1.5, 1.6
_NEVER_LINKED = 0.0
_SURE = 3.0
_LOWEST, _HIGHEST = 0.55, 0.95
_LOWER_CASE = re.compile(
    r"(?<!\w)(?:soy|me llamo|mi nombre es|my name is|name's|i am|i'm)[ \t]{1,3}([^\W\d_]{2,20}(?:[ \t][^\W\d_]{2,20})?)"
)
_LOWER_WORD = re.compile(r"(?<![\w@./-])[^\W\d_]{3,30}(?![\w@])")
_LONGEST_LINK = 8
_FIRM_LINKS = (" and ", ", and ", " & ", " y ", " e ")
_PERSONAL = frozenset({Kind.GIVEN, Kind.AMBIGUOUS})


class NamesRecogniser:
    """Finds people's names; stateless."""

    name = "names"

    def find(self, text: str, hints: Hints) -> Iterator[PersonalSpan]:
        """Known names with score 1, others with what speaks for them."""
        companies = _company_places(text, hints.organisations)
        for place in known_names(hints.known_names).places(text):
            if not _within(place, companies):
                yield span_of(text, place, data_class=DataClass.PERSON, scheme="person.known")
        for candidate in _accepted(_with_capitals(text), hints.language):
            place = (candidate.start, candidate.end)
            if not _within(place, companies):
                score = min(_HIGHEST, _LOWEST + (candidate.score - ENOUGH) / 10)
                yield span_of(text, place, data_class=DataClass.PERSON, scheme="person", score=score)
        for place in _introduced_in_lower_case(text):
            yield span_of(text, place, data_class=DataClass.PERSON, scheme="person", score=_LOWEST)


def _with_capitals(text: str) -> str:
    """A message without a single capital gets them where a listed given name stands, and the family name after it."""
    if not text.islower():
        return text
    letters = list(text)
    last_end, last_named = -1, False
    for match in _LOWER_WORD.finditer(text):
        kind = kind_of(fold(match.group()))
        adjoins = last_named and match.start() - last_end == 1
        last_named = kind is Kind.GIVEN or (adjoins and kind in {Kind.FAMILY, Kind.FAMILY_WORD, Kind.SOUNDS})
        upper = match.group()[0].upper()
        if last_named and len(upper) == 1:
            letters[match.start()] = upper
        last_end = match.end()
    return "".join(letters)


def _accepted(text: str, language: Language | None) -> list[Candidate]:
    around = Around(text=text, flat=flat(text), mailboxes=mailboxes(text), language=language)
    found = list(candidates(text, around.is_labelled))
    for candidate in found:
        candidate.score = around.weigh(candidate)
    _refuse_firms(text, found)
    _lift_lists(text, found)
    _lift_repeated(found)
    return [candidate for candidate in found if candidate.score >= ENOUGH and not candidate.refused]


def _refuse_firms(text: str, found: Sequence[Candidate]) -> None:
    """ "Owens, Duran and Oneal": three lone family names in a row are a firm, not three people."""
    for trio in zip(found, found[1:], found[2:], strict=False):
        lone = all(item.alone and item.words[0].kind not in _PERSONAL for item in trio)
        first, second = text[trio[0].end : trio[1].start], text[trio[1].end : trio[2].start]
        if lone and first == ", " and second in _FIRM_LINKS:
            for item in trio:
                item.refused = True


def _lift_lists(text: str, found: Sequence[Candidate]) -> None:
    """A doubtful word beside a name, "Chloe, Rubija and Mark", is a name too. Looked at once in each direction."""
    pairs = list(pairwise(found))
    for first, second in [*pairs, *((right, left) for left, right in reversed(pairs))]:
        low, high = min(first.end, second.end), max(first.start, second.start)
        doubtful = first.score >= ENOUGH > second.score and second.score > _NEVER_LINKED - 1 and not second.refused
        if doubtful and high - low <= _LONGEST_LINK and LIST_LINK.fullmatch(text[low:high]):
            second.score += _LINKED


def _lift_repeated(found: Sequence[Candidate]) -> None:
    """A part of a name that was sure once is a name where it stands alone."""
    sure = {
        word.folded
        for candidate in found
        if candidate.score >= _SURE and not candidate.refused
        for word in candidate.words
        if word.kind not in {Kind.INITIAL, Kind.PARTICLE}
    }
    for candidate in found:
        if candidate.score < ENOUGH and not candidate.refused and all(word.folded in sure for word in candidate.words):
            candidate.score += _SEEN_BEFORE


def _introduced_in_lower_case(text: str) -> Iterator[tuple[int, int]]:
    """ "soy patricia lozano": after these words a listed given name needs no capital."""
    for match in _LOWER_CASE.finditer(flat(text)):
        first, _, second = match[1].partition(" ")
        if first in GIVEN and first not in AMBIGUOUS:
            family = second and not text[match.end(1) :][:1].isalnum() and len(second) > len("los")
            yield match.start(1), match.end(1) if family else match.start(1) + len(first)


def _company_places(text: str, organisations: frozenset[str]) -> list[tuple[int, int]]:
    pattern = _companies(organisations)
    return [match.span() for match in pattern.finditer(flat(text))] if pattern else []


@lru_cache(maxsize=64)
def _companies(organisations: frozenset[str]) -> re.Pattern[str] | None:
    names = sorted({flat(name.strip()) for name in organisations if name.strip()}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)") if names else None


def _within(place: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    return any(start <= place[0] and place[1] <= end for start, end in others)
