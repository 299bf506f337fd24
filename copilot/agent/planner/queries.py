"""Questions about figures -> typed queries: which records, which conditions, counted, summed or listed.

Invariant: a query is built from the words, periods and amounts that were read, and validates; money of accounts is
their recurring revenue, money of opportunities their amount.
"""

import re
from datetime import date, timedelta

from copilot.agent.planner.amounts import Amount
from copilot.agent.planner.computed import compared_at, computed_in
from copilot.agent.planner.conditions import Noun, compared, from_day, owned_by, united, within
from copilot.agent.planner.counted import amounts_with_places, bounds
from copilot.agent.planner.cues import cue, mark
from copilot.agent.planner.denials import Placed
from copilot.agent.planner.measures import measured
from copilot.agent.planner.question import DATES, Question, negated, ranks, take_apart
from copilot.agent.planner.reading import Reading
from copilot.domain.figure_queries import Condition, FigureQuery, Operator, Related, Subject
from copilot.domain.periods import Period
from copilot.domain.plans import QueryStep, StepKind

QUIET_DAYS = 30
"""Without activity for so long, where a question names no period."""
_BEFORE = 34
_TELLING = frozenset({"stage", "kind", "product_name", "next_step"})
"""Fields of opportunities that ask for accounts with such an opportunity."""


def ask(
    reading: Reading, *, account_ids: tuple[str, ...], mine_counts: bool, today: date, head: Noun | None = None
) -> QueryStep | None:
    """The query that a message asks for, of `head` if given; None if it speaks of no records."""
    question = take_apart(reading, account_ids=account_ids, today=today, head=head)
    return None if question is None else step_for(question, mine_counts=mine_counts)


def step_for(question: Question, *, mine_counts: bool) -> QueryStep:
    """The query of a question that was taken apart."""
    own, of_account, related = _sorted_conditions(question)
    query = FigureQuery(
        subject=question.subject,
        account_ids=question.account_ids,
        mine=mine_counts
        and bool(mark("mine").search(question.reading.work))
        and not mark("team").search(question.reading.work),
        conditions=united(own),
        of_account=united(of_account),
        computed=computed_in(question.reading, question.subject),
        related=related,
    )
    return QueryStep(kind=_kind(question, query), query=measured(question, query))


def _kind(question: Question, query: FigureQuery) -> StepKind:
    name = question.head.name
    renewing = name == "renewals" or any(item.field == "renewal_date" for item in query.conditions)
    if question.subject is Subject.ACCOUNTS:
        return StepKind.RENEWALS if renewing else StepKind.FIND_ACCOUNTS
    open_ones = any(item.field == "status" and item.values == ("open",) for item in query.conditions)
    if question.subject is Subject.OPPORTUNITIES and (open_ones or name == "pipeline"):
        return StepKind.PIPELINE
    return StepKind.FIGURES


def _sorted_conditions(question: Question) -> tuple[list[Condition], list[Condition], tuple[Related, ...]]:
    """Conditions of the records themselves, of their accounts, and of linked records."""
    subject = question.subject
    linked = _linked_subjects(question)
    pools: dict[Subject, list[Condition]] = {subject: [], Subject.ACCOUNTS: [], **{name: [] for name in linked}}
    for item in _belonging(question, set(pools)):
        if item.condition not in pools[item.subject]:
            pools[item.subject].append(item.condition)
    for item in _timed(question, linked) + _sized(question, linked):
        pools.setdefault(item.subject, []).append(item.condition)
    _defaults(question, pools, linked)
    pools[Subject.ACCOUNTS] += [] if question.account_ids else owned_by(question.reading)
    related = tuple(_related(question, name, noun, pools[name]) for name, noun in linked.items())
    own = pools.pop(subject)
    of_account = pools[Subject.ACCOUNTS] if subject is not Subject.ACCOUNTS else []
    return own, of_account, related[:4]


def _related(question: Question, subject: Subject, noun: Noun, items: list[Condition]) -> Related:
    least, most = bounds(question, noun, subject)
    return Related(subject=subject, conditions=united(items), at_least=least, at_most=most)


