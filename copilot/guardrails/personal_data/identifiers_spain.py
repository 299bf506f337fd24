"""Numbers that Spain gives to people and companies.

Invariant: each scheme says how the number is written, what its check digits are and what is said before it.
"""

import re

from stdnum.es import cif, dni, nie

from copilot.guardrails.personal_data.places import cue
from copilot.guardrails.personal_data.scheme import END, START, Scheme, always

_SMALL_NUMBER = 10_000_000
_TAX_WORDS = cue(
    r"d\.?n\.?i\.?(?:/nif)?|n\.?i\.?f\.?|n\.?i\.?e\.?|c\.?i\.?f\.?|vat(?: number| id| no\.?)?|nif-iva|"
    r"documento(?: nacional)?"
    r"(?: de identidad)?|identificaci[oó]n(?: fiscal)?|tax id|residence permit|tarjeta de residencia|identity card|"
    r"id card"
)
_SECURITY_WORDS = cue(
    r"nss|nass|n\.?a\.?f\.?|naf|seguridad social|afiliaci[oó]n|social security(?: number)?|"
    r"n[uú]mero de la seguridad social"
)


def is_social_security_number(digits: str) -> bool:
    """Whether 12 digits are a Spanish social-security number.

    Two of the province, eight of the person, and the remainder of these by 97; a person below ten million counts
    with seven digits.
    """
    if len(digits) != 12 or not digits.isdigit():
        return False
    province, person = int(digits[:2]), int(digits[2:10])
    if not (1 <= province <= 53 or province == 66):
        return False
    number = int(digits[:10]) if person >= _SMALL_NUMBER else int(f"{province}{person:07d}")
    return number % 97 == int(digits[10:])


def _is_nif(value: str) -> bool:
    return dni.is_valid(value.removeprefix("ES").rjust(9, "0"))


def _is_cif(value: str) -> bool:
    return cif.is_valid(value.removeprefix("ES"))


def _is_nie(value: str) -> bool:
    return nie.is_valid(value.removeprefix("ES"))


SPAIN: tuple[Scheme, ...] = (
    Scheme(
        name="es.nif",
        pattern=re.compile(
            rf"{START}(?:ES[- ]?)?(?:[0-9]{{1,2}}\.[0-9]{{3}}\.[0-9]{{3}}|[0-9]{{2}} [0-9]{{3}} [0-9]{{3}}|"
            rf"[0-9]{{7,8}})"
            rf"(?:[ -]{{0,2}}[A-HJ-NP-TV-Z]|-?[a-hj-np-tv-z]){END}"
        ),
        is_valid=_is_nif,
        words=_TAX_WORDS,
        takes_any=True,
    ),
    Scheme(
        name="es.nie",
        pattern=re.compile(
            rf"{START}(?:ES[- ]?)?[XYZxyz][-. ]?(?:[0-9]{{7,8}}|[0-9]\.[0-9]{{3}}\.[0-9]{{3}}|"
            rf"[0-9] [0-9]{{3}} [0-9]{{3}})"
            rf"(?:[- ]?[A-HJ-NP-TV-Z]|-?[a-hj-np-tv-z]){END}"
        ),
        is_valid=_is_nie,
        words=_TAX_WORDS,
        takes_any=True,
    ),
    Scheme(
        name="es.cif",
        pattern=re.compile(
            rf"{START}(?:ES[- ]?)?[ABCDEFGHJNPQRSUVW][- .]?[0-9]{{2}}[. ]?[0-9]{{3}}[. ]?[0-9]{{2}}[- ]?[0-9A-J]{END}"
        ),
        is_valid=_is_cif,
        words=_TAX_WORDS,
        takes_any=True,
    ),
    Scheme(
        name="es.nss",
        pattern=re.compile(rf"{START}(?<![.,/-])[0-9]{{2}}[ /-]?[0-9]{{8}}[ /-]?[0-9]{{2}}{END}"),
        is_valid=is_social_security_number,
        words=_SECURITY_WORDS,
        takes_any=True,
    ),
    Scheme(
        name="es.nss",
        pattern=re.compile(
            rf"{START}(?<![.,/-])(?:[0-9]{{2}}[ /-][0-9]{{5,11}}(?:[ /-][0-9]{{1,3}})?|"
            rf"[0-9]{{6,12}}(?:[ -][0-9]{{1,2}})?){END}"
        ),
        is_valid=always,
        words=cue(r"nss|nass|n[uú]mero de la seguridad social|n\.?º (?:de la )?seguridad social"),
        is_plain=always,
        mentions=("nss", "nass", "seguridad social"),
        score=0.7,
    ),
    Scheme(
        name="dni",
        pattern=re.compile(
            rf"{START}(?<![.,/-])(?:[0-9]{{1,2}}\.[0-9]{{3}}\.[0-9]{{3}}|[0-9]{{2}} [0-9]{{3}} [0-9]{{3}}|"
            rf"[0-9]{{7,8}}){END}"
        ),
        is_valid=always,
        words=cue(r"d\.?n\.?i\.?|documento(?: nacional)?(?: de identidad)?|c\.?i\.?(?= ?[:n])"),
        is_plain=always,
        mentions=("dni", "d.n.i", "documento", "ci", "c.i"),
        score=0.8,
    ),
)
