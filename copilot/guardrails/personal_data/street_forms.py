"""How streets, floors, postcodes and towns are written in Spanish and English.

Invariant: every repetition is bounded and words are parted by one separator, so there is one way to read a text and
a match that fails is cheap.
"""

import re

_UPPER = "A-ZÁÉÍÓÚÜÑÇÀÈÒ"
_LINK = r"(?:de|del|la|las|los|el|y|i|d[e’']|da|do|dos|das|of|the|san|santa)"
_NUMBERED = r"[0-9]{1,2}(?= de )"
_WORD = rf"(?:[{_UPPER}][\w'’.ºª·-]{{0,24}}|{_NUMBERED})"
NAME = rf"(?:{_LINK} ){{0,3}}{_WORD}(?:[ -]{{1,2}}(?:{_LINK} ){{0,3}}{_WORD}){{0,5}}?"
_ANY_NAME = r"[^\W\d_][\w'’.ºª-]{0,20}(?: [^\W\d_][\w'’.ºª-]{0,20}){0,5}?"
_NO_TOWN = (
    r"(?!(?:Tel|Tels|Telf|Tfno|Tlf|Fax|E-?mail|Correo|Phone|Mobile|M[oó]vil|Web|CP|NIF|CIF|DNI|Oficina|"
    r"Office)\b)"
)
_TOWN_WORD = rf"{_NO_TOWN}[{_UPPER}][\w'’·-]{{1,24}}"
TOWN = rf"{_TOWN_WORD}(?:[ -](?:(?:de|del|la|las|los|el|d[e’']|upon|on) ?){{0,2}}{_TOWN_WORD}){{0,3}}"
BREAK = r"(?:[ ]?[,;.·-]?[ ]?(?:\n[ >]{0,3},?)?[ ]{0,2})"
"""Also the mark of a quoted mail at the start of a line."""


def _by_first_letter(words: str) -> str:
    """The alternatives in `words`, parted by spaces (`_` stands for one), in either case and quick to rule out."""
    rests: dict[str, list[str]] = {}
    for word in words.split():
        rests.setdefault(word[0], []).append(word[1:].replace("_", " "))
    return "(?:" + "|".join(f"[{first}{first.upper()}](?i:{'|'.join(rest)})" for first, rest in rests.items()) + ")"


