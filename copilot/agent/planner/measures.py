"""Whether records are listed, counted, summed or averaged, by what they are grouped, ordered and cut off.

Invariant: what comes out is a valid query; where nothing is said, a list in the order that its kind of record is
usually read in.
"""

import re
from typing import Any

from copilot.agent.planner.conditions import nouns
from copilot.agent.planner.cues import cue, mark
from copilot.agent.planner.fact_words import Fact, facts_in
from copilot.agent.planner.question import (
    Question,
    default_day,
    default_number,
    fields_after,
    limit_in,
    shown_by_default,
)
from copilot.domain.figure_queries import FIELDS, NUMBERS, FigureQuery, Measure, Subject

_RANK_METRICS = (
    (r"tickets?|incidencias?|casos|cases", "tickets_open"),
    (r"p1s?", "tickets_open_p1"),
    (r"pipeline|funnel|embudo|oportunidades|opportunities|deals", "open_pipeline"),
    (r"usage|use|uso|usuarios activos|active users", "active_users_recent"),
    (r"seat utili[sz]ation|utilizacion", "seat_utilisation_pct"),
    (r"nps", "nps_latest"),
    (r"csat|satisfac\w+", "csat_mean_180d"),
)


def measured(question: Question, query: FigureQuery) -> FigureQuery:
    """The query with its measure, field, group, order and limit."""
    changes: dict[str, Any] = {"measure": _measure(question, query)}
    _group(question, query, changes)
    if changes["measure"] in {Measure.SUM, Measure.MEAN}:
        changes["field"] = _number(question, query.subject)
        if changes["field"] is None:
            changes["measure"], changes["field"] = Measure.COUNT, None
    if changes["measure"] is Measure.LIST:
        _list(question, query, changes)
    elif "group_by" in changes:
        changes["limit"] = limit_in(question.reading.work) or query.limit
    return FigureQuery.model_validate({**dict(query), **changes})


def _measure(question: Question, query: FigureQuery) -> Measure:
    work = question.reading.work
    if cue("facts", "measure", "mean").search(work) and (
        _number(question, query.subject) is not None and not re.search(r"\bmedian[oa]s? empresa|mid", work)
    ):
        return Measure.MEAN
    if counted_and_summed(work) and default_number(query.subject) is not None and question.head.name != "surveys":
        return Measure.LIST  # a list says how many there are and what their money adds up to
    if cue("facts", "measure", "count").search(work) and not re.search(
        r"how many (?:seats|licen\w+|employees|users)|cuant[oa]s (?:licencias|puestos|emplead\w+|usuarios)"
        r"|\b(?:in|by|por|en) (?:the )?(?:number|numero|cantidad) (?:of|de) ",
        work,
    ):
        return Measure.COUNT
    if re.search(r"how many (?:seats|licen\w+|employees)|cuant[oa]s (?:licencias|puestos|emplead\w+)", work):
        return Measure.SUM
    if cue("facts", "measure", "sum").search(work) and default_number(query.subject) is not None:
        return Measure.LIST if query.subject is Subject.SURVEYS else Measure.SUM
    return Measure.LIST


def counted_and_summed(work: str) -> bool:
    """`how many are there, and what do they add up to`: of the same records, not of others or of one account."""
    match = mark("counted_and_summed").search(work)
    if match is None:
        return False
    spoken = nouns(work)
    first = {noun.subject for noun in spoken if noun.start < match.end()}
    others = {noun.subject for noun in spoken if noun.start >= match.end()} - first
    return not others and "ACCT" not in work[match.end() :]


def _number(question: Question, subject: Subject) -> str | None:
    return number_of(question.reading.work, subject)


def number_of(work: str, subject: Subject) -> str | None:
    """The number field that is summed or averaged."""
    numbers = NUMBERS.get(subject, frozenset())
    if subject is Subject.ACCOUNTS and any(
        {"nps_latest", "csat_mean_180d"} & {*fact.metrics} for fact in facts_in(work)
    ):
        return None  # not of accounts: the mean of their answers, see `take_apart`
    named = [name for fact in facts_in(work) for name in fact.show if name in numbers]
    if subject is Subject.OPPORTUNITIES and "probab" in work:
        return "probability"
    return named[0] if named else default_number(subject)


def _group(question: Question, query: FigureQuery, changes: dict[str, Any]) -> None:
    work = question.reading.work
    if mark("rep_asked").search(work) and not question.account_ids:
        _group_by_owner(query, changes)
        return
    for _, name, ordering in fields_after(work):
        field = _group_field(query.subject, name)
        if ordering or field is None:
            continue
        if name == "name" and changes["measure"] is Measure.LIST and query.subject is Subject.ACCOUNTS:
            continue
        changes["group_by"] = field
        if changes["measure"] is Measure.LIST:
            summed = question.head.name == "pipeline" or mark("how_much").search(work) or re.search(r"\barr\b", work)
            changes["measure"] = Measure.SUM if summed and default_number(query.subject) else Measure.COUNT
        return


def _group_by_owner(query: FigureQuery, changes: dict[str, Any]) -> None:
    """`who has most pipeline`: per person, summed where there is something to sum."""
    changes["group_by"] = _group_field(query.subject, "owner_email")
    if changes["measure"] is Measure.LIST:
        changes["measure"] = Measure.SUM if default_number(query.subject) else Measure.COUNT


