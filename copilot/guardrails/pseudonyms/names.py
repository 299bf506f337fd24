"""Mentions of known people, however their names are written.

Invariant: a whole name is found in any case and with or without accents; one part of a name counts only where it is
written like a name, and only for the one person it belongs to. One pass over the words, however many people are known.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from copilot.domain.folding import flat
from copilot.guardrails.pseudonyms.spelling import Comparable

_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"\s{1,3}|[-'._]|\.\s")
_COMMA = re.compile(r",\s?")
_SHORTEST_PART = 3
_LONGEST_NAME = 12
_FEWEST_OF_COMPANY = 2
_PARTICLES = frozenset("de del la las los van von der da do dos di y e san santa mac mc".split())  # noqa: SIM905
_TITLE = re.compile(r"\b(?:mr|mrs|ms|miss|dr|dra|sr|sra|srta|don|dona|ing|lic)\.?\s{1,2}$")
_INITIAL = re.compile(r"(?<![^\W_])([^\W\d_])\.\s?$")
_BEFORE = 8
"""Characters before a name in which a title or an initial is looked for."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of the original text that names somebody."""

    start: int
    end: int
    person: int | None
    """Place of the person among those known; None where the words fit several."""


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    text: str


class NameIndex:
    """Known names by their words."""

    def __init__(self, names: Iterable[str], *, organisations: Iterable[str] = ()) -> None:
        """A part of a name inside the name of one of `organisations` is nobody: `Talleres Arrieta Hijos`, or two
        words of it."""
        self._names = [tuple(_WORD.findall(flat(name))) for name in names]
        self._organisations: dict[str, set[tuple[str, ...]]] = {}
        people = [set(words) for words in self._names]
        for words in {form for name in organisations for form in _forms(tuple(_WORD.findall(flat(name))))}:
            if not any(person.issuperset(words) for person in people):
                self._organisations.setdefault(words[0], set()).add(words)
        self._owners: dict[str, set[int]] = {}
        for person, words in enumerate(self._names):
            for word in words:
                self._owners.setdefault(word, set()).add(person)

    def find(self, text: Comparable) -> Iterator[Mention]:
        """Every mention, in reading order, without overlaps; a title before a name belongs to it."""
        if not self._owners:
            return
        words = [_Word(match.start(), match.end(), match.group()) for match in _WORD.finditer(text.text)]
        position = read = 0
        while position < len(words):
            passed = self._organisation_at(words, position)
            if passed:
                position += passed
                continue
            run, people = self._run(words, position, text.text)
            while run and run[-1].text in _PARTICLES and not self._is_whole_name(run, people):
                run = run[:-1]
            if not run or not self._is_name(run, people, text):
                position += 1
                continue
            position += len(run)
            person = self._who(run, people)
            start = self._with_title(text.text, run, person, not_before=read)
            read = run[-1].end
            yield Mention(*text.place(start, read), person)

    def _organisation_at(self, words: list[_Word], first: int) -> int:
        """How many words the name of an organisation takes here; none if there is none."""
        fitting = self._organisations.get(words[first].text, ())
        return max(
            (len(name) for name in fitting if tuple(word.text for word in words[first : first + len(name)]) == name),
            default=0,
        )

    def _run(self, words: list[_Word], first: int, text: str) -> tuple[list[_Word], set[int]]:
        """The longest stretch of words from `first` on that fits the name of at least one person."""
        people = set(self._owners.get(words[first].text, ()))
        if words[first].text in _PARTICLES:
            people = {person for person in people if self._names[person][0] == words[first].text}
        elif len(words[first].text) < _SHORTEST_PART and text[words[first].end : words[first].end + 1] != "'":
            # `O` opens `O'Brien`, and is a word of its own in `O Sean`.
            people = {person for person in people if self._names[person][0] == words[first].text}
        run = [words[first]] if people else []
        while run and first + len(run) < len(words):
            word = words[first + len(run)]
            gap = text[run[-1].end : word.start]
            fitting = people & self._owners.get(word.text, set())
            used = Counter(item.text for item in run)[word.text]
            fitting = {person for person in fitting if self._names[person].count(word.text) > used}
            if _COMMA.fullmatch(gap):
                following = tuple(item.text for item in words[first + len(run) : first + len(run) + _LONGEST_NAME])
                fitting = {person for person in fitting if self._may_follow_comma(person, following)}
            elif not _GAP.fullmatch(gap):
                break
            if not fitting:
                break
            run.append(word)
            people = fitting
        return run, people

    def _may_follow_comma(self, person: int, following: tuple[str, ...]) -> bool:
        """`Arrieta, Begoña` is one mention, `Arrieta, Begoña Arrieta` are two."""
        name = self._names[person]
        return name[0] == following[0] and (len(name) == 1 or following[: len(name)] != name)

    def _is_name(self, run: list[_Word], people: set[int], text: Comparable) -> bool:
        telling = [word for word in run if len(word.text) >= _SHORTEST_PART and word.text not in _PARTICLES]
        if len(telling) > 1:
            return True
        if not telling and not self._is_whole_name(run, people):
            return False
        return any(text.starts_with_capital(word.start) for word in telling or run)

    def _is_whole_name(self, run: list[_Word], people: set[int]) -> bool:
        return any(self._names[person] == tuple(word.text for word in run) for person in people)

    def _who(self, run: list[_Word], people: set[int]) -> int | None:
        """The one person, else the one who is called exactly so, else the one whose second family name is missing."""
        written = tuple(word.text for word in run)
        for fitting in (
            people,
            {person for person in people if self._names[person] == written},
            {person for person in people if _short(self._names[person]) == written},
        ):
            if len(fitting) == 1:
                return next(iter(fitting))
        return None

    def _with_title(self, text: str, run: list[_Word], person: int | None, *, not_before: int) -> int:
        start = run[0].start
        before = text[max(not_before, start - _BEFORE) : start]
        initial = _INITIAL.search(before)
        first = self._names[person][0] if person is not None else ""
        if initial and first.startswith(initial[1]) and all(word.text != first for word in run):
            start -= len(before) - initial.start()
            before = text[max(not_before, start - _BEFORE) : start]
        title = _TITLE.search(before)
        return start - (len(before) - title.start()) if title else start


def _forms(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The name of a company, and what of it people may say instead: `Costa Clara` for `Naviera Costa Clara`."""
    if words:
        yield words
    for start in range(len(words)):
        for end in range(start + _FEWEST_OF_COMPANY, len(words) + 1):
            if words[start] not in _PARTICLES and words[end - 1] not in _PARTICLES:
                yield words[start:end]


def _short(words: tuple[str, ...]) -> tuple[str, ...]:
    """`begoña arrieta salvo` is often written `begoña arrieta`."""
    return words[:2] if len(words) > 2 and words[1] not in _PARTICLES else words
