"""Days told by those of the turn before: `and the week before`, `¿y en los 90 anteriores?`.

Invariant: they lie right beside the days spoken of, and never overlap them.
"""

import re
from datetime import date, timedelta

from copilot.agent.planner.cues import mark
from copilot.agent.planner.reading import Reading
from copilot.domain.calendar_spans import Unit, month_span, moved, unit_span
from copilot.domain.folding import flat
from copilot.domain.period_patterns import period_vocabulary
from copilot.domain.period_points import months_in
from copilot.domain.periods import Period

_UNITS = {
    "week": Unit.WEEK, "semana": Unit.WEEK, "month": Unit.MONTH, "mes": Unit.MONTH, "quarter": Unit.QUARTER,
    "trimestre": Unit.QUARTER, "year": Unit.YEAR, "ano": Unit.YEAR, "half": Unit.HALF, "semestre": Unit.HALF,
    "day": Unit.DAY, "dia": Unit.DAY,
}  # fmt: skip
_MOST = 1_000
_EARLIEST, _LATEST = date(1900, 1, 1), date(2199, 12, 31)


def beside(reading: Reading, told: Period | None) -> Period | None:
    """The days before or after those spoken of; None if the message asks for none."""
    words = flat(" ".join(reading.message.split()))
    before, after = mark("days_before").search(words), mark("days_after").search(words)
    match = before or after
    if told is None or told.start is None or match is None:
        return None
    said = match.group().strip()
    if any(said not in (other := flat(item.period.words)) and other not in said for item in reading.periods):
        return None
    start, end = told.start, told.end or reading.today
    unit, count = _asked(said)
    if count > _MOST:
        return None
    span = _span(start, end, unit, count=count, back=before is not None)
    if not _EARLIEST <= span[0] <= span[1] <= _LATEST:
        return None
    return Period(start=span[0], end=span[1], words=match.group().strip())


def _asked(said: str) -> tuple[Unit | None, int]:
    """The unit of the words and how many of them: no unit where as many days are meant as the stretch has."""
    words = re.findall(r"[a-z]+|\d+", said)
    named = ((form, word) for word in words for form in (word, word[:-1], word[:-2]))
    unit, several = next(((_UNITS[form], form != word) for form, word in named if form in _UNITS), (None, False))
    numbers = period_vocabulary().numbers
    count = next((int(word) if word.isdigit() else numbers[word] for word in words if _is_number(word)), None)
    if count is None:
        return (None if several else unit), 1
    return unit or Unit.DAY, count


def _is_number(word: str) -> bool:
    """`the previous one` names no number."""
    return word.isdigit() or period_vocabulary().numbers.get(word, 1) > 1


def _span(start: date, end: date, unit: Unit | None, *, count: int, back: bool) -> tuple[date, date]:
    """A whole unit beside whole units; else as many days as the unit, or the stretch, has."""
    edge = start - timedelta(days=1) if back else end + timedelta(days=1)
    if unit is not None and edge == unit_span(edge, unit)[1 if back else 0]:
        far = unit_span(moved(edge, unit, by=1 - count if back else count - 1), unit)
        return (far[0], edge) if back else (edge, far[1])
    months = months_in((start, end))
    if unit is None and months:
        first = start.month - months if back else start.month + months
        return month_span(start.year, first, months=months)
    if unit is not None:
        other = moved(edge, unit, by=-count if back else count)
        return (other + timedelta(days=1), edge) if back else (edge, other - timedelta(days=1))
    days = end - start
    return (edge - days, edge) if back else (edge, edge + days)