STREET_TYPE = _by_first_letter(
    r"calle\.? c/\.? cl\. cll\.? carretera ctra\.? carrer calzada calz\. callej[oó]n cra\.? crr?a\. carrera camino "
    r"cno\.? circuito cerrada cuesta costanera avenida\.? avda\.? avd\.? av[./]? ave\. avinguda alameda autopista "
    r"avenue plaza pza\.? plza\.? pl\. paseo p\.?º passeig pla[çc]a pol[ií]gono_industrial pol[ií]gono pol\._?ind\. "
    r"p\.i\. pasaje pje\.? psje\.? prolongaci[oó]n prol\. perif[eé]rico parque_empresarial parque_tecnol[oó]gico "
    r"privada glorieta gran_v[ií]a rambla ronda rda\.? r[uú]a rue travesera traves[ií]a transversal urbanizaci[oó]n "
    r"urb\. jir[oó]n jr\. boulevard bulevar blvd\.? barrio bajada kra\.? diagonal v[ií]a"
)
_CROSSING_TYPE = _by_first_letter(
    r"calle cl\.? cll\.? carrera cra\.? cr\.? kra\.? kr\.? avenida av\.? ak ac diagonal diag\.? dg\.? transversal "
    r"transv\.? tv\.?"
)
_INITIALS = "aAbBcCdDgGjJkKpPrRtTuUvV"
STREET_START = re.compile(rf"[{_INITIALS}](?<![^\W_].)(?<=(?={STREET_TYPE}|{_CROSSING_TYPE}).)")
"""Where one of the three patterns below may match. A set of characters stands first, so that a search is quick."""
SIGN = r"(?:(?:n[.º°]{1,2}|n[uú]m\.?|n[uú]mero|no\.|nro\.?|nº|#) ?)"
_HOUSE_TAIL = r"(?: ?[-/–] ?[0-9]{1,4})?(?: ?[bB]is\b|ª|-?[A-Z]\b| [A-D]\b)?"
HOUSE = (
    rf"(?:(?P<sign>,? ?(?i:{SIGN})|, ?| )(?:(?P<house>[1-9][0-9]{{0,4}}){_HOUSE_TAIL}|[sS][./]?[nN]\b)"
    r"|,? (?i:km\.?) ?[0-9]{1,3}(?:[.,][0-9]{1,3})?)(?![\w%€$]|[.,][0-9])"
)
_ROOM = (
    r"(?i:piso|planta|pl\.|bajos?|entresuelo|principal|[aá]tico|esc\.?|escalera|puerta|pta\.?|portal|dpto\.?|depto\.?|"
    r"departamento|oficina|ofic\.?|of\.|despacho|local|interior|int\.|torre|edificio|edif\.|bloque|blq\.?|nave|parcela|"
    r"apto\.?|apartamento|suite|ste\.?|apt\.?|unit|floor|flat|room|conj\.|sala)"
)
_END = r"(?=[ ]?(?:[,.;\n)]|$))"
INSIDE = (
    rf"(?:[,.]? ?-? ?(?:{_ROOM}(?: ?[0-9][\w.ºª-]{{0,5}}| [A-Z]\b|(?=[ ,.\n]|$))"
    r"|[0-9]{1,2} ?\.?[ºª°](?! de )(?: ?[A-Z]\b)?|[0-9]{1,2}-[A-Z0-9]\b|P?[0-9]{1,2}[.,º]? ?[A-Z]\b"
    r"|(?:[0-9]{1,2}[.ºª°o]{0,2} ?)?(?i:izquierda|izqda?\.?|izq\.?|derecha|dcha\.?|dch\.?|der\.?|centro)(?![^\W_])"
    r"|P[0-9]{1,2}\b|[0-9]{1,2}o ?[A-Z]\b)"
    rf"|, ?(?:[0-9]{{1,2}}|[A-Z]){_END}){{0,4}}"
)
_COLONY = rf"(?:{BREAK}(?i:col\.?|colonia|fracc\.?|barrio|urb\.?|urbanizaci[oó]n) {TOWN})?"
_POSTCODE = (
    rf"(?:{BREAK}(?:(?i:c\.?p\.?|c[oó]digo postal):? ?)?(?:[A-Z]{{1,2}}-)?[0-9]{{4,5}}(?:-[0-9]{{3}})?(?!\w)"
    rf"(?:[,.]? \(?{TOWN}\)?)?)?"
)
TAIL = rf"{INSIDE}{_COLONY}{_POSTCODE}"
STREET = re.compile(rf"(?P<type>{STREET_TYPE})(?:(?<=[./º])|(?![^\W_])) ?(?P<name>{NAME}){HOUSE}{TAIL}")
QUIET_STREET = re.compile(
    rf"(?P<type>(?i:calle\.?|avenida|avda\.?|av[./]|c/\.?|paseo|plaza|carrer|camino|carretera|ctra\.?)) ?"
    rf"(?P<name>{_ANY_NAME}){HOUSE}{TAIL}{_END}"
)
"""Partly in small letters, as people type: only where the text stops behind it."""
CROSSING = re.compile(
    rf"{_CROSSING_TYPE} "
    r"?[0-9]{1,3} ?[A-Za-z]{0,2}\b(?i: bis)?(?i: sur| norte| este| oeste)? ?"
    r"(?i:#|no\.?|n[°º]|n\.º|n[uú]mero|-) ?[0-9]{1,3} ?[A-Za-z]{0,2}(?i: bis)? ?[-–] ?[0-9]{1,3}(?i: sur| norte| este)?"
    rf"(?!\w){INSIDE}"
)
"""Colombia: the street, the street that it crosses, and the metres from there."""
LABELLED = re.compile(
    r"[dDaAsS](?<![^\W_].)(?i:omicilio|irecci[oó]n|ddress|ede)(?i: fiscal| social| postal| particular)?:[ \n]{0,5}"
    rf"(?P<place>{_ANY_NAME}{HOUSE}{TAIL})"
)
BLOCK = re.compile(
    r"[dDaA](?<![^\W_].)(?i:omicilio|irecci[oó]n|ddress)(?i: fiscal| social| postal| particular)?:\s{0,8}"
    r"(?P<place>[^\n:@]{3,80}(?:\n[ >]{0,3}(?![\s>])(?![^\n:]{1,40}:)[^\n:@]{2,60}){0,3})"
)
"""What follows a label, in up to four lines."""

