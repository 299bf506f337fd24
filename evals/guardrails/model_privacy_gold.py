"""Which personal data there is in the demo company, and counting where it stands.

Invariant: a value counts in any case, with or without accents, with its spacing and a number's prefix aside; the same
count is made of what would have been sent and of what was.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.domain.pseudonyms import KnownPerson

DATA = Path(__file__).parent / "data"
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s().\-/]{1,3}(?=\d)")
_NATIONAL = 9
_LONG_NAME = 3
_SHORTEST_PART = 3
_PARTICLES = frozenset({"de", "del", "la", "las", "los", "y"})


@dataclass(frozen=True, slots=True)
class Planted:
    """A line of our own that is put into a note of an account, and the personal data in it."""

    account: str
    text: str
    personal: tuple[tuple[str, str], ...]
    """Class and value."""


def planted(language: Language, *, folder: Path = DATA) -> list[Planted]:
    """The lines of one language."""
    rows = [json.loads(line) for line in (folder / f"model_privacy_{language.value}.jsonl").read_text().splitlines()]
    return [
        Planted(row["account"], row["text"], tuple((item["class"], item["value"]) for item in row["personal"]))
        for row in rows
    ]


class Gold:
    """Values to look for, by group: `known` (of contacts and our own people), `name_parts`, `planted`, `unknown_names`.

    A part of a name inside the name of one of `organisations` is not counted.
    """

    def __init__(
        self, people: Iterable[KnownPerson], lines: Iterable[Planted], *, organisations: Iterable[str] = ()
    ) -> None:
        people = list(people)
        personal = {item for line in lines for item in line.personal}
        phones = [phone for person in people for phone in person.phones]
        emails = [email for person in people for email in person.emails]
        self._words = {
            "known": _any_of([*(_name(person.name) for person in people), *map(_spaced, emails)]),
            "planted": _any_of(_spaced(value) for kind, value in personal if kind not in {"person", "phone"}),
            "unknown_names": _any_of(_name(value) for kind, value in personal if kind == "person"),
        }
        self._organisations = _any_of(map(_spaced, organisations))
        self._parts = _any_of(
            re.escape(word)
            for person in people
            for word in flat(person.name).split()
            if len(word) >= _SHORTEST_PART and word not in _PARTICLES
        )
        self._numbers = {
            "known": {_digits(phone) for phone in phones},
            "planted": {_digits(value) for kind, value in personal if kind == "phone"},
        }

    def count(self, text: str) -> Counter[str]:
        """Occurrences by group."""
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
        plain = flat(text)
        joined = _BETWEEN_DIGITS.sub("", plain)
        found = Counter({group: len(pattern.findall(plain)) for group, pattern in self._words.items()})
        for group, numbers in self._numbers.items():
            found[group] += sum(joined.count(number) for number in numbers)
        alone = plain
        for whole in (self._words["known"], self._organisations):
            alone = whole.sub(lambda match: "#" * len(match.group()), alone)
        found["name_parts"] = sum(text[match.start()].isupper() for match in self._parts.finditer(alone))
        return found

    def examples(self, text: str) -> list[str]:
        """Up to five of each group, with what stands around them, to look into a miss."""
        plain = flat(text)
        places = [
            plain[max(0, match.start() - 40) : match.end() + 40]
            for pattern in self._words.values()
            for match in list(pattern.finditer(plain))[:5]
        ]
        places += [
            f"part: {plain[max(0, match.start() - 40) : match.end() + 40]}"
            for match in self._parts.finditer(self._organisations.sub(lambda match: "#" * len(match.group()), plain))
            if text[match.start()].isupper()
        ][:5]
        joined = _BETWEEN_DIGITS.sub("", plain)
        return places + [number for numbers in self._numbers.values() for number in numbers if number in joined][:5]


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    ordered = sorted(set(patterns), key=len, reverse=True)
    return re.compile(rf"(?<![\w])(?:{'|'.join(ordered)})(?![\w])") if ordered else re.compile(r"(?!)")


def _name(name: str) -> str:
    """The whole name, and without the second family name."""
    words = [re.escape(word) for word in flat(name).split()]
    if len(words) == _LONG_NAME and words[1] not in _PARTICLES:
        return rf"{words[0]}\s+{words[1]}(?:\s+{words[2]})?"
    return r"\s+".join(words)


def _spaced(value: str) -> str:
    return r"\s+".join(re.escape(word) for word in flat(value).split())


def _digits(phone: str) -> str:
    return "".join(char for char in phone if char.isdigit())[-_NATIONAL:]
