"""Labelled sentences of our own, and the two error rates over them.

Invariant: which half nothing is chosen on is fixed by the text itself (SHA-256), before anything is measured.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from copilot.domain.language import Language
from evals.figures import Figure, Goal, today
from evals.run import SKIPPED
from evals.statistics import wilson_interval
from evals.suite import finish

OWN_DATA = Path(__file__).parent / "data"
_GOALS = (Goal(comparison=">=", threshold=0.9), Goal(comparison="<=", threshold=0.05))


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of a set. `label` is what should be found, or None for nothing."""

    id: str
    text: str
    label: str | None
    source: str = "written"

    @property
    def held_out(self) -> bool:
        """Whether it is in the half that nothing was chosen on: the first hexadecimal digit of its SHA-256 is odd."""
        return int(hashlib.sha256(self.text.encode()).hexdigest()[0], 16) % 2 == 1


@dataclass(frozen=True, slots=True)
class Errors:
    """Counts of one group of sentences."""

    found: int
    to_find: int
    false_alarms: int
    harmless: int
    right_label: int
    mistakes: tuple[str, ...]


def read_sentences(path: Path, *, label_of: Callable[[dict[str, str]], str | None]) -> list[Sentence]:
    """One JSON object a line with `id`, `text` and what `label_of` reads."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return [
        Sentence(id=row["id"], text=row["text"], label=label_of(row), source=row.get("source", "written"))
        for row in rows
    ]


def count(sentences: Iterable[Sentence], find: Callable[[str], frozenset[str]]) -> Errors:
    """Compare what `find` returns (labels, empty for nothing) with the labels."""
    found = to_find = alarms = harmless = right = 0
    mistakes = []
    for item in sentences:
        labels = find(item.text)
        if item.label is None:
            harmless += 1
            alarms += bool(labels)
        else:
            to_find += 1
            found += bool(labels)
            right += item.label in labels
        if bool(labels) != (item.label is not None):
            mistakes.append(f"{'false alarm' if labels else 'missed'}: {item.id} {item.text}")
    return Errors(found, to_find, alarms, harmless, right, tuple(mistakes))


@dataclass(frozen=True, slots=True)
class LabelledSets:
    """Our own sets of one detector: `<name>_es.jsonl` and `<name>_en.jsonl`."""

    name: str
    label_of: Callable[[dict[str, str]], str | None]
    parts: Callable[[list[Sentence]], dict[str, list[Sentence]]]
    """What is measured apart, by the name it is reported under; `held_out` has the goals and shows no mistakes."""
    find: Callable[[str], frozenset[str]]
    notes: Mapping[str, str]
    """By part."""

    @property
    def prefix(self) -> str:
        return f"guardrails.{self.name}"

    @property
    def command(self) -> str:
        return f"python -m evals.guardrails.{self.name}"

    def measure(self, folder: Path, *, mistakes: bool = False) -> list[Figure]:
        """Every part of every language that is there."""
        figures: list[Figure] = []
        for language in Language:
            path = folder / f"{self.name}_{language.value}.jsonl"
            if path.is_file():
                for part, sentences in self.parts(read_sentences(path, label_of=self.label_of)).items():
                    errors = count(sentences, self.find)
                    if mistakes and part != "held_out":
                        sys.stdout.writelines(f"{part} {line}\n" for line in errors.mistakes)
                    figures += figures_of(
                        errors,
                        prefix=f"{self.prefix}.{part}",
                        language=language.value,
                        command=self.command,
                        note=self.notes[part],
                        goals=_GOALS if part == "held_out" else (None, None),
                    )
        return figures

    def run(self, description: str, *, others: Callable[[], Sequence[Figure]] = tuple) -> int:
        """The suite's command line. `others` measures what is no set of ours; not with `--data`."""
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("--data", type=Path, help="Folder with sets of the same format instead of our own.")
        parser.add_argument(
            "--mistakes", action="store_true", help="Show what goes wrong where settings may be chosen."
        )
        arguments = parser.parse_args()
        folder = arguments.data or OWN_DATA
        figures = self.measure(folder, mistakes=arguments.mistakes)
        if not arguments.data:
            figures += others()
        if not figures:
            sys.stdout.write(f"Skipped: there are no labelled sentences in {folder}.\n")
            return SKIPPED
        return finish(figures, own_data=arguments.data is not None, published="our sets")


def figures_of(
    errors: Errors,
    *,
    prefix: str,
    language: str,
    command: str,
    note: str,
    goals: tuple[Goal | None, Goal | None] = (None, None),
) -> Sequence[Figure]:
    """Detection, false alarms and the share of what was found that has the right label, with Wilson intervals."""
    cases = (
        ("detected", errors.found, errors.to_find, goals[0]),
        ("false_alarms", errors.false_alarms, errors.harmless, goals[1]),
        ("right_label", errors.right_label, errors.found, None),
    )
    return [
        Figure(
            name=f"{prefix}.{name}",
            language=language,
            value=round(hits / trials, 4),
            n=trials,
            interval=wilson_interval(hits, trials),
            interval_method="Wilson",
            goal=goal,
            command=command,
            measured_on=today(),
            note=note,
        )
        for name, hits, trials, goal in cases
        if trials
    ]