def _linked_subjects(question: Question) -> dict[Subject, Noun]:
    """Other kinds of records that the accounts must have, or must lack."""
    if question.subject is not Subject.ACCOUNTS:
        return {}
    work = question.reading.work
    found: dict[Subject, Noun] = {}
    quiet = cue("facts", "activity", "none").search(work)
    for noun in question.others:
        if noun.subject is Subject.ACCOUNTS or noun.subject in found or ranks(work, noun):
            continue
        if noun.name == "pipeline" and not negated(work, noun):
            continue
        if noun.subject is Subject.CONTACTS and quiet and quiet.start() <= noun.start < quiet.end():
            continue
        if noun.text == "people" and work[: noun.start].endswith("AMOUNT "):
            continue
        found[noun.subject] = noun
    for item in question.placed:
        if item.subject is Subject.OPPORTUNITIES and item.condition.field in _TELLING:
            found.setdefault(Subject.OPPORTUNITIES, Noun("opportunities", item.start, item.end, ""))
    if quiet and not {Subject.TICKETS, Subject.CONTACTS, Subject.OPPORTUNITIES, Subject.SURVEYS} & {*found}:
        found[Subject.ACTIVITIES] = Noun("activities", quiet.start(), quiet.end(), quiet.group())
    return found


def _belonging(question: Question, present: set[Subject]) -> list[Placed]:
    """Each condition with the records it is said of: `open` of tickets here, of opportunities there."""
    places = {
        noun.subject if noun is not question.head else question.subject: noun
        for noun in (*question.others, question.head)
    }
    kept: list[Placed] = []
    for item in question.placed:
        rivals = [other for other in question.placed if (other.start, other.end) == (item.start, item.end)]
        rivals = [other for other in rivals if other.subject in present]
        if item.subject not in present or (item.subject is Subject.ACTIVITIES and _is_noun_only(question, item)):
            continue
        if (
            item.subject is Subject.CONTACTS
            and item.condition.field == "left_on"
            and question.subject is not Subject.CONTACTS
        ):
            continue
        if item.subject is Subject.TICKETS and mark("opened_then").match(question.reading.work, item.start):
            continue
        nearest = min(rivals, key=lambda other: _distance(item, places.get(other.subject)))
        if nearest.subject is item.subject:
            kept.append(item)
    return kept


def _is_noun_only(question: Question, item: Placed) -> bool:
    """`calls` beside `emails and calls`: two kinds are no condition on one."""
    kinds = [
        other for other in question.placed if other.subject is Subject.ACTIVITIES and other.condition.field == "kind"
    ]
    return item.condition.field == "kind" and len({other.condition.values for other in kinds}) > 1


def _distance(item: Placed, noun: Noun | None) -> int:
    """How far a condition stands from its noun; a noun that follows is nearer."""
    if noun is None:
        return 10_000
    return noun.start - item.end if noun.start >= item.end else 2 * max(0, item.start - noun.end) + 1


def _timed(question: Question, linked: dict[Subject, Noun]) -> list[Placed]:
    """Periods as conditions on the day that they are said of."""
    found: list[Placed] = []
    for read, place in zip(question.reading.periods, question.reading.places("WHEN"), strict=False):
        if is_still(question):
            found.append(Placed(Subject.OPPORTUNITIES, _unmoved(read.period, question.today), place, place + 4))
            continue
        subject, name = _day_field(question, place, linked)
        aged = mark("age").match(read.period.words)
        if aged and name == "close_date":
            name = "created_on"
        if aged and name == "opened_at" and (aged["open"] or mark("opened_then").search(question.reading.work)):
            still = Condition(field="status", operator=Operator.IS_NOT, values=("closed",))
            found.append(Placed(subject, still, place, place + 4))
        quiet = subject is Subject.ACTIVITIES and bool(linked)
        period = _looking_back(read.period, question.today) if quiet else read.period
        if name == "renewal_date" and question.head.name == "accounts" and _is_past(period, question.today):
            name = "customer_since" if not mark("renewing").search(question.reading.work) else name
        found += [Placed(subject, condition, place, place + 4) for condition in within(name, period)]
    return found


