"""Labels of what a knowledge base allows to be answered of a questionnaire, read by a person before any system ran.

A file of labels holds one `[[question]]` each with
- `file` and `id`: of the questionnaire and its item, by the number it is written with; an item without one is named by
  its id, or by the key of its first choice;
- `verdict`: `answered` (the texts answer it), `partly` (a part of it) or `none`. With `none` an abstention is right,
  and so is an answer that stays within `short`, `choices` and `sources`, which are mostly empty then;
- `short` and `choices`: the short forms and the choices (their keys, or as the file writes them) that a careful person
  may give; empty: none of them;
- `strict`: `fact`, or `rule` where the texts only say what shall be done: then yes needs to name it as a rule;
- `sources`: every passage that a right answer may rest on, by `file` and a few words of its sentence (`span`); an empty
  span stands for the whole file;
- `wrong` and `note`: for people: what a hasty reader would say, and why the label is what it is.

Invariant: the words of every source stand in the file it names; a label that points nowhere is refused.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from copilot.domain.questionnaires import Question
from copilot.domain.rfp_answers import ShortForm
from copilot.settings import load_settings

_DATA = Path(__file__).parent / "data"
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"[*`_\\]")


class Source(BaseModel):
    """A passage that answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    span: str


class Label(BaseModel):
    """What may be said of one question."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    id: str
    verdict: Literal["answered", "partly", "none"]
    strict: Literal["fact", "rule"] = "fact"
    short: frozenset[ShortForm] = frozenset()
    choices: frozenset[str] = frozenset()
    sources: tuple[Source, ...] = ()
    wrong: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        """As it is printed."""
        return f"{self.file}/{self.id}"

    @property
    def company(self) -> str:
        """The folder of its file: whose questionnaire it is."""
        return self.file.split("/")[0]

    def is_answered_by(self, text: str, *, file: str) -> bool:
        """Whether a text of a file has the words of one of the sources."""
        said = plain(text)
        return any(source.file == file and plain(source.span) in said for source in self.sources)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the data are."""

    questionnaires: Path
    policies: Path
    labels: Path

    @property
    def missing(self) -> Path | None:
        """The first that is not there."""
        places = (self.questionnaires, self.policies, self.labels)
        return next((place for place in places if not place.exists()), None)


def place_of(data: Path | None, *, split: str) -> Place:
    """The caller's folder, or the benchmark with the labels of one half."""
    if data:
        return Place(data / "questionnaires", data / "policies", data / "labels.toml")
    benchmarks = load_settings().benchmarks_dir
    labels = _DATA / f"datica.{split}.toml"
    return Place(benchmarks / "vsaq" / "questionnaires", benchmarks / "datica_policies", labels)


def read_labels(path: Path, *, texts: Mapping[str, str]) -> list[Label]:
    """All labels of a file. `texts`: what each file of the knowledge base says. Raises ValueError."""
    labels = parse_labels(path)
    check_sources(labels, texts=texts)
    return labels


def parse_labels(path: Path) -> list[Label]:
    """All labels of a file, whatever their sources. Raises ValueError."""
    labels = [Label.model_validate(item) for item in tomllib.loads(path.read_text(encoding="utf-8"))["question"]]
    if len({label.name for label in labels}) != len(labels):
        raise ValueError(f"{path} labels a question twice")
    return labels


def check_sources(labels: Sequence[Label], *, texts: Mapping[str, str]) -> None:
    """Raises ValueError where the words of a source do not stand in the file that it names."""
    folded = {name: plain(text) for name, text in texts.items()}
    for label in labels:
        for source in label.sources:
            if source.file not in folded or plain(source.span) not in folded[source.file]:
                raise ValueError(f"{label.name}: {source.file} does not say “{source.span}”")


def find(question_id: str, questions: tuple[Question, ...]) -> Question:
    """The question that a label means: by its written number, its id or its first choice. Raises KeyError."""
    for question in questions:
        if question_id == question.number:
            return question
    for question in questions:
        if question_id == question.id or (question.choices and question.choices[0].key == question_id):
            return question
    raise KeyError(question_id)


def with_keys(label: Label, question: Question) -> Label:
    """The label with the keys of the choices that it names in words."""
    keys = {choice.text: choice.key for choice in question.choices}
    return label.model_copy(update={"choices": frozenset(keys.get(choice, choice) for choice in label.choices)})


def plain(text: str) -> str:
    """Without markup, runs of blanks and case: how a span and a passage are compared."""
    return " ".join(_MARKS.sub("", _LINK.sub(r"\1", text)).split()).casefold()
