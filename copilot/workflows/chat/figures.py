"""Answers questions about figures: the headline first, then each record, what was left out, and the query in words.

Invariant: every figure is one that a query found or a record holds, and is cited; nothing is added up or converted
here.
"""

import hashlib
from collections.abc import Iterator

from copilot.domain.facts import record_evidence_id
from copilot.domain.figure_evidence import metric_evidence, query_evidence
from copilot.domain.figure_queries import DATES, MONEY, NUMBERS, FigureQuery, Measure, Subject
from copilot.domain.figure_results import FigureResult
from copilot.domain.plans import CompareStep, QueryStep, Step, StepKind
from copilot.errors import NotFound
from copilot.store.evidence import EvidenceRepository
from copilot.store.figure_queries import FigureQueries
from copilot.workflows.chat.contract import Found, Line, Scene
from copilot.workflows.chat.figure_facts import compared, facts_of
from copilot.workflows.chat.figure_lines import lines_of
from copilot.workflows.chat.figure_suggestions import suggestions_for
from copilot.workflows.chat.figure_told import Told

_USUAL_FIELDS: dict[Subject, tuple[str, ...]] = {
    Subject.ACCOUNTS: ("country", "arr", "renewal_date"),
    Subject.OPPORTUNITIES: ("amount", "stage", "close_date"),
    Subject.TICKETS: ("priority", "status", "opened_at"),
    Subject.SURVEYS: ("kind", "score", "answered_on"),
    Subject.ACTIVITIES: ("kind", "occurred_at", "author"),
    Subject.CONTACTS: ("title", "stance"),
}
"""What a list shows where nothing was asked for."""
_MOST_FIELDS = 8
_RENEWALS = ("renewal_date", "arr")
_COMPARED = ("arr", "seats_licensed", "renewal_date")
_COMPARED_METRICS = ("open_pipeline", "tickets_open", "active_users_change_pct", "nps_latest")
_TITLES = {
    StepKind.FIND_ACCOUNTS: ("Cuentas", "Accounts"),
    StepKind.FIGURES: ("Cifras", "Figures"),
    StepKind.PIPELINE: ("Pipeline", "Pipeline"),
    StepKind.RENEWALS: ("Renovaciones", "Renewals"),
    StepKind.COMPARE: ("Comparación", "Comparison"),
}


def run_query(step: Step, scene: Scene) -> Found:
    """See the module docstring. Raises NotFound if an account is named that the viewer may not see."""
    if not isinstance(step, QueryStep):
        raise TypeError(step.kind)
    told = _told(_completed(step), scene)
    lines = facts_of(told) if _asks_for_facts(told.result.query) else lines_of(told, kind=step.kind)
    return _found(step.kind, told, lines)


def run_compare(step: Step, scene: Scene) -> Found:
    """The same figures of several accounts, one line for each figure. Raises NotFound like `run_query`."""
    if not isinstance(step, CompareStep):
        raise TypeError(step.kind)
    query = step.query
    if not query.show and not query.metrics:
        query = query.model_copy(update={"show": _COMPARED, "metrics": _COMPARED_METRICS})
    told = _told(query, scene)
    return _found(step.kind, told, compared(told))


def _completed(step: QueryStep) -> FigureQuery:
    """The query with the fields that a list of its kind shows where none are asked for, and those it is judged by."""
    query = step.query
    fields = query.show
    if not (query.show or query.metrics or query.group_by):
        usual = _USUAL_FIELDS[query.subject]
        fields = _RENEWALS if step.kind is StepKind.RENEWALS and query.subject is Subject.ACCOUNTS else usual
    metrics = query.metrics
    if query.measure is Measure.LIST:
        fields = tuple(dict.fromkeys((*fields, *_judged_by(query))))[:_MOST_FIELDS]
        if query.subject is Subject.ACCOUNTS:
            compared_by = (item.field for item in query.computed)
            metrics = tuple(dict.fromkeys((*compared_by, *metrics)))[:_MOST_FIELDS]
    return query.model_copy(update={"show": fields, "metrics": metrics})


def _judged_by(query: FigureQuery) -> Iterator[str]:
    """Days and numbers of the record that a condition looks at: a reader wants to see them."""
    for condition in query.conditions:
        if condition.field in DATES | MONEY | NUMBERS.get(query.subject, frozenset()):
            yield condition.field


def _asks_for_facts(query: FigureQuery) -> bool:
    """Whether fields of one account are asked for, which reads better as sentences."""
    return (
        query.subject is Subject.ACCOUNTS
        and query.measure is Measure.LIST
        and len(query.account_ids) == 1
        and not query.conditions
        and not query.computed
        and not query.related
    )


def _told(query: FigureQuery, scene: Scene) -> Told:
    queries = FigureQueries(scene.uow, home_currency=scene.home_currency)
    result = queries.run(query, viewer=scene.viewer, today=scene.today)
    if set(query.account_ids) - set(result.names):
        raise NotFound("There is no such account among those you may see.", hint="Search for it by name.")
    told = Told(result, scene)
    told.take_in(query_evidence(result, language=scene.language, as_of=scene.today))
    told.take_in_all(EvidenceRepository(scene.uow).read(_record_fields(result), viewer=scene.viewer).values())
    for row in result.rows:
        for name in row.metrics:
            told.take_in(metric_evidence(row, name, language=scene.language, as_of=scene.today))
    _take_in_related(told, queries)
    return told


def _record_fields(result: FigureResult) -> list[str]:
    """Every field that a row shows, its name and its account's, and what was left out."""
    found: dict[str, None] = {}
    for row in result.rows:
        found |= dict.fromkeys(row.evidence_id(name) for name in row.values)
        found[row.name_id] = None
        found[row.account_name_id] = None
    for item in result.left_out:
        found |= dict.fromkeys(record_evidence_id(example.record_id, item.field) for example in item.examples)
    return list(found)


def _take_in_related(told: Told, queries: FigureQueries) -> None:
    """How many linked records a row's account has is a query of its own, about that account."""
    scene = told.scene
    for row in told.result.rows:
        for place, count in enumerate(row.related):
            query = told.counted(row, place)
            if count and query is not None:
                found = queries.figures(query, viewer=scene.viewer, today=scene.today)
                told.take_in(query_evidence(found, language=scene.language, as_of=scene.today))


def _found(kind: StepKind, told: Told, lines: list[Line]) -> Found:
    scene, result = told.scene, told.result
    digest = hashlib.sha256(result.query.key.encode()).hexdigest()[:8]
    es, en = _TITLES[kind]
    account_ids = result.query.account_ids or tuple(dict.fromkeys(row.account_id for row in result.rows))
    return Found(
        key=f"{kind.value}_{digest}",
        title=scene.say(es=es, en=en),
        lines=tuple(lines),
        evidence=told.evidence,
        account_ids=account_ids,
        nothing=result.total == 0,
        by_rules=True,
        suggestions=suggestions_for(kind, told),
    )
