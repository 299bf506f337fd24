"""A message that changes the last query, as the network hears it: other days, one condition more, counted, grouped.

Invariant: what the message leaves out stays as it was.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from copilot.agent.planner.clause import Clause
from copilot.agent.planner.conditions import conditions, nouns
from copilot.agent.planner.learnt.heard import Heard
from copilot.agent.planner.learnt.queries import heard_query
from copilot.agent.planner.subjects import points_at_several
from copilot.domain.figure_queries import DATES, Condition, FigureQuery, Measure, Related, Subject
from copilot.domain.plans import QueryStep

_USUAL_ROWS: int = FigureQuery.model_fields["limit"].default
_SURE = 0.9
_CERTAIN = 0.97


def refined(heard: Heard, clause: Clause, last: QueryStep) -> QueryStep | None:
    """The last query with what the message adds or changes; None if nothing of it can be asked."""
    query = last.query
    spoken = {noun.subject for noun in nouns(clause.reading.work)}
    same = query.subject in spoken or heard.subject is query.subject
    if not same and heard.subject_share >= (_SURE if spoken else _CERTAIN):
        return _of_others(heard, clause, query)
    step = heard_query(replace(heard, subject=query.subject), clause, account_ids=query.account_ids)
    if step is None:
        return None
    said = step.query
    # Open deals go without saying in a question of its own, not in one that changes another.
    told = heard.says("open", "won", "lost") or any(
        item.condition.field == "status" for item in conditions(clause.reading)
    )
    implied = query.subject is Subject.OPPORTUNITIES and not told
    fresh = [item for item in said.conditions if not (implied and item.field == "status")]
    changes: dict[str, Any] = {
        "conditions": _merged(query.conditions, fresh),
        "of_account": _merged(query.of_account, said.of_account),
        "related": tuple(dict.fromkeys((*query.related, *said.related)))[:4],
        "mine": query.mine or said.mine,
    }
    relisted = points_at_several(clause.reading) or heard.says("most", "least", "latest", "oldest", "soonest")
    if said.measure is not Measure.LIST or (relisted and heard.measure_share >= _SURE):
        changes |= {"measure": said.measure, "field": said.field, "group_by": said.group_by or _kept_group(said, query)}
        if said.measure is Measure.LIST:
            shown = tuple(dict.fromkeys((*query.show, *said.show)))[:8]
            changes |= {"show": shown, "metrics": tuple(dict.fromkeys((*query.metrics, *said.metrics)))[:8]}
            changes |= {"order_by": said.order_by, "descending": said.descending, "limit": said.limit}
        else:
            changes |= {"show": (), "metrics": (), "order_by": None, "descending": False}
    try:
        return last.model_copy(update={"query": FigureQuery.model_validate({**dict(query), **changes})})
    except ValueError:
        return None


def _kept_group(said: FigureQuery, query: FigureQuery) -> str | None:
    return query.group_by if said.measure is query.measure and said.measure is not Measure.LIST else None


def _merged(before: tuple[Condition, ...], said: Sequence[Condition]) -> tuple[Condition, ...]:
    """What is said in the place of what was said of the same field before; days in the place of days."""
    fields = {item.field for item in said}
    dated = bool(fields & DATES)
    kept = [item for item in before if item.field not in fields and not (dated and item.field in DATES)]
    return tuple(dict.fromkeys((*kept, *said)))[:8]


def _of_others(heard: Heard, clause: Clause, query: FigureQuery) -> QueryStep | None:
    """Other records of the same accounts."""
    step = heard_query(heard, clause, account_ids=query.account_ids)
    if step is None or (query.limit < _USUAL_ROWS and not query.account_ids):
        return None  # `the top 5`: which those are, no other query can say
    if step.query.subject is Subject.ACCOUNTS:
        return _accounts_of(step, query)
    if query.account_ids:
        return step
    if query.related or query.subject is not Subject.ACCOUNTS or any(item.field in DATES for item in query.conditions):
        return None  # a query of these records cannot say which accounts those were
    changes = {"of_account": _merged(query.conditions, step.query.of_account), "mine": step.query.mine or query.mine}
    return step.model_copy(update={"query": step.query.model_copy(update=changes)})


def _accounts_of(step: QueryStep, query: FigureQuery) -> QueryStep:
    """`which accounts were those?`: the accounts that have the records of the last query."""
    linked = Related(subject=query.subject, conditions=query.conditions)
    changes = {
        "conditions": _merged(query.of_account, step.query.conditions),
        "related": (linked, *step.query.related)[:4],
        "mine": step.query.mine or query.mine,
    }
    return step.model_copy(update={"query": step.query.model_copy(update=changes)})
