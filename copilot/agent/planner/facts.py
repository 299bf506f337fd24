"""Single facts of accounts: renewal date, recurring revenue, seats, use, who decides.

Invariant: a fact is a field or a computed figure that exists; of overlapping words the longer ones count.
"""

from datetime import date

from copilot.agent.planner.conditions import conditions, nouns
from copilot.agent.planner.cues import cue, mark
from copilot.agent.planner.fact_words import Fact, facts_in
from copilot.agent.planner.queries import ask
from copilot.agent.planner.reading import Reading
from copilot.domain.figure_queries import Condition, FigureQuery, Operator, Subject
from copilot.domain.mentions import NamedContact
from copilot.domain.plans import QueryStep, StepKind

_DEAL_FIELDS = (
    ("deal_stage", "stage"), ("deal_next", "next_step"), ("deal_odds", "probability"), ("deal_close", "close_date"),
)  # fmt: skip
_LISTED = ("tickets", "opportunities", "pipeline", "surveys")


def fact_steps(
    reading: Reading, *, account_ids: tuple[str, ...], contacts: tuple[NamedContact, ...], today: date
) -> tuple[QueryStep, ...]:
    """What a question about certain accounts asks of their records; empty if it names nothing of the kind."""
    steps: list[QueryStep] = []
    people = people_step(reading, account_ids=account_ids, contacts=contacts)
    records = _records_step(reading, account_ids=account_ids, today=today)
    owned = _products_step(reading, account_ids=account_ids)
    if owned is not None:
        return (owned,)
    deals = deal_step(reading, account_ids=account_ids)
    if deals is not None:
        return (deals,)
    facts = () if people is not None and contacts else facts_in(_without_records(reading.work, records))
    if facts:
        steps.append(account_facts(facts, account_ids=account_ids))
    steps += [step for step in (people, *records) if step is not None]
    return tuple(steps[:4])


def _products_step(reading: Reading, *, account_ids: tuple[str, ...]) -> QueryStep | None:
    """What an account has bought: the products of the opportunities that were won."""
    placed = [item.condition for item in conditions(reading) if item.condition.field == "product_name"]
    asked = mark("products_owned").search(reading.work) or (placed and mark("has_product").search(reading.work))
    if not asked or "opportunities" in _names(reading) or "pipeline" in _names(reading):
        return None
    won = Condition(field="status", operator=Operator.IS, values=("won",))
    query = FigureQuery(
        subject=Subject.OPPORTUNITIES,
        account_ids=account_ids,
        show=("product_name", "close_date"),
        conditions=(won, *placed),
        order_by="close_date",
        descending=True,
    )
    return QueryStep(kind=StepKind.FIGURES, query=query)


def deal_step(reading: Reading, *, account_ids: tuple[str, ...]) -> QueryStep | None:
    """Where the open opportunities of an account stand: stage, next step, odds, expected close."""
    show = tuple(name for cue_name, name in _DEAL_FIELDS if mark(cue_name).search(reading.work))
    if not show or cue("intents", "wants", "after_meeting").search(reading.work):
        return None
    placed = [item.condition for item in conditions(reading) if item.condition.field in {"kind", "product_name"}]
    if not placed and "renewals" in _names(reading):
        placed = [Condition(field="kind", operator=Operator.IS, values=("renewal",))]
    query = FigureQuery(
        subject=Subject.OPPORTUNITIES,
        account_ids=account_ids,
        show=show,
        conditions=(Condition(field="status", operator=Operator.IS, values=("open",)), *placed),
        order_by="close_date",
    )
    return QueryStep(kind=StepKind.PIPELINE, query=query)


def account_facts(facts: tuple[Fact, ...], *, account_ids: tuple[str, ...]) -> QueryStep:
    """One list of the accounts with the facts."""
    query = FigureQuery(
        subject=Subject.ACCOUNTS,
        account_ids=account_ids,
        show=tuple(dict.fromkeys(name for fact in facts for name in fact.show))[:8],
        metrics=tuple(dict.fromkeys(name for fact in facts for name in fact.metrics))[:8],
    )
    return QueryStep(kind=StepKind.FIGURES, query=query)


def people_step(
    reading: Reading, *, account_ids: tuple[str, ...], contacts: tuple[NamedContact, ...]
) -> QueryStep | None:
    """Who somebody is, who decides, how to reach them."""
    asked = {name for name in ("decides", "list", "reach", "role") if cue("facts", "people", name).search(reading.work)}
    placed = [item.condition for item in conditions(reading) if item.subject is Subject.CONTACTS]
    placed = [item for item in placed if item.field != "left_on" or asked or "contacts" in _names(reading)]
    if contacts:
        if not asked & {"reach", "role"}:
            return None
        placed = [Condition(field="name", operator=Operator.CONTAINS, values=tuple(item.name for item in contacts))]
    elif not (asked & {"decides", "list"} or placed):
        return None
    shown = ("email", "phone", "title") if "reach" in asked else ("title", "stance")
    query = FigureQuery(
        subject=Subject.CONTACTS, account_ids=account_ids, show=shown, conditions=tuple(placed), order_by="name"
    )
    return QueryStep(kind=StepKind.FIGURES, query=query)


def _names(reading: Reading) -> set[str]:
    return {noun.name for noun in nouns(reading.work)}


def _records_step(reading: Reading, *, account_ids: tuple[str, ...], today: date) -> tuple[QueryStep, ...]:
    """Lists and counts of the accounts' tickets, opportunities, answers to surveys, activities."""
    found = [noun for noun in nouns(reading.work) if noun.name in (*_LISTED, "activities")]
    counted = cue("facts", "measure", "count").search(reading.work) is not None
    found = [noun for noun in found if noun.name != "activities" or counted]
    steps: dict[Subject, QueryStep] = {}
    for noun in found:
        step = ask(reading, account_ids=account_ids, mine_counts=False, today=today, head=noun)
        if step is not None and noun.subject not in steps:
            steps[noun.subject] = step
    return tuple(steps.values())


def _without_records(work: str, records: tuple[QueryStep, ...]) -> str:
    """The words without those of the records that are listed anyway (`NPS responses` asks for no latest NPS)."""
    if not records:
        return work
    taken = [noun for noun in nouns(work) if noun.name in (*_LISTED, "activities")]
    return "".join(
        " " if any(noun.start <= place < noun.end for noun in taken) else character
        for place, character in enumerate(work)
    )
