"""Countries and languages by the names exports use.

Invariant: a name is recognised only when it is exactly a known spelling; a near one is at most suggested.
"""

from functools import cache

from babel import Locale
from rapidfuzz import fuzz, process

from knowledge.values.text import fold

_COUNTRY_ALIASES = {
    "usa": "US", "u.s.": "US", "u.s.a.": "US", "ee. uu.": "US", "ee.uu.": "US", "eeuu": "US", "ee uu": "US",
    "estados unidos de america": "US", "united states of america": "US", "uk": "GB", "u.k.": "GB",
    "great britain": "GB",
    "gran bretaña": "GB", "england": "GB", "inglaterra": "GB", "scotland": "GB", "escocia": "GB", "wales": "GB",
    "gales": "GB", "northern ireland": "GB", "republic of ireland": "IE", "eire": "IE", "españa": "ES", "holland": "NL",
    "holanda": "NL", "the netherlands": "NL", "czech republic": "CZ", "republica checa": "CZ", "south korea": "KR",
    "republic of korea": "KR", "corea del sur": "KR", "russia": "RU", "mejico": "MX", "turkey": "TR", "uae": "AE",
    "bolivia": "BO", "venezuela": "VE", "brasil": "BR",
}  # fmt: skip
_NEAR = 84


@cache
def _countries() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in ("en", "es"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                names.setdefault(fold(name), code)
    names.update({fold(alias): code for alias, code in _COUNTRY_ALIASES.items()})
    return names


@cache
def _country_codes() -> frozenset[str]:
    return frozenset(code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha())


@cache
def _languages() -> dict[str, str]:
    names = {"castellano": "es", "spa": "es", "eng": "en"}
    for language in ("en", "es"):
        for code, name in Locale(language).languages.items():
            if len(str(code)) == 2:
                names.setdefault(fold(str(name)), str(code))
    return names


def parse_country(text: str) -> str:
    """ISO 3166-1 alpha-2 code. Raises ValueError if the spelling is not known."""
    stripped = text.strip()
    if len(stripped) == 2 and stripped.upper() in _country_codes():
        return "GB" if stripped.upper() == "UK" else stripped.upper()
    found = _countries().get(fold(stripped))
    if found is None:
        raise ValueError(text)
    return found


def near_country(text: str) -> str | None:
    """The known country name that a spelling resembles, for a suggestion."""
    match = process.extractOne(fold(text), list(_countries()), scorer=fuzz.ratio, score_cutoff=_NEAR)
    if match is None:
        return None
    return str(Locale("en").territories[_countries()[match[0]]])


def parse_language(text: str) -> str:
    """ISO 639-1 code of a code (`es-MX`) or a name (`Español`). Raises ValueError if it is neither."""
    folded = fold(text).replace("_", "-")
    head = folded.split("-")[0].split("(")[0].strip()
    if len(head) == 2 and head.isalpha():
        return head
    found = _languages().get(head)
    if found is None:
        raise ValueError(text)
    return found
