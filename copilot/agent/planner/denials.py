"""What a message denies: `not P1`, `excluding the renewals`, `menos las de España`.

Invariant: a condition whose words are denied is never stated as it stands: it is turned round, or, where a query cannot
say its opposite, it is marked as denied so that the planner asks back, see `unsaid`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from copilot.agent.planner.cues import mark, mark_before
from copilot.domain.figure_queries import Condition, Operator, Subject

_OPPOSITE = {
    Operator.IS: Operator.IS_NOT, Operator.IS_NOT: Operator.IS,
    Operator.IS_EMPTY: Operator.IS_FILLED, Operator.IS_FILLED: Operator.IS_EMPTY,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Placed:
    """A condition of one kind of record, and where its words stand."""

    subject: Subject
    condition: Condition
    start: int
    end: int
    denied_at: int | None = None
    """Where the words that deny it begin."""
    turned: bool = False
    """Whether the condition is the opposite of its words, because they are denied."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Where kinds of records are spoken of."""

    nouns: tuple[int, ...]
    others: tuple[int, ...]
    """Those of other kinds than the first, and people: they may be lacking, rather than left out of a list."""


def denial_of(work: str, start: int, end: int, *, spoken: Spoken) -> int | None:
    """Where the words begin that deny what stands there; None if nothing does.

    `without P1 tickets`, `without a champion`: it is the tickets and the people that are lacking.
    """
    place = mark_before("denied", work, start)
    if place is not None:
        return place
    place = mark_before("left_aside", work, start)
    if place is None or not mark("lacking").match(work, place):
        return place
    followed = any(noun >= end and mark("between_nouns").fullmatch(work[end:noun]) for noun in spoken.nouns)
    itself = any(start <= noun < end for noun in spoken.others) or mark("having").search(work[:place]) is not None
    return None if followed or itself else place


def denials(work: str) -> Iterator[tuple[int, int]]:
    """Where words stand that deny something: `never mind` and `no sé si` deny nothing of the question."""
    for match in mark("denies").finditer(work):
        if not mark("no_denial").match(work, match.start()):
            yield match.span()


def is_left_aside(work: str, start: int) -> bool:
    """Whether what stands there is left out of the rest (`except P1`), rather than said not to be so (`not P1`)."""
    return mark_before("denied", work, start) is None and mark_before("left_aside", work, start) is not None


def turned_round(placed: Sequence[Placed], work: str, *, spoken: Spoken) -> list[Placed]:
    """The conditions in order, those that are denied as their opposites: `not P1 or P2` denies both."""
    found: list[Placed] = []
    for item in sorted(placed, key=lambda one: (one.start, one.subject, one.condition.field)):
        denied = None
        if item.denied_at is None:
            denied = denial_of(work, item.start, item.end, spoken=spoken)
            denied = _carried(item, found, work) if denied is None else denied
        found.append(item if denied is None else _denied(item, denied))
    return found


def _carried(item: Placed, before: Sequence[Placed], work: str) -> int | None:
    """The denial of the one before it in a list."""
    for other in reversed(before):
        same = (other.subject, other.condition.field) == (item.subject, item.condition.field)
        if same and other.denied_at is not None and mark("listed_on").fullmatch(work[other.end : item.start]):
            return other.denied_at
    return None


def _denied(item: Placed, place: int) -> Placed:
    opposite = _OPPOSITE.get(item.condition.operator)
    if opposite is None:
        return replace(item, denied_at=place)
    condition = item.condition.model_copy(update={"operator": opposite})
    return replace(item, condition=condition, denied_at=place, turned=True)
