"""The people whom the records know, and everything in a text that is theirs.

Invariant: a name, address or number of a known person is found in every usual spelling. People of one name are one:
nothing in a text tells them apart.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from copilot.domain.folding import flat
from copilot.domain.personal_data import DataClass
from copilot.domain.pseudonyms import KnownPerson
from copilot.guardrails.pseudonyms.names import NameIndex
from copilot.guardrails.pseudonyms.spelling import Comparable

_AT = re.compile(r"@|%40")
_LOCAL = re.compile(r"[\w.+%'-]{1,64}$")
_LOCAL_LIMIT = 64
_DOMAIN = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_NUMBERS = re.compile(r"\d(?:[\s().\-/]{0,3}\d)+")
_NATIONAL = 9
"""Digits by which two spellings of a telephone number are compared: with and without what stands before them."""
_SHORTEST_PHONE = 7
_LONGEST_PREFIX = 5


@dataclass(frozen=True, slots=True)
class Found:
    """A stretch of the original text that is personal data."""

    start: int
    end: int
    data_class: DataClass | None
    """None: it only looks like a placeholder."""
    person: int | None = None
    """Place among the known people, where it is one of theirs."""
    detail: int = 0
    """Which of the person's addresses or numbers it is."""


class KnownPeople:
    """Known people by name, address and number."""

    def __init__(self, people: Iterable[KnownPerson], *, organisations: Iterable[str] = ()) -> None:
        self.people = _merged(people)
        self._names = NameIndex((person.name for person in self.people), organisations=organisations)
        self._emails = {
            flat(email): (index, detail)
            for index, person in enumerate(self.people)
            for detail, email in enumerate(person.emails)
        }
        self._phones: dict[str, tuple[int, int]] = {}
        for index, person in enumerate(self.people):
            for detail, phone in enumerate(person.phones):
                digits = "".join(char for char in phone if char.isdigit())
                if len(digits) >= _SHORTEST_PHONE:
                    self._phones.setdefault(digits[-_NATIONAL:], (index, detail))
        self._lengths = sorted({len(digits) for digits in self._phones}, reverse=True)

    def find(self, text: Comparable) -> Iterator[Found]:
        """What belongs to a known person, and email addresses of anybody. Places may overlap."""
        yield from self._addresses(text)
        yield from self._numbers(text)
        for mention in self._names.find(text):
            yield Found(mention.start, mention.end, DataClass.PERSON, mention.person)

    def _addresses(self, text: Comparable) -> Iterator[Found]:
        for at in _AT.finditer(text.text):
            domain = _DOMAIN.match(text.text, at.end())
            local = _LOCAL.search(text.text[max(0, at.start() - _LOCAL_LIMIT) : at.start()])
            name = local.group().lstrip(".%+'-") if local else ""
            if domain is None or not name:
                continue
            start, end = at.start() - len(name), domain.end()
            person, detail = self._emails.get(f"{name}@{domain.group()}", (None, 0))
            yield Found(*text.place(start, end), DataClass.EMAIL, person, detail)

    def _numbers(self, text: Comparable) -> Iterator[Found]:
        for group in _NUMBERS.finditer(text.text) if self._phones else ():
            places = [group.start() + index for index, char in enumerate(group.group()) if char.isdigit()]
            digits = "".join(text.text[place] for place in places)
            for first, last, owner in self._known_within(digits):
                start = places[self._with_prefix(text.text, places, first, owner)]
                while start and text.text[start - 1] in "+(":
                    start -= 1
                yield Found(*text.place(start, places[last - 1] + 1), DataClass.PHONE, *owner)

    def _with_prefix(self, text: str, places: list[int], first: int, owner: tuple[int, int]) -> int:
        """Which digit the number begins with: what stands before it is its prefix, unless it is a number of its own."""
        if not 0 < first <= _LONGEST_PREFIX:
            return first
        before = "".join(text[place] for place in places[:first])
        own = "".join(char for char in self.people[owner[0]].phones[owner[1]] if char.isdigit())[:-_NATIONAL]
        begin = first - len(own) if before.endswith(own) else first
        if begin == 0:
            return 0
        opened = text[places[0] - 1 : places[0]] if places[0] else ""
        gap = text[places[begin - 1] + 1 : places[begin]]
        is_prefix = (
            opened == "+"
            or (opened == "(" and ")" in gap)
            or (before[:begin] == "00" and begin < first and own[0] != "0")
            or not any(char.isspace() for char in gap)
        )
        return 0 if is_prefix else begin

    def _known_within(self, digits: str) -> Iterator[tuple[int, int, tuple[int, int]]]:
        position = 0
        while position < len(digits):
            for length in self._lengths:
                owner = self._phones.get(digits[position : position + length])
                if owner is not None and position + length <= len(digits):
                    yield position, position + length, owner
                    position += length - 1
                    break
            position += 1


def _merged(people: Iterable[KnownPerson]) -> tuple[KnownPerson, ...]:
    by_name: dict[str, KnownPerson] = {}
    for person in people:
        name = " ".join(person.name.split())
        if not name:
            continue
        key = flat(name)
        same = by_name.get(key)
        by_name[key] = KnownPerson(
            name=same.name if same else name,
            emails=_together(same.emails if same else (), person.emails),
            phones=_together(same.phones if same else (), person.phones),
            sources=person.sources | (same.sources if same else frozenset()),
            is_contact=person.is_contact and (same is None or same.is_contact),
        )
    return tuple(by_name[key] for key in sorted(by_name))


def _together(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*first, *(item.strip() for item in second if item.strip())]))
