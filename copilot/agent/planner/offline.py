"""The deterministic planner: the same words in the same conversation always give the same plan.

Invariant: it reads the user's words, the conversation's earlier plans and names the viewer may see, and nothing else.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from copilot.agent.planner.answers import picked, picked_day
from copilot.agent.planner.clause import NEEDS_ACCOUNT, WANTS, Clause
from copilot.agent.planner.conditions import nouns
from copilot.agent.planner.context import next_context, records_query
from copilot.agent.planner.cues import cue, mark
from copilot.agent.planner.directory import Directory
from copilot.agent.planner.fact_words import facts_in
from copilot.agent.planner.follow import followed_up
from copilot.agent.planner.impossible import impossible_day
from copilot.agent.planner.learnt.choice import (
    asks_of_denial,
    is_at_a_loss,
    looks_back,
    names_another,
    takes_over,
)
from copilot.agent.planner.learnt.heard import Heard, hear
from copilot.agent.planner.learnt.plan import heard_plan
from copilot.agent.planner.legible import LONGEST_READ, legible
from copilot.agent.planner.measures import counted_and_summed
from copilot.agent.planner.reading import Reading, language_of, read
from copilot.agent.planner.refusals import refusal_for
from copilot.agent.planner.steps import plan_clause
from copilot.agent.planner.subjects import Subjects, leans_back, points_at_several, says, subjects_of, which_account
from copilot.agent.planner.unread import (
    asks_to_say,
    is_told_in_texts,
    loose_name,
    narrowed_risks,
    unanswerable,
    unread_question,
)
from copilot.agent.planner.unsaid import left_out
from copilot.domain.access import Viewer
from copilot.domain.figure_queries import OUT_OF_RANGE
from copilot.domain.folding import flat
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.domain.periods import Period
from copilot.domain.plans import (
    MOST_STEPS,
    AskedAbout,
    Candidate,
    Clarification,
    CompareStep,
    Plan,
    PlanningContext,
    QueryStep,
    Refusal,
    RefusalReason,
    RisksStep,
    SearchStep,
    Step,
)

_OFFERED = 5


@dataclass(frozen=True)
class _Turn:
    """What planning one message depends on."""

    context: PlanningContext
    directory: Directory
    viewer: Viewer
    today: date
    language: Language
    chosen: tuple[str, ...] = ()
    day: date | None = None
    ahead: bool | None = None
    """Whether a month without a year is to come; None: as the words tell."""


class OfflinePlanner:
    """Plans by rules, in Spanish and English."""

    def plan(
        self, message: str, *, context: PlanningContext, directory: Directory, viewer: Viewer, today: date
    ) -> Plan:
        """What to read for `message`; or what to ask; or why not."""
        beyond = mark("too_long_number").search(flat(" ".join(message[:LONGEST_READ].split())))
        message = legible(message)
        preferred = Language.ES if viewer.language == Language.ES.value else Language.EN
        language = language_of(message, before=context.language, preferred=preferred)
        if beyond:  # nothing is compared with such a number, and it is left out of what is read
            text = says(language, OUT_OF_RANGE)
            return Plan(language=language, refusal=Refusal(reason=RefusalReason.HELP, text=text))
        turn = _Turn(context, directory, viewer, today, language)
        if context.clarification is not None:
            candidate = picked(message, context.clarification)
            if candidate is not None:
                turn = replace(turn, chosen=(candidate.id,), day=picked_day(candidate))
                turn = replace(turn, language=context.language or language)
                return _planned(context.clarification.message, turn)
            if _names_only(message, turn):
                return _planned(f"{context.clarification.message} {message}", turn)
        return _planned(message, turn)


def _planned(message: str, turn: _Turn) -> Plan:
    """What the rules make of the message; what is heard in it where they are at a loss or hear it amiss."""
    message = message[polite.end() :] if (polite := mark("polite").match(flat(message))) else message
    reading = _read(message, turn)
    heard = hear(reading) if re.search(r"\w", message) else None
    if heard is None:
        return _by_rules(reading, turn)
    if looks_back(heard, turn.context):
        turn = replace(turn, ahead=False)
        reading = _read(message, turn)
    ruled = _by_rules(reading, turn)
    return _as_heard(reading, heard, ruled, turn) or ruled


def _as_heard(reading: Reading, heard: Heard, ruled: Plan, turn: _Turn) -> Plan | None:
    """The plan of what is heard; None if the rules are to be followed."""
    reading = _with_day(reading, turn)
    subjects = subjects_of(reading, context=turn.context, directory=turn.directory, chosen=turn.chosen)
    clause = Clause(reading, subjects, turn.viewer, turn.today)
    if subjects.asked is not None or _which_day(reading, turn) or _no_figure(reading):
        return None
    asked = ruled.clarification is not None and ruled.clarification.about is AskedAbout.ACCOUNT
    lost = not ruled.steps or (is_at_a_loss(ruled, reading) and not subjects.any)
    if lost and not asked and heard.asks_of_one and names_another(heard, clause, turn.directory):
        return _unknown(turn)
    if not takes_over(heard, ruled, clause, context=turn.context, directory=turn.directory):
        return None
    found = heard_plan(heard, clause, turn.context)
    if found is None:
        return None
    if isinstance(found, Refusal):
        return Plan(language=turn.language, refusal=found)
    if isinstance(found, str):
        return None if asks_of_denial(ruled, reading) else _account_asked(reading, turn)
    return _as_plan(tuple(found[:MOST_STEPS]), reading, turn)


def _names_only(message: str, turn: _Turn) -> bool:
    """Whether the answer to a question back is just a name."""
    reading = _read(message, turn)
    return bool(reading.accounts or reading.people) and len(re.sub(r"ACCT|PERSON", "", reading.work).split()) <= 3


def _read(message: str, turn: _Turn) -> Reading:
    return read(message, directory=turn.directory, today=turn.today, language=turn.language, ahead=turn.ahead)


def _by_rules(reading: Reading, turn: _Turn) -> Plan:
    if not re.search(r"\w", reading.message):
        return Plan(
            language=turn.language, refusal=Refusal(reason=RefusalReason.HELP, text=says(turn.language, "empty"))
        )
    refusal = refusal_for(reading, turn.viewer)
    if refusal is not None and records_query(turn.context.steps) and mark("drops").search(reading.work):
        # Off the list, or out of the CRM: after a list the words mean the one or the other.
        return Plan(language=turn.language, clarification=asks_to_say(reading, "drops"))
    if refusal is not None:
        return Plan(language=turn.language, refusal=refusal)
    clauses = _clauses(reading)
    if len(clauses) > MOST_STEPS:
        return Plan(
            language=turn.language, refusal=Refusal(reason=RefusalReason.HELP, text=says(turn.language, "too_many"))
        )
    if len(clauses) > 1:
        together = _all_planned(clauses, turn)
        if together is not None:
            return together
    return _one_planned(reading, turn, alone=True) or _searched(reading, turn)


def _clauses(reading: Reading) -> list[str]:
    """The message cut where another question or request begins; the pieces keep the user's own spelling."""
    shown, pieces, start = reading.message, [], 0
    if counted_and_summed(reading.work):
        return [shown]  # one list tells both
    for match in mark("clauses").finditer(flat(shown)):
        pieces.append(shown[start : match.start()])
        start = match.end()
    pieces.append(shown[start:])
    return [piece for piece in pieces if re.search(r"\w", piece)]


