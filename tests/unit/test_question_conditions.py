"""Conditions mean what the same expression means in Python, and what cannot be read is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.domain.question_conditions import all_of, depends_on, holds, replaced

_NAMES = ("a", "b", "c_no", "data_warning/yes", "x-1")
_Meaning = Callable[[frozenset[str]], bool]


def _negated(pair: tuple[str, _Meaning]) -> tuple[str, _Meaning]:
    text, meaning = pair
    return f"!({text})", lambda chosen: not meaning(chosen)


def _either(pairs: tuple[tuple[str, _Meaning], tuple[str, _Meaning]]) -> tuple[str, _Meaning]:
    (left, first), (right, second) = pairs
    return f"{left}||{right}", lambda chosen: first(chosen) or second(chosen)


def _both(pairs: tuple[tuple[str, _Meaning], tuple[str, _Meaning]]) -> tuple[str, _Meaning]:
    (left, first), (right, second) = pairs
    return f"({left}) && ({right})", lambda chosen: first(chosen) and second(chosen)


def _atom(name: str) -> tuple[str, _Meaning]:
    return name, lambda chosen: name in chosen


def _grown(inner: Any) -> Any:
    pairs = st.tuples(inner, inner)
    return st.one_of(inner.map(_negated), pairs.map(_either), pairs.map(_both))


_EXPRESSIONS = st.recursive(st.sampled_from(_NAMES).map(_atom), _grown, max_leaves=12)
_CHOSEN = st.frozensets(st.sampled_from(_NAMES))


@given(_EXPRESSIONS, _CHOSEN)
def test_an_expression_means_what_it_means_in_python(pair: tuple[str, _Meaning], chosen: frozenset[str]) -> None:
    text, meaning = pair
    assert holds(text, chosen=chosen) is meaning(chosen)


_ATOMS = st.sampled_from(["a", "b", "c", "!a", "!b", "!!c", "(a||b)", "!(b&&c)"])
_FLAT = st.lists(st.tuples(_ATOMS, st.sampled_from(["&&", "||"])), min_size=1, max_size=8)


@given(_FLAT, st.frozensets(st.sampled_from(["a", "b", "c"])))
def test_operators_bind_as_in_python(parts: list[tuple[str, str]], chosen: frozenset[str]) -> None:
    text = " ".join(f"{atom} {operator}" for atom, operator in parts)[:-3]
    python = text.replace("!", " not ").replace("&&", " and ").replace("||", " or ")
    expected = eval(python, {}, {name: name in chosen for name in "abc"})  # noqa: S307 - made in this test
    assert holds(text, chosen=chosen) is expected


@given(_EXPRESSIONS, _EXPRESSIONS, _CHOSEN)
def test_joined_conditions_hold_when_all_do(
    first: tuple[str, _Meaning], second: tuple[str, _Meaning], chosen: frozenset[str]
) -> None:
    joined = all_of(first[0], "", second[0])
    assert holds(joined, chosen=chosen) is (first[1](chosen) and second[1](chosen))


@given(_EXPRESSIONS, _EXPRESSIONS, _CHOSEN)
def test_a_replaced_key_means_what_replaces_it(
    outer: tuple[str, _Meaning], inner: tuple[str, _Meaning], chosen: frozenset[str]
) -> None:
    found = replaced(outer[0], by={"a": inner[0]})
    expected = outer[1]((chosen - {"a"}) | ({"a"} if inner[1](chosen) else set()))
    assert holds(found, chosen=chosen) is expected


@pytest.mark.parametrize(
    ("condition", "by", "expected"),
    [("a && b", "", "b"), ("a || b", "", ""), ("!a || b", "", "b"), ("(a || b) && c", "", "c")],
    ids=["and", "or", "not", "nested"],
)
def test_a_replacement_that_always_holds_leaves_only_what_matters(condition: str, by: str, expected: str) -> None:
    assert replaced(condition, by={"a": by}) == expected


def test_a_condition_that_never_holds_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="never holds"):
        replaced("!a && b", by={"a": ""})


def test_the_keys_of_a_condition_are_told() -> None:
    condition = "!req_nodata && (req_sensitive || data_warning/yes)"
    assert depends_on(condition) == {"req_nodata", "req_sensitive", "data_warning/yes"}
    assert depends_on("") == frozenset()
    assert holds(" ", chosen=frozenset())


@pytest.mark.parametrize(
    "condition",
    ["a &&", "&& a", "a b", "(a", "a)", "()", "!", "a & b", "a | b", 'matches(a/value, "x")', "a,b", "(" * 500 + "a"],
    ids=range(12),
)
def test_what_is_no_condition_is_refused(condition: str) -> None:
    with pytest.raises(ValueError, match=r"condition"):
        depends_on(condition)
    with pytest.raises(ValueError, match=r"condition"):
        holds(condition, chosen=frozenset({"a"}))
