"""Dates that a word before says somebody was born on.

Invariant: a date without such a word is no personal data.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from copilot.domain.personal_data import DataClass, Hints, PersonalSpan
from copilot.guardrails.personal_data.recogniser import span_of

_MONTHS = (
    r"(?:ene(?:ro)?|feb(?:rero|ruary)?|mar(?:zo|ch)?|abr(?:il)?|apr(?:il)?|mayo?|jun(?:io|e)?|jul(?:io|y)?|ago(?:sto)?|"
    r"aug(?:ust)?|sep(?:t|tiembre|tember)?|set(?:iembre)?|oct(?:ubre|ober)?|nov(?:iembre|ember)?|dic(?:iembre)?|"
    r"dec(?:ember)?|jan(?:uary)?)"
)
_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
_YEAR = r"(?:19|20)[0-9]{2}"
_DATE = (
    rf"(?:{_YEAR}[-/.](?:0?[1-9]|1[0-2])[-/.]{_DAY}"
    rf"|[0-3]?[0-9][ ]?[-/.][ ]?[0-3]?[0-9][ ]?[-/.][ ]?(?:{_YEAR}|[0-9]{{2}})"
    rf"|{_DAY}(?:st|nd|rd|th|\.?º)?[ -](?:de |of )?{_MONTHS}\.?(?:,?[ -](?:de |del )?{_YEAR})?"
    rf"|{_MONTHS}\.? {_DAY}(?:st|nd|rd|th)?(?:,? {_YEAR})?"
    rf"|{_MONTHS} (?:de )?{_YEAR})"
)
_CUE = (
    r"(?:nacid[oa]s?|naci[oó]|nac\.|fecha de nac(?:imiento|\.)?|f\. ?(?:de )?nac(?:imiento|\.)?|f\.? ?n\.?|fdn|"
    r"cumplea[nñ]os|cumple(?: a[nñ]os)?|dob|d\.o\.b\.?|(?:date of )?birth(?: ?date| ?day)?|birthdate|birthday|born|"
    r"nacimiento)"
)
_MENTIONS = ("birth", "born", "nac", "cumple", "dob", "d.o.b", "f.n", "f. n", "fdn", "fn")
_BORN = re.compile(
    rf"(?<![^\W_]){_CUE}(?![^\W_])[^0-9\n]{{0,24}}?(?<![^\W_])(?P<date>{_DATE})(?![\w]|[-/.][0-9])", re.IGNORECASE
)
_BORN_IN_YEAR = re.compile(
    rf"(?<![^\W_])(?:born in|nacid[oa] en|naci[oó] en|a[nñ]o de nacimiento:?|year of birth:?) (?P<date>{_YEAR})(?!\w)",
    re.IGNORECASE,
)
_DATE_FIRST = re.compile(
    rf"(?<![\w./-])(?P<date>{_DATE})(?![\w]|[-/.][0-9])[^0-9\n.;]{{0,30}}?"
    r"(?<![^\W_])(?:nacid[oa]|fecha de nacimiento|birth ?date|date of birth|dob)(?![^\W_])",
    re.IGNORECASE,
)


class DateOfBirthRecogniser:
    """Finds dates of birth."""

    name = "dates_of_birth"

    def find(self, text: str, hints: Hints) -> Iterable[PersonalSpan]:
        """See the class docstring."""
        del hints
        return _dates(text)


def _dates(text: str) -> Iterator[PersonalSpan]:
    lower = text.lower()
    if not any(mention in lower for mention in _MENTIONS):
        return
    for match in chain.from_iterable(pattern.finditer(text) for pattern in (_BORN, _BORN_IN_YEAR, _DATE_FIRST)):
        yield span_of(text, match.span("date"), data_class=DataClass.DATE_OF_BIRTH, scheme="date_of_birth", score=0.9)
