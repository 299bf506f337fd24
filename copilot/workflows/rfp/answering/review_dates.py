"""Review dates that stand beside an answer in a document: `Review due: 2027-03-14`, `Próxima revisión: 14/03/2027`.

Invariant: pure; only what is called a review date counts, and of several in a passage the one that follows the
sentence. A year in a title, or in the heading above, tells a version that another one has followed.
"""

import re
from datetime import date
from functools import lru_cache

from copilot.workflows.chat.told import Told

_DUE = re.compile(
    r"(?:review (?:due|by)|next review|valid until|expires(?: on)?|"
    r"(?:pr[oó]xima )?revisi[oó]n(?: prevista| antes del?)?|revisar antes del?|v[aá]lid[oa] hasta|caduca(?: el)?)"
    r"\W{0,6}(\d{4})-(\d{2})-(\d{2})",
    re.IGNORECASE,
)
_YEAR_IN_TITLE = re.compile(r"(?<![:\-/\w.])20\d\d(?![\w\-/])")
"""Not that of a standard: `ISO/IEC 27001:2022`."""
_OLD_YEARS = 2
_OWNER = re.compile(
    r"\b(?:[Oo]wner|[Rr]esponsable|[Pp]ropietari[oa])\W{1,4}"
    r"((?:[A-ZÁÉÍÓÚÑ][\w'’-]+)(?: (?:de |del |la )?[A-ZÁÉÍÓÚÑ][\w'’-]+){1,3})"
)


def review_due(told: Told) -> date | None:
    """When the sentence is to be looked at again, if its passage says so."""
    after = _after(told)
    match = _DUE.search(after)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def is_old_version(told: Told, *, asked: str, today: date) -> bool:
    """Whether it stands under a year that is long past and that nobody asks for: `Incident Procedure (2021)`.

    What is nearer counts: answers given in 2022 are old, whatever the year of the collection that they stand in.
    """
    year = _year_in(told.heading) or _year_in(told.title)
    return year is not None and today.year - year >= _OLD_YEARS and str(year) not in asked


@lru_cache(maxsize=4_096)
def _year_in(title: str) -> int | None:
    """The latest."""
    return max((int(year) for year in _YEAR_IN_TITLE.findall(title)), default=None)


def owner_named(told: Told) -> str | None:
    """Who answers for the sentence, if its passage names them."""
    match = _OWNER.search(_after(told))
    return match[1] if match else None


def _after(told: Told) -> str:
    """The passage from the sentence on, up to the next heading."""
    start, origin = told.evidence.start, told.within.start
    text = told.within.text
    rest = text[start - origin :] if start is not None and origin is not None and start >= origin else text
    return re.split(r"\n#|\n\n[A-Z]{2,4}-\d+ ", rest, maxsplit=1)[0]
