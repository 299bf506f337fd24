"""What no preference may touch: figures, dates, money, names, negation, modality, quantities, comparisons, states.

Invariant: refuses when in doubt. A word on one of the lists, on either side of a change, makes the change a statement
about the world, and those are corrected draft by draft, never learnt.
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path

from copilot.domain.figure_words import (
    CURRENCIES,
    ENGLISH_NUMBERS,
    MONTHS,
    ORDINAL_QUARTERS,
    SCALES,
    SPANISH_NUMBERS,
    UNITS,
)
from copilot.domain.folding import fold
from copilot.guardrails.grounding.vocabulary import AGREED, ASKED, FAILING, OPPOSITES, QUANTIFIERS, SETTLED, negates
from copilot.guardrails.grounding.words import stem
from copilot.guardrails.personal_data.name_lists import AMBIGUOUS, COMPANY_WORDS, FAMILY, GIVEN

_FILE = Path(__file__).with_name("facts.toml")
_DIGIT = re.compile(r"\d|%|[€$£¥]")
_NEGATIVE_PREFIXES = (
    "in", "im", "ir", "il", "des", "dis", "un", "non", "anti", "mis", "no", "sin", "sub", "sobre", "over", "under",
    "pre", "post", "re",
)  # fmt: skip


class Fact(StrEnum):
    """What kind of statement a change would alter."""

    FIGURE = "figure"
    TIME = "time"
    NAME = "name"
    NEGATION = "negation"
    MODALITY = "modality"
    QUANTITY = "quantity"
    DEGREE = "degree"
    STATE = "state"
    THING = "thing"
    INFLECTION = "inflection"
    """Another number, person or tense of the same word."""


def stated_fact(before: Sequence[str], after: Sequence[str], *, names: Collection[str] = ()) -> Fact | None:
    """What a change of these words would state anew, or None. `names`: folded words of names that are known."""
    for word in (*before, *after):
        found = fact_of(word, names=names)
        if found is not None:
            return found
    olds, news = [fold(word) for word in before], [fold(word) for word in after]
    if any(new in OPPOSITES.get(old, frozenset()) or _is_prefixed(old, new) for old in olds for new in news):
        return Fact.NEGATION
    if any(_same_word(old, new) for old in set(olds) - set(news) for new in set(news) - set(olds)):
        return Fact.INFLECTION
    return None


def fact_of(word: str, *, names: Collection[str] = ()) -> Fact | None:
    """Which kind of fact a word states by itself, or None."""
    folded = fold(word)
    if _DIGIT.search(word) or folded in _figures():
        return Fact.FIGURE
    if negates(folded) or folded in FAILING:
        return Fact.NEGATION
    if folded in names or folded in GIVEN or folded in AMBIGUOUS or (folded in FAMILY and folded not in _WORDS_TOO):
        return Fact.NAME
    if folded in COMPANY_WORDS:
        return Fact.NAME
    if folded in QUANTIFIERS:
        return Fact.QUANTITY
    if folded in ASKED or folded in AGREED or folded in SETTLED:
        return Fact.MODALITY
    return _listed().get(folded)


def name_words(names: Iterable[str]) -> frozenset[str]:
    """Folded words of names, without the short ones that are grammar."""
    return frozenset(
        word for name in names for word in re.findall(r"[^\W_]+", fold(name)) if len(word) > _SHORTEST_NAME
    )


_SHORTEST_NAME = 2
_WORDS_TOO = frozenset({"usar", "ver", "para", "sobre", "con", "por", "use", "start", "finish", "set"})
"""Everyday words that the lists of family names hold as well."""


def _is_prefixed(old: str, new: str) -> bool:
    """`posible` and `imposible`: one is the other with a prefix that turns it round."""
    longer, shorter = (old, new) if len(old) > len(new) else (new, old)
    return len(shorter) > _SHORTEST_BASE and any(longer == prefix + shorter for prefix in _NEGATIVE_PREFIXES)


_SHORTEST_BASE = 3


def _same_word(old: str, new: str) -> bool:
    return stem(old) == stem(new)


@cache
def _figures() -> frozenset[str]:
    words = {*SPANISH_NUMBERS, *ENGLISH_NUMBERS, *MONTHS, *CURRENCIES, *SCALES, *UNITS, *ORDINAL_QUARTERS}
    return frozenset(fold(part) for word in words for part in word.split())


@cache
def _listed() -> dict[str, Fact]:
    kinds = {
        "quantity": Fact.QUANTITY,
        "degree": Fact.DEGREE,
        "time": Fact.TIME,
        "modality": Fact.MODALITY,
        "settled": Fact.STATE,
        "people": Fact.NAME,
        "things": Fact.THING,
    }
    content = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {word: kinds[name] for name, words in content.items() for word in words.split()}