def _all_planned(clauses: Sequence[str], turn: _Turn) -> Plan | None:
    """The steps of all clauses; None if some clause is no question of its own."""
    steps: list[Step] = []
    context = turn.context
    for number, clause in enumerate(clauses):
        reading = _read(clause, turn)
        if not _stands_alone(reading):
            return None
        plan = _one_planned(reading, replace(turn, context=context), alone=number == 0, follows=number > 0)
        if plan is None:
            return None
        if not plan.steps:
            return _of_whole(plan, clauses)
        steps += [step for step in plan.steps if step not in steps]
        context = next_context(plan, context)
    return Plan(language=turn.language, steps=tuple(steps[:MOST_STEPS])) if steps else None


def _of_whole(plan: Plan, clauses: Sequence[str]) -> Plan | None:
    """A question back about one clause waits with the whole message."""
    if plan.clarification is None:
        return plan
    return None if len(clauses) > 1 else plan


def _stands_alone(reading: Reading) -> bool:
    return bool(
        nouns(reading.work)
        or facts_in(reading.work)
        or any(reading.has(name) for name in (*WANTS, "knowledge"))
        or cue("facts", "people", "decides").search(reading.work)
        or cue("facts", "people", "list").search(reading.work)
    )


def _one_planned(reading: Reading, turn: _Turn, *, alone: bool, follows: bool = False) -> Plan | None:
    """The plan of one clause; None if nothing in it was understood."""
    subjects = subjects_of(reading, context=turn.context, directory=turn.directory, chosen=turn.chosen)
    if subjects.asked is not None:
        return Plan(language=turn.language, clarification=subjects.asked)
    if subjects.unknown or loose_name(reading, turn.directory):
        return _unknown(turn)
    reading = _with_day(reading, turn)
    asked = _which_day(reading, turn) or _no_figure(reading)
    if asked is not None:
        return Plan(language=turn.language, clarification=asked)
    steps = followed_up(Clause(reading, subjects, turn.viewer, turn.today), turn.context) if alone else None
    if isinstance(steps, str):
        return Plan(language=turn.language, clarification=asks_to_say(reading, steps))
    if steps is None:
        subjects = subjects if follows or _may_lean(reading, turn.context) else replace(subjects, before=())
        planned = plan_clause(Clause(reading, subjects, turn.viewer, turn.today))
        if planned == NEEDS_ACCOUNT:
            return _account_asked(reading, turn)
        steps = planned if isinstance(planned, tuple) else None
        asked = _not_understood(reading, steps, turn.context)
        if asked is not None and subjects.accounts and is_told_in_texts(reading):
            return _searched(reading, turn)
        if asked is not None:
            return Plan(language=turn.language, clarification=asked)
    return _as_plan(tuple(steps[:MOST_STEPS]), reading, turn) if steps else None


