"""Steps, refusals and questions back from what the network hears.

Invariant: whom a message is about, its days and its amounts are those that the rules read; the network only says what
is asked of them. What it is not sure of gives nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from copilot.agent.planner.clause import NEEDS_ACCOUNT, Clause
from copilot.agent.planner.comparing import accounts_compared, comparison
from copilot.agent.planner.context import records_query
from copilot.agent.planner.learnt.heard import Heard
from copilot.agent.planner.learnt.queries import heard_query
from copilot.agent.planner.learnt.refined import refined
from copilot.agent.planner.subjects import says
from copilot.agent.planner.topics import event_kinds, topic_of
from copilot.agent.planner.unread import counts_unknown
from copilot.domain.figure_queries import Condition, Operator, Subject
from copilot.domain.plans import (
    BriefStep,
    ExplainScoreStep,
    FollowUpStep,
    MeetingStep,
    PlanningContext,
    QueryStep,
    Refusal,
    RefusalReason,
    RfpAnswerStep,
    RisksStep,
    SearchStep,
    Step,
    StepKind,
    TimelineStep,
)

_LEANS = 0.8
Found = tuple[Step, ...] | Refusal | str | None
"""Steps, a refusal, NEEDS_ACCOUNT, or nothing."""
_REFUSED = {
    "refuse_act": (RefusalReason.NOT_ALLOWED, "not_allowed"),
    "refuse_private": (RefusalReason.NOT_ALLOWED, "not_allowed"),
    "refuse_instruction": (RefusalReason.INSTRUCTION, "instruction"),
    "out_of_scope": (RefusalReason.OUT_OF_SCOPE, "out_of_scope"),
    "help": (RefusalReason.HELP, "help"),
}
REFUSING = frozenset(_REFUSED)


def heard_plan(heard: Heard, clause: Clause, context: PlanningContext) -> Found:
    """What the message asks for, as it is heard."""
    if heard.intent in _REFUSED:
        reason, text = _REFUSED[heard.intent]
        return Refusal(reason=reason, text=says(clause.reading.language, text))
    return _PLANNED[heard.intent](heard, clause, context)


def _ids(heard: Heard, clause: Clause) -> tuple[str, ...]:
    """The accounts that are named, else those of the conversation that the message leans on."""
    return clause.subjects.accounts or (() if heard.says("needs_account") else clause.subjects.before)


def _figures(heard: Heard, clause: Clause, context: PlanningContext) -> Found:
    if heard.says("needs_account") and not clause.subjects.any:
        return NEEDS_ACCOUNT
    if clause.subjects.accounts and counts_unknown(clause.reading) and heard.subject is not Subject.CONTACTS:
        return _search(heard, clause, context)
    if heard.says("prior") and not clause.subjects.accounts:
        last = records_query(context.steps)
        if last is not None:
            changed = refined(heard, clause, last)
            return None if changed is None else (changed,)
    points = heard.says("prior") or (clause.reading.has("pronoun") and heard.asks_of_one)
    if points and not context.steps and not clause.subjects.any:
        return NEEDS_ACCOUNT
    named = clause.subjects.accounts
    leaning = heard.marks["prior"] >= _LEANS or clause.reading.has("pronoun")
    ids = named or (clause.subjects.before if leaning else ())
    step = heard_query(heard, clause, account_ids=ids)
    if step is None:
        return None
    people = clause.subjects.contacts
    if people and step.query.subject is Subject.CONTACTS:
        return (_of_people(step, tuple(item.name for item in people)),)
    return (step,)


def _of_people(step: QueryStep, names: tuple[str, ...]) -> QueryStep:
    named = Condition(field="name", operator=Operator.CONTAINS, values=names)
    return step.model_copy(
        update={"query": step.query.model_copy(update={"conditions": (named, *step.query.conditions)[:8]})}
    )


def _search(heard: Heard, clause: Clause, context: PlanningContext) -> Found:  # noqa: ARG001 - one of several alike
    ids = _ids(heard, clause)
    if not ids:
        return NEEDS_ACCOUNT if heard.says("needs_account", "prior") else None
    return (SearchStep(question=clause.reading.message, account_ids=ids[:5], period=clause.past_period),)


def _knowledge(heard: Heard, clause: Clause, context: PlanningContext) -> Found:  # noqa: ARG001
    return (SearchStep(question=clause.reading.message, account_ids=clause.subjects.accounts[:5]),)


def _timeline(heard: Heard, clause: Clause, context: PlanningContext) -> Found:  # noqa: ARG001
    ids = _ids(heard, clause)
    if not ids:
        return NEEDS_ACCOUNT
    kinds, topic = event_kinds(clause.reading), topic_of(clause.reading)
    return tuple(TimelineStep(account_id=one, period=clause.past_period, topic=topic, kinds=kinds) for one in ids[:4])


def _brief(heard: Heard, clause: Clause, context: PlanningContext) -> Found:  # noqa: ARG001
    ids = _ids(heard, clause)
    return tuple(BriefStep(account_id=one) for one in ids[:4]) if ids else NEEDS_ACCOUNT


def _compare(heard: Heard, clause: Clause, context: PlanningContext) -> Found:  # noqa: ARG001
    ids = accounts_compared(clause.subjects)
    if len(ids) < 2:
        return None
    step = comparison(clause.reading, ids)
    heard_step = heard_query(replace(heard, subject=Subject.ACCOUNTS), clause, account_ids=ids)
    if heard_step is None:
        return (step,)
    show = tuple(dict.fromkeys((*heard_step.query.show, *step.query.show)))[:8]
    metrics = tuple(dict.fromkeys((*heard_step.query.metrics, *step.query.metrics)))[:8]
    said = heard_step.query.show or heard_step.query.metrics
    query = step.query.model_copy(update={"show": show, "metrics": metrics}) if said else step.query
    return (step.model_copy(update={"query": query}),)


def _risks(heard: Heard, clause: Clause, context: PlanningContext) -> Found:  # noqa: ARG001
    ids = clause.subjects.accounts or (clause.subjects.before[:1] if heard.says("prior") else ())
    if ids:
        return tuple(RisksStep(account_id=one) for one in ids[:4])
    return (RisksStep(mine=clause.mine or (clause.own and heard.says("mine"))),)


def _of_one(step: Callable[[str, str], Step]) -> Callable[[Heard, Clause, PlanningContext], Found]:
    """A step about one account, made from its id and the user's words."""

    def made(heard: Heard, clause: Clause, context: PlanningContext) -> Found:  # noqa: ARG001
        ids = _ids(heard, clause)
        return (step(ids[0], clause.reading.message),) if ids else NEEDS_ACCOUNT

    return made


def _rfp(heard: Heard, clause: Clause, context: PlanningContext) -> Found:  # noqa: ARG001
    return (RfpAnswerStep(question=clause.reading.message),)


_PLANNED: Mapping[str, Callable[[Heard, Clause, PlanningContext], Found]] = {
    "figures": _figures,
    "search": _search,
    "knowledge": _knowledge,
    "timeline": _timeline,
    "brief": _brief,
    "compare": _compare,
    "risks": _risks,
    "follow_up": _of_one(lambda one, words: FollowUpStep(account_id=one, request=words)),
    "meeting_prep": _of_one(lambda one, words: MeetingStep(kind=StepKind.MEETING_PREP, account_id=one, request=words)),
    "after_meeting": _of_one(
        lambda one, words: MeetingStep(kind=StepKind.AFTER_MEETING, account_id=one, request=words)
    ),
    "explain_score": _of_one(lambda one, _: ExplainScoreStep(account_id=one)),
    "rfp": _rfp,
}
