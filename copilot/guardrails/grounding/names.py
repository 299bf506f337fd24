"""Names of people, companies, products and places that no cited source has.

Invariant: only what is surely written as a name is looked at: a capital within a sentence, or at its start when the
same word is a name elsewhere. Days, months and usual abbreviations are no names.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

from copilot.guardrails.grounding.sources import Sources, name_parts
from copilot.guardrails.grounding.vocabulary import FUNCTION_WORDS, NO_NAMES
from copilot.guardrails.grounding.words import without_quotations

_TOKEN = re.compile(r"[^\W\d_](?:[\w'’.-]{0,60}\w)?")
_JOINING_WORDS = "de del la las los y e of the and von van da do di"
_JOINING = frozenset(_JOINING_WORDS.split())
_OPENS = frozenset('.!?:;\n(«“"•–—-')


@dataclass(frozen=True, slots=True)
class Name:
    """Words with capitals in a row."""

    text: str
    start: int
    end: int
    opens: bool
    """Whether it begins a sentence, where any word has a capital."""


def names_in(text: str) -> tuple[Name, ...]:
    """Runs of words with a capital, outside quotations."""
    own = without_quotations(text)
    found: list[Name] = []
    current: list[re.Match[str]] = []
    for match in _TOKEN.finditer(own):
        joined = bool(current) and own[current[-1].end() : match.start()] == " "
        begins = match[0][0].isupper()
        joins = joined and match[0].lower() in _JOINING and own[match.end() : match.end() + 1] == " "
        if joins or (begins and (joined or not current)):
            current.append(match)
        else:
            found += _closed(current, own)
            current = [match] if match[0][0].isupper() else []
    return tuple(found + _closed(current, own))


def missing_names(text: str, sources: Sources, *, lexicon: Collection[str]) -> Iterator[Name]:
    """Names that the sources do not have. `lexicon`: folded words that are names wherever they stand."""
    for name in names_in(text):
        yield from _missing(name, sources, lexicon)


def name_lexicon(texts: Collection[str]) -> frozenset[str]:
    """Words with a capital in the middle of a sentence of `texts`: names also where they begin one."""
    return frozenset(
        part
        for text in texts
        for name in names_in(text)
        if not name.opens
        for part in name_parts(name.text)
        if part not in NO_NAMES
    )


def _missing(name: Name, sources: Sources, lexicon: Collection[str]) -> Iterator[Name]:
    words = _words(name)
    absent = [
        word
        for position, word in enumerate(words)
        if not _is_known(word.text, sources) and not (name.opens and position == 0 and not _surely(word.text, lexicon))
    ]
    if absent and name.opens and absent[0] in words[1:2] and not _is_known(words[0].text, sources):
        absent.insert(0, words[0])
    if absent:
        yield Name(_between(name, absent[0], absent[-1]), absent[0].start, absent[-1].end, name.opens)
        return
    yield from _torn_apart(name, words, sources, lexicon)


def _torn_apart(name: Name, words: list[Name], sources: Sources, lexicon: Collection[str]) -> Iterator[Name]:
    """A first name of one person with the last name of another: both are there, but never together."""
    full = [word for word in words if all(part in lexicon for part in name_parts(word.text))]
    for left, right in pairwise(full):
        pair = (name_parts(left.text)[-1:], name_parts(right.text)[:1])
        together = name.text[left.end - name.start : right.start - name.start] == " "
        if together and all(pair) and (pair[0][0], pair[1][0]) not in sources.name_pairs:
            yield Name(_between(name, left, right), left.start, right.end, name.opens)
            return


def _is_known(word: str, sources: Sources) -> bool:
    parts = name_parts(word)
    return all(
        part in sources.name_words or part in NO_NAMES or part in FUNCTION_WORDS or len(part) == 1 for part in parts
    )


def _surely(word: str, lexicon: Collection[str]) -> bool:
    """At the start of a sentence: a known name, or written as no ordinary word is."""
    inner = word[1:]
    return any(part in lexicon for part in name_parts(word)) or any(char.isupper() or char.isdigit() for char in inner)


def _words(name: Name) -> list[Name]:
    return [
        Name(match[0], name.start + match.start(), name.start + match.end(), name.opens)
        for match in _TOKEN.finditer(name.text)
        if match[0].lower() not in _JOINING
    ]


def _between(name: Name, first: Name, last: Name) -> str:
    return name.text[first.start - name.start : last.end - name.start]


def _closed(run: list[re.Match[str]], text: str) -> list[Name]:
    while run and not run[-1][0][0].isupper():
        run = run[:-1]
    if not run:
        return []
    start, end = run[0].start(), run[-1].end()
    before = text[:start].rstrip()
    return [Name(text[start:end], start, end, opens=not before or before[-1] in _OPENS)]
