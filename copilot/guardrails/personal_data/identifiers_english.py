"""Numbers that the United States and the United Kingdom give to people, and passports of any country.

Invariant: as in `identifiers_spain`.
"""

import re

from stdnum.gb import nhs, utr
from stdnum.us import ein, itin, ssn

from copilot.domain.personal_data import DataClass
from copilot.guardrails.personal_data.places import cue
from copilot.guardrails.personal_data.scheme import AFTER_NO_NUMBER, END, Scheme, always, has_no_dash

_NOT_ISSUED = frozenset({"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"})
_SECURITY_WORDS = cue(
    r"s\.?s\.?n\.?|social security(?: number| no\.?)?|social(?= is\b|:)|itin|"
    r"taxpayer(?: identification)?(?: number)?|tax id"
)


def _is_nino(value: str) -> bool:
    return value[:2] not in _NOT_ISSUED


def _is_ssn(value: str) -> bool:
    return ssn.is_valid(value)


def _has_enough_digits(value: str) -> bool:
    return sum(char.isdigit() for char in value) >= 5


ENGLISH: tuple[Scheme, ...] = (
    Scheme(
        name="us.ssn",
        pattern=re.compile(rf"{AFTER_NO_NUMBER}[0-9]{{3}}[- .]?[0-9]{{2}}[- .]?[0-9]{{4}}{END}"),
        is_valid=_is_ssn,
        words=_SECURITY_WORDS,
        is_plain=has_no_dash,
        takes_any=True,
        score=0.9,
    ),
    Scheme(
        name="us.itin",
        pattern=re.compile(rf"{AFTER_NO_NUMBER}9[0-9]{{2}}[- ]?[0-9]{{2}}[- ]?[0-9]{{4}}{END}"),
        is_valid=itin.is_valid,
        words=_SECURITY_WORDS,
        is_plain=has_no_dash,
        takes_any=True,
        score=0.9,
    ),
    Scheme(
        name="us.ein",
        pattern=re.compile(rf"{AFTER_NO_NUMBER}[0-9]{{2}}-?[0-9]{{7}}{END}"),
        is_valid=ein.is_valid,
        words=cue(
            r"e\.?i\.?n\.?|f\.?e\.?i\.?n\.?|employer identification(?: number)?|tax id(?:entification)?(?: number)?"
        ),
        is_plain=always,
        mentions=("ein", "e.i.n", "employer", "tax id"),
        score=0.9,
    ),
    Scheme(
        name="gb.nino",
        pattern=re.compile(
            rf"{AFTER_NO_NUMBER}[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?"
            rf"[0-9]{{2}}[ -]?[0-9]{{2}}[ -]?[0-9]{{2}} ?[A-D]{END}"
        ),
        is_valid=_is_nino,
        words=cue(r"n\.?i\.?(?: number| no\.?)?|nino|national insurance(?: number| no\.?)?"),
        is_plain=str.islower,
        score=0.85,
    ),
    Scheme(
        name="gb.nhs",
        pattern=re.compile(rf"{AFTER_NO_NUMBER}[0-9]{{3}}[- ]?[0-9]{{3}}[- ]?[0-9]{{4}}{END}"),
        is_valid=nhs.is_valid,
        words=cue(r"nhs(?: number| no\.?)?"),
        is_plain=always,
        mentions=("nhs",),
    ),
    Scheme(
        name="gb.utr",
        pattern=re.compile(rf"{AFTER_NO_NUMBER}[0-9]{{5}} ?[0-9]{{5}}K?{END}"),
        is_valid=utr.is_valid,
        words=cue(r"utr|unique taxpayer reference"),
        is_plain=always,
        mentions=("utr", "taxpayer"),
    ),
    Scheme(
        name="passport",
        pattern=re.compile(rf"{AFTER_NO_NUMBER}(?:[A-Z]{{1,3}}[- ]?)?[0-9]{{5,9}}[A-Z]?{END}", re.IGNORECASE),
        is_valid=_has_enough_digits,
        words=cue(r"pasaportes?|passports?"),
        is_plain=always,
        mentions=("pasaporte", "passport"),
        data_class=DataClass.PASSPORT,
        score=0.9,
    ),
    Scheme(
        name="driving_licence",
        pattern=re.compile(rf"{AFTER_NO_NUMBER}(?:[A-Z]{{1,5}}[- ]?)?[0-9][A-Z0-9-]{{4,17}}{END}", re.IGNORECASE),
        is_valid=_has_enough_digits,
        words=cue(
            r"driver'?’?s?'?’? licen[cs]es?|driving licen[cs]es?|(?:carn[eé]|permiso|licencia) de (?:conducir|"
            r"conducci[oó]n)|"
            r"carnet de conducir"
        ),
        is_plain=always,
        mentions=("licen", "conduc"),
        score=0.8,
    ),
)
