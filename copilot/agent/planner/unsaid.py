"""What a plan leaves out of the message: a number, a denial, one side of an alternative.

Invariant: figures are given only if every number of the question and everything it denies stands in the plan; else
the planner asks back, saying what it understood and what it cannot ask. Figures without it would answer another
question, and denied days answered as days the opposite one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from copilot.agent.planner.amounts import Amount
from copilot.agent.planner.conditions import conditions, nouns
from copilot.agent.planner.counted import amounts_with_places
from copilot.agent.planner.cues import mark, mark_before, table
from copilot.agent.planner.question import limit_in
from copilot.agent.planner.reading import Reading
from copilot.agent.planner.undenied import is_none, undenied
from copilot.agent.planner.words import plan_in_words
from copilot.domain.figure_queries import MONEY, FigureQuery, Operator
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.domain.plans import AskedAbout, Clarification, CompareStep, Plan, QueryStep, Step

_MARK = re.compile(r"ACCT|PERSON|WHEN|AMOUNT")
_LONGEST_QUOTED = 60
"""Characters of the message that are quoted at most."""


def left_out(reading: Reading, steps: Sequence[Step], *, names: Mapping[str, str]) -> Clarification | None:
    """Asks back where the figures of `steps` are not those of the whole message; None if they are."""
    queries = [step.query for step in steps if isinstance(step, QueryStep | CompareStep)]
    if not queries:
        return None
    missing = next(_missing(reading, queries), None)
    if missing is None:
        return None
    reason, start, end = missing
    shown = Plan(language=reading.language, steps=tuple(steps))
    texts = table("unanswerable")["words"]
    text = str(texts[f"{reason}_{reading.language.value}"]).format(
        missing=_quoted(reading, start, end), understood="; ".join(plan_in_words(shown, names=names))
    )
    return Clarification(about=AskedAbout.READING, question=text, message=reading.message)


_Missing = tuple[str, int, int]
"""The key of what is said, and the stretch of the message it is said of."""


def _missing(reading: Reading, queries: Sequence[FigureQuery]) -> Iterator[_Missing]:
    work = reading.work
    if sides := mark("either_amount").search(work):
        yield "sides", sides.start(), sides.end()
    yield from _denied_days(reading, queries)
    for amount, place in amounts_with_places(reading):
        denial = mark_before("denied_amount", work, place)
        if denial is not None and not amount.denied:
            yield "dropped", denial, place + len("AMOUNT")
        used = any(_uses(query, amount) for query in queries)
        if not used or _counts_what_is_not_counted(reading, amount, place, queries):
            yield "dropped", place, _next_word(work, place + len("AMOUNT"))
    yield from (("dropped", start, end) for start, end in undenied(reading, queries))
    yield from _stray_numbers(reading, queries)


def _denied_days(reading: Reading, queries: Sequence[FigureQuery]) -> Iterator[_Missing]:
    """`not closing this quarter`: a query can only ask for days within a stretch."""
    lacking = any(is_none(item) for query in queries for item in query.related)
    still = mark("still").search(reading.work) is not None
    for place in reading.places("WHEN"):
        denial = mark_before("denied_day", reading.work, place)
        if denial is not None and not still and not lacking:
            yield "days", denial, place + len("WHEN")


def _uses(query: FigureQuery, amount: Amount) -> bool:
    """Whether the number stands in the query: compared, as a count, or as how many are shown."""
    everywhere = [*query.conditions, *query.of_account, *query.computed]
    everywhere += [item for related in query.related for item in related.conditions]
    if any(
        amount.value in {value, -value} for item in everywhere for value in item.values if isinstance(value, Decimal)
    ):
        return True
    edges = {amount.value}
    edges |= {amount.value + 1} if amount.operator is Operator.MORE_THAN else set()
    edges |= {amount.value - 1} if amount.operator is Operator.LESS_THAN else set()
    counts = {count for item in query.related for count in (item.at_least, item.at_most) if count is not None}
    return not amount.money and bool(edges & counts)


def _counts_what_is_not_counted(reading: Reading, amount: Amount, place: int, queries: Sequence[FigureQuery]) -> bool:
    """`deals with more than 3 calls`: only of accounts can the linked records be counted."""
    end = place + len("AMOUNT")
    noun = next((item for item in nouns(reading.work) if item.start > place), None)
    if noun is None or amount.money or mark("between_count").fullmatch(reading.work[end : noun.start]) is None:
        return False
    return any(
        item.field in MONEY and amount.value in item.values
        for query in queries
        for item in (*query.conditions, *query.of_account)
    )


def _stray_numbers(reading: Reading, queries: Sequence[FigureQuery]) -> Iterator[_Missing]:
    """Numbers that were read as nothing, and comparisons with a number in words that was not read."""
    taken = [(item.start, item.end) for item in conditions(reading)]
    taken += [(item.start, item.end) for item in nouns(reading.work)]
    taken += [match.span() for name in ("days_before", "days_after") for match in mark(name).finditer(reading.work)]
    limit = limit_in(reading.work)
    for match in mark("bare_number").finditer(reading.work):
        inside = any(start <= match.start() < end for start, end in taken)
        limits = {limit, *(query.limit for query in queries if query.order_by)}
        shown = match.group().isdigit() and int(match.group()) in limits
        listed = any(match.group() in str(value) for query in queries for value in _texts(query))
        if not (inside or shown or listed):
            yield "dropped", match.start(), _next_word(reading.work, match.end())
    if worded := mark("number_in_words").search(reading.work):
        yield "dropped", worded.start(), worded.end()


def _texts(query: FigureQuery) -> Iterator[object]:
    for item in (*query.conditions, *query.of_account):
        yield from item.values


def _next_word(work: str, end: int) -> int:
    match = re.compile(r"\s*(?:%|[^\W\d_]+)").match(work, end)
    return match.end() if match else end


def _quoted(reading: Reading, start: int, end: int) -> str:
    """The stretch of the message in its own words; marks are written out again."""
    words = Formatter(reading.language)
    periods = {place: item.period.words for item, place in zip(reading.periods, reading.places("WHEN"), strict=False)}
    numbers: dict[int, list[str]] = {}
    for amount, place in amounts_with_places(reading):
        numbers.setdefault(place, []).append(words.number(amount.value))
    names = {
        place: item.accounts[0].name
        for item, place in zip(reading.accounts, reading.places("ACCT"), strict=False)
        if len(item.accounts) == 1
    }

    def written(match: re.Match[str]) -> str:
        place = start + match.start()
        return periods.get(place) or names.get(place) or "–".join(numbers.get(place, ["…"]))

    text = " ".join(_MARK.sub(written, reading.shown[start:end]).split())[:_LONGEST_QUOTED].strip()
    return f"«{text}»" if reading.language is Language.ES else f"“{text}”"