def _unmoved(period: Period, today: date) -> Condition:
    """`not touched in 30 days`: the stage last changed before those days began."""
    start = _looking_back(period, today).start or period.end or today - timedelta(days=QUIET_DAYS)
    return Condition(field="stage_changed_on", operator=Operator.LESS_THAN, values=(start,))


def _is_past(period: Period, today: date) -> bool:
    """Whether it began before today and is not expected to go on."""
    if period.start is None:
        return period.end is not None and period.end < today
    return period.start < today and (period.end is None or period.end <= today)


def _looking_back(period: Period, today: date) -> Period:
    """`not contacted in 90 days` are the days behind us."""
    if period.start is not None and period.start < today and re.search(r"\bago$|^(?:desde )?hace\b", period.words):
        return period.model_copy(update={"end": today})
    if period.start != today or period.end is None or period.end <= today:
        return period
    return period.model_copy(update={"start": today - (period.end - today), "end": today})


def is_still(question: Question) -> bool:
    """Whether opportunities are wanted that nobody has moved on: their stage has not changed for a while."""
    return question.subject is Subject.OPPORTUNITIES and mark("still").search(question.reading.work) is not None


def _day_field(question: Question, place: int, linked: dict[Subject, Noun]) -> tuple[Subject, str]:
    """The records and the day of theirs that a period is said of."""
    before = question.text(place - _BEFORE, place)
    renewing = mark("renewing").search(before) is not None
    subject = question.subject if question.subject is not Subject.ACCOUNTS else _dated_subject(question, place, linked)
    others = {noun.name for noun in question.others}
    if subject is not Subject.ACCOUNTS and renewing and "renewals" in others and not question.renewal_deals:
        return Subject.ACCOUNTS, "renewal_date"
    if subject is Subject.OPPORTUNITIES:
        if mark("stage_moved").search(before):
            return subject, "stage_changed_on"
        return subject, "created_on" if mark("created").search(before) else "close_date"
    if subject is Subject.TICKETS:
        return subject, "closed_at" if mark("resolved").search(before) else "opened_at"
    if subject is not Subject.ACCOUNTS:
        return subject, DATES[subject]
    if any(item.condition.values == ("churned",) for item in question.placed):
        return subject, "churned_on"
    after = question.text(place, place + _BEFORE)
    renewing = renewing or question.head.name == "renewals" or mark("renewing").search(after) is not None
    joined = mark("joined").search(question.reading.work) is not None
    return subject, "customer_since" if joined and not renewing else "renewal_date"


def _dated_subject(question: Question, place: int, linked: dict[Subject, Noun]) -> Subject:
    """Of accounts with linked records: whichever was spoken of last before the period."""
    near = [noun for noun in linked.values() if noun.start < place]
    if not near:
        return Subject.ACCOUNTS
    last = max(near, key=lambda noun: noun.start)
    after_head = question.head.name == "renewals" or last.start > question.head.start
    renewing = mark("renewing").search(question.text(last.end, place))
    return last.subject if after_head and not renewing else Subject.ACCOUNTS


def _sized(question: Question, linked: dict[Subject, Noun]) -> list[Placed]:
    """Amounts as conditions on the number that they are said of."""
    found: list[Placed] = []
    for amount, place in amounts_with_places(question.reading):
        if compared_at(question.reading, amount, place) is not None:
            continue
        placed = _number_field(question, amount, place, linked)
        if placed is not None:
            subject, name, money = placed
            found.append(Placed(subject, compared(name, amount, money=money), place, place + 6))
    return found


