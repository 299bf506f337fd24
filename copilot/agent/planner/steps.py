"""The steps of one clause, once it is known whom it is about.

Invariant: the first reading that fits, in a fixed order, is taken; what fits none becomes a search, never a guess.
"""

import re

from copilot.agent.planner.clause import NEEDS_ACCOUNT, Clause, Planned
from copilot.agent.planner.comparing import compared, comparison
from copilot.agent.planner.conditions import conditions, countries_in, nouns
from copilot.agent.planner.cues import cue, mark
from copilot.agent.planner.fact_words import facts_in
from copilot.agent.planner.facts import account_facts, fact_steps
from copilot.agent.planner.queries import ask
from copilot.agent.planner.question import fields_after
from copilot.agent.planner.reading import Reading
from copilot.agent.planner.topics import event_kinds, topic_of
from copilot.agent.planner.unkept import asks_unkept
from copilot.domain.figure_queries import Subject
from copilot.domain.plans import (
    BriefStep,
    ExplainScoreStep,
    FollowUpStep,
    MeetingStep,
    QueryStep,
    RfpAnswerStep,
    RisksStep,
    SearchStep,
    Step,
    StepKind,
    TimelineStep,
)


def plan_clause(clause: Clause) -> Planned:
    """The steps of a clause; `account` if it lacks one; None if nothing fits."""
    for rule in (
        _rfp,
        compared,
        _drafted,
        _explained,
        _unkept,
        _person,
        _risks,
        _quiet,
        _said,
        _portfolio,
        _timeline,
        _about_account,
        _query,
        _known,
    ):
        found = rule(clause)
        if found is not None:
            return found
    return None


def _one(step: Step) -> tuple[Step, ...]:
    return (step,)


def _account(clause: Clause) -> str | None:
    return clause.subjects.any[0] if clause.subjects.any else None


def _rfp(clause: Clause) -> Planned:
    if not clause.reading.has("rfp_answer"):
        return None
    if clause.subjects.accounts and not re.search(
        r"\brfp|rfi|pliego|cuestionario|questionnaire|licitacion|tender", clause.reading.work
    ):
        return None
    message = clause.reading.message
    quoted = re.search(r"[\"“«']([^\"”»]{12,})[\"”»']", message) or re.search(r":\s*(\S.{8,})$", message, re.S)
    return _one(RfpAnswerStep(question=(quoted[1] if quoted else message).strip()))


def _drafted(clause: Clause) -> Planned:
    reading = clause.reading
    wanted = _draft_kind(reading)
    if wanted is None:
        return None
    account_id = _account(clause)
    if account_id is None:
        return NEEDS_ACCOUNT
    if wanted is StepKind.FOLLOW_UP:
        return _one(FollowUpStep(account_id=account_id, request=reading.message))
    if wanted is StepKind.AFTER_MEETING:
        return _one(MeetingStep(kind=StepKind.AFTER_MEETING, account_id=account_id, request=reading.message))
    return _one(MeetingStep(kind=StepKind.MEETING_PREP, account_id=account_id, request=reading.message))


def _draft_kind(reading: Reading) -> StepKind | None:
    after, before, mail = reading.has("after_meeting"), reading.has("meeting_prep"), reading.has("follow_up")
    if mail and not (before and not mark("mail_words").search(reading.work)):
        return StepKind.FOLLOW_UP
    if before and not re.search(r"\b(?:just|acabo|acabamos|notes|notas|transcript)\b", reading.work):
        return StepKind.MEETING_PREP
    return StepKind.AFTER_MEETING if after else StepKind.MEETING_PREP if before else None


def _explained(clause: Clause) -> Planned:
    if not clause.reading.has("explain_score") or (clause.reading.has("knowledge") and not clause.subjects.any):
        return None
    account_id = _account(clause)
    return NEEDS_ACCOUNT if account_id is None else _one(ExplainScoreStep(account_id=account_id))


def _unkept(clause: Clause) -> Planned:
    """What no record keeps, such as invoices or who somebody's lawyer is: texts tell it, or nothing does."""
    if not asks_unkept(clause.reading):
        return None
    about = clause.subjects.accounts or (clause.subjects.before if clause.reading.has("pronoun") else ())
    return _one(SearchStep(question=clause.reading.message, account_ids=about[:5], period=clause.past_period))


def _person(clause: Clause) -> Planned:
    """How to reach somebody, what their role is."""
    if not clause.subjects.contacts or mark("said").search(clause.reading.work):
        return None
    steps = fact_steps(
        clause.reading, account_ids=clause.subjects.any, contacts=clause.subjects.contacts, today=clause.today
    )
    return steps or None


