"""Comparisons of computed figures of accounts: `use less than half`, `usage dropped more than 20 %`, `a bad NPS`.

Invariant: a number is compared with the figure that stands beside it, and with no field at the same time.
"""

from collections.abc import Iterator
from decimal import Decimal

from copilot.agent.planner.amounts import Amount
from copilot.agent.planner.counted import amounts_with_places
from copilot.agent.planner.cues import mark
from copilot.agent.planner.reading import Reading
from copilot.domain.figure_queries import MOST_COMPUTED, Condition, Operator, Subject

_NEAR = 40
"""Characters between a number and the figure it is compared with."""
_DETRACTOR, _PROMOTER = Decimal(6), Decimal(9)
"""The highest answer of who would not recommend, and the lowest of who would (Reichheld, "The one number you need to
grow", 2003)."""
_MIRRORED = {
    Operator.MORE_THAN: Operator.LESS_THAN, Operator.AT_LEAST: Operator.AT_MOST,
    Operator.LESS_THAN: Operator.MORE_THAN, Operator.AT_MOST: Operator.AT_LEAST,
}  # fmt: skip
"""`fell by more than 20 %` is a change of less than -20 %."""


def computed_in(reading: Reading, subject: Subject) -> tuple[Condition, ...]:
    """The comparisons that a question about records of the subject makes, of their accounts."""
    found = [item for amount, place in amounts_with_places(reading) if (item := compared_at(reading, amount, place))]
    return tuple(dict.fromkeys([*found, *_judged(reading, subject)]))[:MOST_COMPUTED]


def compared_at(reading: Reading, amount: Amount, place: int) -> Condition | None:
    """The comparison of a computed figure that an amount makes; None if it is one of a field."""
    if amount.money or amount.operator is Operator.IS:
        return None
    work, end = reading.work, place + len("AMOUNT")
    before, after = work[max(0, place - _NEAR) : place], work[end : end + _NEAR]
    if mark("users_after").match(after):
        return _condition("active_users_recent", amount.operator, amount.value)
    said = f"{before} {after}"
    if (
        not is_percent(reading, amount, place)
        or mark("other_share").search(before)
        or mark("odds").search(said)
        or not mark("use_words").search(said)
    ):
        return None
    if mark("use_fell").search(before):
        return _condition("active_users_change_pct", _MIRRORED[amount.operator], -amount.value)
    if mark("use_rose").search(before):
        return _condition("active_users_change_pct", amount.operator, amount.value)
    return _condition("seat_utilisation_pct", amount.operator, amount.value)


def is_percent(reading: Reading, amount: Amount, place: int) -> bool:
    """Whether it is a share or a change, and so no amount of money."""
    return amount.percent or mark("percent_after").match(reading.work, place + len("AMOUNT")) is not None


def _judged(reading: Reading, subject: Subject) -> Iterator[Condition]:
    """What is called bad or good without a number, by what the score itself calls so."""
    if subject is Subject.SURVEYS:
        return
    if mark("bad_nps").search(reading.work):
        yield _condition("nps_latest", Operator.AT_MOST, _DETRACTOR)
    if mark("good_nps").search(reading.work):
        yield _condition("nps_latest", Operator.AT_LEAST, _PROMOTER)


def _condition(field: str, operator: Operator, value: Decimal) -> Condition:
    return Condition(field=field, operator=operator, values=(value,))
