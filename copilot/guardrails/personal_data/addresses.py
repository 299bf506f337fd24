"""Postal addresses: a street with its number, and what follows of floor, postcode and town.

Invariant: a street without a number is no address, and neither is a number without a street or a postcode with its
town behind it.
"""

import re
from collections.abc import Iterable, Iterator

from copilot.domain.personal_data import DataClass, Hints, PersonalSpan
from copilot.guardrails.personal_data import street_forms as forms
from copilot.guardrails.personal_data.recogniser import span_of

_ANCHORS = (
    (
        re.compile(rf"[0-9](?<![\w.,][0-9])(?=[0-9]{{4}}[ ,.])[0-9]{{4}}[,.]?(?: - | ){forms.TOWN}"),
        re.compile(
            rf"(?<![^\W_]){forms.NAME}(?:,? (?i:{forms.SIGN})|, ?|"
            rf" )(?:[1-9][0-9]{{0,3}}(?: ?[-/] ?[0-9]{{1,4}})?[ºª]?[A-Z]?"
            rf"|[sS][./]?[nN])(?!\w){forms.INSIDE}{forms.BREAK}(?i:c\.?p\.?:? ?)?(?:E-)?$"
        ),
    ),
    (
        re.compile(r"[A-Z](?<![^\W_].)[A-Z],? [0-9]{5}(?:-[0-9]{4})?(?!\w)"),
        re.compile(
            rf"(?<![\w.,/-])[0-9]{{1,6}}[A-Z]? (?:[A-Z0-9][\w'’.#-]{{0,20}},?[ \n]){{1,6}}(?:{forms.TOWN},? )?$"
        ),
    ),
    (
        re.compile(r"[A-Z](?<![^\W_].)[A-Z]?[0-9][0-9A-Z]? ?[0-9][A-Z]{2}(?!\w)"),
        re.compile(r"(?<![\w.,/-])[0-9]{1,4}[A-Za-z]? (?:[A-Z][\w'’.-]{0,20},?[ \n]){2,7}$"),
    ),
)
"""A postcode, and what stands before it if it ends an address."""
_DIGIT = re.compile(r"[0-9]")
_THREE_LETTERS = re.compile(r"[^\W\d_]{3}")
_BLOCK_END = re.compile(
    r"(?<=[\w)])[ ,]{0,3}\.{1,2}(?:\n|$)|(?<=[^\W\d_]{4})\. (?=[A-ZÁÉÍÓÚÑ])|\n(?:[Tt]el|[Pp]hone|CP|"
    r"[Ee]-?mail)|[?!|\t]"
)
_NOT_POSTAL = re.compile(r"(?:ip|mac|e-?mail|correo|web|mail|url)[ -](?:de )?$", re.IGNORECASE)
_LOOK_BACK = 110
_AROUND_POSTCODE = " ,.;-\nCEP:"
_MONTH = re.compile(
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Ene|Abr|Ago|Dic)\w{0,7}\b|.{0,3} ?(?:PO|RFP|Q[1-4]|FY)\b"
)
_SENTENCE_END = re.compile(r"[^\W\d_]{4}\. |\n")
_UNIT_AFTER = re.compile(
    r" ?(?:%|€|\$|usd|eur|millones|million|mil|k|m|usuarios|users|licencias|d[ií]as|days|horas|hours|meses|personas)\b",
    re.IGNORECASE,
)
_YEARS = range(1950, 2060)
_UNSURE_TYPE = re.compile(
    r"(?:carrera|diagonal|transversal|ronda|camino|v[ií]a|circuito|privada|cerrada|cuesta|barrio|bajada|plaza|paseo|av|"
    r"pasaje|autopista|avenue|rue|rua|cra|alameda)$",
    re.IGNORECASE,
)
_NOT_A_PLACE = frozenset(
    {"hard", "flash", "test", "google", "shared", "usb", "one", "right", "two", "q1", "q2", "q3", "q4", "first", "best"}
)
_ALSO_A_WORD = frozenset(
    {"Drive", "Way", "Place", "Close", "Row", "Walk", "Court", "Hill", "Trail", "Circle", "Square", "Loop"}
)


