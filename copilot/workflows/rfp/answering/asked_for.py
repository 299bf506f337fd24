"""Whether a sentence holds the kind of thing that a question wants: a count, a name, a place, a time, a year.

Invariant: pure and deterministic, and it only ever refuses: a sentence that holds the thing need not answer. Where a
question wants two things nothing is refused, for a sentence may answer one of them.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from copilot.domain.folding import flat, flat_line
from copilot.guardrails.grounding.words import words_of
from copilot.workflows.chat.question import identifiers

_FILE = Path(__file__).with_name("asked_for.toml")
_NAME = re.compile(r"\b[A-Z]{2,}\b|(?<![.!?¿¡“«\"(]\s)(?<!^)(?<!\w)[A-ZÁÉÍÓÚÑ][\w&-]+")
"""Written with a capital within a sentence, or in capitals."""
_FIGURE = re.compile(r"\d{3,}|[A-Z]+\d")
_YEAR = re.compile(r"(?:19|20)\d\d")
_YEAR_ASKED = re.compile(r"(?<![:/\w.-])(?:19|20)\d\d(?![:/\w-])")
"""Not that of a standard or a law: `ISO/IEC 27001:2022`, `(EU) 2016/679`."""
_BY_WORDS = ("person", "place", "frequency", "length")
_NAMED_WILL_DO = frozenset({"name", "person", "place"})
_MAY_BE_NONE = frozenset({"name", "person"})


def lacks_what_is_asked(question: str, text: str, *, heading: str = "") -> bool:
    """Whether a sentence holds nothing of the kind that the question wants, or speaks of another standard or year."""
    if any(figure not in text and figure not in heading for figure in _figures_in(question)):
        return True
    wanted = _wanted(question)
    if not wanted:
        return False
    plain = flat_line(text)
    return any(_lacks(kind, question, text, plain) for kind in wanted)


@lru_cache(maxsize=2_048)
def _figures_in(question: str) -> tuple[str, ...]:
    return (*identifiers(question), *years_in(question))


def years_in(question: str) -> tuple[str, ...]:
    """Years that a question speaks of: what a rule says of every year does not tell what was done in one."""
    return tuple(_YEAR_ASKED.findall(question))


def leaves_out_customers(question: str, text: str, *, heading: str) -> bool:
    """Whether a question asks of customers what the sentence and its headings do not say of them."""
    if not _asks_of_customers(question):
        return False
    return not _patterns().customer["held"].search(flat_line(f"{heading} {text}"))


@lru_cache(maxsize=2_048)
def _asks_of_customers(question: str) -> bool:
    words = _patterns().customer
    return bool(words["named"].search(words["data"].sub(" ", flat_line(question))))


@lru_cache(maxsize=2_048)
def _wanted(question: str) -> tuple[str, ...]:
    patterns, plain = _patterns(), flat_line(question)
    wanted = tuple(kind for kind, pattern in patterns.asks.items() if pattern.search(plain))
    if patterns.whether.search(plain) and not patterns.goes_on.search(plain):
        return ()
    # "Every how many months" asks how often, and "how many months" how long: neither wants a count.
    if "frequency" in wanted or "length" in wanted:
        wanted = tuple(kind for kind in wanted if kind != "count" and (kind != "length" or "frequency" not in wanted))
    asking = set(patterns.several.findall(patterns.joins.sub(" ", plain)))
    several = len(asking) > 1 and not patterns.asks["count"].match(plain)
    return () if several or patterns.second.search(plain) else wanted


def _lacks(kind: str, question: str, text: str, plain: str) -> bool:
    if kind == "count":
        return not _counts(plain)
    if kind == "identifier":
        return not _FIGURE.search(text)
    if kind in _NAMED_WILL_DO and _names_another(question, text):
        return False
    if kind in _MAY_BE_NONE and _patterns().denies.search(plain):
        return False
    return kind == "name" or not _patterns().held[kind].search(plain)


def _names_another(question: str, text: str) -> bool:
    asked = {word.folded for word in words_of(question)}
    return any(flat(name) not in asked for name in _NAME.findall(text))


def _counts(plain: str) -> bool:
    """Whether a number stands there that counts things: no time, no share, no year."""
    patterns = _patterns()
    return any(
        not patterns.units.match(plain[match.end() :].lstrip(" -")) and not _YEAR.fullmatch(match[0].strip(".,"))
        for match in patterns.number.finditer(plain)
    )


@dataclass(frozen=True, slots=True)
class _Patterns:
    asks: dict[str, re.Pattern[str]]
    held: dict[str, re.Pattern[str]]
    units: re.Pattern[str]
    number: re.Pattern[str]
    several: re.Pattern[str]
    joins: re.Pattern[str]
    second: re.Pattern[str]
    whether: re.Pattern[str]
    goes_on: re.Pattern[str]
    denies: re.Pattern[str]
    customer: dict[str, re.Pattern[str]]


@cache
def _patterns() -> _Patterns:
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return _Patterns(
        asks={kind: re.compile(data[kind]["asks"]) for kind in ("count", "identifier", "name", *_BY_WORDS)},
        held={kind: re.compile(data[kind]["held"]) for kind in _BY_WORDS},
        units=re.compile(data["count"]["units"]),
        number=re.compile(rf"(?<![\w.,/-])(?:\d[\d.,]*|{data['count']['numbers']})\b(?![-/]\w)"),
        several=re.compile(data["several"]["words"]),
        joins=re.compile(data["several"]["joins"]),
        second=re.compile(data["several"]["second"]),
        whether=re.compile(data["whether"]["begins"]),
        goes_on=re.compile(data["whether"]["goes_on"]),
        denies=re.compile(data["whether"]["denies"]),
        customer={key: re.compile(pattern) for key, pattern in data["customer"].items()},
    )
