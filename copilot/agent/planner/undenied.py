"""Denials of a message that its figures do not hold.

Invariant: what is denied (`excluding Kestrel`, `que no sean mías`) stands in the figures as a denial, or the planner
asks back: figures without it would answer the opposite question.
"""

import re
from collections.abc import Iterator, Sequence

from copilot.agent.planner.conditions import conditions, nouns
from copilot.agent.planner.cues import cue, mark, mark_before
from copilot.agent.planner.denials import denials, is_left_aside
from copilot.agent.planner.question import negated
from copilot.agent.planner.reading import Reading
from copilot.domain.figure_queries import Condition, FigureQuery, Operator, Related

_NEGATIVE = frozenset({Operator.IS_NOT, Operator.IS_EMPTY})
_LOST = frozenset({"lost", "churned", "detractor"})
_ENDED = frozenset({"left_on", "do_not_contact"})
_LACKING = 24
"""Characters before a kind of record in which it is denied, see `question.negated`."""
_Stretch = tuple[int, int]


def undenied(reading: Reading, queries: Sequence[FigureQuery]) -> Iterator[_Stretch]:
    """The stretches of the message whose denial is not part of the figures."""
    yield from _conditions_left(reading, queries)
    yield from _of_two_scopes(reading)
    work, said = reading.work, [*_said(reading, queries)]
    heard = _is_denied_in_other_words(reading, queries)
    for start, end in denials(work):
        if any(first <= start < last for first, last in said):
            continue
        following = mark("denied_words").match(work, end)
        last = following.end() if following else end
        # Whom it is not about, no figures can say.
        if not heard or re.search(r"ACCT|PERSON", work[end:last]):
            yield start - _letters_before(work, start), last


def _letters_before(work: str, place: int) -> int:
    """Of the word that ends there: `aren't` is denied by its end."""
    match = re.search(r"\w*$", work[:place])
    return len(match.group()) if match else 0


def is_none(related: Related) -> bool:
    """Whether accounts without any such record are asked for."""
    return related.at_least == 0 and related.at_most is None


def _stated(queries: Sequence[FigureQuery]) -> Iterator[Condition]:
    for query in queries:
        yield from (*query.conditions, *query.of_account)
        for related in query.related:
            yield from related.conditions


def _conditions_left(reading: Reading, queries: Sequence[FigureQuery]) -> Iterator[_Stretch]:
    """`not in negotiation`: what a text contains can be asked, not what it lacks."""
    stated = [*_stated(queries)]
    denied = [item for item in conditions(reading) if item.denied_at is not None]
    for item in denied:
        same = [other for other in denied if other.start == item.start]
        turned = any(other.turned and _holds(stated, other.condition) for other in same)
        kept = any(not other.turned and other.condition in stated for other in same)
        if item.denied_at is not None and (kept or not turned):
            yield item.denied_at - _letters_before(reading.work, item.denied_at), item.end


def _of_two_scopes(reading: Reading) -> Iterator[_Stretch]:
    """`excluding customers in Spain`: all of Spain but its customers, or all but those customers?"""
    work, placed = reading.work, conditions(reading)
    for item in placed:
        if item.denied_at is None or item.condition.field == "country" or not is_left_aside(work, item.start):
            continue
        pause = re.compile(r"[,;:.]|\b(?:but|pero)\b").search(work, item.end)
        end = pause.start() if pause else len(work)
        narrower = [other for other in placed if item.end <= other.start < end and other.denied_at is None]
        if narrower:
            yield item.denied_at, narrower[0].end


def _holds(stated: Sequence[Condition], wanted: Condition) -> bool:
    """Whether it is stated, alone or united with others on its field; P2 says `not P1` too."""
    same = [item for item in stated if item.field == wanted.field]
    others = [item for item in same if item.operator is Operator.IS and not set(wanted.values) & set(item.values)]
    stated_so = any(item.operator is wanted.operator and set(wanted.values) <= set(item.values) for item in same)
    return stated_so or (wanted.operator is Operator.IS_NOT and bool(others))


def _is_denied_in_other_words(reading: Reading, queries: Sequence[FigureQuery]) -> bool:
    """Whether the figures deny what no words that the rules read deny: it was heard."""
    read = [item.condition for item in conditions(reading)]
    return any(_is_negative(item) and not _holds(read, item) for item in _stated(queries))


def _is_negative(item: Condition) -> bool:
    if item.field == "status" and "closed" in item.values:
        return False  # what is open is so by other words as well
    return item.operator in _NEGATIVE or item.field in _ENDED or bool(_LOST & {str(value) for value in item.values})


def _said(reading: Reading, queries: Sequence[FigureQuery]) -> Iterator[_Stretch]:
    """The stretches whose denials are read, here or where days and amounts are."""
    work = reading.work
    for item in conditions(reading):
        yield item.start if item.denied_at is None else item.denied_at, item.end
    lacking = {related.subject for query in queries for related in query.related if is_none(related)}
    for noun in nouns(work):
        if noun.subject in lacking and negated(work, noun):
            yield max(0, noun.start - _LACKING), noun.end
    for name, words in (("WHEN", "denied_day"), ("AMOUNT", "denied_amount")):
        for place in reading.places(name):
            denial = mark_before(words, work, place)
            yield place if denial is None else denial, place
    quiet, least = cue("facts", "activity", "none"), cue("facts", "order", "least")
    for pattern in (quiet, least, mark("still")):
        yield from (match.span() for match in pattern.finditer(work))