class AddressRecogniser:
    """Finds addresses as Spain, Latin America, the United Kingdom and the United States write them."""

    name = "addresses"

    def find(self, text: str, hints: Hints) -> Iterable[PersonalSpan]:
        """See the class docstring."""
        del hints
        if _DIGIT.search(text) or "s/n" in text.lower():
            for start, end in (*_spanish(text), *_english(text), *_by_postcode(text)):
                trimmed = start + len(text[start:end].rstrip(" ,;.-\n"))
                yield span_of(text, (start, trimmed), data_class=DataClass.ADDRESS, scheme="address", score=0.8)


def _spanish(text: str) -> Iterator[tuple[int, int]]:
    for place in forms.STREET_START.finditer(text):
        for pattern in (forms.STREET, forms.QUIET_STREET):
            match = pattern.match(text, place.start())
            if match is not None and not _is_only_a_word(text, match):
                yield match.span()
        crossing = forms.CROSSING.match(text, place.start())
        if crossing is not None:
            yield crossing.span()
    for match in forms.LABELLED.finditer(text):
        yield match.span("place")
    for match in forms.BLOCK.finditer(text):
        end = _end_of_block(text, match)
        if end:
            yield match.start("place"), end


def _end_of_block(text: str, match: re.Match[str]) -> int:
    """Where an address behind its label ends: with its sentence; 0 where it is one of a machine or has no number."""
    place = match["place"]
    stop = _BLOCK_END.search(place)
    written = place[: stop.start()] if stop else place
    is_postal = _DIGIT.search(written) is not None and _THREE_LETTERS.search(written) is not None
    of_a_machine = _NOT_POSTAL.search(text[max(0, match.start() - 12) : match.start()]) is not None
    return match.start("place") + len(written) if is_postal and not of_a_machine and "//" not in written else 0


def _is_only_a_word(text: str, match: re.Match[str]) -> bool:
    """Whether the type means something else: a career, a round of talks, a way to do things."""
    if not match["house"] or match.end("house") < match.end():
        return False
    if match["type"].islower() and match["name"].islower() and match["sign"] == " ":
        return True
    if _UNIT_AFTER.match(text, match.end()) is not None or int(match["house"]) in _YEARS:
        return True
    return _UNSURE_TYPE.match(match["type"]) is not None and match["sign"] == " " and match["type"].islower()


def _english(text: str) -> Iterator[tuple[int, int]]:
    for match in forms.ENGLISH_STREET.finditer(text):
        words = match["name"].split()
        is_short = not match["tail"] and len(match.group().split()[0]) < 2
        if words[-1].lower() not in _NOT_A_PLACE and not (match["type"] in _ALSO_A_WORD and is_short):
            yield match.span()
    for pattern in (forms.ROOM_STREET, forms.ROMANCE_STREET, forms.MILITARY, forms.BOX):
        for match in pattern.finditer(text):
            yield match.span()


def _by_postcode(text: str) -> Iterator[tuple[int, int]]:
    for anchor, lead in _ANCHORS:
        last_end = 0
        for match in anchor.finditer(text):
            before = text[max(last_end, match.start() - _LOOK_BACK) : match.start()]
            last_end = match.end()
            start = _start_of(before, lead)
            if start is not None:
                yield match.start() - len(before) + start, match.end()


def _start_of(before: str, lead: re.Pattern[str]) -> int | None:
    """Where in `before` the address begins whose postcode follows: at its street, not in the sentence before."""
    last = None
    for place in forms.STREET_START.finditer(before):
        street = forms.STREET.match(before, place.start())
        if street is not None:
            last = street.start()
            if street.end() >= len(before.rstrip(_AROUND_POSTCODE)):
                break
    if last is not None:
        return last
    for end in _SENTENCE_END.finditer(before):
        found = lead.match(before, end.end())
        if found is not None:
            return end.end()
    found = lead.search(before)
    if found is None or _MONTH.match(before, found.start() + len(before[found.start() :].split(" ")[0]) + 1):
        return None
    return found.start()
