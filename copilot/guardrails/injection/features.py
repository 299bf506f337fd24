"""What a unit looks like by itself and beside the rest of its text, as numbers of a fixed-size table.

Invariant: the same unit in the same text has the same features on every machine (CRC-32, not Python's own hash), so
that weights learnt on one work on another.
"""

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from copilot.domain.folding import flat
from copilot.guardrails.injection.units import Unit
from copilot.guardrails.injection.words import CLASSES_OF

BUCKETS = 1 << 13
"""Size of the table. Collisions cost little: a unit has some forty features."""
_WORD = re.compile(r"[^\W\d_]+(?:'[a-z]{1,3})?|==+|[{}=;@#$%&*]|\d+")
_MOST_WORDS = 60
_LONG_WORD = 4
_SMALL = 3
_URL = re.compile(r"https?://|www\.|\b[\w-]{2,40}\.(?:com|net|org|io|xyz|example|info|biz|top|ru|es)\b")
_CODE = re.compile(
    r"\b(?:import|from|def|return|print|exec|eval|curl|sudo|function|var|const|select|require)\b[ (]|\(\)|\{\{|=>|\);"
)
_QUOTED = re.compile(r"['\"“«‘][^'\"”»’]{2,80}['\"”»’]")


@dataclass(frozen=True, slots=True)
class Described:
    """A unit with its words, folded."""

    unit: Unit
    words: tuple[str, ...]


def describe(unit: Unit) -> Described:
    """The words of a unit."""
    return Described(unit, tuple(_WORD.findall(flat(unit.text))[:_MOST_WORDS]))


def features(described: Sequence[Described], wanted: Sequence[int] | None = None) -> list[dict[int, float]]:
    """Bucket to value, for all units or those of the indexes `wanted`, each judged beside all others."""
    seen: Counter[str] = Counter()
    for item in described:
        seen.update({word for word in item.words if len(word) >= _LONG_WORD})
    count = len(described)
    table_share = sum(item.unit.in_table for item in described) / max(1, count)
    chosen = described if wanted is None else [described[index] for index in wanted]
    return [{**_own(item), **_beside(item, seen, count=count, table_share=table_share)} for item in chosen]


def _own(item: Described) -> dict[int, float]:
    words = item.words
    classes = [CLASSES_OF.get(word, ()) for word in words]
    names = [f"w {word}" for word in words]
    names += [f"b {first} {second}" for first, second in pairwise(words)]
    present = {name for found in classes for name in found}
    names += [f"c {name}" for name in present]
    names += [f"p {first} {second}" for first in present for second in present if first < second]
    first = classes[0] if classes else ()
    names += [f"first {name}" for name in first] or ["first none"]
    names += [f"start {words[0]}"] if words else []
    names += [f"first {name} with {other}" for name in first for other in present]
    names += [
        f"no {name} first {start}" for name in ("we", "you", "business") if name not in present for start in first
    ]
    for index in range(len(words) - 1):
        for left in classes[index]:
            names += [f"cc {left} {right}" for right in classes[index + 1]]
            names.append(f"cw {left} {words[index + 1]}")
        names += [f"wc {words[index]} {right}" for right in classes[index + 1]]
    values = dict.fromkeys((_bucket(name) for name in names), 1.0)
    for name, value in _shape(item).items():
        values[_bucket(name)] = value
    return values


def _shape(item: Described) -> dict[str, float]:
    text = item.unit.text
    return {
        "bias": 1.0,
        "code": float(item.unit.is_code or len(_CODE.findall(text)) > 1),
        "fence": float(item.unit.is_code),
        "url": float(_URL.search(text) is not None),
        "quoted": float(_QUOTED.search(text) is not None),
        "asks": float(text.endswith("?")),
        "colon": float(text.endswith(":")),
        "stop": float(text.endswith(".")),
        "digits": float(any(char.isdigit() for char in text)),
        "length": min(len(item.words), 40) / 20,
        "short": float(len(item.words) <= _SMALL),
    }


def _beside(item: Described, seen: Counter[str], *, count: int, table_share: float) -> dict[int, float]:
    long_words = {word for word in item.words if len(word) >= _LONG_WORD}
    shared = sum(seen[word] > 1 for word in long_words) / max(1, len(long_words))
    alone = count <= 1
    asked = any("task" in CLASSES_OF.get(word, ()) or "question" in CLASSES_OF.get(word, ()) for word in item.words[:2])
    values = {
        "alone": float(alone),
        "alone asked": float(alone and asked),
        "strange": 0.0 if alone else 1.0 - shared,
        "strange asked": 0.0 if alone or not asked else 1.0 - shared,
        "prose in a table": 0.0 if item.unit.in_table or len(item.words) <= _SMALL else table_share,
    }
    return {_bucket(name): value for name, value in values.items()}


@lru_cache(maxsize=65536)
def _bucket(name: str) -> int:
    return zlib.crc32(name.encode("utf-8", "replace")) % BUCKETS


BIAS = _bucket("bias")
"""Of the feature that is always 1."""