def _risks(clause: Clause) -> Planned:
    reading, subjects = clause.reading, clause.subjects
    if not reading.has("risks") or mark("said").search(reading.work):
        return None
    if not mark("at_risk").search(reading.work) and reading.has("search"):
        return None
    churned = any(item.condition.values == ("churned",) for item in conditions(reading))
    if churned and not re.search(r"\brisk|riesgo", reading.work):
        return None
    if subjects.accounts:
        return tuple(RisksStep(account_id=account_id) for account_id in subjects.accounts[:4])
    # `risks before the renewal` are those of the account spoken of; `of the renewals`, those of many.
    spoken = {noun.name for noun in nouns(reading.work) if noun.text not in {"renewal", "renovacion"}}
    portfolio = bool(spoken & {"accounts", "renewals"}) or clause.mine
    if subjects.before and not portfolio:
        return _one(RisksStep(account_id=subjects.before[0]))
    return _one(RisksStep(mine=clause.mine))


def _quiet(clause: Clause) -> Planned:
    """`who has not replied since May`: accounts without activity, and no text that says so."""
    reading = clause.reading
    if clause.subjects.any or not cue("facts", "activity", "none").search(reading.work):
        return None
    spoken = {noun.subject for noun in nouns(reading.work)}
    if spoken - {Subject.ACCOUNTS, Subject.ACTIVITIES} or not (spoken or mark("asks_who").search(reading.work)):
        return None
    step = ask(reading, account_ids=(), mine_counts=clause.own, today=clause.today)
    return None if step is None else _one(step)


def _said(clause: Clause) -> Planned:
    """What texts say of accounts or people."""
    reading, subjects = clause.reading, clause.subjects
    if not reading.has("search") or _asks_last_contact(reading):
        return None
    about = subjects.accounts or (subjects.before if not _is_general(clause) else ())
    if not about and (reading.has("knowledge") or not mark("said").search(reading.work)):
        return None
    if (
        not mark("said").search(reading.work)
        and (facts_in(reading.work) or reading.has("timeline"))
        and not mark("in_texts").search(
            reading.work,
        )
    ):
        return None
    return _one(SearchStep(question=reading.message, account_ids=about[:5], period=clause.period))


def _asks_last_contact(reading: Reading) -> bool:
    """`when did we last speak`: a date that is known, not something that was said."""
    last = any("last_activity" in fact.metrics for fact in facts_in(reading.work))
    return last and mark("last_time").search(reading.work) is not None


def _is_general(clause: Clause) -> bool:
    """Whether a question is about what we sell and how we work, whatever was spoken of before."""
    work = clause.reading.work
    return (
        clause.reading.has("knowledge") and not clause.reading.has("pronoun") and not re.search(r"\bACCT|PERSON", work)
    )


def _portfolio(clause: Clause) -> Planned:
    """A question over accounts that names none."""
    if clause.subjects.accounts or not _ranges_over_accounts(clause):
        return None
    step = ask(clause.reading, account_ids=(), mine_counts=clause.own, today=clause.today)
    if step is not None and _lists_emails(step):
        return NEEDS_ACCOUNT
    return None if step is None else _one(step)


def _lists_emails(step: QueryStep) -> bool:
    """Emails of no account in particular: they are texts, of which the records know few or none."""
    query = step.query
    kinds = [item.values for item in query.conditions if item.field == "kind"]
    return query.subject is Subject.ACTIVITIES and not query.account_ids and kinds == [("email",)]


def _ranges_over_accounts(clause: Clause) -> bool:
    reading = clause.reading
    found = nouns(reading.work)
    if not found:
        return _asks_figure_of_all(clause)
    spoken = {noun.name for noun in found}
    if reading.has("knowledge") and not _asks_of_records(clause, spoken):
        return False
    if clause.subjects.before and not clause.mine and reading.has("pronoun") and "accounts" not in spoken:
        return False
    if spoken == {"contacts"} or spoken == {"activities"} or spoken == {"surveys"}:
        return bool(
            clause.mine or _is_counted(reading) or countries_in(reading) or reading.periods or reading.amounts
        ) and not (clause.subjects.before and not clause.mine and len(reading.work.split()) < 6)
    if clause.subjects.before and not clause.mine and not (spoken & {"accounts", "renewals", "pipeline"}):
        return bool(countries_in(reading)) or (len(reading.work.split()) > 6 and not reading.has("follow"))
    return True


def _asks_of_records(clause: Clause, spoken: set[str]) -> bool:
    """Whether words that also open a question about our ways ask for records: `do we have any renewals in March`."""
    reading = clause.reading
    told = [item for item in conditions(reading) if item.condition.field in {"score", "stance", "priority", "status"}]
    return bool(
        clause.mine
        or countries_in(reading)
        or reading.amounts
        or reading.periods
        or any(cue("facts", "measure", name).search(reading.work) for name in ("count", "sum", "mean"))
        or (mark("asks_what_we_have").search(reading.work) and spoken & {"renewals", "pipeline", "opportunities"})
        or (told and mark("asks_what_we_have").search(reading.work))
        or (spoken & {"surveys", "contacts"} and any(item.condition.field in {"score", "stance"} for item in told))
    )


