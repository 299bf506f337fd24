"""Any query about figures, on a real database: it runs, it tells what plain Python tells, and only of one's own."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from copilot.domain.access import Role
from copilot.domain.facts import EMPTY, canonical_value
from copilot.domain.figure_queries import DATES, FIELDS, Condition, FigureQuery, Measure, Operator, Subject
from copilot.domain.figure_query_words import query_in_words
from copilot.domain.figure_results import FigureResult, query_evidence_id
from copilot.domain.language import Language
from copilot.store.account_metrics import round_half_up
from copilot.store.database import Database
from copilot.store.evidence import EvidenceRepository
from copilot.store.figure_queries import FigureQueries
from tests.conftest import MakeUser
from tests.figure_strategies import each_condition, queries
from tests.figure_worlds import (
    TODAY,
    FigureWorld,
    Record,
    build_world,
    currency,
    day_of,
    linked,
    matching,
    plain,
    total_per_unit,
)

LIMITS = settings(
    max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def world(database: Database, make_user: MakeUser) -> FigureWorld:
    """An AE, a colleague of the same team, their manager, somebody of another team, an admin."""
    viewers = (
        make_user(),
        make_user(),
        make_user(role=Role.MANAGER),
        make_user(team="south"),
        make_user(role=Role.ADMIN),
    )
    return build_world(database, viewers)


def _run(database: Database, query: FigureQuery, viewer: Any) -> FigureResult:
    with database.unit_of_work() as uow:
        return FigureQueries(uow).run(query, viewer=viewer, today=TODAY)


@LIMITS
@given(query=queries())
def test_tells_what_plain_python_tells(database: Database, world: FigureWorld, query: FigureQuery) -> None:
    for viewer in world.viewers:
        result = _run(database, query, viewer)
        expected = matching(world, query, viewer)
        assert result.query == query
        assert result.total == len(expected)
        _check_rows(world, result, expected)
        _check_figures(result, expected)


def _check_rows(world: FigureWorld, result: FigureResult, expected: list[tuple[Record, Record]]) -> None:
    by_id = {record["id"]: (record, account) for record, account in expected}
    assert len({row.record_id for row in result.rows}) == len(result.rows) == result.listed
    if result.query.measure is Measure.LIST:
        assert result.listed == min(result.query.limit, len(expected))
    for row in result.rows:
        record, account = by_id[row.record_id]
        assert (row.account_id, row.account_name) == (account["id"], account["name"])
        assert {name: record[name] for name in row.values} == dict(row.values)
        assert row.related == tuple(linked(world, account, item) for item in result.query.related)
        assert set(result.query.metrics) <= set(row.metrics)


def _check_figures(result: FigureResult, expected: list[tuple[Record, Record]]) -> None:
    query = result.query
    if query.measure in {Measure.SUM, Measure.MEAN}:
        records = [record for record, _ in expected]
        assert query.field is not None
        wanted = total_per_unit(records, query.field)
        assert {item.unit: (item.sample, item.number) for item in result.totals} == {
            unit: (count, _figure(query, count, amount)) for unit, (count, amount) in wanted.items()
        }
        missing = len(records) - sum(count for count, _ in wanted.values())
        assert sum(item.count for item in result.left_out[-1:] if item.field == query.field) >= missing
    if query.group_by is not None:
        _check_groups(result, expected)


def _figure(query: FigureQuery, count: int, amount: Decimal) -> Decimal:
    return amount if query.measure is Measure.SUM else round_half_up(amount / count, places=2)


def _check_groups(result: FigureResult, expected: list[tuple[Record, Record]]) -> None:
    query = result.query
    groups: dict[str | None, list[Record]] = {}
    for text, record in _in_one_writing([(_group_of(query, *pair), pair[0]) for pair in expected]):
        groups.setdefault(text, []).append(record)
    wanted: Counter[Any] = Counter()
    for value, records in groups.items():
        if query.measure is Measure.COUNT:
            wanted[value, None, len(records), None] += 1
        else:
            for unit, (count, amount) in total_per_unit(records, query.field or "").items():
                wanted[value, unit, count, _figure(query, count, amount)] += 1
    found = Counter((item.value, item.unit, item.sample or item.count, item.number) for item in result.groups)
    assert not found - wanted
    assert len(result.groups) + result.more_groups == sum(wanted.values())


def _in_one_writing(values: list[tuple[str | None, Record]]) -> list[tuple[str | None, Record]]:
    """What a condition takes for the same, as most of them have it."""
    writings = Counter(text for text, _ in values if text is not None)
    best: dict[str, str] = {}
    for text in sorted(writings, key=lambda text: (-writings[text], text)):
        best.setdefault(plain(text), text)
    return [(None if text is None else best[plain(text)], record) for text, record in values]


def _group_of(query: FigureQuery, record: Record, account: Record) -> str | None:
    name = (query.group_by or "").removeprefix("account.")
    value = (account if query.group_by != name else record)[name]
    text = canonical_value(day_of(value) if name in DATES else value)
    return None if text == EMPTY else text


@pytest.mark.parametrize("subject", list(Subject), ids=str)
def test_each_operator_of_each_field_matches_what_plain_python_matches(
    database: Database, world: FigureWorld, subject: Subject
) -> None:
    admin = world.viewers[-1]
    asked = list(each_condition(subject, world.records[subject]))
    assert {item.field for item in asked} == FIELDS[subject]
    for condition in asked:
        query = FigureQuery(subject=subject, conditions=(condition,), limit=50)
        expected = {record["id"] for record, _ in matching(world, query, admin)}
        result = _run(database, query, admin)
        assert result.total == len(expected), condition
        assert {row.record_id for row in result.rows} <= expected, condition


@LIMITS
@given(query=queries(currency=False))
def test_runs_and_reads_again_as_it_was_told(database: Database, world: FigureWorld, query: FigureQuery) -> None:
    """Also money without a currency: then the query that was carried out names one, and its evidence says the same."""
    for viewer in world.viewers[:3]:
        result = _run(database, query, viewer)
        assert FigureQuery.from_key(result.query.key) == result.query
        with database.unit_of_work() as uow:
            again = EvidenceRepository(uow).read([result.evidence_id], viewer=viewer)
        gone = bool(query.account_ids) and not result.names
        assert [item.text for item in again.values()] == ([] if gone else [result.text])
        assert all(key == query_evidence_id(result.query) for key in again)


@LIMITS
@given(query=queries(currency=False))
def test_nobody_reads_of_accounts_that_they_may_not_see(
    database: Database, world: FigureWorld, query: FigureQuery
) -> None:
    for viewer in world.viewers:
        may_see = {account["id"] for account in world.visible(viewer)}
        result = _run(database, query, viewer)
        assert {row.account_id for row in result.rows} <= may_see
        assert set(result.names) <= may_see
        names = {account["name"] for account in world.records[Subject.ACCOUNTS] if account["id"] not in may_see}
        assert not any(name in result.text for name in names)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(query=queries(currency=False))
def test_every_query_has_words(query: FigureQuery) -> None:
    names = {account_id: f"Cuenta {account_id}" for account_id in query.account_ids}
    for language in Language:
        words = query_in_words(query, language=language, names=names)
        assert words.strip() == words
        assert all(name in words for name in names.values())
        assert "None" not in words


def test_what_a_condition_on_money_cannot_judge_is_counted(database: Database, world: FigureWorld) -> None:
    admin = world.viewers[-1]
    for wanted in ("EUR", "USD"):
        condition = Condition(field="amount", operator=Operator.AT_LEAST, values=(Decimal(50000),), currency=wanted)
        result = _run(database, FigureQuery(subject=Subject.OPPORTUNITIES, conditions=(condition,)), admin)
        records = [record for record in world.records[Subject.OPPORTUNITIES] if record["account_id"] is not None]
        others = Counter(currency(item) for item in records if item["amount"] is not None and currency(item) != wanted)
        empty = sum(item["amount"] is None for item in records)
        found = {item.currency: item.count for item in result.left_out if item.reason != "no_value"}
        assert found == dict(others)
        assert [item.count for item in result.left_out if item.reason == "no_value"] == [empty]