def _number_field(
    question: Question, amount: Amount, place: int, linked: dict[Subject, Noun]
) -> tuple[Subject, str, bool] | None:
    """The field that a number compares, whether it is money; None for a number of linked records."""
    before, after = question.text(place - _BEFORE, place), question.text(place + 6, place + 6 + _BEFORE)
    subject = question.subject
    if (
        re.match(r"\s*(?:\w+\s+){0,3}(?:employees|empleados|trabajadores|people|personas)\b", after)
        or "employees" in before
        or "emplead" in before
    ):
        return Subject.ACCOUNTS, "employees", False
    if re.match(r"\s*(?:\w+\s+)?(?:seats?|licen\w+|puestos|users|usuarios)\b", after) or re.search(
        r"(?:seats|licencias) \w*\s*$", before
    ):
        return Subject.ACCOUNTS, "seats_licensed", False
    if mark("other_share").search(before):
        return None
    if amount.percent or re.match(r"\s*(?:%|percent|por ciento)", after) or re.search(r"probab\w+", before):
        return (Subject.OPPORTUNITIES, "probability", False) if subject is Subject.OPPORTUNITIES else None
    if re.search(r"\b(?:nps|csat|ces|scores?|nota|puntuacion|rating)\b", before) or subject is Subject.SURVEYS:
        return Subject.SURVEYS, "score", False
    if re.search(r"\b(?:revenue|turnover|facturacion|ingresos)\b", before + after) and "recur" not in before + after:
        return Subject.ACCOUNTS, "annual_revenue", True
    if not amount.may_be_money and any(noun.start > place for noun in linked.values()):
        return None
    if re.search(r"\barr\b", before + after):
        return Subject.ACCOUNTS, "arr", True
    near = [noun for noun in linked.values() if noun.subject is Subject.OPPORTUNITIES and noun.start < place]
    if subject is Subject.OPPORTUNITIES or near:
        return Subject.OPPORTUNITIES, "amount", True
    return (Subject.ACCOUNTS, "arr", True) if amount.may_be_money else None


def _defaults(question: Question, pools: dict[Subject, list[Condition]], linked: dict[Subject, Noun]) -> None:
    """What goes without saying: open opportunities, renewals that are still to come, a quiet month."""
    fields = {name: {item.field for item in items} for name, items in pools.items()}
    work = question.reading.work
    if question.renewal_deals and "kind" not in fields[Subject.OPPORTUNITIES]:
        pools[Subject.OPPORTUNITIES].append(Condition(field="kind", operator=Operator.IS, values=("renewal",)))
    if Subject.OPPORTUNITIES in pools and "status" not in fields[Subject.OPPORTUNITIES]:
        status = _implied_status(question)
        if status:
            pools[Subject.OPPORTUNITIES].append(Condition(field="status", operator=Operator.IS, values=(status,)))
    if is_still(question) and "stage_changed_on" not in {item.field for item in pools[Subject.OPPORTUNITIES]}:
        day = question.today - timedelta(days=QUIET_DAYS)
        pools[Subject.OPPORTUNITIES].append(
            Condition(field="stage_changed_on", operator=Operator.LESS_THAN, values=(day,))
        )
    undated = "renewal_date" not in fields[Subject.ACCOUNTS] and not question.account_ids
    if question.head.name == "renewals" and not question.renewal_deals and undated:
        pools[Subject.ACCOUNTS].append(from_day("renewal_date", question.today))
    quiet = Subject.ACTIVITIES in linked and cue("facts", "activity", "none").search(work)
    if quiet and "occurred_at" not in {item.field for item in pools[Subject.ACTIVITIES]}:
        pools[Subject.ACTIVITIES].append(from_day("occurred_at", question.today - timedelta(days=QUIET_DAYS)))
    if quiet and cue("facts", "activity", "inbound").search(work):
        pools[Subject.ACTIVITIES].append(Condition(field="direction", operator=Operator.IS, values=("inbound",)))


def _implied_status(question: Question) -> str | None:
    work = question.reading.work
    bought = any(item.condition.field == "product_name" for item in question.placed)
    if bought and question.subject is Subject.ACCOUNTS:
        return "won"
    if mark("all_deals").search(
        work,
    ):
        return None
    if mark("closed").search(work):
        return "won"
    if re.search(r"\bcreated|cread[oa]s|\b(?:lost_reason|loss reasons?|motivos? de perdida)", work):
        return None
    return "open"
