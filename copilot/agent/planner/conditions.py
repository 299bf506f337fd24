"""Conditions on records, read from the words of a question.

Invariant: a condition comes from words that stand in the message, on a field that its kind of record has; words that
lie within longer ones are read once.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale

from copilot.agent.planner.amounts import Amount
from copilot.agent.planner.cues import Hit, hits, longest, mark, mark_before, table
from copilot.agent.planner.denials import Placed, Spoken, denial_of, turned_round
from copilot.agent.planner.reading import Reading
from copilot.domain.figure_queries import Condition, Operator, Subject, Value
from copilot.domain.folding import fold
from copilot.domain.language import Language
from copilot.domain.periods import Period

_NO_COUNTRY = frozenset({"jersey", "chad", "jordan", "togo", "guinea", "niger", "man", "us", "it", "mali", "oman"})
_NEAR_SECTOR = 28
_UNITED = frozenset({Operator.IS, Operator.IS_NOT})
_Stated = tuple[Hit, tuple[Subject, Condition]]


@dataclass(frozen=True, slots=True)
class Noun:
    """What kind of record is spoken of, and where. `name` may also be `renewals` or `pipeline`."""

    name: str
    start: int
    end: int
    text: str

    @property
    def subject(self) -> Subject:
        """The kind of record."""
        return {"renewals": Subject.ACCOUNTS, "pipeline": Subject.OPPORTUNITIES}.get(self.name) or Subject(self.name)


def nouns(work: str) -> tuple[Noun, ...]:
    """Kinds of records that a message speaks of, in order; the longer words win."""
    aside = _left_aside(work)
    return tuple(noun for noun in _all_nouns(work) if noun not in aside)


def _left_aside(work: str) -> tuple[Noun, ...]:
    """`deals excluding renewals`: a kind of deals that is not wanted, rather than records of their own."""
    found = _all_nouns(work)
    return tuple(noun for noun in found if _is_left_aside(work, noun, found))


def _is_left_aside(work: str, noun: Noun, found: Sequence[Noun]) -> bool:
    if noun.name != "renewals" or any(one.subject is not Subject.OPPORTUNITIES for one in found if one != noun):
        return False
    return denial_of(work, noun.start, noun.end, spoken=_spoken([one for one in found if one != noun])) is not None


def _spoken(found: Sequence[Noun]) -> Spoken:
    people = (one for one in found[:1] if one.subject is Subject.CONTACTS)
    others = (*people, *(one for one in found if one.subject is not found[0].subject))
    return Spoken(tuple(one.start for one in found), tuple(one.start for one in others))


def _all_nouns(work: str) -> tuple[Noun, ...]:
    found = [(hit, name) for name, lines in table("records")["nouns"].items() for hit in hits(work, lines)]
    kept: list[Noun] = []
    for hit, name in longest(found):
        if not kept or hit.start >= kept[-1].end:
            kept.append(Noun(name, hit.start, hit.end, hit.text))
    return tuple(kept)


def conditions(reading: Reading) -> tuple[Placed, ...]:
    """Every condition that the words of the message state, in order."""
    work = reading.work
    stated = _stated_by(reading.today)
    found = [(hit, (subject, condition)) for words, subject, condition in stated for hit in hits(work, words)]
    aside = _left_aside(work)
    placed = [Placed(subject, condition, hit.start, hit.end) for hit, (subject, condition) in _longest_of_each(found)]
    placed += [*_products(reading), *_countries(reading), *_sectors(work), *_ticket_topics(work), *_rivals(reading)]
    renewal = Condition(field="kind", operator=Operator.IS, values=("renewal",))
    placed += [Placed(Subject.OPPORTUNITIES, renewal, noun.start, noun.end) for noun in aside]
    return tuple(turned_round(placed, work, spoken=_spoken(nouns(work))))


@lru_cache(maxsize=8)
def _stated_by(today: date) -> tuple[tuple[str, Subject, Condition], ...]:
    """Words with what they state, of everything that can be stated on a day."""
    stated = []
    for entry in table("records")["condition"]:
        values = tuple(today if value == "today" else value for value in entry["values"])
        condition = Condition(field=entry["field"], operator=Operator(entry.get("operator", "is")), values=values)
        stated.append((entry["words"], Subject(entry["subject"]), condition))
    return tuple(stated)


def _longest_of_each(found: list[_Stated]) -> Iterator[_Stated]:
    """On one field of one kind of record, longer words take the place of those within them."""
    groups: dict[tuple[Subject, str], list[_Stated]] = {}
    for hit, (subject, condition) in found:
        groups.setdefault((subject, condition.field), []).append((hit, (subject, condition)))
    for group in groups.values():
        yield from longest(group)


@cache
def _country_lines() -> dict[str, str]:
    """ISO code -> lines of names and demonyms."""
    lines = dict(table("countries")["demonyms"])
    for language in ("en", "es"):
        for code, name in Locale(language).territories.items():
            plain = fold(str(name)).strip()
            if len(code) == 2 and code.isalpha() and plain.replace(" ", "").isalpha() and plain not in _NO_COUNTRY:
                lines[code] = f"{lines[code]}|{plain}" if code in lines else plain
    return lines


@cache
def _all_countries() -> str:
    return "|".join(_country_lines().values())


def countries_in(reading: Reading) -> list[tuple[Hit, tuple[str, ...]]]:
    """Places that name countries or regions, with their codes."""
    work = reading.work
    found: list[tuple[Hit, tuple[str, ...]]] = []
    if any(hits(work, _all_countries())):
        for code, lines in _country_lines().items():
            found += [(hit, (code,)) for hit in hits(work, lines) if not _is_pronoun(reading, hit)]
    regions = table("countries")
    for name, lines in regions["regions"].items():
        found += [(hit, tuple(regions["region_values"][name])) for hit in hits(work, lines)]
    return longest(found)


def _is_pronoun(reading: Reading, hit: Hit) -> bool:
    """`us` is a country in capitals or after `in the`, `usa` is a Spanish verb where no place can stand."""
    before, written = reading.work[: hit.start], reading.shown[hit.start : hit.end]
    if hit.text == "us":
        return written != "US" and re.search(r"\b(?:in|from|across) the $", before) is None
    spanish_verb = hit.text == "usa" and not written.isupper() and reading.language is Language.ES
    return spanish_verb and re.search(r"\b(?:en|de|desde) $", before) is None


def _countries(reading: Reading) -> list[Placed]:
    found = countries_in(reading)
    if not found:
        return []
    groups: dict[Operator, list[tuple[Hit, tuple[str, ...]]]] = {}
    denied_at, end = None, 0
    denials: list[int] = []
    for hit, codes in found:
        between = reading.work[end : hit.start]
        if not groups or not mark("listed_on").fullmatch(between):
            denied_at = mark_before("elsewhere", reading.work, hit.start)
            denials += [] if denied_at is None else [denied_at]
        operator = Operator.IS if denied_at is None else Operator.IS_NOT
        groups.setdefault(operator, []).append((hit, codes))
        end = hit.end
    return [_in_countries(operator, items, denials) for operator, items in groups.items()]


def _in_countries(operator: Operator, items: list[tuple[Hit, tuple[str, ...]]], denials: list[int]) -> Placed:
    codes = tuple(dict.fromkeys(code for _, item in items for code in item))
    condition = Condition(field="country", operator=operator, values=codes)
    start, end = items[0][0].start, items[-1][0].end
    denied = operator is Operator.IS_NOT
    return Placed(Subject.ACCOUNTS, condition, start, end, denials[0] if denied else None, denied)


def _products(reading: Reading) -> list[Placed]:
    lines = "\n".join(re.escape(word).replace("\\ ", " ") for word in reading.products)
    found = list(hits(reading.work, lines)) if lines else []
    if not found:
        return []
    condition = Condition(
        field="product_name", operator=Operator.CONTAINS, values=tuple(dict.fromkeys(hit.text for hit in found))
    )
    return [Placed(Subject.OPPORTUNITIES, condition, found[0].start, found[-1].end)]


def _sectors(work: str) -> list[Placed]:
    """A sector counts beside a word for accounts or for sectors, not as any word."""
    data = table("records")
    anchors = [noun for noun in nouns(work) if noun.subject is Subject.ACCOUNTS]
    found = []
    for name, lines in data["sectors"].items():
        for hit in hits(work, lines):
            around = work[max(0, hit.start - _NEAR_SECTOR) : hit.end + _NEAR_SECTOR]
            named = any(word in around for word in ("sector", "industr", "vertical"))
            near = any(abs(noun.start - hit.end) <= 2 or 0 <= hit.start - noun.end <= 12 for noun in anchors)
            if named or near:
                found.append((hit, tuple(data["sector_values"][name])))
    return [
        Placed(
            Subject.ACCOUNTS,
            Condition(field="industry", operator=Operator.CONTAINS, values=values),
            hit.start,
            hit.end,
        )
        for hit, values in longest(found)[:1]
    ]


def _ticket_topics(work: str) -> list[Placed]:
    data = table("records")
    return [
        Placed(
            Subject.TICKETS,
            Condition(field="category", operator=Operator.CONTAINS, values=tuple(data["ticket_topic_values"][name])),
            hit.start,
            hit.end,
        )
        for name, lines in data["ticket_topics"].items()
        for hit in hits(work, lines)
    ][:1]


def _rivals(reading: Reading) -> Iterator[Placed]:
    """`lost to Fieldora`: whom a deal went to stands in the reason for the loss, if anywhere."""
    for match in mark("lost_to").finditer(reading.work):
        name = reading.shown[match.start("rival") : match.end("rival")]
        reason = Condition(field="lost_reason", operator=Operator.CONTAINS, values=(name,))
        yield Placed(Subject.OPPORTUNITIES, reason, match.start("rival"), match.end("rival"))


def within(field: str, period: Period) -> tuple[Condition, ...]:
    """The conditions that a day lies in a period."""
    found: list[Condition] = []
    if period.start is not None:
        found.append(Condition(field=field, operator=Operator.AT_LEAST, values=(period.start,)))
    if period.end is not None:
        found.append(Condition(field=field, operator=Operator.AT_MOST, values=(period.end,)))
    return tuple(found)


def from_day(field: str, day: date) -> Condition:
    """On that day or later."""
    return Condition(field=field, operator=Operator.AT_LEAST, values=(day,))


def compared(field: str, amount: Amount, *, money: bool) -> Condition:
    """A comparison of a number field."""
    value = amount.value.normalize()
    plain = value.quantize(Decimal(1)) if value == value.to_integral() else value
    return Condition(
        field=field, operator=amount.operator, values=(plain,), currency=amount.currency if money else None
    )


def owned_by(reading: Reading) -> list[Condition]:
    """`pipeline of Tom`: the accounts of the colleagues who are named."""
    people = reading.people
    emails = {item.colleagues[0].email for item in people if len(item.colleagues) == 1 and not item.contacts}
    return [Condition(field="owner_email", operator=Operator.IS, values=tuple(sorted(emails)))] if emails else []


def united(items: Sequence[Condition]) -> tuple[Condition, ...]:
    """The conditions, of which those that no record can meet together are alternatives: `P1 and P2`, either.

    `neither P1 nor P2` is one condition as well.
    """
    kept: list[Condition] = []
    for item in items:
        same = [one for one in kept if one.field == item.field and one.operator is item.operator in _UNITED]
        if same:
            values = tuple(dict.fromkeys((*same[0].values, *item.values)))
            kept[kept.index(same[0])] = same[0].model_copy(update={"values": values})
        elif item not in kept:
            kept.append(item)
    return tuple(kept[:8])


def narrowed(before: tuple[Condition, ...], said: Condition) -> tuple[Condition, ...]:
    """What is said in the place of what was said of the same field before; what is denied, beside it.

    `without P1` after P1 and P2 leaves P2; after P1 alone it means all others.
    """
    same = [item for item in before if item.field == said.field]
    others = tuple(item for item in before if item.field != said.field)
    if said.operator is not Operator.IS_NOT:
        return (*others, said)[:8]
    stated = [item for item in same if item.operator is Operator.IS]
    left = [item.model_copy(update={"values": kept}) for item in stated if (kept := _without(item, said))]
    denied = united([*(item for item in same if item.operator is Operator.IS_NOT), said])
    return (*others, *left, *(() if left else denied))[:8]


def _without(item: Condition, denied: Condition) -> tuple[Value, ...]:
    return tuple(value for value in item.values if value not in denied.values)
