"""Sentences beside questions, with what is known of each and whether it answers, to fit the judge of answers with.

`evals/rfp/data/training.*.toml` holds `documents` (file name -> Markdown) and `questions` (language -> lists of the
question and a few words of every sentence that answers it). Beside them stand the development halves of the labels.
Invariant: a test half is never opened; every row comes from the looking that answers are made with.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from copilot.approvals.rfp_rules import RfpRules
from copilot.domain.language import Language, detect
from copilot.domain.questionnaires import Question
from copilot.workflows.chat.contract import Scene
from copilot.workflows.rfp.answering.candidates import MOST_LOOKED_AT
from copilot.workflows.rfp.answering.enquiry import enquiry_of
from copilot.workflows.rfp.answering.looking import Looker
from evals.figures import today
from evals.retrieval.collection import READER
from evals.rfp.labels import Label, Source, find, place_of, plain, read_labels
from evals.rfp.own import bases, label_files
from evals.rfp.world import World, open_world
from knowledge.questionnaires import read_pasted, vsaq

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence beside one part of a question."""

    group: str
    """The company whose texts were looked at."""
    part: str
    """Which part of which question, the same for all its sentences."""
    values: Mapping[str, float]
    right: bool
    of_questionnaire: bool
    """Whether the question stands in a questionnaire, and was not written for one sentence or another of the text."""


@dataclass(frozen=True, slots=True)
class _Asked:
    question: Question
    label: Label
    of_questionnaire: bool = True


def rows() -> list[Row]:
    """Of the invented texts and of the development halves."""
    return list(chain(_of_training(), _of_datica(), _of_own()))


def _of_training() -> Iterator[Row]:
    for path in sorted(_DATA.glob("training.*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        texts: dict[str, str] = data["documents"]
        asked = [
            _Asked(
                _pasted(text, key=f"{path.stem}-{place}"),
                _label(path.stem, str(place), spans, texts),
                of_questionnaire=False,
            )
            for place, (text, *spans) in enumerate(chain.from_iterable(data["questions"].values()))
        ]
        yield from _of_world(texts, asked, company=path.stem)


def _of_datica() -> Iterator[Row]:
    place = place_of(None, split="dev")
    if place.missing:
        return
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(place.policies.glob("*.md"))}
    labels = read_labels(place.labels, texts=texts)
    files = {label.file for label in labels}
    read = {
        file: vsaq.read((place.questionnaires / file).read_bytes(), name=file, today=today()).questions
        for file in sorted(files)
    }
    yield from _of_world(texts, [_Asked(find(label.id, read[label.file]), label) for label in labels], company="datica")


def _of_own() -> Iterator[Row]:
    files = label_files(_DATA, split="dev")
    for base in chain.from_iterable(bases(_DATA / "own", labels=file) for file in files):
        questions = {file: read.questions for file, read in base.questionnaires.items()}
        asked = [_Asked(find(item.id, questions[item.file]), item) for item in base.labels]
        yield from _of_world(base.texts, asked, company=base.labels[0].company)


def _pasted(text: str, *, key: str) -> Question:
    read = read_pasted(text, today=today()).questions[0]
    return read.model_copy(update={"id": key, "text": text, "language": Language(detect(text))})


def _label(file: str, key: str, spans: Sequence[str], texts: Mapping[str, str]) -> Label:
    sources = [
        Source(file=name, span=span) for span in spans for name, text in texts.items() if plain(span) in plain(text)
    ]
    if {item.span for item in sources} != set(spans):
        raise ValueError(f"{file}, question {key}: no document says one of {spans}")
    return Label(file=file, id=key, verdict="answered" if sources else "none", sources=tuple(sources))


def _of_world(texts: Mapping[str, str], asked: Sequence[_Asked], *, company: str) -> Iterator[Row]:
    with open_world(texts) as world:
        looker = Looker(world.application.retrieval, rules=RfpRules())
        for item in asked:
            yield from _of_question(item, world, looker, company=company)


def _of_question(asked: _Asked, world: World, looker: Looker, *, company: str) -> Iterator[Row]:
    question, label = asked.question, asked.label
    enquiry = enquiry_of(question, context=question.section)
    with world.application.database.unit_of_work() as uow:
        scene = Scene(
            viewer=READER, uow=uow, today=uow.clock.today(), language=question.language, message=question.text
        )
        for place, part in enumerate(enquiry.parts):
            survey = looker.survey(part, topic=enquiry.topic, matches=(), scene=scene, most=MOST_LOOKED_AT)
            able = [item for item in survey.ranked if item.able] if survey else []
            key = f"{label.name}#{place}"
            for item in able:
                file = world.files[item.told.evidence.document_id or ""]
                right = label.is_answered_by(item.told.text, file=file)
                yield Row(company, key, item.values, right, of_questionnaire=asked.of_questionnaire)
