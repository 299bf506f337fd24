"""Each mark of the network means something that can be asked of its kind of record."""

from collections.abc import Iterator

import pytest

from copilot.agent.planner.learnt.plan import REFUSING
from copilot.agent.planner.learnt.said import AMOUNTS, DAYS, GROUPS, OF_ACCOUNTS, RANKED, SAID, SHOWN
from copilot.agent.planner.learnt.tags import INTENTS, MARKS
from copilot.domain.figure_queries import DATES, FIELDS, METRICS, MONEY, NUMBERS, Condition, FigureQuery, Subject

ALL_FIELDS = frozenset().union(*FIELDS.values())


def conditions() -> Iterator[tuple[Subject, str, Condition]]:
    for subject, marks in SAID.items():
        for name, found in marks.items():
            for item in found:
                yield subject, name, item


@pytest.mark.parametrize(
    ("subject", "name", "item"), list(conditions()), ids=[f"{s.value}-{n}-{i.field}" for s, n, i in conditions()]
)
def test_a_condition_of_a_mark_can_be_asked(subject: Subject, name: str, item: Condition) -> None:
    assert name in MARKS
    assert FigureQuery(subject=subject, conditions=(item,)).conditions == (item,)


def test_every_kind_of_record_has_its_marks() -> None:
    assert set(SAID) == set(Subject)


def test_a_mark_means_one_kind_of_record() -> None:
    names = [name for marks in SAID.values() for name in marks]
    assert len(set(names)) == len(names)


def test_what_is_shown_is_a_field_or_a_computed_figure() -> None:
    assert {f"f_{name}" for name in SHOWN} == {name for name in MARKS if name.startswith("f_")}
    for name, shown in SHOWN.items():
        assert shown, name
        assert set(shown) <= ALL_FIELDS | METRICS, name
    assert all(name in SHOWN and field in SHOWN[name] for name, field in RANKED.items())


def test_groups_are_fields_of_the_records_or_of_their_accounts() -> None:
    assert {f"by_{name}" for name in GROUPS} == {name for name in MARKS if name.startswith("by_")}
    for name, choices in GROUPS.items():
        asked = [field.removeprefix("account.") for field in choices]
        assert all(field in ALL_FIELDS for field in asked), name
        assert all(field.removeprefix("account.") in FIELDS[Subject.ACCOUNTS] for field in choices if "." in field)


def test_amounts_are_compared_with_numbers_and_money_with_money() -> None:
    for name, (subject, field, money) in AMOUNTS.items():
        assert f"a_{name}" in MARKS
        assert field in NUMBERS[subject], name
        assert money == (field in MONEY), name


def test_days_are_dates() -> None:
    assert {f"w_{name}" for name in DAYS} == {name for name in MARKS if name.startswith("w_")}
    assert set(DAYS.values()) <= DATES & ALL_FIELDS


def test_what_is_said_of_accounts_is_a_field_of_theirs() -> None:
    assert FIELDS[Subject.ACCOUNTS] >= OF_ACCOUNTS


def test_what_is_refused_is_an_intent() -> None:
    assert set(INTENTS) >= REFUSING
