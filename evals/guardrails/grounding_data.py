"""Summaries with small edits beside their sources, as the learned score of grounding sees them.

Invariant: the features of a summary come from the summary and its source alone. What the data also have (the summary
before the edit) is used for training only, to know which words were changed.
"""

import difflib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from copilot.guardrails.grounding.features import features
from copilot.guardrails.grounding.source_text import SourceText
from copilot.guardrails.grounding.states import WORD_STATES, Array
from copilot.guardrails.grounding.words import words_of

FILES = ("sales_call", "news", "podcast", "qmsumm", "samsum", "scitldr")


@dataclass(frozen=True, slots=True)
class Example:
    """One summary: a row for each of its words."""

    document: str
    consistent: bool
    features: Array
    context: Array
    """The deepest vector of each word."""
    changed: Array
    """1 where the word is not the unedited summary's, or stands where one was taken out. For training only."""


def read_file(path: Path) -> list[Example]:
    """All summaries of one file."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    sources: dict[str, SourceText] = {}
    return list(_examples(rows, sources))


def file_of(folder: Path, name: str) -> Path:
    """Path of one of `FILES`."""
    return folder / f"summedits_{name}.json"


def _examples(rows: list[dict[str, str]], sources: dict[str, SourceText]) -> Iterator[Example]:
    for row in rows:
        source = sources.get(row["doc"])
        if source is None:
            words = words_of(row["doc"])
            source = sources[row["doc"]] = SourceText(words, WORD_STATES.of([word.text for word in words]))
        words = words_of(row["summary"])
        states = WORD_STATES.of([word.text for word in words])
        yield Example(
            document=hashlib.sha256(row["doc"].encode()).hexdigest()[:16],
            consistent=str(row["label"]) == "1",
            features=features(words, states, source, WORD_STATES.rarity),
            context=states[-1].astype(np.float16),
            changed=_changed(row["original_summary"], [word.folded for word in words]),
        )


def _changed(before: str, after: list[str]) -> Array:
    flags = np.zeros(len(after), np.float32)
    matcher = difflib.SequenceMatcher(None, [word.folded for word in words_of(before)], after, autojunk=False)
    for tag, _, _, start, end in matcher.get_opcodes():
        if tag == "delete":
            flags[max(0, start - 1) : start + 1] = 1
        elif tag != "equal":
            flags[start:end] = 1
    return flags
