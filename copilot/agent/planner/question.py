"""A question about records taken apart: what is asked for, what else is spoken of, under which conditions.

Invariant: the head is the kind of record that is listed, counted or summed; other kinds only restrict it.
"""

from dataclasses import dataclass, field
from datetime import date

from copilot.agent.planner.conditions import Noun, conditions, nouns
from copilot.agent.planner.cues import cue, hits, mark, table
from copilot.agent.planner.denials import Placed
from copilot.agent.planner.fact_words import facts_in
from copilot.agent.planner.reading import Reading
from copilot.domain.figure_queries import Subject

DATES = {
    Subject.OPPORTUNITIES: "close_date", Subject.TICKETS: "opened_at", Subject.SURVEYS: "answered_on",
    Subject.ACTIVITIES: "occurred_at", Subject.CONTACTS: "left_on", Subject.ACCOUNTS: "renewal_date",
}  # fmt: skip
_NUMBER_FIELDS = {
    Subject.OPPORTUNITIES: "amount", Subject.ACCOUNTS: "arr", Subject.SURVEYS: "score",
}  # fmt: skip
_SHOWN = {
    Subject.CONTACTS: ("title", "stance"),
}
_NUMERALS = {
    "two": 2,
    "dos": 2,
    "three": 3,
    "tres": 3,
    "four": 4,
    "cuatro": 4,
    "five": 5,
    "cinco": 5,
    "ten": 10,
    "diez": 10,
}


@dataclass(frozen=True)
class Question:
    """What a message asks of records, taken apart."""

    reading: Reading
    head: Noun
    others: tuple[Noun, ...]
    placed: tuple[Placed, ...]
    account_ids: tuple[str, ...] = ()
    today: date = field(default=date.min)

    @property
    def subject(self) -> Subject:
        """What is listed, counted or summed."""
        return Subject.OPPORTUNITIES if self.renewal_deals else self.head.subject

    @property
    def renewal_deals(self) -> bool:
        """Renewals as opportunities: those that were won or lost, or are called so."""
        return self.head.name == "renewals" and any(
            item.condition.field == "kind"
            and item.subject is Subject.OPPORTUNITIES
            and "renewal" in item.condition.values
            for item in self.placed
        )

    def text(self, start: int, end: int) -> str:
        """A stretch of the flattened message."""
        return self.reading.work[max(0, start) : end]


def take_apart(
    reading: Reading, *, account_ids: tuple[str, ...], today: date, head: Noun | None = None
) -> Question | None:
    """The records a message speaks of and the conditions on them."""
    found = nouns(reading.work) or _implied_noun(reading.work)
    if not found:
        return None
    if head is None and (scores := _scores_asked(reading.work, found)) is not None:
        found = (scores, *found)
        head = scores
    head = head or _head(reading.work, found, bool(account_ids))
    others = tuple(noun for noun in found if noun != head)
    return Question(reading, head, others, conditions(reading), account_ids, today)


def _scores_asked(work: str, found: tuple[Noun, ...]) -> Noun | None:
    """`mean NPS of my accounts`, `promedio de csat de mi cartera`: of answers to surveys, not of accounts."""
    if any(noun.subject is not Subject.ACCOUNTS for noun in found) or not cue("facts", "measure", "mean").search(work):
        return None
    asked = {name for fact in facts_in(work) for name in (*fact.show, *fact.metrics)}
    scores = asked & {"nps_latest", "csat_mean_180d"} and not asked & {"arr", "seats_licensed", "employees"}
    return Noun("surveys", found[0].start, found[0].start, "") if scores else None


def _implied_noun(work: str) -> tuple[Noun, ...]:
    """`ARR by country`, `average NPS`: a figure that is asked of accounts, or of answers to surveys.

    `who have I not spoken to`: accounts, too.
    """
    facts = facts_in(work)
    if cue("facts", "activity", "none").search(work):
        return (Noun("accounts", 0, 0, ""),)
    if not facts:
        return ()
    answered = {"nps_latest", "csat_mean_180d"} & {name for fact in facts for name in fact.metrics}
    return (Noun("surveys" if answered else "accounts", len(work), len(work), ""),)


def _head(work: str, found: tuple[Noun, ...], about_accounts: bool) -> Noun:  # noqa: FBT001 - of the message
    """The first kind of record spoken of, unless it only says whose records the next ones are."""
    first = found[0]
    rest = [noun for noun in found[1:] if noun.subject is not first.subject or noun.name != first.name]
    if first.subject is Subject.ACCOUNTS and rest:
        following = rest[0]
        between = work[first.end : following.start]
        linked = _linked(between) or ranks(work, following) or following.name == "renewals" or first.name == "renewals"
        if about_accounts or not linked:
            return following
    if first.name == "activities" and rest and rest[0].subject is Subject.ACCOUNTS and negated(work, first):
        return rest[0]
    return first


def _linked(between: str) -> bool:
    """Whether `have`, `with`, `sin` and the like stand between two kinds of records."""
    return bool(
        cue("facts", "links", "has").search(between)
        or cue("facts", "links", "negative").search(f"{between} ")
        or mark("linking").search(between)
    )


def ranks(work: str, noun: Noun) -> bool:
    """Whether the noun only says what accounts are ranked by: `with most tickets`, `by number of tickets`."""
    return bool(
        mark("ranked_before").search(
            work[: noun.start],
        )
    )


def negated(work: str, noun: Noun) -> bool:
    """Whether the noun is what is missing."""
    before = work[max(0, noun.start - 24) : noun.start]
    return bool(
        mark("negated_before").search(
            before,
        )
    )


def fields_after(work: str) -> list[tuple[int, str, bool]]:
    """Fields named after `by`, `per`, `por`: place, field, and whether it is an order rather than a group."""
    found: list[tuple[int, str, bool]] = []
    for expression, ordering in ((mark("ordered"), True), (mark("by"), False)):
        for match in expression.finditer(work):
            rest = work[match.end() :]
            for name, lines in table("records")["fields"].items():
                if any(hit.start == 0 for hit in hits(rest, lines)):
                    found.append((match.start(), name, ordering))
    return found


def limit_in(work: str) -> int | None:
    """How many rows a question asks for."""
    match = mark("counted_limit").search(work)
    if match is None:
        return 1 if mark("only_one").search(work) else None
    word = match["one"] or match["two"]
    return max(1, min(50, int(word) if word.isdigit() else _NUMERALS[word]))


def shown_by_default(subject: Subject) -> tuple[str, ...]:
    """What a list shows besides names, where its kind does not say."""
    return _SHOWN.get(subject, ())


def default_number(subject: Subject) -> str | None:
    """The number that is summed or ranked by, where a question names none."""
    return _NUMBER_FIELDS.get(subject)


def default_day(subject: Subject) -> str:
    """The day that latest and oldest go by."""
    return DATES[subject]