UNITED_KINGDOM = r"[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}"
UNITED_STATES = r"[A-Z]{2},? [0-9]{5}(?:-[0-9]{4})?"
_ENGLISH_TYPE = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Square|Sq|Place|Pl|Terrace|Way|Parkway|"
    r"Pkwy|Highway|Hwy|Circle|Cir|Close|Crescent|Gardens|Mews|Row|Walk|Hill|Quay|Wharf|Trail|Turnpike|Alley|"
    r"Broadway|Loop|Embankment)"
)
_ROOM_ENGLISH = (
    r"(?:(?i:suite|ste|apt|unit|floor|fl|room)\.? ?[\w-]{1,6}|# ?[0-9]{1,5}|[0-9]{1,2}(?:st|nd|rd|"
    r"th) (?i:floor))"
)
_LINES = (
    rf"(?P<tail>(?:{BREAK}(?:{TOWN}{BREAK}){{0,2}}(?:{UNITED_STATES}|{UNITED_KINGDOM}|[0-9]{{5}}(?:-[0-9]{{4}})?)"
    r"(?!\w))?)"
)
_NUMBER = r"[0-9](?<![\w.,/$€-][0-9])[0-9]{0,5}(?:-[0-9]{1,4})?[A-Za-z]?"
"""The set of first characters stands first, so that a search skips to digits."""
ENGLISH_STREET = re.compile(
    rf"{_NUMBER}(?P<name> (?:[NSEW]\.? |North |South |East |West )?(?:[{_UPPER}0-9][\w'’.-]{{0,20}} ){{1,4}}?)"
    rf"(?P<type>{_ENGLISH_TYPE})\b\.?(?: (?:[NSEW]{{1,2}}|North|South|East|"
    rf"West)\b)?(?:,?[ \n]{{1,2}}{_ROOM_ENGLISH}(?:{BREAK}{TOWN})?)?{_LINES}"
)
ROOM_STREET = re.compile(
    rf"{_NUMBER}(?P<name>(?: [^\W_][\w'’.-]{{0,24}}){{1,5}}?),?[ \n]{{1,3}}(?i:suite|ste\.|apt\.|apt|flat|unit) ?"
    rf"(?P<type>#?[0-9]{{1,5}}[A-Z]?)(?!\w)(?:[ ]?,?[ \n]{{1,2}}(?:{TOWN}|[A-Z]{{2,3}}\b|nan\b)){{0,3}}"
    r"(?:[ ]?,?[ \n]{1,2}[0-9]{4,5}(?:-[0-9]{4})?(?!\w))?"
)
"""No word for the street, but a flat or an office behind it."""
ROMANCE_STREET = re.compile(
    rf"{_NUMBER},? (?P<type>(?i:rue|avenue|boulevard|place|via|rua)) (?P<name>(?:{_LINK}s? |des |"
    rf"du ){{0,2}}{_WORD}(?: {_WORD}){{0,3}}?)(?![^\W_])"
)
MILITARY = re.compile(
    r"(?:(?:PSC|Unit|CMR) [0-9]{1,6},? Box [0-9]{1,6}|US(?:S|NS|NV|CGC) [A-Z]\w{1,24})[, \n]{1,3}"
    r"[AFD]PO,? A[AEP] [0-9]{5}(?:-[0-9]{4})?(?!\w)"
)
"""Mail to the forces of the United States."""
BOX = re.compile(
    r"(?<![^\W_])(?:P\.? ?O\.? ?Box|[Aa]partado (?:de [Cc]orreos|[Pp]ostal)|[Aa]ptdo\.? (?:de )?[Cc]orreos) "
    r"(?:n[.º°]{1,2} ?)?[0-9]{1,6}(?!\w)"
)
