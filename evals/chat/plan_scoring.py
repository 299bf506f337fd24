"""Whether a plan is right: judged by what it would find, not by how it is written.

Invariant: a planned query is right when it is over exactly the records that were worked out from the demo's CSV files;
two queries that find the same are the same. Nothing else about the form of a plan counts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from copilot.domain.access import Viewer
from copilot.domain.figure_queries import MONEY, MOST_ROWS, Condition, FigureQuery, Measure
from copilot.domain.plans import (
    CompareStep,
    Plan,
    QueryStep,
    SearchStep,
    Step,
    StepKind,
    TimelineStep,
)
from copilot.errors import CopilotError
from copilot.store.accounts import AccountRepository
from copilot.store.database import UnitOfWork
from copilot.store.figure_queries import FigureQueries
from evals.chat.dataset import ExpectedTurn, Outcome
from evals.chat.matching import fold

_NEAR = timedelta(days=7)
_CURRENCIES = ("EUR", "USD", "GBP")
_MEASURES = {
    Measure.LIST: {Measure.LIST},
    Measure.COUNT: {Measure.COUNT, Measure.LIST},
    Measure.SUM: {Measure.SUM, Measure.LIST},
    Measure.MEAN: {Measure.MEAN},
}
"""A list says how many there are and what their money adds up to."""
_WITHOUT_FIELDS = {StepKind.BRIEF, StepKind.RISKS, StepKind.EXPLAIN_SCORE, StepKind.SEARCH, StepKind.TIMELINE}
"""These say what is asked without naming fields."""


@dataclass(frozen=True, slots=True)
class Asker:
    """For whom plans are judged."""

    viewer: Viewer
    uow: UnitOfWork
    today: date


def faults_of_plan(plan: Plan | None, expected: ExpectedTurn, asker: Asker, *, was_refused: bool = False) -> list[str]:
    """What is wrong with a plan; nothing: it is right. A message may be refused before any plan is made."""
    if plan is None:
        return [] if was_refused and Outcome.REFUSES in expected.outcomes else ["no plan"]
    outcome = Outcome.ANSWER if plan.steps else Outcome.ASKS if plan.clarification else Outcome.REFUSES
    wanted = {Outcome.ANSWER if item is Outcome.NOTHING else item for item in expected.outcomes}
    if outcome not in wanted:
        return [f"{outcome.value} in place of {'|'.join(sorted(wanted))}"]
    if plan.clarification is not None:
        return _faults_of_candidates([item.label for item in plan.clarification.candidates], expected)
    if plan.refusal is not None:
        right = not expected.reasons or plan.refusal.reason in expected.reasons
        return [] if right else [f"refused for {plan.refusal.reason.value}"]
    return list(_faults_of_steps(plan.steps, expected, asker))


def _faults_of_candidates(labels: list[str], expected: ExpectedTurn) -> list[str]:
    offered = [fold(label) for label in labels]
    return [
        f"does not offer {wanted}"
        for wanted in expected.candidates
        if not any(fold(form) in label for form in wanted.split("|") for label in offered)
    ]


def _faults_of_steps(steps: tuple[Step, ...], expected: ExpectedTurn, asker: Asker) -> Iterator[str]:
    kinds = {step.kind for step in steps}
    if expected.steps and (not kinds & set(expected.steps) or kinds - set(expected.steps)):
        yield f"steps {'+'.join(sorted(kinds))}"
        return
    if expected.accounts is not None:
        names = _names_of(steps, asker)
        if {fold(name) for name in names} != {fold(name) for name in expected.accounts}:
            yield f"accounts {sorted(names)}"
    queries = [step.query for step in steps if isinstance(step, QueryStep | CompareStep)]
    if queries:
        faults = [list(_faults_of_query(query, expected, asker)) for query in queries]
        yield from min(faults, key=len)
    if expected.period:
        yield from _faults_of_period(steps, expected.period, asker.today)


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    account_name: str


def _names_of(steps: Iterable[Step], asker: Asker) -> set[str]:
    """Accounts the steps name; where a query finds them by a condition instead, those it finds."""
    named: set[str] = set()
    found: set[str] = set()
    for step in steps:
        if isinstance(step, QueryStep | CompareStep):
            named |= set(step.query.account_ids)
            if not step.query.account_ids:
                found |= {row.account_name for row in _rows(step.query, asker)}
        elif isinstance(step, SearchStep):
            named |= set(step.account_ids)
        else:
            account_id = getattr(step, "account_id", None)
            named |= {account_id} if account_id else set()
    names = AccountRepository(asker.uow).names(sorted(named), viewer=asker.viewer)
    return set(names.values()) or found


def _rows(query: FigureQuery, asker: Asker) -> tuple[_Row, ...]:
    listed = query.model_copy(update={"measure": Measure.LIST, "field": None, "group_by": None, "limit": MOST_ROWS})
    found = [row for each in _in_each_currency(listed) for row in _run(each, asker)]
    return tuple(dict.fromkeys(found))


def _in_each_currency(query: FigureQuery) -> Iterator[FigureQuery]:
    """`more than 50k` without a currency is meant in the currency of each record; the answer says what it left out."""
    every = [*query.conditions, *query.of_account, *(item for each in query.related for item in each.conditions)]
    if not any(item.field in MONEY and item.values and item.currency is None for item in every):
        yield query
        return
    for currency in _CURRENCIES:
        yield query.model_copy(
            update={
                "conditions": _with_currency(query.conditions, currency),
                "of_account": _with_currency(query.of_account, currency),
                "related": tuple(
                    each.model_copy(update={"conditions": _with_currency(each.conditions, currency)})
                    for each in query.related
                ),
            }
        )


def _with_currency(conditions: tuple[Condition, ...], currency: str) -> tuple[Condition, ...]:
    return tuple(
        item.model_copy(update={"currency": currency})
        if item.field in MONEY and item.values and item.currency is None
        else item
        for item in conditions
    )


def _faults_of_query(query: FigureQuery, expected: ExpectedTurn, asker: Asker) -> Iterator[str]:
    if expected.subject and query.subject.value not in expected.subject.split("|"):
        yield f"subject {query.subject.value}"
    if expected.measure is not None and query.measure not in _MEASURES[expected.measure] and not query.group_by:
        yield f"measure {query.measure.value}"
    grouped = (query.group_by or "").removeprefix("account.")
    if expected.group_by and grouped not in expected.group_by.split("|"):
        yield f"grouped by {query.group_by}"
    if expected.fields and not set(expected.fields) & _named_in(query):
        yield f"shows {sorted(_named_in(query))}"
    if expected.top:
        yield from _faults_of_top(query, expected, asker)
    elif expected.records:
        found = {fold(row.name) for row in _rows(query, asker)}
        right = [{fold(name) for name in names} for names in (expected.records, expected.or_records) if names]
        if found not in right:
            yield f"finds {len(found)} records, not the {len(right[0])} right ones"


def _faults_of_top(query: FigureQuery, expected: ExpectedTurn, asker: Asker) -> Iterator[str]:
    listed = query.model_copy(update={"measure": Measure.LIST, "field": None, "group_by": None})
    names = [fold(row.name) for row in _run(listed, asker)][: expected.top]
    if names != [fold(name) for name in expected.records] or query.limit < expected.top:
        yield f"lists {names}"


def _named_in(query: FigureQuery) -> set[str]:
    fields = {query.field, query.order_by, *query.show, *query.metrics, *(item.field for item in query.conditions)}
    return {name for name in fields if name}


def _faults_of_period(steps: tuple[Step, ...], expected: str, today: date) -> Iterator[str]:
    start, end = (date.fromisoformat(day) for day in expected.split("/"))
    for step in steps:
        if not isinstance(step, TimelineStep | SearchStep):
            continue
        planned_start = step.period.start if step.period else None
        planned_end = (step.period.end if step.period else None) or today
        if planned_start is None or abs(planned_start - start) > _NEAR:
            yield f"from {planned_start}"
        elif abs(min(planned_end, today) - min(end, today)) > _NEAR:
            yield f"until {planned_end}"


def _run(query: FigureQuery, asker: Asker) -> tuple[_Row, ...]:
    try:
        found = FigureQueries(asker.uow).run(query, viewer=asker.viewer, today=asker.today)
    except CopilotError:
        return ()
    return tuple(_Row(row.name, row.account_name) for row in found.rows)