def _group_field(subject: Subject, name: str) -> str | None:
    if name == "name" and subject is not Subject.ACCOUNTS:
        return "account.name"
    if name in FIELDS[subject]:
        return name
    return f"account.{name}" if name in FIELDS[Subject.ACCOUNTS] and subject is not Subject.ACCOUNTS else None


def _list(question: Question, query: FigureQuery, changes: dict[str, Any]) -> None:
    work = question.reading.work
    limit = limit_in(work)
    if limit is not None:
        changes["limit"] = limit
    facts = [fact for fact in facts_in(work) if query.subject is Subject.ACCOUNTS]
    changes["show"] = _shown(query, facts, work)
    if query.subject is Subject.ACCOUNTS:
        changes["metrics"] = tuple(dict.fromkeys(name for fact in facts for name in fact.metrics if _is_wanted(fact)))[
            :8
        ]
    changes["order_by"], changes["descending"] = _order(question, query, limit=limit)
    if query.subject is Subject.ACCOUNTS and changes["order_by"] and changes["order_by"] not in FIELDS[query.subject]:
        changes["metrics"] = tuple(dict.fromkeys((*changes["metrics"], changes["order_by"])))[:8]
    if query.subject is Subject.ACCOUNTS and cue("facts", "order", "low_use").search(work):
        changes["metrics"] = (
            "active_users_recent",
            "active_users_prior",
            "active_users_change_pct",
            "seat_utilisation_pct",
        )


def _is_wanted(fact: Fact) -> bool:
    """Renewal questions show the date; the days to it are the reader's business only of one account."""
    return fact.show != ("renewal_date",)


def _shown_of_deals(query: FigureQuery, work: str) -> tuple[str, ...]:
    """Why lost ones were lost; since when those have stood still that nobody has moved."""
    fields = {item.field for item in query.conditions}
    lost = any(item.field == "status" and "lost" in item.values for item in query.conditions)
    if "lost_reason" in fields or (lost and mark("lost_why").search(work)):
        return ("amount", "close_date", "lost_reason")
    still = mark("still").search(work) and "stage_changed_on" in fields
    return ("amount", "stage", "stage_changed_on") if still else ()


def _shown(query: FigureQuery, facts: list[Fact], work: str) -> tuple[str, ...]:
    if query.subject is Subject.OPPORTUNITIES:
        return _shown_of_deals(query, work)
    if query.subject is not Subject.ACCOUNTS:
        return shown_by_default(query.subject)
    named = {item.field for item in query.conditions}
    return tuple(dict.fromkeys(name for fact in facts for name in fact.show if name not in named))[:8]


def _order(question: Question, query: FigureQuery, *, limit: int | None) -> tuple[str | None, bool]:
    """What a list is ordered by, and whether the largest come first."""
    work, subject = question.reading.work, query.subject
    most, least = cue("facts", "order", "most").search(work), cue("facts", "order", "least").search(work)
    if subject is Subject.ACCOUNTS and cue("facts", "order", "low_use").search(work):
        dropping = re.search(r"drop|fall|fell|declin|decreas|caid|bajad|cae|descen|reduc|going down|baja(?:n)? ", work)
        return ("active_users_change_pct" if dropping else "seat_utilisation_pct"), False
    for _, name, ordering in fields_after(work):
        if ordering and name in FIELDS[subject]:
            return name, False
    if most or least or (limit and not _is_dated(work)):
        named = _ranked_by(question, subject)
        if named is not None:
            return named, not least
    if cue("facts", "order", "oldest").search(work):
        return default_day(subject), False
    return usual_order(query)


def _is_dated(work: str) -> bool:
    return any(cue("facts", "order", name).search(work) for name in ("latest", "oldest", "soonest"))


def _ranked_by(question: Question, subject: Subject) -> str | None:
    work = question.reading.work
    if subject is Subject.ACCOUNTS:
        numbers = [name for fact in facts_in(work) for name in (*fact.show, *fact.metrics) if name in NUMBERS[subject]]
        if numbers:
            return numbers[0]
        for words, metric in _RANK_METRICS:
            if re.search(rf"\b(?:{words})\b", work) and not (metric == "tickets_open" and query_has_tickets(question)):
                return metric
    return default_number(subject) or (
        default_day(subject) if subject in {Subject.TICKETS, Subject.ACTIVITIES} else None
    )


def query_has_tickets(question: Question) -> bool:
    """Whether tickets are a condition on accounts, rather than what they are ranked by."""
    return bool(
        re.search(r"(?:with|have|con|tienen) (?:open |critical |p1 )*tickets", question.reading.work)
    ) and not re.search(r"(?:most|mas) (?:\w+ )?(?:tickets|incidencias)", question.reading.work)


def usual_order(query: FigureQuery) -> tuple[str | None, bool]:
    """What a list is ordered by where nothing is said, and whether the largest come first."""
    subject = query.subject
    if subject is Subject.OPPORTUNITIES:
        closing = any(item.field == "close_date" for item in query.conditions)
        return ("close_date", False) if closing else ("amount", True)
    if subject is Subject.ACCOUNTS:
        return (
            ("renewal_date", False)
            if any(item.field == "renewal_date" for item in query.conditions)
            else ("name", False)
        )
    if subject is Subject.CONTACTS:
        return "name", False
    return default_day(subject), True
