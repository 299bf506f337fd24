"""Any query about figures that can be asked of `tests.figure_worlds`."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from copilot.domain.figure_queries import (
    DATES,
    FIELDS,
    METRICS,
    MONEY,
    NUMBERS,
    YES_NO,
    Condition,
    FigureQuery,
    Measure,
    Operator,
    Related,
    Subject,
)
from tests.figure_worlds import AMOUNTS, DAYS, WORDS, day_of

_EVERYWHERE = (Operator.IS, Operator.IS_NOT, Operator.IS_EMPTY, Operator.IS_FILLED)
_IN_ORDER = (Operator.AT_LEAST, Operator.MORE_THAN, Operator.AT_MOST, Operator.LESS_THAN)
_NUMERIC = frozenset().union(*NUMBERS.values())
_CODES = """
ANCORA nandu % _ ' \\ 100% open OPEN closed pending won renewal P1 p1 NPS email inbound champion customer Churned ES pt
es a@cliente.example nowhere
"""
_TEXTS = (*WORDS, *_CODES.split())
_ACCOUNT_IDS = tuple(f"acc_{number:020}" for number in range(26))
"""The last ones do not exist."""


def _values(name: str) -> st.SearchStrategy[Any]:
    if name in DATES:
        return st.sampled_from([day for day in DAYS if day is not None]) | st.dates(date(2025, 1, 1), date(2028, 1, 1))
    if name in _NUMERIC:
        known = st.sampled_from([amount for amount in AMOUNTS if amount is not None])
        return known | st.decimals(-10, 200_000, places=2) | st.just(Decimal("999999999999999")) | st.integers(0, 10)
    return st.booleans() if name in YES_NO else st.sampled_from(_TEXTS)


def each_condition(subject: Subject, records: Iterable[Mapping[str, Any]]) -> Iterator[Condition]:
    """Every operator of every field of the subject, with two values that occur."""
    rows = list(records)
    for name in sorted(FIELDS[subject]):
        filled: set[Any] = {day_of(row[name]) if name in DATES else row[name] for row in rows if row[name] is not None}
        known = sorted(filled)
        currency = "EUR" if name in MONEY else None
        for operator in _operators(name):
            if operator in {Operator.IS_EMPTY, Operator.IS_FILLED}:
                yield Condition(field=name, operator=operator)
                continue
            for value in (known[0], known[len(known) // 2]):
                yield Condition(field=name, operator=operator, values=(value,), currency=currency)


def _operators(name: str) -> tuple[Operator, ...]:
    if name in DATES | _NUMERIC:
        return (*_EVERYWHERE, *_IN_ORDER)
    return _EVERYWHERE if name in YES_NO else (*_EVERYWHERE, Operator.CONTAINS)


def conditions(subject: Subject, *, currency: bool = True) -> st.SearchStrategy[Condition]:
    """A condition on the subject, money with or without its currency."""
    return st.sampled_from(sorted(FIELDS[subject])).flatmap(lambda name: _condition(name, currency=currency))


@st.composite
def _condition(draw: st.DrawFn, name: str, *, currency: bool) -> Condition:
    operator = draw(st.sampled_from(_operators(name)))
    most = 0 if operator in {Operator.IS_EMPTY, Operator.IS_FILLED} else 1 if operator in _IN_ORDER else 3
    values = draw(st.lists(_values(name), min_size=min(most, 1), max_size=most))
    asked = st.sampled_from(["EUR", "USD", "GBP", "JPY"] + ([] if currency else [None]))
    given_currency = draw(asked) if name in MONEY else None
    return Condition(field=name, operator=operator, values=tuple(values), currency=given_currency)


def _some(subject: Subject, most: int, *, currency: bool) -> st.SearchStrategy[tuple[Condition, ...]]:
    return st.lists(conditions(subject, currency=currency), max_size=most).map(tuple)


@st.composite
def _related(draw: st.DrawFn, *, currency: bool) -> Related:
    subject = draw(st.sampled_from(Subject))
    asked = draw(_some(subject, 2, currency=currency))
    least = draw(st.integers(0, 3))
    most = draw(st.none() | st.integers(max(least, 1), 4))
    return Related(subject=subject, conditions=asked, at_least=least, at_most=most)


@st.composite
def queries(draw: st.DrawFn, *, currency: bool = True) -> FigureQuery:
    """Any query. With `currency`, every condition on money names one."""
    subject = draw(st.sampled_from(Subject))
    of_accounts = subject is Subject.ACCOUNTS
    measures = [item for item in Measure if subject in NUMBERS or item in {Measure.LIST, Measure.COUNT}]
    measure = draw(st.sampled_from(measures))
    added = measure in {Measure.SUM, Measure.MEAN}
    names = sorted(FIELDS[subject])
    groups = [
        *(name for name in names if name not in {"subject", "comment"}),
        *(f"account.{name}" for name in sorted(FIELDS[Subject.ACCOUNTS])),
    ]
    can_order = names + (sorted(METRICS) if of_accounts else [])
    return FigureQuery(
        subject=subject,
        measure=measure,
        field=draw(st.sampled_from(sorted(NUMBERS[subject]))) if added else None,
        show=tuple(draw(st.lists(st.sampled_from(names), max_size=4, unique=True))),
        metrics=tuple(draw(st.lists(st.sampled_from(sorted(METRICS)), max_size=2))) if of_accounts else (),
        account_ids=tuple(draw(st.lists(st.sampled_from(_ACCOUNT_IDS), max_size=3))),
        mine=draw(st.booleans()) and draw(st.booleans()),
        conditions=draw(_some(subject, 3, currency=currency)),
        of_account=() if of_accounts else draw(_some(Subject.ACCOUNTS, 2, currency=currency)),
        related=tuple(draw(st.lists(_related(currency=currency), max_size=2))),
        group_by=draw(st.none() | st.sampled_from(groups)) if measure is not Measure.LIST else None,
        order_by=draw(st.none() | st.sampled_from(can_order)),
        descending=draw(st.booleans()),
        limit=draw(st.integers(1, 50)),
    )
