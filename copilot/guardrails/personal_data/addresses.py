"""Postal addresses: a street with its number, and what follows of floor, postcode and town.

Invariant: a street without a number is no address, and neither is a number without a street or a postcode with its
town behind it.
"""

import re
from collections.abc import Iterable, Iterator

from copilot.domain.personal_data import DataClass, Hints, PersonalSpan
from copilot.guardrails.personal_data.recogniser import span_of

_WORD = r"[A-ZÁÉÍÓÚÜÑ0-9][\w'’.ºª·-]{0,24}"
_LINKING = r"(?:de|del|la|las|los|el|y|i|d[e’']|da|do|dos|das|of|the|san|santa) "
_NAME = rf"(?:{_LINKING}){{0,3}}{_WORD}(?: (?:{_LINKING}){{0,3}}{_WORD}){{0,5}}?"
_CAPITALISED = r"[A-ZÁÉÍÓÚÜÑ][\w'’·-]{1,24}"
_TOWN = rf"{_CAPITALISED}(?:[ -](?:(?:de|del|la|las|los|el|d[e’']|upon|on) ?){{0,2}}{_CAPITALISED}){{0,3}}"
_BREAK = r"(?:[ ]?[,;.·-]?[ ]?\n?[ ]{0,2})"

_PLAIN_TYPE = (
    r"(?:calle|c/|cl\.|cll\.?|avenida|avda\.?|avd\.?|av\.|av|ave\.|plaza|pza\.?|plza\.?|pl\.|paseo|p\.?º|carretera|"
    r"ctra\.?|"
    r"glorieta|rambla|gran v[ií]a|carrer|passeig|avinguda|pla[çc]a|travesera|traves[ií]a|pol[ií]gono(?: industrial)?|"
    r"pol\. ?ind\.|p\.i\.|urbanizaci[oó]n|urb\.|jir[oó]n|jr\.|pasaje|pje\.?|psje\.?|calzada|calz\.|boulevard|bulevar|"
    r"blvd\.?|callej[oó]n|prolongaci[oó]n|prol\.|alameda|costanera|perif[eé]rico|autopista|parque (?:empresarial|"
    r"tecnol[oó]gico)|cra\.?|kra\.?|crr?a\.|carrera|diagonal|transversal|ronda|rda\.?|camino|cno\.?|v[ií]a|circuito|"
    r"privada|"
    r"cerrada|cuesta|barrio|bajada|rua|r[úu]a|avenue|rue)"
)
_UNSURE_TYPE = re.compile(
    r"(?:carrera|diagonal|transversal|ronda|camino|v[ií]a|circuito|privada|cerrada|cuesta|barrio|bajada|plaza|paseo|av|"
    r"pasaje|autopista|avenue|rue|rua)$",
    re.IGNORECASE,
)
_SIGN = r"(?:(?:n[.º°]{1,2}|n[uú]m\.?|n[uú]mero|no\.|nro\.?|nº|#) ?)"
_HOUSE = (
    rf"(?:(?P<sign>,? ?(?i:{_SIGN})|, ?| )(?:(?P<house>[0-9]{{1,5}})(?: ?[-/–] ?[0-9]{{1,4}})?(?: ?[bB]is\b|"
    rf"-?[A-Z]\b| [A-D]\b)?"
    r"|[sS]/[nN])|,? (?i:km\.?) ?[0-9]{1,3}(?:[.,][0-9]{1,3})?)(?![\w%€$]|[.,][0-9])"
)
_INSIDE = (
    r"(?:,? ?-? ?(?:(?i:piso|planta|pl\.|bajos?|entresuelo|[aá]tico|esc\.?|escalera|puerta|pta\.?|portal|dpto\.?|"
    r"depto\.?|departamento|oficina|"
    r"ofic\.?|of\.|local|interior|int\.|torre|edificio|edif\.|bloque|blq\.?|nave|apto\.?|apartamento|suite|ste\.?|"
    r"apt\.?|"
    r"unit|floor|flat|room)(?: ?[0-9][\w.ºª-]{0,5}| [A-Z]\b|(?=[ ,.\n]|$))|"
    r"[0-9]{1,2} ?[.]?[ºª°](?! de )(?: ?[A-Z]\b)?|[0-9]{1,2}-[A-Z0-9]\b|"
    r"(?i:izquierda|izqda?\.?|derecha|dcha\.?|dch\.|centro)\b)){0,4}"
)
_COLONY = rf"(?:{_BREAK}(?i:col\.?|colonia|fracc\.?|barrio|urb\.?|urbanizaci[oó]n) {_TOWN})?"
_POSTCODE = (
    rf"(?:{_BREAK}(?:(?i:c\.?p\.?|"
    rf"c[oó]digo postal):? ?)?(?P<postcode>[0-9]{{4,5}})(?:-[0-9]{{3}})?(?!\w)(?:,? \(?{_TOWN}\)?)?)?"
)
_STREET = re.compile(
    rf"(?<![^\W_])(?P<type>(?i:{_PLAIN_TYPE}))(?:(?<=[./º])|"
    rf"(?![^\W_])) ?(?P<name>{_NAME}){_HOUSE}{_INSIDE}{_COLONY}{_POSTCODE}"
)
_CROSSING = re.compile(
    r"(?<![^\W_])(?i:calle|cl\.?|cll\.?|carrera|cra\.?|kra\.?|kr\.?|cr\.?|avenida|av\.?|ak|ac|diagonal|diag\.?|"
    r"dg\.?|transversal|"
    r"transv\.?|tv\.?) ?[0-9]{1,3} ?[A-Z]{0,2}\b(?i: bis)?(?i: sur| norte| este| oeste)? ?(?i:#|no\.?|n[°º]|n\.º|"
    r"n[uú]mero|-) ?"
    rf"[0-9]{{1,3}} ?[A-Z]{{0,2}}(?i: bis)? ?[-–] ?[0-9]{{1,3}}(?i: sur| norte| este)?(?!\w){_INSIDE}"
)
_ENGLISH_TYPE = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Square|Sq|Place|Pl|Terrace|Way|Parkway|"
    r"Pkwy|Highway|Hwy|Circle|Cir|Close|Crescent|Gardens|Mews|Row|Walk|Hill|Quay|Wharf|Trail|Turnpike|Alley|"
    r"Broadway|Loop|Embankment)"
)
_UNITED_KINGDOM = r"[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}"
_UNITED_STATES = r"[A-Z]{2},? [0-9]{5}(?:-[0-9]{4})?"
_ENGLISH_TAIL = (
    rf"(?:,? (?i:suite|ste|apt|unit|floor|fl|room|#)\.? ?[\w-]{{1,6}}|,? [0-9]{{1,2}}(?:st|nd|rd|th) (?i:floor))?"
    rf"(?P<tail>(?:{_BREAK}(?:{_TOWN}{_BREAK}){{0,2}}(?:{_UNITED_STATES}|{_UNITED_KINGDOM})(?!\w))?)"
)
_ENGLISH_STREET = re.compile(
    rf"[0-9](?<![\w.,/$€-][0-9])[0-9]{{0,5}}(?:-[0-9]{{1,4}})?[A-Za-z]?(?P<name> (?:[NSEW]\.? |North |South |East |"
    rf"West )?(?:[A-Z0-9][\w'’.-]{{0,20}} ){{1,4}}?)"
    rf"(?P<type>{_ENGLISH_TYPE})\b\.?(?: [NSEW]{{1,2}}\b)?{_ENGLISH_TAIL}"
)
_BOX = re.compile(
    r"(?<![^\W_])(?:P\.? ?O\.? ?Box|[Aa]partado (?:de [Cc]orreos|[Pp]ostal)|[Aa]ptdo\.? (?:de )?[Cc]orreos) "
    r"(?:n[.º°]{1,2} ?)?[0-9]{1,6}(?!\w)"
)
_ANCHORS = (
    (
        re.compile(rf"(?<![\w.,])[0-9](?=[0-9]{{4}}[ ,])[0-9]{{4}},? (?P<town>{_TOWN})"),
        re.compile(
            rf"(?<![^\W_]){_NAME}(?:,? (?i:{_SIGN})|, ?|"
            rf" )[0-9]{{1,4}}(?: ?[-/] ?[0-9]{{1,4}})?[ºª]?[A-Z]?(?!\w){_INSIDE}{_BREAK}"
            r"(?i:c\.?p\.?:? ?)?$"
        ),
    ),
    (
        re.compile(rf"(?<![^\W_]){_UNITED_STATES}(?!\w)"),
        re.compile(rf"(?<![\w.,/-])[0-9]{{1,6}}[A-Z]? (?:[A-Z0-9][\w'’.#-]{{0,20}},? ){{1,6}}(?:{_TOWN},? )?$"),
    ),
    (
        re.compile(rf"(?<![^\W_]){_UNITED_KINGDOM}(?!\w)"),
        re.compile(r"(?<![\w.,/-])[0-9]{1,4}[A-Za-z]? (?:[A-Z][\w'’.-]{0,20},?[ \n]){2,7}$"),
    ),
)
"""A postcode with its town, and what stands before it if it ends an address."""
_DIGIT = re.compile(r"[0-9]")
_LOOK_BACK = 110
_UNIT_AFTER = re.compile(
    r" ?(?:%|€|\$|usd|eur|millones|million|mil|k|m|usuarios|users|licencias|d[ií]as|days|horas)\b", re.IGNORECASE
)
_YEARS = range(1950, 2060)
_NOT_A_PLACE = frozenset(
    {"hard", "flash", "test", "google", "shared", "usb", "one", "right", "two", "q1", "q2", "q3", "q4"}
)
_SOON_AMBIGUOUS = frozenset(
    {"Drive", "Way", "Place", "Close", "Row", "Walk", "Court", "Hill", "Trail", "Circle", "Square", "Loop"}
)