def _asks_figure_of_all(clause: Clause) -> bool:
    """`ARR by country`, `average NPS`: no kind of record is named, but a figure over all of them."""
    reading = clause.reading
    over_all = bool(
        clause.mine
        or countries_in(reading)
        or fields_after(reading.work)
        or any(cue("facts", "measure", name).search(reading.work) for name in ("sum", "mean"))
    )
    return over_all and bool(facts_in(reading.work)) and not reading.has("pronoun") and not reading.has("knowledge")


def _is_counted(reading: Reading) -> bool:
    return any(cue("facts", "measure", name).search(reading.work) for name in ("count", "sum", "mean")) or bool(
        mark("counted_words").search(
            reading.work,
        )
    )


def _timeline(clause: Clause) -> Planned:
    reading = clause.reading
    if not reading.has("timeline") or cue("facts", "measure", "count").search(reading.work):
        return None
    if any("last_activity" in fact.metrics for fact in facts_in(reading.work)) and not re.search(
        r"happen|pasado|paso|novedad|news", reading.work
    ):
        return None
    account_id = _account(clause)
    if account_id is None:
        return NEEDS_ACCOUNT if not reading.has("knowledge") else None
    ids = clause.subjects.accounts or (account_id,)
    kinds = event_kinds(reading)
    return tuple(
        TimelineStep(account_id=one, period=clause.past_period, topic=topic_of(reading), kinds=kinds) for one in ids[:4]
    )


def _about_account(clause: Clause) -> Planned:
    """A brief or facts of accounts that are named, or spoken of."""
    reading, subjects = clause.reading, clause.subjects
    if not subjects.any:
        return NEEDS_ACCOUNT if reading.has("brief") and not nouns(reading.work) and not _names_topic(reading) else None
    if not subjects.accounts and _is_general(clause):
        return None
    facts = fact_steps(reading, account_ids=subjects.any, contacts=(), today=clause.today)
    if reading.has("brief") and (not facts or _is_brief(reading)):
        briefs: tuple[Step, ...] = tuple(BriefStep(account_id=account_id) for account_id in subjects.any[:3])
        return (*briefs, *facts)[:4] if facts and re.search(r"\b(?:and|y|plus|with|con|e)\b", reading.work) else briefs
    if facts and cue("facts", "people", "decides").search(reading.work):
        # Nobody's record says who decides: texts may, and the people with their titles stand beside them.
        said: tuple[Step, ...] = (SearchStep(question=reading.message, account_ids=subjects.any[:5]),)
        return (*said, *facts)[:4]
    if facts:
        return facts
    return tuple(BriefStep(account_id=one) for one in subjects.accounts[:4]) if _is_bare(reading) else None


def _names_topic(reading: Reading) -> bool:
    """`tell me about SCIM`: a brief of something that is no account."""
    return bool(
        mark("about_a_topic").search(
            reading.work,
        )
    )


def _is_brief(reading: Reading) -> bool:
    match = cue("intents", "wants", "brief").search(reading.work)
    if match is None:
        return False
    if match.group().endswith("ACCT") and not re.match(r"'s \w", reading.work[match.end() :]):
        return True
    return bool(mark("brief_of").match(reading.work[match.end() :].lstrip()))


def _is_bare(reading: Reading) -> bool:
    """Only a name, and words that say nothing."""
    rest = mark("says_nothing").sub(
        "",
        reading.work,
    )
    return not rest


def _query(clause: Clause) -> Planned:
    """Records by query, where nothing more telling was found."""
    if clause.reading.has("knowledge") and not clause.subjects.any:
        return None
    step = ask(clause.reading, account_ids=clause.subjects.any, mine_counts=clause.own, today=clause.today)
    if step is None and clause.subjects.accounts and (facts := facts_in(clause.reading.work)):
        step = account_facts(facts, account_ids=clause.subjects.accounts)
    if step is not None and _lists_emails(step):
        return NEEDS_ACCOUNT
    return None if step is None else _one(step)


def _known(clause: Clause) -> Planned:
    """Texts: of the accounts named, else our shared knowledge."""
    reading, subjects = clause.reading, clause.subjects
    if subjects.accounts:
        return _one(SearchStep(question=reading.message, account_ids=subjects.accounts[:5], period=clause.period))
    if reading.has("knowledge") and not reading.has("pronoun"):
        return _one(SearchStep(question=reading.message))
    return None


def query_of(clause: Clause, *, compare: bool) -> tuple[Step, ...]:
    """Records by query, where that is known to be wanted."""
    ids = clause.subjects.accounts
    if compare:
        return (comparison(clause.reading, ids),) if len(ids) > 1 else ()
    found = (_person(clause) or _about_account(clause)) if ids else None
    steps = found if isinstance(found, tuple) else None
    if steps and all(isinstance(step, QueryStep) for step in steps):
        return steps
    step = ask(clause.reading, account_ids=ids, mine_counts=clause.own, today=clause.today)
    return () if step is None else (step,)
