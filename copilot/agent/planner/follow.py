"""Follow-up questions: the last plan with one thing changed.

Invariant: only the user's own words of this message change anything; what they leave out stays as it was.
"""

import re
from dataclasses import replace
from typing import Any

from copilot.agent.planner.beside import beside
from copilot.agent.planner.clause import WANTS, Clause
from copilot.agent.planner.computed import compared_at, computed_in, is_percent
from copilot.agent.planner.conditions import compared, conditions, narrowed, nouns, within
from copilot.agent.planner.context import records_query
from copilot.agent.planner.counted import amounts_with_places
from copilot.agent.planner.cues import cue, mark
from copilot.agent.planner.fact_words import facts_in
from copilot.agent.planner.measures import number_of
from copilot.agent.planner.queries import ask
from copilot.agent.planner.question import default_day, default_number, fields_after, limit_in, take_apart
from copilot.agent.planner.reading import Reading
from copilot.agent.planner.subjects import points_at_several
from copilot.domain.figure_queries import (
    DATES,
    FIELDS,
    MOST_COMPUTED,
    Condition,
    FigureQuery,
    Measure,
    Operator,
    Related,
    Subject,
)
from copilot.domain.periods import Period
from copilot.domain.plans import (
    BriefStep,
    ExplainScoreStep,
    FollowUpStep,
    MeetingStep,
    PlanningContext,
    QueryStep,
    RisksStep,
    SearchStep,
    Step,
    StepKind,
    TimelineStep,
)

CUT_BY_OTHERS = "cut_by_others"
"""Other records are asked for of accounts that were listed by what they have or lack: no query can say that."""
_USUAL_ROWS: int = FigureQuery.model_fields["limit"].default
_EVERY_ACCOUNT = FigureQuery(subject=Subject.ACCOUNTS, order_by="name")
_SHORT = 8
_SAME_AGAIN = 4
"""Words of a message that names the same records again, and still means those of the last list."""


def followed_up(clause: Clause, context: PlanningContext) -> tuple[Step, ...] | str | None:
    """The steps of an elliptical message; None if it stands on its own; CUT_BY_OTHERS if no query can say it."""
    if not context.steps:
        return None
    swapped = _other_account(clause, context) or _other_period(clause, context)
    return swapped or _refined(clause, context)


def _is_elliptical(clause: Clause) -> bool:
    reading = clause.reading
    short = len(reading.work.split()) <= _SHORT
    return short and not any(reading.has(name) for name in WANTS)


def _other_account(clause: Clause, context: PlanningContext) -> tuple[Step, ...] | None:
    """`and for Harbourline?`: the same of another account."""
    reading, ids = clause.reading, clause.subjects.accounts
    if not ids or not any(_is_of_account(step) for step in context.steps):
        return None
    plain = mark("how_about").sub("and", reading.work)
    bare = len(re.sub(r"ACCT|PERSON|WHEN", "", plain).split()) <= 5
    asking = reading.has("follow") or reading.message.rstrip().endswith("?")
    says_more = (
        nouns(plain) or facts_in(plain) or conditions(reading) or cue("intents", "wants", "knowledge").search(plain)
    )
    wants = any(cue("intents", "wants", name).search(plain) for name in WANTS)
    if not bare or not asking or says_more or wants:
        return None
    steps = tuple(_with_account(step, ids) for step in context.steps if _is_of_account(step))
    period = clause.period
    return tuple(_with_period(step, period) for step in steps) if period else steps


def _is_of_account(step: Step) -> bool:
    if isinstance(step, QueryStep):
        return bool(step.query.account_ids)
    if isinstance(step, SearchStep):
        return bool(step.account_ids)
    return getattr(step, "account_id", None) is not None


def _with_account(step: Step, ids: tuple[str, ...]) -> Step:
    if isinstance(step, QueryStep):
        kept = [
            item
            for item in step.query.conditions
            if not (item.field == "name" and step.query.subject is Subject.CONTACTS)
        ]
        return step.model_copy(
            update={"query": step.query.model_copy(update={"account_ids": ids, "conditions": tuple(kept)})}
        )
    if isinstance(step, SearchStep):
        return step.model_copy(update={"account_ids": ids[:5]})
    if isinstance(step, BriefStep | TimelineStep | RisksStep | ExplainScoreStep | FollowUpStep | MeetingStep):
        return step.model_copy(update={"account_id": ids[0]})
    return step


