"""Whether a text says a word of a question: by the word, by one that names the same, or by its other language.

Invariant: pure and deterministic, by lists alone: that two words are found near each other shows no more than that they
keep the same company, and a yes needs the thing itself.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path

from copilot.domain.folding import flat
from copilot.guardrails.grounding.words import stem, words_of
from copilot.workflows.rfp.answering.fitting import terms_of

_FILE = Path(__file__).with_name("sameness.toml")
_INFINITIVE = re.compile(r"[aei]r$")
_CLITIC = re.compile(r"([aei]r)(?:se|l[aeo]s?)$")
_LONG = 5


@lru_cache(maxsize=8_192)
def all_names(text: str) -> frozenset[str]:
    """Of all words of a text: see `names_of`."""
    return frozenset(name for word in words_of(text) if word.is_word for name in names_of(word.folded))


@lru_cache(maxsize=20_000)
def names_of(folded: str) -> frozenset[str]:
    """Stems of a word, with the groups it is in."""
    apart = _apart().get(folded)
    if apart is not None:
        return frozenset({apart})
    parts = {folded, *(part for part in folded.split("-") if len(part) > 1)}
    roots = {_root(part) for part in parts}
    groups = _groups()
    return terms_of(folded) | roots | {name for root in roots for name in groups.get(root, ())}


def root_of(folded: str) -> str:
    """The stem, of a Spanish infinitive too."""
    found = stem(folded)
    return _INFINITIVE.sub("", found) if len(found) > _LONG else found


def _root(folded: str) -> str:
    """Also of an infinitive with a pronoun behind it: `cifrarse`."""
    return root_of(_CLITIC.sub(r"\1", folded))


@cache
def _apart() -> Mapping[str, str]:
    lines = enumerate(_lists("apart"))
    return {word: f"!{place}" for place, line in lines for word in flat(line).split()}


def _lists(name: str) -> Sequence[str]:
    lists: Sequence[str] = tomllib.loads(_FILE.read_text(encoding="utf-8"))[name]["groups"]
    return lists


@cache
def _groups() -> Mapping[str, tuple[str, ...]]:
    groups: dict[str, tuple[str, ...]] = {}
    for place, line in enumerate(_lists("same")):
        for root in {_root(word) for word in flat(line).split()}:
            groups[root] = (*groups.get(root, ()), f"={place}")
    return groups
