"""A query from what the network hears, and from the names, days and amounts that the rules read.

Invariant: every value of a condition stands in the message or belongs to the mark that was heard; the query validates.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from copilot.agent.planner.clause import Clause
from copilot.agent.planner.computed import is_percent
from copilot.agent.planner.conditions import compared, conditions, nouns, owned_by, united, within
from copilot.agent.planner.counted import allowed, amounts_with_places, counted_range
from copilot.agent.planner.cues import mark
from copilot.agent.planner.denials import Placed
from copilot.agent.planner.learnt.heard import Heard
from copilot.agent.planner.learnt.said import (
    AMOUNTS,
    DAYS,
    GROUPS,
    OF_ACCOUNTS,
    OPEN_DEAL,
    OPEN_TICKET,
    RANKED,
    SAID,
    SHOWN,
)
from copilot.agent.planner.measures import usual_order
from copilot.agent.planner.question import default_day, default_number, limit_in
from copilot.domain.figure_queries import (
    DATES,
    FIELDS,
    METRICS,
    MOST_ROWS,
    NUMBERS,
    Condition,
    FigureQuery,
    Measure,
    Operator,
    Related,
    Subject,
)
from copilot.domain.plans import QueryStep, StepKind

_QUIET_DAYS = 30
_CERTAIN = 0.85
_DENYING = frozenset(
    "no_renewal_date no_next_step left do_not_contact ticket_open open lost churned detractor".split()  # noqa: SIM905
)
"""Marks that are themselves said by denying something: `not resolved`, `who left`."""
_GUESSED = 0.25
"""From this share on a number is taken to be what it is likeliest said of."""
_NUMBER = re.compile(r"(?<![\w.,])\d{1,2}(?![\w.,%])")


def lacks(query: FigureQuery, heard: Heard) -> bool:
    """Whether something that is heard for certain does not stand in the query."""
    stated = {item.field for item in query.conditions}
    for name, conditions_of in SAID[query.subject].items():
        if heard.marks[name] >= _CERTAIN and not {item.field for item in conditions_of} & stated:
            return True
    if query.subject is Subject.OPPORTUNITIES and heard.marks["overdue"] >= _CERTAIN and "close_date" not in stated:
        return True
    days = [field for name, field in DAYS.items() if heard.marks[f"w_{name}"] >= _CERTAIN]
    dated = DATES & stated
    if dated and days and not dated & set(days) and set(days) <= FIELDS[query.subject]:
        return True
    grouped = any(heard.marks[f"by_{name}"] >= _CERTAIN for name in GROUPS)
    return grouped and query.group_by is None


def heard_query(heard: Heard, clause: Clause, *, account_ids: Sequence[str]) -> QueryStep | None:
    """The query that is heard; None if a number or a day of the message finds no place in it."""
    if _denies(heard, clause):
        return None
    try:
        return _query(heard, clause, account_ids=account_ids)
    except ValueError:
        # What is heard may not go together (an order by a field the records lack), or a number or day is out of
        # range: then it was not heard right.
        return None


def _denies(heard: Heard, clause: Clause) -> bool:
    """Whether the message denies something (`that isn't P2`) where marks are heard that only say what is."""
    if mark("denies").search(clause.reading.work) is None:
        return False
    marks = [name for names in SAID.values() for name in names if heard.says(name)]
    return any(name not in _DENYING for name in marks)


def _query(heard: Heard, clause: Clause, *, account_ids: Sequence[str]) -> QueryStep | None:
    subject = heard.subject
    own = _told(heard, clause, subject)
    of_account = [] if subject is Subject.ACCOUNTS else _told(heard, clause, Subject.ACCOUNTS)
    sized = list(_sized(heard, clause))
    dated = list(_dated(heard, clause))
    if None in sized or None in dated:
        return None
    for placed in (*sized, *dated):
        if placed is not None:
            (own if placed.subject is subject else of_account).append(placed.condition)
    own += _usual(heard, clause, own)
    (own if subject is Subject.ACCOUNTS else of_account).extend(owned_by(clause.reading))
    query = FigureQuery(
        subject=subject,
        account_ids=tuple(account_ids),
        mine=_mine(heard, clause) and not account_ids,
        conditions=united(own),
        of_account=united(of_account),
        related=tuple(_related(heard, clause)),
    )
    return QueryStep(kind=_kind(query), query=_measured(heard, clause, query))


def _said(heard: Heard, subject: Subject) -> Iterator[Condition]:
    for name, conditions_of in SAID[subject].items():
        if heard.says(name) and not (name == "customer" and heard.says("churned")):  # `customers that left us`
            yield from conditions_of


def _told(heard: Heard, clause: Clause, subject: Subject) -> list[Condition]:
    """What is heard, and what the rules read of other fields."""
    read = [item.condition for item in conditions(clause.reading) if item.subject is subject]
    denied = {item.field for item in read if item.operator is Operator.IS_NOT}
    said = [item for item in _said(heard, subject) if item.field not in denied]
    fields = {item.field for item in said}
    # Money has its currency with the records that are asked for.
    own = subject is heard.subject
    return [*said, *(item for item in read if item.field not in fields and (own or item.field in OF_ACCOUNTS))]


def _mine(heard: Heard, clause: Clause) -> bool:
    said = mark("mine").search(clause.reading.work) is not None or heard.says("mine")
    return clause.own and said and not heard.says("team") and not mark("team").search(clause.reading.work)


def _sized(heard: Heard, clause: Clause) -> Iterator[Placed | None]:
    """Amounts as conditions; None for one that has no place."""
    kind = _sized_by(heard)
    if len(clause.reading.places("AMOUNT")) > 1:
        yield None  # which of them is said of what is not heard
        return
    for amount, place in amounts_with_places(clause.reading):
        if kind == "count" and heard.subject is Subject.ACCOUNTS:
            continue
        percent = is_percent(clause.reading, amount, place)
        field = AMOUNTS.get("probability" if percent else kind)
        unsaid = kind == "arr" and not (amount.may_be_money or mark("arr").search(clause.reading.work))
        if field is None or unsaid or (percent and field[0] is not heard.subject):
            yield None
        else:
            yield Placed(field[0], compared(field[1], amount, money=field[2]), place, place)


def _sized_by(heard: Heard) -> str:
    """What an amount is, the likeliest of what these records can be compared by."""
    kinds = [name for name, field in AMOUNTS.items() if field[0] in {heard.subject, Subject.ACCOUNTS}]
    kind = max((*kinds, "count", "utilisation", "days"), key=lambda name: heard.marks[f"a_{name}"])
    return kind if heard.marks[f"a_{kind}"] >= _GUESSED else ""


def _dated(heard: Heard, clause: Clause) -> Iterator[Placed | None]:
    """Periods as conditions; None for one that has no place."""
    named = heard.among("w_")
    quiet = heard.says("quiet") and heard.subject is Subject.ACCOUNTS
    if len(clause.reading.periods) > 1 or (quiet and named and named != ("occurred",) and clause.reading.periods):
        yield None  # which of them is said of what is not heard
        return
    for read, place in zip(clause.reading.periods, clause.reading.places("WHEN"), strict=False):
        field = DAYS[named[0]] if named else _usual_day(heard)
        if quiet:
            continue
        subject = heard.subject if field in FIELDS[heard.subject] else Subject.ACCOUNTS
        if field not in FIELDS[subject]:
            yield None
            continue
        for condition in within(field, read.period):
            yield Placed(subject, condition, place, place)


def _usual_day(heard: Heard) -> str:
    """The day that a period is said of where none is heard."""
    moved = heard.subject is Subject.OPPORTUNITIES and heard.says("f_stage_changed")
    return "stage_changed_on" if moved else default_day(heard.subject)


def _usual(heard: Heard, clause: Clause, said: Sequence[Condition]) -> list[Condition]:
    """What goes without saying."""
    fields = {item.field for item in said}
    if heard.subject is Subject.OPPORTUNITIES:
        found = []
        if heard.says("overdue"):
            today = clause.today
            found.append(Condition(field="close_date", operator=Operator.LESS_THAN, values=(today,)))
        told = {"lost_reason", "created"} & set(heard.among("f_")) or heard.says("w_created")
        if "status" not in fields and not told and not mark("all_deals").search(clause.reading.work):
            found.append(OPEN_DEAL)
        return found
    return []


def _related(heard: Heard, clause: Clause) -> Iterator[Related]:
    """Linked records that accounts have or lack."""
    if heard.subject is not Subject.ACCOUNTS:
        return
    if heard.says("with_p1", "with_tickets"):
        yield Related(subject=Subject.TICKETS, conditions=_of_tickets(heard, clause), **_counted(heard, clause))
    if heard.says("with_pipeline"):
        yield Related(subject=Subject.OPPORTUNITIES, conditions=(OPEN_DEAL,))
    elif heard.says("no_pipeline"):
        yield Related(subject=Subject.OPPORTUNITIES, conditions=(OPEN_DEAL,), at_least=0)
    if heard.says("quiet"):
        start = _quiet_since(clause)
        inbound = SAID[Subject.ACTIVITIES]["inbound"] if heard.says("inbound", "f_last_inbound") else ()
        since = Condition(field="occurred_at", operator=Operator.AT_LEAST, values=(start,))
        yield Related(subject=Subject.ACTIVITIES, conditions=(since, *inbound), at_least=0)


def _of_tickets(heard: Heard, clause: Clause) -> tuple[Condition, ...]:
    """What is said of the tickets that accounts have: open ones, of the priorities and topics named."""
    urgent = SAID[Subject.TICKETS]["p1"] if heard.says("with_p1") else ()
    read = [item.condition for item in conditions(clause.reading) if item.subject is Subject.TICKETS]
    return united([OPEN_TICKET, *urgent, *(item for item in read if item.field != "status")])


def _counted(heard: Heard, clause: Clause) -> dict[str, int | None]:
    """How many linked records: as many as is said, else one or more."""
    amounts = [amount for amount, _ in amounts_with_places(clause.reading)]
    if len(amounts) != 1 or _sized_by(heard) != "count":
        return {"at_least": 1}
    least, most = allowed(*counted_range(amounts[0]))
    return {"at_least": least, "at_most": most}


def _quiet_since(clause: Clause) -> date:
    period = clause.period
    if period is None or period.start is None:
        return clause.today - timedelta(days=_QUIET_DAYS)
    if period.start == clause.today and period.end is not None:
        return clause.today - (period.end - clause.today)
    return period.start


def _kind(query: FigureQuery) -> StepKind:
    if query.subject is Subject.ACCOUNTS:
        renewing = any(item.field == "renewal_date" for item in query.conditions)
        return StepKind.RENEWALS if renewing else StepKind.FIGURES if query.account_ids else StepKind.FIND_ACCOUNTS
    opened = query.subject is Subject.OPPORTUNITIES and OPEN_DEAL in query.conditions
    return StepKind.PIPELINE if opened else StepKind.FIGURES


def _measured(heard: Heard, clause: Clause, query: FigureQuery) -> FigureQuery:
    """The query with its measure, group, order and what it shows."""
    fields = [name for mark_name in heard.among("f_") for name in SHOWN[mark_name]]
    numbers = NUMBERS.get(query.subject, frozenset())
    number = next((name for name in fields if name in numbers), default_number(query.subject))
    measure = heard.measure
    if measure in {Measure.SUM, Measure.MEAN} and number not in numbers:
        measure = Measure.COUNT
    group = _group(heard, query.subject)
    if group is None and heard.among("by_"):
        raise ValueError("these records have no such group")
    if measure is Measure.COUNT and group is None and heard.says("a_top", "one") and heard.says("most", "least"):
        measure = Measure.LIST
    if group is not None and measure is Measure.LIST:
        measure = Measure.SUM if {"amount", "arr"} & set(fields) and number in numbers else Measure.COUNT
    changes: dict[str, Any] = {"measure": measure, "group_by": group if measure is not Measure.LIST else None}
    limit = limit_in(clause.reading.work) or _limit(heard, clause)
    if limit:
        changes["limit"] = limit
    if measure in {Measure.SUM, Measure.MEAN}:
        changes["field"] = number
    if measure is Measure.LIST:
        changes |= _listed(heard, query, fields)
    return FigureQuery.model_validate({**dict(query), **changes})


def _limit(heard: Heard, clause: Clause) -> int | None:
    """`las 3 cuentas que peor...`: the only number of the message, where it stands before the records themselves."""
    work = clause.reading.work
    numbers = list(_NUMBER.finditer(work))
    ranked = heard.says("most", "least", "latest", "oldest", "soonest")
    if heard.says("a_top") and ranked and len(numbers) == 1:
        counted = next((noun for noun in nouns(work) if noun.start >= numbers[0].end()), None)
        rows = int(numbers[0].group())
        if counted is not None and counted.subject is heard.subject and 0 < rows <= MOST_ROWS:
            return rows
    return 1 if heard.says("one") and heard.says("most", "least") else None


def _group(heard: Heard, subject: Subject) -> str | None:
    for name in heard.among("by_"):
        for field in GROUPS[name]:
            if field in FIELDS[subject] or field.startswith("account."):
                return field if subject is not Subject.ACCOUNTS else field.removeprefix("account.")
            if field in FIELDS[Subject.ACCOUNTS]:
                return f"account.{field}"
    return None


def _listed(heard: Heard, query: FigureQuery, fields: Sequence[str]) -> dict[str, Any]:
    known = FIELDS[query.subject]
    compared_fields = {item.field for item in query.conditions}
    show = tuple(dict.fromkeys(name for name in fields if name in known and name not in compared_fields))[:8]
    changes: dict[str, Any] = {}
    if query.subject is Subject.CONTACTS:
        changes["show"] = show or ("title", "stance")
    elif query.subject is Subject.ACCOUNTS:
        changes["show"] = show
        changes["metrics"] = tuple(dict.fromkeys(name for name in fields if name in METRICS))[:8]
    elif query.subject is Subject.OPPORTUNITIES and set(show) - {"amount", "stage", "close_date"}:
        changes["show"] = tuple(dict.fromkeys(("amount", *show)))[:8]
    order = _ranked_by(heard, query, fields)
    if order is not None:
        changes["order_by"], changes["descending"] = order, heard.says("most") and not heard.says("least")
        if order in METRICS:
            changes["metrics"] = tuple(dict.fromkeys((*changes.get("metrics", ()), order)))[:8]
    else:
        changes["order_by"], changes["descending"] = _dated_order(heard, query)
    return changes


def _ranked_by(heard: Heard, query: FigureQuery, fields: Sequence[str]) -> str | None:
    if not heard.says("most", "least"):
        return None
    numbers = NUMBERS.get(query.subject, frozenset())
    metrics = METRICS if query.subject is Subject.ACCOUNTS else frozenset()
    named = [RANKED.get(name) or name for name in heard.among("f_")]
    for name in (*named, *fields):
        if name in numbers or name in metrics:
            return name
    return default_number(query.subject)


def _dated_order(heard: Heard, query: FigureQuery) -> tuple[str | None, bool]:
    if not heard.says("latest", "oldest", "soonest"):
        return usual_order(query)
    named = [DAYS[name] for name in heard.among("w_") if DAYS[name] in FIELDS[query.subject]]
    return (named[0] if named else default_day(query.subject)), heard.says("latest")
