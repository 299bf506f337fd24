"""The cues of commitments, loaded and compiled once.

Invariant: cues read flattened text, so that accents, case and curly apostrophes never decide.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from copilot.guardrails.commitments.kinds import CommitmentKind

_FILE = Path(__file__).with_name("cues.toml")
_NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class KindCues:
    """What speaks of one kind."""

    terms: re.Pattern[str]
    topic: re.Pattern[str]
    evidence: re.Pattern[str]
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Cues:
    """All cues. `stance` has one pattern per name of the file's section."""

    kinds: Mapping[CommitmentKind, KindCues]
    stance: Mapping[str, re.Pattern[str]]
    quoted: Mapping[str, re.Pattern[str]]
    """What makes somebody else's words, quoted, our own."""


@cache
def cues() -> Cues:
    """The cues that come with the product."""
    content = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return Cues(
        kinds={CommitmentKind(name): _kind_cues(section) for name, section in content["kinds"].items()},
        stance={name: _either(lines) for name, lines in content["stance"].items()},
        quoted={name: _either(lines) for name, lines in content["quoted"].items()},
    )


def _kind_cues(section: Mapping[str, Any]) -> KindCues:
    return KindCues(
        terms=_either(section["terms"]),
        topic=_either(section["topic"]),
        evidence=_either(section["evidence"]),
        values=frozenset(section["values"]),
    )


def _either(lines: str) -> re.Pattern[str]:
    wanted: Iterable[str] = (line for line in lines.splitlines() if line.strip())
    pattern = "|".join(f"(?:{line})" for line in wanted)
    return re.compile(pattern) if pattern else _NOTHING