def _other_period(clause: Clause, context: PlanningContext) -> tuple[Step, ...] | None:
    """`and last quarter?`: the same of other days."""
    reading, period = clause.reading, beside(clause.reading, context.period) or clause.period
    if period is None or clause.subjects.accounts or not _is_elliptical(clause):
        return None
    if nouns(reading.work) or facts_in(reading.work) or reading.amounts or conditions(reading):
        return None
    steps = tuple(_with_period(step, period) for step in context.steps)
    return steps if steps != context.steps else None


def _with_period(step: Step, period: Period) -> Step:
    if isinstance(step, TimelineStep | SearchStep):
        return step.model_copy(update={"period": period})
    if isinstance(step, QueryStep):
        return step.model_copy(update={"query": _query_within(step.query, period)})
    return step


def _query_within(query: FigureQuery, period: Period) -> FigureQuery:
    for part in ("conditions", "of_account"):
        items: tuple[Condition, ...] = getattr(query, part)
        dated = [
            item for item in items if item.field in DATES and item.operator in {Operator.AT_LEAST, Operator.AT_MOST}
        ]
        if dated:
            kept = tuple(item for item in items if item not in dated)
            return query.model_copy(update={part: (*kept, *within(dated[0].field, period))[:8]})
    if query.subject is Subject.ACCOUNTS and query.account_ids:
        return query
    return query.model_copy(update={"conditions": (*query.conditions, *within(default_day(query.subject), period))[:8]})


def _refined(clause: Clause, context: PlanningContext) -> tuple[Step, ...] | str | None:
    """`only the Spanish ones`, `by stage`, `how many?`, `which of them have P1 tickets?`."""
    last = records_query(context.steps)
    if last is None or clause.subjects.accounts:
        return None
    reading = clause.reading
    spoken = nouns(reading.work)
    leaning = (
        mark("which_have").search(reading.work) is not None
        or reading.has("follow")
        or points_at_several(reading)
        or reading.has("pronoun")
        or mark("from_list").search(reading.work) is not None
    )
    if any(reading.has(name) for name in ("follow_up", "meeting_prep", "after_meeting", "rfp_answer", "explain_score")):
        return None
    if mark("whose").search(reading.plain):
        return _accounts_of(last)
    if leaning and last.query.subject is Subject.CONTACTS and (reached := _reached(reading, last)) is not None:
        return reached
    kinds = {noun.name for noun in spoken} == {"renewals"} and last.query.subject is Subject.OPPORTUNITIES
    if kinds and points_at_several(reading) and not reading.periods and not reading.amounts:
        renewing = Condition(field="kind", operator=Operator.IS, values=("renewal",))
        kept = narrowed(last.query.conditions, renewing)
        return (last.model_copy(update={"query": last.query.model_copy(update={"conditions": kept})}),)
    if spoken and leaning and (others := _with_others(clause, last)) is not None:
        return others
    same = {noun.subject for noun in spoken} <= {last.query.subject}
    if spoken and not (same and (leaning or len(reading.work.split()) <= _SAME_AGAIN)):
        return None
    if not _is_elliptical(clause) and not leaning:
        return None
    changed = _changed(clause, last.query)
    if changed == last.query and not _reshapes(clause):
        return None
    return (last.model_copy(update={"query": changed}),)


def _reached(reading: Reading, last: QueryStep) -> tuple[Step, ...] | None:
    """`her number?` after people were listed: how to reach the same ones."""
    shown = ("email", "phone", "title") if cue("facts", "people", "reach").search(reading.work) else ()
    if not shown or not reading.has("pronoun") or len(reading.work.split()) > _SHORT or nouns_but_mail(reading):
        return None
    return (last.model_copy(update={"query": last.query.model_copy(update={"show": shown})}),)


def nouns_but_mail(reading: Reading) -> bool:
    """Whether other records than people are spoken of: `her email` names no activity."""
    return any(noun.subject not in {Subject.ACTIVITIES, Subject.CONTACTS} for noun in nouns(reading.work))


