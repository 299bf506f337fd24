"""What a draft mentions that may belong to another account: names, email addresses, telephone numbers, amounts.

Invariant: what the draft's own sources say is not sought, and nothing is sought without end: of a text with more
candidates than are looked up, the detector says so.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from copilot.domain.drafts import Audience, Draft
from copilot.domain.elsewhere import Sought
from copilot.domain.evidence import Evidence
from copilot.domain.figures import Figure, FigureKind, Quantity, extract_figures
from copilot.domain.folding import flat, fold

T = TypeVar("T")
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
PHONE = re.compile(r"(?<![\w+])\+?\(?\d(?:[ ().\u00a0-]{0,2}\d){8,15}(?!\w)")
_MAY_BE_LARGE = re.compile(r"\d[.,'’ \u00a0\u2009\u202f]?\d{3}|\d[ \u00a0]?(?:mil|k|m|bn|thou|bill)", re.IGNORECASE)
"""Digits that may be worth a thousand or more; spares most sentences the patterns of figures."""
_WORD = re.compile(r"[^\W_]{1,60}")
_JOINS = re.compile(r"[ \u00a0\t&'’.,-]{1,4}")
"""What can stand between two words of one name."""
_CONNECTOR_WORDS = "a al and by da das de del der di do dos e el en for la las los of the und van von y"
_CONNECTORS = frozenset(_CONNECTOR_WORDS.split())
_LONGEST_NAME = 7
"""Words, connectors included."""
_MOST_NAMES = 3_000
_MOST_OTHERS = 200
_LONGEST_TEXT = 20_000
"""Characters of one segment. A sentence has hundreds."""
_LEAST_AMOUNT = Decimal(1_000)
_LEAST_PLAIN_NUMBER = Decimal(10_000)
"""Smaller numbers count licences, days and tickets of everybody."""


@dataclass(frozen=True, slots=True)
class OwnNames:
    """Names that are at home in the draft: its account's people and names, our staff and products."""

    words: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    """By first word, the longest first."""
    parts: frozenset[str] = frozenset()
    """Every single word of them: a given name, or a company's name for short."""

    @classmethod
    def of(cls, names: Iterable[str]) -> "OwnNames":
        """Take names apart into folded words."""
        found: dict[str, list[tuple[str, ...]]] = {}
        for name in names:
            words = tuple(fold(word) for word in _WORD.findall(name))
            if words:
                found.setdefault(words[0], []).append(words)
        return cls(
            {first: sorted(items, key=len, reverse=True) for first, items in found.items()},
            frozenset(word for items in found.values() for name in items for word in name),
        )

    def length_at(self, words: Sequence[str], place: int) -> int:
        """How many words from `place` on are a name of ours; 0 if none."""
        for name in self.words.get(words[place], ()):
            if tuple(words[place : place + len(name)]) == name:
                return len(name)
        return 0


def sought_in(draft: Draft, *, own: OwnNames) -> Sought:
    """Everything in the draft's segments that its own sources do not say."""
    own_sources = [item for item in draft.evidence if item.account_id in {None, draft.account_id}]
    said = "" if draft.audience is Audience.EXTERNAL else comparable(" \n ".join(_texts(own_sources)))
    texts = [segment.text[:_LONGEST_TEXT] for segment in draft.segments()]
    seen = _first((name for text in texts for name in names_in(text, own=own)), most=_MOST_NAMES)
    emails = _first((match.group() for text in texts for match in EMAIL.finditer(text)), most=_MOST_OTHERS)
    phones = _first((match.group() for text in texts for match in PHONE.finditer(text)), most=_MOST_OTHERS)
    amounts = _first(_amounts(texts, draft), most=_MOST_OTHERS)
    return Sought(
        names=tuple(name for name in seen[:_MOST_NAMES] if comparable(name) not in said),
        emails=tuple(emails[:_MOST_OTHERS]),
        phones=tuple(phones[:_MOST_OTHERS]),
        amounts=tuple(amounts[:_MOST_OTHERS]),
        complete=len(seen) <= _MOST_NAMES
        and all(len(found) <= _MOST_OTHERS for found in (emails, phones, amounts))
        and all(len(segment.text) <= _LONGEST_TEXT for segment in draft.segments()),
    )


def _first(found: Iterable[T], *, most: int) -> list[T]:
    """What is different among `found`, in order; at most one more than `most`, then nothing more is looked at."""
    kept: dict[T, None] = {}
    for item in found:
        kept[item] = None
        if len(kept) > most:
            break
    return list(kept)


def comparable(text: str) -> str:
    """Folded words with one space between them and one at either end, so that a whole name can be looked for."""
    return f" {' '.join(_WORD.findall(flat(text)))} "


def _texts(sources: Iterable[Evidence]) -> Iterator[str]:
    for item in sources:
        yield item.text
        yield item.label


def names_in(text: str, *, own: OwnNames) -> Iterator[str]:
    """Every stretch of words that can be a name: it starts and ends with a capital or a digit."""
    for run in _runs(text, own):
        for first, (start, _) in enumerate(run):
            if not _starts_a_name(text[start]):
                continue
            for last, end in run[first : first + _LONGEST_NAME]:
                name = text[start:end]
                alone = last == start
                if (alone and fold(name) in own.parts) or not any(char.isupper() or char.istitle() for char in name):
                    continue
                if _starts_a_name(text[last]):
                    yield name


def _starts_a_name(char: str) -> bool:
    return char.isupper() or char.istitle() or char.isdigit()


def _runs(text: str, own: OwnNames) -> Iterator[list[tuple[int, int]]]:
    """Words that follow each other as in a name, our own names left out."""
    words = [match.span() for match in _WORD.finditer(text)]
    folded = [fold(text[start:end]) for start, end in words]
    run: list[tuple[int, int]] = []
    place = 0
    while place < len(words):
        ours = own.length_at(folded, place)
        start, end = words[place]
        follows = bool(run) and _JOINS.fullmatch(text, run[-1][1], start) is not None
        if run and (ours or not follows):
            yield run
            run = []
        if ours:
            place += ours
            continue
        if _starts_a_name(text[start]) or (run and folded[place] in _CONNECTORS):
            run.append((start, end))
        elif run:
            yield run
            run = []
        place += 1
    if run:
        yield run


def _amounts(texts: Iterable[str], draft: Draft) -> Iterator[Decimal]:
    for text in filter(_MAY_BE_LARGE.search, texts):
        for figure in extract_figures(text, language=draft.language):
            yield from values_of(figure)


def values_of(figure: Figure) -> tuple[Decimal, ...]:
    """What an amount or a large plain number may be worth; nothing for other figures."""
    least = {FigureKind.AMOUNT: _LEAST_AMOUNT, FigureKind.NUMBER: _LEAST_PLAIN_NUMBER}.get(figure.kind)
    if least is None or figure.unit or figure.counted:
        return ()
    values = (item.value for item in figure.readings if isinstance(item, Quantity))
    return tuple(value for value in values if least <= value < Decimal(10) ** 15)
