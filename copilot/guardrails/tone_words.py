"""The words and turns of phrase that must not stand in a text of ours, loaded and compiled once.

Invariant: patterns read flattened text and are bounded, so any text is read in time linear in its length.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from copilot.domain.folding import flat

_FILE = Path(__file__).with_name("tone_words.toml")


class Tone(StrEnum):
    """What is wrong with a sentence; the name of the rule."""

    INSULT = "tone.insult"
    PROFANITY = "tone.profanity"
    PRESSURE = "tone.pressure"
    COMPETITOR = "tone.disparages_competitor"
    DISCRIMINATION = "tone.discrimination"
    SENSITIVE = "tone.sensitive_attribute"


@dataclass(frozen=True, slots=True)
class ToneWords:
    """Patterns by what they show, and what a competitor looks like."""

    anywhere: Mapping[Tone, re.Pattern[str]]
    negative: re.Pattern[str]
    competitor: re.Pattern[str]
    not_names: frozenset[str]


@cache
def tone_words() -> ToneWords:
    """The words that come with the product."""
    content = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    sections = {
        Tone.INSULT: "insult",
        Tone.PROFANITY: "profanity",
        Tone.PRESSURE: "pressure",
        Tone.DISCRIMINATION: "discrimination",
        Tone.SENSITIVE: "sensitive",
    }
    competitor = content["competitor"]
    return ToneWords(
        anywhere={tone: _either(content[name]["patterns"]) for tone, name in sections.items()},
        negative=_either(competitor["negative"]),
        competitor=_either(competitor["subject"]),
        not_names=frozenset(flat(word) for word in competitor["not_names"].split()),
    )


def _either(lines: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{line})" for line in lines.splitlines() if line.strip()))