def _reshapes(clause: Clause) -> bool:
    """Whether the message asks for a count, a sum, an order or a group, even one the list already has."""
    work = clause.reading.work
    measures = any(cue("facts", "measure", name).search(work) for name in ("count", "sum", "mean"))
    ranked = any(cue("facts", "order", name).search(work) for name in ("most", "least"))
    return measures or ranked or bool(fields_after(work)) or mark("by_amount").search(work) is not None


def _with_others(clause: Clause, last: QueryStep) -> tuple[Step, ...] | str | None:
    """Another kind of record: of the accounts that were listed, or under the same conditions on accounts."""
    query, reading = last.query, clause.reading
    other = next(
        (noun for noun in nouns(reading.work) if noun.subject is not query.subject or noun.name == "renewals"), None
    )
    if other is None:
        return None
    several = points_at_several(reading) or mark("which_have").search(reading.work)
    if query.subject is Subject.ACCOUNTS and several and other.name != "renewals":
        question = take_apart(reading, account_ids=(), today=clause.today)
        step = ask(_as_accounts(reading), account_ids=(), mine_counts=False, today=clause.today) if question else None
        if step is not None and step.query.related:
            related = (*query.related, *step.query.related)[:4]
            return (last.model_copy(update={"query": query.model_copy(update={"related": related})}),)
    step = ask(reading, account_ids=query.account_ids, mine_counts=clause.own, today=clause.today)
    if step is None:
        return None
    if _is_cut(query) or (query.related and step.query.subject is not Subject.ACCOUNTS):
        return CUT_BY_OTHERS
    if step.query.subject is Subject.ACCOUNTS and query.subject is not Subject.ACCOUNTS and other.name == "accounts":
        return _whose(step, step.query, query)
    on_accounts = query.conditions if query.subject is Subject.ACCOUNTS else query.of_account
    if query.subject is not Subject.ACCOUNTS or step.query.subject is Subject.ACCOUNTS:
        on_accounts = tuple(item for item in on_accounts if item.field not in DATES and item.field != "arr")
    part = "conditions" if step.query.subject is Subject.ACCOUNTS else "of_account"
    said: tuple[Condition, ...] = getattr(step.query, part)
    fresh = tuple(item for item in on_accounts if item.field not in {one.field for one in said})
    changes: dict[str, Any] = {part: (*said, *fresh)[:8], "mine": step.query.mine or query.mine}
    changes["computed"] = tuple(dict.fromkeys((*step.query.computed, *query.computed)))[:MOST_COMPUTED]
    return (step.model_copy(update={"query": step.query.model_copy(update=changes)}),)


def _accounts_of(last: QueryStep) -> tuple[Step, ...] | str:
    """`whose are those?`: accounts are their own, as they were listed."""
    if last.query.subject is Subject.ACCOUNTS:
        return (last,)
    return CUT_BY_OTHERS if _is_cut(last.query) else _whose(last, _EVERY_ACCOUNT, last.query)


def _is_cut(query: FigureQuery) -> bool:
    """`the top 5`: which those are, no other query can say."""
    return query.limit < _USUAL_ROWS and not query.account_ids


def _whose(step: QueryStep, said: FigureQuery, query: FigureQuery) -> tuple[Step, ...]:
    """`which accounts were those?`: those that have the records of the last list, all of it."""
    linked = Related(subject=query.subject, conditions=query.conditions)
    fresh = tuple(item for item in said.conditions if item.field != "lifecycle")
    changes = {
        "account_ids": query.account_ids,
        "conditions": (*query.of_account, *fresh)[:8],
        "related": (linked, *said.related)[:4],
        "computed": tuple(dict.fromkeys((*said.computed, *query.computed)))[:MOST_COMPUTED],
        "mine": said.mine or query.mine,
    }
    found = said.model_copy(update=changes)
    return (step.model_copy(update={"kind": StepKind.FIND_ACCOUNTS, "query": found}),)


def _as_accounts(reading: Reading) -> Reading:
    """The message as if it began with the accounts it points at."""
    prefix = "accounts with "
    return replace(reading, work=prefix + reading.work, shown=prefix + reading.shown)


