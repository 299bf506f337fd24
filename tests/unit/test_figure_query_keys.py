"""Keys of queries come from addresses that anybody can write: none of them may cost much to read."""

import base64
import json
from decimal import Decimal
from typing import Any

import pytest

from copilot.domain.figure_queries import MOST_VALUES, Condition, FigureQuery, Operator, Related, Subject
from copilot.domain.formatting import canonical_number

ENORMOUS = 10**12
"""An exponent that no memory can write out."""


def _read(**query: Any) -> FigureQuery | None:
    content = json.dumps({"subject": "accounts", **query}).encode()
    return FigureQuery.from_key(base64.urlsafe_b64encode(content).decode().rstrip("="))


def _with_arr(value: object) -> FigureQuery | None:
    return _read(conditions=[{"field": "arr", "operator": "is", "values": [value]}])


@pytest.mark.parametrize("zero", ["0", "-0", "0.000", f"0E-{ENORMOUS}", f"0E+{ENORMOUS}", f"-0E-{ENORMOUS}", 0, -0.0])
def test_every_zero_is_the_same_short_zero(zero: object) -> None:
    query = _with_arr(zero)
    assert query is not None
    assert [value.as_tuple() for value in query.conditions[0].values] == [Decimal(0).as_tuple()]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "number",
    [
        f"1E-{ENORMOUS}", f"1E+{ENORMOUS}", f"-1E+{ENORMOUS}", "1E+9999999", "1E-9999999", "1E+15", "1E-5",
        "1.00001", f"1.{'0' * 40}1", "NaN", "sNaN", "-Infinity", "1e400", "1" + "0" * 500,
    ],
    ids=lambda number: number[:14],
)  # fmt: skip
def test_a_number_out_of_range_is_no_query(number: str) -> None:
    assert _with_arr(number) is None


@pytest.mark.parametrize(
    ("written", "plain"), [("999999999999999", "999999999999999"), ("5E+4", "50000"), ("0.00010", "0.0001")]
)
def test_a_number_in_range_is_read_as_it_is(written: str, plain: str) -> None:
    query = _with_arr(written)
    assert query is not None
    assert [str(value) for value in query.conditions[0].values] == [plain]


def test_a_zero_is_written_in_one_digit() -> None:
    assert {canonical_number(Decimal(f"0E{sign}{ENORMOUS}")) for sign in "+-"} == {"0"}
    assert {canonical_number(Decimal(text)) for text in ("0", "-0", "0.00")} == {"0"}


def _wide(values: int) -> dict[str, Any]:
    """So many values in all, spread over every place that has conditions."""

    def some(count: int) -> list[dict[str, Any]]:
        words = [f"a{number}" for number in range(count)]
        return [{"field": "name", "operator": "contains", "values": words}]

    third = values // 3
    return {
        "subject": "opportunities",
        "conditions": some(third),
        "of_account": some(third),
        "related": [{"subject": "contacts", "conditions": some(values - 2 * third)}],
    }


def test_a_query_compares_with_so_many_values_in_all_and_no_more() -> None:
    assert _read(**_wide(MOST_VALUES)) is not None
    assert _read(**_wide(MOST_VALUES + 1)) is None


def test_values_of_all_linked_records_count_together() -> None:
    words = tuple(f"a{number}" for number in range(20))
    wide = Condition(field="subject", operator=Operator.CONTAINS, values=words)
    linked = [Related(subject=subject, conditions=(wide,)) for subject in (Subject.ACTIVITIES, Subject.TICKETS)]
    assert FigureQuery(subject=Subject.ACCOUNTS, related=(*linked, linked[0])).related
    with pytest.raises(ValueError, match="at most 60 values"):
        FigureQuery(subject=Subject.ACCOUNTS, related=(*linked, *linked))
