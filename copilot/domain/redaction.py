"""Finding and overwriting the traces of one person in texts.

Invariant: `redact(text, marks)` has the length of `text` and differs from it only inside the spans that were found,
so every offset into the text stays valid. A trace is compared by its key only: whoever asks may hold the keys in the
clear (to erase) or as keyed hashes (to keep somebody erased) and gets the same spans.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from copilot.domain.folding import fold

FILLER = "█"
"""No letter and no digit: no index, recogniser or writer takes it for a word."""
_BYTE_FILLER = "*"
LONGEST_NAME = 8
"""Words of a name that are looked at together."""
_PHONE_DIGITS = 9
"""Numbers are compared by their last digits: with or without country code they are the same."""
_SHORTEST_PHONE = 7
_LONGEST_PHONE = 15
_COUNTRY_DIGITS = 4
_SHORTEST_PART = 3
_WIDEST_GAP = 3
"""Characters between two words of one name: `Arrieta Salvo, Begoña`."""
_PARTICLES = frozenset("de del la las los y e da do dos di van von der den al bin".split())  # noqa: SIM905
_TITLES = frozenset("dr dra sr sra srta mr mrs ms miss don dona ing lic prof".split())  # noqa: SIM905

# A word may carry combining accents and invisible characters; none of them is a letter, so nothing is tried twice.
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_WORD = re.compile(rf"[^\W\d_]+(?:[\u0300-\u036f{_INVISIBLE}]+[^\W\d_]*)*")
_HIDDEN = re.compile(f"[{_INVISIBLE}]")
_AT = re.compile(r"@|%40")
_DIGITS = re.compile(r"\d(?:[\s().\-/]{0,3}\d)*")
_IDENTIFIER = re.compile(r"\b(?:[a-z]{3,12}_[0-9a-f]{20,64}|[0-9a-f]{64})\b")
"""Our own identifiers and hashes: digits in them are nobody's telephone number."""
_LOCAL = re.compile(r"[\w.+%'-]")
_DOMAIN = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_LONGEST_LOCAL = 64


class Marks(Protocol):
    """What is known of a person, asked for key by key."""

    def holds(self, key: str) -> bool:
        """Whether this key is one of theirs."""
        ...


@dataclass(frozen=True, slots=True)
class PlainMarks:
    """Marks whose keys are known in the clear."""

    keys: frozenset[str]

    def holds(self, key: str) -> bool:
        """Whether this key is one of theirs."""
        return key in self.keys


@dataclass(slots=True)
class _Words:
    """The words of a text with their places, and what they say without case and accents."""

    text: str
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for match in _WORD.finditer(self.text):
            self.starts.append(match.start())
            self.ends.append(match.end())
            self.plain.append(_plain(match.group()))

    def together(self, first: int) -> int:
        """How many words from `first` on stand close enough to be one name."""
        count = 1
        limit = min(len(self.plain), first + LONGEST_NAME)
        for place in range(first + 1, limit):
            if self.starts[place] - self.ends[place - 1] > _WIDEST_GAP:
                break
            count += 1
        return count


def spans(text: str, marks: Marks) -> list[tuple[int, int]]:
    """Where the person is named, written to or called, in order and without overlaps.

    Looked for again once what was found is covered: a trace can stand right behind another and show only then.
    """
    found: list[tuple[int, int]] = []
    covered = text
    while new := sorted([*_names(covered, marks), *_emails(covered, marks), *_phones(covered, marks)]):
        found = _merged([*found, *new])
        covered = _covered(text, found)
    return found


def redact(text: str, marks: Marks) -> str:
    """The text with every trace overwritten; line breaks stay, so that lines keep their numbers."""
    return _covered(text, spans(text, marks))