def _changed(clause: Clause, query: FigureQuery) -> FigureQuery:
    reading = clause.reading
    changes: dict[str, Any] = {}
    for item in conditions(reading):
        part = (
            "conditions"
            if item.subject is query.subject
            else "of_account"
            if item.subject is Subject.ACCOUNTS
            else None
        )
        if part is not None and not (item.subject is Subject.CONTACTS and query.subject is not Subject.CONTACTS):
            base: tuple[Condition, ...] = changes.get(part, getattr(query, part))
            changes[part] = narrowed(base, item.condition)
    number = default_number(query.subject)
    for amount, place in amounts_with_places(reading):
        percent = is_percent(reading, amount, place)
        if number is not None and not percent and compared_at(reading, amount, place) is None:
            base = changes.get("conditions", query.conditions)
            kept = tuple(one for one in base if not (one.field == number and one.operator is amount.operator))
            changes["conditions"] = (*kept, compared(number, amount, money=True))[:8]
    said = computed_in(reading, query.subject) or _compared_again(reading, query)
    if said:
        kept = tuple(one for one in query.computed if one.field not in {item.field for item in said})
        changes["computed"] = (*kept, *said)[:MOST_COMPUTED]
    if mark("follow_mine").search(reading.work) and clause.own:
        changes["mine"] = True
    changed = query.model_copy(update=changes)
    if clause.period is not None:
        changed = _query_within(changed, clause.period)
    return _reshaped(clause, changed)


def _compared_again(reading: Reading, query: FigureQuery) -> tuple[Condition, ...]:
    """`and over 80 %?` after a share or a change: the same figure."""
    shares = [item.field for item in query.computed if item.field.endswith("_pct")]
    if len(shares) != 1:
        return ()
    return tuple(
        Condition(field=shares[0], operator=amount.operator, values=(amount.value,))
        for amount, place in amounts_with_places(reading)
        if is_percent(reading, amount, place) and amount.operator is not Operator.IS
    )[:1]


def _reshaped(clause: Clause, query: FigureQuery) -> FigureQuery:
    """Counted, summed, averaged, grouped, ordered or cut off, if the message says so."""
    work = clause.reading.work
    changes: dict[str, Any] = {}
    if cue("facts", "measure", "mean").search(work) and number_of(work, query.subject):
        changes = {"measure": Measure.MEAN, "field": number_of(work, query.subject)}
    elif cue("facts", "measure", "count").search(work):
        changes = {"measure": Measure.COUNT, "field": None}
    elif cue("facts", "measure", "sum").search(work) and number_of(work, query.subject):
        changes = {"measure": Measure.SUM, "field": number_of(work, query.subject)}
    for _, name, ordering in fields_after(work):
        known = (
            name if name in FIELDS[query.subject] else f"account.{name}" if name in FIELDS[Subject.ACCOUNTS] else None
        )
        if name == "name" and query.subject is not Subject.ACCOUNTS:
            known = "account.name"
        if known and not ordering:
            changes["group_by"] = known
            if changes.get("measure", query.measure) is Measure.LIST:
                summed = query.subject is Subject.OPPORTUNITIES
                changes |= {"measure": Measure.SUM if summed else Measure.COUNT, "field": "amount" if summed else None}
        elif ordering and name in FIELDS[query.subject]:
            changes |= {"order_by": name, "descending": False}
    if changes.get("measure", query.measure) is not Measure.LIST:
        changes |= {"show": (), "metrics": (), "order_by": None, "descending": False}
    else:
        changes |= _ranked(work, query)
    return FigureQuery.model_validate({**dict(query), **changes})


def _ranked(work: str, query: FigureQuery) -> dict[str, Any]:
    limit = limit_in(work)
    changes: dict[str, Any] = {"limit": limit} if limit else {}
    most, least = cue("facts", "order", "most").search(work), cue("facts", "order", "least").search(work)
    if (most or least) and (number := number_of(work, query.subject)):
        changes |= {"order_by": number, "descending": not least}
    elif re.search(r"\b(?:by|por)\s+(?:size|value|amount|importe|valor|arr|tamano)", work) and default_number(
        query.subject
    ):
        changes |= {"order_by": default_number(query.subject), "descending": True}
    if query.subject is Subject.ACCOUNTS:
        facts = facts_in(work)
        show = tuple(dict.fromkeys((*query.show, *(name for fact in facts for name in fact.show))))
        metrics = tuple(dict.fromkeys((*query.metrics, *(name for fact in facts for name in fact.metrics))))
        changes |= {"show": show[:8], "metrics": metrics[:8]}
    return changes