class AddressRecogniser:
    """Finds addresses as Spain, Latin America, the United Kingdom and the United States write them."""

    name = "addresses"

    def find(self, text: str, hints: Hints) -> Iterable[PersonalSpan]:
        """See the class docstring."""
        del hints
        if _DIGIT.search(text):
            yield from _spanish(text)
            yield from _english(text)
            yield from _by_postcode(text)


def _spanish(text: str) -> Iterator[PersonalSpan]:
    for match in _STREET.finditer(text):
        if not _is_only_a_word(text, match):
            yield _address(text, match.span())
    for match in _CROSSING.finditer(text):
        yield _address(text, match.span())


def _is_only_a_word(text: str, match: re.Match[str]) -> bool:
    """Whether the type means something else: a career, a round of talks, a way to do things."""
    rest = text[match.end("house") : match.end()] if match["house"] else "s/n"
    if rest:
        return False
    if _UNIT_AFTER.match(text, match.end()) is not None:
        return True
    return int(match["house"]) in _YEARS or (
        _UNSURE_TYPE.match(match["type"]) is not None and match["sign"] == " " and match["type"].islower()
    )


def _english(text: str) -> Iterator[PersonalSpan]:
    for match in _ENGLISH_STREET.finditer(text):
        words = match["name"].split()
        if words[-1].lower() in _NOT_A_PLACE:
            continue
        if match["type"] in _SOON_AMBIGUOUS and not match["tail"] and len(match.group().split()[0]) < 2:
            continue
        yield _address(text, match.span())
    for match in _BOX.finditer(text):
        yield _address(text, match.span())


def _by_postcode(text: str) -> Iterator[PersonalSpan]:
    for anchor, lead in _ANCHORS:
        last_end = 0
        for match in anchor.finditer(text):
            before = text[max(last_end, match.start() - _LOOK_BACK) : match.start()]
            last_end = match.end()
            found = lead.search(before)
            if found is not None:
                yield _address(text, (match.start() - len(before) + found.start(), match.end()))


def _address(text: str, place: tuple[int, int]) -> PersonalSpan:
    written = text[place[0] : place[1]]
    end = place[0] + len(written.rstrip(" ,;.-\n"))
    return span_of(text, (place[0], end), data_class=DataClass.ADDRESS, scheme="address", score=0.8)