def _merged(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _covered(text: str, found: list[tuple[int, int]]) -> str:
    pieces, position = [], 0
    for start, end in found:
        covered = "".join(char if char in "\r\n" else FILLER for char in text[start:end])
        pieces += [text[position:start], covered]
        position = end
    return "".join([*pieces, text[position:]]) if pieces else text


def redact_bytes(content: bytes, marks: Marks) -> bytes:
    """The same for bytes that hold UTF-8 text, among whatever else: as many bytes as before, the others untouched."""
    text, pieces, position = text_in(content), [], 0
    for start, end in spans(text, marks):
        covered = len(text[start:end].encode("utf-8", "surrogateescape"))
        pieces += [text[position:start], _BYTE_FILLER * covered]
        position = end
    return "".join([*pieces, text[position:]]).encode("utf-8", "surrogateescape") if pieces else content


def text_in(content: bytes) -> str:
    """What can be read in bytes; `encode("utf-8", "surrogateescape")` gives exactly these bytes again."""
    return content.decode("utf-8", "surrogateescape")


def redact_json(value: Any, marks: Marks) -> Any:
    """The same for every string of a JSON value, keys included."""
    if isinstance(value, str):
        return redact(value, marks)
    if isinstance(value, dict):
        return {redact(str(key), marks): redact_json(item, marks) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact_json(item, marks) for item in value]
    return value


def strings_with_traces(value: Any, marks: Marks) -> Iterator[str]:
    """The strings of a JSON value in which the person occurs."""
    if isinstance(value, str):
        if spans(value, marks):
            yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings_with_traces(str(key), marks)
            yield from strings_with_traces(item, marks)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from strings_with_traces(item, marks)


def email_key(address: str) -> str:
    """Key of an address: case and a `+tag` make no difference."""
    local, _, domain = address.strip().lower().rpartition("@")
    return f"email:{local.partition('+')[0]}@{domain}"


def phone_key(number: str) -> str | None:
    """Key of a telephone number, or None if it has too few digits to tell anybody."""
    digits = "".join(char for char in number if char.isdigit())
    return f"phone:{digits[-_PHONE_DIGITS:]}" if len(digits) >= _SHORTEST_PHONE else None


def words_of(name: str) -> list[str]:
    """The words of a name without case, accents and title."""
    words = [_plain(match.group()) for match in _WORD.finditer(name)]
    while len(words) > 1 and words[0] in _TITLES:
        words.pop(0)
    return words[:LONGEST_NAME]


def name_forms(name: str) -> frozenset[str]:
    """The ways in which two or more words of a name are written together, folded.

    Whole, without the second family name, family name first, given name with one family name, initial and family name.
    """
    words = words_of(name)
    if len(words) < 2:
        return frozenset()
    given, rest = words[0], words[1:]
    families = [word for word in rest if word not in _PARTICLES and len(word) >= _SHORTEST_PART]
    forms = {" ".join(words), " ".join([*rest, given]), " ".join([given[0], *rest])}
    forms |= {" ".join(words[:size]) for size in range(2, len(words)) if words[size - 1] in families}
    for family in families:
        forms |= {f"{given} {family}", f"{family} {given}", f"{given[0]} {family}"}
    return frozenset(forms)


def name_parts(name: str) -> frozenset[str]:
    """The single words of a name that can stand for the person where nobody else has them."""
    return frozenset(word for word in words_of(name) if len(word) >= _SHORTEST_PART and word not in _PARTICLES)


def form_keys(forms: Iterable[str]) -> set[str]:
    """Keys of names of two or more words, and of the words they begin with, by which they are looked for."""
    return {key for form in forms for key in (f"name:{form}", f"start:{form.partition(' ')[0]}")}


def part_key(part: str) -> str:
    """Key of a single word of a name."""
    return f"part:{part}"


def _plain(word: str) -> str:
    return fold(_HIDDEN.sub("", word))


def _names(text: str, marks: Marks) -> Iterator[tuple[int, int]]:
    # Most texts hold none of the words: each distinct one is asked for once before any place is looked at.
    distinct = {_plain(word) for word in set(_WORD.findall(text))}
    if not any(marks.holds(f"start:{word}") or marks.holds(part_key(word)) for word in distinct):
        return
    words = _Words(text)
    place = 0
    while place < len(words.plain):
        size = _name_at(words, place, marks)
        if size:
            yield words.starts[place], words.ends[place + size - 1]
        place += size or 1


def _name_at(words: _Words, place: int, marks: Marks) -> int:
    """How many words from `place` on are the person's name; the longest form counts."""
    word = words.plain[place]
    if marks.holds(f"start:{word}"):
        for size in range(words.together(place), 1, -1):
            if marks.holds(f"name:{' '.join(words.plain[place : place + size])}"):
                return size
    # `salvo que`, `rob the bank`: a single word is a name only where it is written like one.
    capital = words.text[words.starts[place]].isupper()
    return int(capital and marks.holds(part_key(word)))


def _emails(text: str, marks: Marks) -> Iterator[tuple[int, int]]:
    for at in _AT.finditer(text):
        start = at.start()
        while start > 0 and at.start() - start < _LONGEST_LOCAL and _LOCAL.match(text[start - 1]):
            start -= 1
        while start < at.start() and text[start] in ".+%'-":
            start += 1
        domain = _DOMAIN.match(text, at.end())
        if domain is None or start == at.start():
            continue
        name = domain.group().rstrip("-_")
        if marks.holds(email_key(f"{text[start : at.start()]}@{name}")):
            yield start, at.end() + len(name)


def _phones(text: str, marks: Marks) -> Iterator[tuple[int, int]]:
    if _IDENTIFIER.search(text):
        text = _IDENTIFIER.sub(lambda match: "x" * len(match.group()), text)
    for run in _DIGITS.finditer(text):
        places = [place for place in range(run.start(), run.end()) if text[place].isdigit()]
        if len(places) < _SHORTEST_PHONE:
            continue
        digits = "".join(text[place] for place in places)
        if len(digits) < _PHONE_DIGITS:
            if marks.holds(f"phone:{digits}"):
                yield run.start(), run.end()
            continue
        for first in range(len(digits) - _PHONE_DIGITS + 1):
            last = first + _PHONE_DIGITS
            if marks.holds(f"phone:{digits[first:last]}"):
                yield _with_country(text, places, first), places[last - 1] + 1


def _with_country(text: str, places: list[int], first: int) -> int:
    """Where the number begins, its country code included if one is written before it."""
    begins = 0 if len(places) <= _LONGEST_PHONE and first <= _COUNTRY_DIGITS else first
    start = places[begins]
    while start > 0 and text[start - 1] in "+(":
        start -= 1
    return start
