"""How many linked records are asked for: `more than 3 open tickets`, `exactly 2`, `fewer than 3`, `none`.

Invariant: a number counts the records whose word comes next after it, and no others.
"""

from copilot.agent.planner.amounts import Amount
from copilot.agent.planner.conditions import Noun
from copilot.agent.planner.cues import cue
from copilot.agent.planner.question import Question, negated
from copilot.agent.planner.reading import Reading
from copilot.domain.figure_queries import Operator, Subject

_BEFORE = 34
"""Characters between a number and the word for the records it counts."""
MOST_COUNTED = 1_000


def amounts_with_places(reading: Reading) -> list[tuple[Amount, int]]:
    """Each comparison with the place of its mark; the two of a range share one."""
    places = reading.places("AMOUNT")
    ranges = sorted({(item.start, item.end) for item in reading.amounts})
    numbered = [(amount, ranges.index((amount.start, amount.end))) for amount in reading.amounts]
    return [(amount, places[position]) for amount, position in numbered if position < len(places)]


def bounds(question: Question, noun: Noun, subject: Subject) -> tuple[int, int | None]:
    """At least and at most so many linked records; 0 and nothing: none."""
    least, most = None, None
    for amount, place in amounts_with_places(question.reading):
        if not _counts(question, amount, place, noun):
            continue
        low, high = counted_range(amount)
        least = low if low is not None else least
        most = high if high is not None else most
    if least is not None or most is not None:
        return allowed(least, most)
    work = question.reading.work
    none = negated(work, noun) or (subject is Subject.ACTIVITIES and cue("facts", "activity", "none").search(work))
    return (0 if none else 1), None


def _counts(question: Question, amount: Amount, place: int, noun: Noun) -> bool:
    if amount.money or not 0 <= amount.value < MOST_COUNTED or not 0 < noun.start - place < _BEFORE:
        return False
    return not any(place < other.start < noun.start for other in (*question.others, question.head))


def counted_range(amount: Amount) -> tuple[int | None, int | None]:
    """The least and the most whole numbers that a comparison allows."""
    whole = int(amount.value)
    match amount.operator:
        case Operator.MORE_THAN:
            return whole + 1, None
        case Operator.AT_LEAST:
            return whole, None
        case Operator.LESS_THAN:
            return None, whole - 1 if whole == amount.value else whole
        case Operator.AT_MOST:
            return None, whole
        case _:
            return whole, whole


def allowed(least: int | None, most: int | None) -> tuple[int, int | None]:
    """As `Related` takes them: at most none is none, at least none is any number, which asks nothing."""
    if most is None:
        return max(1, least or 0), None
    if most < 1:
        return 0, None
    return min(least or 0, most), most
