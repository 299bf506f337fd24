"""What a network may hear, made by hand, and clauses read without a database.

Invariant: a mark that a test does not name is heard with a share of 0, so a query owes nothing to chance.
"""

from datetime import date
from typing import Any

from copilot.agent.planner.clause import Clause
from copilot.agent.planner.learnt.heard import Heard
from copilot.agent.planner.learnt.queries import heard_query
from copilot.agent.planner.learnt.tags import MARKS
from copilot.agent.planner.reading import read
from copilot.agent.planner.subjects import subjects_of
from copilot.domain.access import Viewer
from copilot.domain.figure_queries import Condition, FigureQuery, Measure, Operator, Subject
from copilot.domain.language import Language
from copilot.domain.plans import PlanningContext, QueryStep, StepKind
from tests.planner_world import StaticDirectory, account_executive

TODAY = date(2026, 11, 16)
DIRECTORY = StaticDirectory()


def heard(
    subject: str = "accounts", measure: str = "list", *marks: str, intent: str = "figures", **shares: float
) -> Heard:
    """As if the network had heard exactly these marks, and all of it for certain; `shares` of single ones or parts."""
    said = {**dict.fromkeys(MARKS, 0.0), **dict.fromkeys(marks, 1.0)}
    said |= {name: share for name, share in shares.items() if name in said}
    parts = {name: shares.get(name, 1.0) for name in ("intent_share", "subject_share", "measure_share")}
    unknown = (set(marks) - set(MARKS)) | (set(shares) - set(said) - set(parts))
    assert not unknown, f"no such marks: {sorted(unknown)}"
    return Heard(
        intent, parts["intent_share"], Subject(subject), parts["subject_share"], Measure(measure),
        parts["measure_share"], said,
    )  # fmt: skip


def clause(
    message: str,
    *,
    language: Language = Language.EN,
    context: PlanningContext | None = None,
    viewer: Viewer | None = None,
    ahead: bool | None = None,
) -> Clause:
    """The message as the planner reads it."""
    reading = read(message, directory=DIRECTORY, today=TODAY, language=language, ahead=ahead)
    subjects = subjects_of(reading, context=context or PlanningContext(), directory=DIRECTORY)
    return Clause(reading, subjects, viewer or account_executive(language=language.value), TODAY)


def query_of(what: Heard, message: str, *account_ids: str, language: Language = Language.EN) -> FigureQuery | None:
    """The query of what was heard in the message; None if there is none."""
    step = heard_query(what, clause(message, language=language), account_ids=account_ids)
    return None if step is None else step.query


def asked(what: Heard, message: str, *account_ids: str, language: Language = Language.EN) -> FigureQuery:
    """The query of what was heard in the message."""
    query = query_of(what, message, *account_ids, language=language)
    assert query is not None, message
    return query


def condition(name: str, operator: str, *values: Any, currency: str | None = None) -> Condition:
    """One comparison."""
    return Condition(field=name, operator=Operator(operator), values=values, currency=currency)


def listed(subject: str, *conditions: Condition, kind: StepKind = StepKind.FIGURES, **changes: Any) -> QueryStep:
    """A query of an earlier turn."""
    assert kind in {StepKind.FIGURES, StepKind.PIPELINE, StepKind.RENEWALS, StepKind.FIND_ACCOUNTS}
    query = FigureQuery(subject=Subject(subject), conditions=conditions, **changes)
    return QueryStep.model_validate({"kind": kind, "query": query})
