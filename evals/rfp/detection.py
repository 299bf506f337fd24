"""Which questions of a questionnaire are found, what else is taken for one, and whether the answer's place is right?

Run: python -m evals.rfp.detection [--data DIR] [--record] [--misses]. Without `--data`: the project's own
questionnaires (`evals.rfp.layouts`), and the VSAQ files of the benchmarks folder, counted in their raw text. DIR holds
questionnaires of any readable format and `labels.toml`: a `[[file]]` with `name`, `language` and `[[file.question]]`
of `text` and, where the answer has a place, `address` (see `copilot.domain.questionnaires.Place`) and `part`.
Invariant: a label is matched once; a question that matches none counts against precision, hidden ones too.
"""

import argparse
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from rapidfuzz import fuzz

from copilot.domain.language import Language
from copilot.domain.questionnaires import Place, Question, Questionnaire
from copilot.settings import load_settings
from evals.chat.labelled import Count, Counts
from evals.figures import Figure, Goal, describe, record, today
from evals.rfp.layouts import Label, Made, made
from evals.statistics import wilson_interval
from knowledge.questionnaires import read_pasted, read_questionnaire

_COMMAND = "python -m evals.rfp.detection --record"
_READ_ON = date(2026, 11, 16)
_ALIKE = 90
"""Of 100, by `rapidfuzz.fuzz.ratio`: the number of a question may have stayed with its text."""
_GOALS: Mapping[str, float] = {"recall": 0.98, "precision": 0.97, "answer_place": 0.98}
_VSAQ = ("infrastructure", "physical_and_datacenter", "security_privacy_programs", "webapp", "test_template")
_VSAQ_QUESTION = re.compile(r'"type"\s*:\s*"(?:radiogroup|checkgroup|check|line|box|yesno|upload|date)"')
_NOTES = {
    "own": "16 questionnaires of the project's own in seven formats, written without sight of the readers' rules",
    "vsaq": "5 files; counted by the types of items in the raw text; no place of an answer is judged",
    "data": "the caller's files",
}


def main() -> int:
    """Measure, print, and record with `--record`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with questionnaires and labels.toml")
    parser.add_argument("--record", action="store_true", help="write the figures to evals/figures.json")
    parser.add_argument("--misses", action="store_true", help="name every case that went wrong")
    wanted = parser.parse_args()
    sets = {"data": _of_folder(wanted.data)} if wanted.data else {"own": made()}
    counted = {name: counts_of(files) for name, files in sets.items()}
    if not wanted.data:
        folder = load_settings().benchmarks_dir / "vsaq" / "questionnaires"
        if folder.is_dir():
            counted["vsaq"] = _vsaq_counts(folder)
        else:
            sys.stdout.write(f"Skipped: there is no folder {folder}.\n")
    figures = [figure for name, counts in counted.items() for figure in _figures(name, counts)]
    sys.stdout.writelines(f"{describe(figure)}\n" for figure in figures)
    if wanted.misses:
        every = (miss for counts in counted.values() for count in counts.values() for miss in count.misses)
        sys.stdout.writelines(f"{miss}\n" for miss in every)
    if wanted.record and not wanted.data:
        record(figures)
    return 0


def counts_of(files: Iterable[Made]) -> Counts:
    """Read every file and count. A file that cannot be read raises UnreadableFile: none of these is broken."""
    counts: Counts = defaultdict(Count)
    for file in files:
        if file.name.endswith(".txt"):
            found = read_pasted(file.content.decode(), today=_READ_ON)
        else:
            found = read_questionnaire(file.name, file.content, today=_READ_ON)
        _count(file, found, counts)
    return counts


def _count(file: Made, found: Questionnaire, counts: Counts) -> None:
    language = file.language.value
    pairs = _matched(file.labels, found.questions)
    for label in file.labels:
        counts["recall", language].add(f"not found: {file.name}: {label.text}", right=label in pairs)
    matched = {question.id for question in pairs.values()}
    for question in found.questions:
        name = f"no question: {file.name}: {question.place.id}: {question.text}"
        counts["precision", language].add(name, right=question.id in matched)
    for label, question in pairs.items():
        if label.places or file.name.endswith(".pdf"):
            at = question.answer_place.id if question.answer_place else "nowhere"
            name = f"answer's place: {file.name}: {label.text}: {at}"
            counts["answer_place", language].add(name, right=_is_right(label, question))
    told = found.deadline.isoformat() if found.deadline else ""
    counts["deadline", language].add(f"deadline: {file.name}: {told or 'none'}", right=told == file.deadline)
    counts["language", language].add(f"language: {file.name}", right=found.language is file.language)


def _matched(labels: Iterable[Label], questions: Iterable[Question]) -> dict[Label, Question]:
    """Each label with the question that is most like it, each question once."""
    free = list(questions)
    pairs: dict[Label, Question] = {}
    for label in labels:
        likest = max(free, key=lambda each: fuzz.ratio(each.text, label.text), default=None)
        if likest is not None and fuzz.ratio(likest.text, label.text) >= _ALIKE:
            pairs[label] = likest
            free.remove(likest)
    return pairs


def _is_right(label: Label, question: Question) -> bool:
    """In one of the label's places; where each value is ticked in its own, all of these."""
    ticked = {choice.place.id for choice in question.choices if choice.place is not None}
    wanted = {place.id for place in label.places}
    if len(wanted) > 1:
        return ticked == wanted
    if question.answer_place is None:
        return not wanted
    return question.answer_place.id in wanted


def _vsaq_counts(folder: Path) -> Counts:
    counts: Counts = defaultdict(Count)
    for name in _VSAQ:
        content = (folder / f"{name}.json").read_bytes()
        text = content.decode()
        found = read_questionnaire(f"{name}.json", content, today=_READ_ON)
        there = len(_VSAQ_QUESTION.findall(text))
        for place in range(there):
            counts["recall", "en"].add(f"{name}: {there} there", right=place < len(found.questions))
        for place, question in enumerate(found.questions):
            counts["precision", "en"].add(f"{name}: {question.id}", right=place < there)
    return counts


def _of_folder(folder: Path) -> Iterator[Made]:
    for file in tomllib.loads((folder / "labels.toml").read_text(encoding="utf-8"))["file"]:
        labels = tuple(
            Label(
                item["text"],
                (Place(address=item["address"], part=item.get("part", "")),) if "address" in item else (),
            )
            for item in file["question"]
        )
        content = (folder / file["name"]).read_bytes()
        yield Made(file["name"], Language(file["language"]), content, labels, file.get("deadline", ""))


def _figures(set_name: str, counts: Counts) -> Iterator[Figure]:
    for (measure, language), count in sorted(counts.items()):
        goal = _GOALS.get(measure)
        yield Figure(
            name=f"rfp.detection.{set_name}.{measure}",
            language=language,
            value=round(count.hits / count.cases, 4),
            n=count.cases,
            interval=wilson_interval(count.hits, count.cases),
            interval_method="Wilson",
            goal=Goal(comparison=">=", threshold=goal) if goal is not None else None,
            command=_COMMAND,
            measured_on=today(),
            note=_NOTES[set_name],
        )


if __name__ == "__main__":
    raise SystemExit(main())