def _unknown(turn: _Turn) -> Plan:
    refusal = Refusal(reason=RefusalReason.UNKNOWN_ACCOUNT, text=says(turn.language, "unknown_account"))
    return Plan(language=turn.language, refusal=refusal)


def _as_plan(steps: tuple[Step, ...], reading: Reading, turn: _Turn) -> Plan:
    """The steps as a plan; a question back where their figures leave a part of the message out."""
    queries = [step.query for step in steps if isinstance(step, QueryStep | CompareStep)]
    accounts = turn.directory.accounts([account_id for query in queries for account_id in query.account_ids])
    asked = left_out(reading, steps, names={account.id: account.name for account in accounts})
    if asked is not None:
        return Plan(language=turn.language, clarification=asked)
    return Plan(language=turn.language, steps=steps)


def _no_figure(reading: Reading) -> Clarification | None:
    """What to say where a figure is asked that no query gives."""
    return None if reading.has("rfp_answer") else unanswerable(reading)


def _not_understood(reading: Reading, steps: Sequence[Step] | None, context: PlanningContext) -> Clarification | None:
    """Asks back where a part of the question would be dropped from the figures."""
    if not steps:
        return None
    if any(isinstance(step, RisksStep) and step.account_id is None for step in steps):
        of_a_list = records_query(context.steps) is not None and points_at_several(reading)
        return asks_to_say(reading, "risks") if of_a_list else narrowed_risks(reading)
    return unread_question(reading) if all(isinstance(step, QueryStep) for step in steps) else None


def _may_lean(reading: Reading, context: PlanningContext) -> bool:
    """Whether accounts spoken of before may be meant: the message points back, or leaves out whom it is about."""
    return bool(context.account_ids) and (leans_back(reading) or not reading.accounts)


def _account_asked(reading: Reading, turn: _Turn) -> Plan:
    """Asks whose record is meant, offering a few."""
    before = turn.directory.accounts(turn.context.account_ids)
    offered = before or turn.directory.some_accounts(limit=_OFFERED)
    return Plan(language=turn.language, clarification=which_account(reading, offered))


def _with_day(reading: Reading, turn: _Turn) -> Reading:
    """The reading with the day that was chosen, where figures fitted two."""
    if turn.day is None:
        return reading
    day = Period(start=turn.day, end=turn.day, words=turn.day.isoformat())
    periods = tuple(replace(item, period=day, other=None) if item.other else item for item in reading.periods)
    return replace(reading, periods=periods)


def _which_day(reading: Reading, turn: _Turn) -> Clarification | None:
    """Asks which day `03/04` is, and which is meant by a day that does not exist."""
    if (impossible := impossible_day(reading.message)) is not None:
        question = says(turn.language, "ask_impossible").format(day=impossible)
        return Clarification(about=AskedAbout.READING, question=question, message=reading.message)
    unclear = next((item for item in reading.periods if item.other is not None), None)
    if unclear is None or unclear.other is None:
        return None
    days = [item.start for item in (unclear.period, unclear.other) if item.start is not None]
    words = Formatter(turn.language)
    candidates = tuple(Candidate(id=day.isoformat(), label=words.day(day)) for day in days)
    return Clarification(
        about=AskedAbout.PERIOD,
        question=says(turn.language, "ask_period"),
        candidates=candidates,
        message=reading.message,
    )


def _searched(reading: Reading, turn: _Turn) -> Plan:
    """What was not understood is looked up: in the texts of the accounts spoken of, else in our knowledge."""
    subjects: Subjects = subjects_of(reading, context=turn.context, directory=turn.directory, chosen=turn.chosen)
    ids = subjects.any if leans_back(reading) or subjects.accounts else ()
    if not ids and mark("said_to_us").search(reading.work) and not reading.has("knowledge"):
        return _account_asked(reading, turn)
    period = reading.periods[0].period if reading.periods else None
    step = SearchStep(question=reading.message, account_ids=ids[:5], period=period)
    return Plan(language=turn.language, steps=(step,))
