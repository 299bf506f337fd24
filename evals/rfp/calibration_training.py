"""Fits what `copilot/workflows/rfp/answering/calibration.toml` holds, on the development half of the labels.

Run: python -m evals.rfp.calibration_training [--write]. Two logistic regressions with a ridge penalty: whether a
sentence answers (over the sentences that the judge puts first), and whether an answer whose best sentence has that
chance is right. The second is fitted on chances that the first gave to questions it had not seen (ten folds).
Invariant: the test half is never opened; without `--write` nothing is changed.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copilot.domain.language import Language
from copilot.domain.questionnaires import Question
from copilot.retrieval.search import SearchRequest
from copilot.workflows.chat.answering import answers
from copilot.workflows.chat.contract import Scene
from copilot.workflows.rfp.answering import candidates as judging
from copilot.workflows.rfp.answering.claims import read_claim
from copilot.workflows.rfp.answering.enquiry import enquiry_of
from copilot.workflows.rfp.answering.fitting import fit
from copilot.workflows.rfp.answering.looking import PASSAGES
from copilot.workflows.rfp.answering.reading import PassageReader
from evals.figures import today
from evals.retrieval.collection import READER
from evals.rfp.labels import Label, Place, find, place_of, plain, read_labels
from evals.rfp.world import World, open_world
from knowledge.questionnaires import vsaq

_FILE = Path(judging.__file__).with_name("calibration.toml")
_FOLDS = 10
_PENALTY = 10.0
_STEPS = 50
_ANSWERED_FROM = 0.25
"""Chances below are hardly ever answered from; they would bend the curve where it is used."""
_FEW = 3.0
"""Penalty of the second regression, which has some thirty answers to go by."""
_HAND_SET = """
support = -0.8
freshness = -2.0
completeness = -0.8
consistency = -3.0

# Of `rank_passages`, set by hand on the questions of jupiterone_ccm: what the words that a passage has count beside the
# search's score, and the share of a document's next two passages.
[passages]
said = 0.5
others = 0.3
"""
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence beside one question."""

    question: str
    values: dict[str, float]
    right: bool
    able: bool
    """Whether the rules let it answer."""


def gather(place: Place) -> list[Row]:
    """Every sentence that the judge puts first, for every labelled question."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(place.policies.glob("*.md"))}
    labels = read_labels(place.labels, texts=texts)
    rows: list[Row] = []
    with open_world(texts) as world:
        reader = PassageReader()
        for file in dict.fromkeys(label.file for label in labels):
            content = (place.questionnaires / file).read_bytes()
            questions = vsaq.read(content, name=file, today=today()).questions
            for label in (item for item in labels if item.file == file):
                rows += _rows(find(label.id, questions), label, world, reader)
    return rows


def _rows(question: Question, label: Label, world: World, reader: PassageReader) -> list[Row]:
    found = []
    with world.application.database.unit_of_work() as uow:
        day = uow.clock.today()
        scene = Scene(viewer=READER, uow=uow, today=day, language=question.language, message=question.text)
        for part in enquiry_of(question, context=question.section).parts:
            asked = judging.prepared(part.text, language=Language.EN)
            if asked is None:
                continue
            request = SearchRequest(query=part.text, account_ids=(), limit=PASSAGES, language=question.language)
            hits = world.application.retrieval.search.search(request, viewer=READER, uow=uow).hits
            for item in answers(asked, reader.tell(hits, scene).sentences).ranked[: judging.MOST_LOOKED_AT]:
                reading = read_claim(item.told.text, title=f"{item.told.heading} {item.told.title}")
                fits = fit(asked, item.told, more=item.announces)
                values = dict(judging.features(asked, item, fits, reading))
                right = _is_right(item.told.text, world.files[item.told.evidence.document_id or ""], label)
                candidate = judging.Candidate(item, fits, reading, 0.0)
                able = judging.may_answer(part.text, part.yes_no, asked, candidate)
                found.append(Row(label.name, values, right, able))
    return found


def _is_right(text: str, file: str, label: Label) -> bool:
    said = plain(text)
    return any(source.file == file and plain(source.span) in said for source in label.sources)


def fitted(matrix: Array, right: Array, *, penalty: float = _PENALTY) -> Array:
    """Weights (the last is the base) of a logistic regression, by Newton's method."""
    design = np.hstack([matrix, np.ones((len(matrix), 1))])
    ridge = np.diag([*([penalty] * matrix.shape[1]), 1e-6])
    weights = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (chance - right) + ridge @ weights
        hessian = (design * (chance * (1 - chance))[:, None]).T @ design + ridge
        weights = weights - np.linalg.solve(hessian, gradient)
    return weights


def _chances(matrix: Array, weights: Array) -> Array:
    chances: Array = 1 / (1 + np.exp(-np.clip(matrix @ weights[:-1] + weights[-1], -30, 30)))
    return chances


def _scaled(rows: Sequence[Row], names: Sequence[str]) -> tuple[Array, Array, Array]:
    matrix = np.array([[row.values[name] for name in names] for row in rows])
    middle, spread = matrix.mean(axis=0), matrix.std(axis=0)
    return (matrix - middle) / np.where(spread > 0, spread, 1.0), middle, np.where(spread > 0, spread, 1.0)


def _unseen(matrix: Array, right: Array, rows: Sequence[Row]) -> Array:
    """Chances of each row from the folds without its question."""
    names = list(dict.fromkeys(row.question for row in rows))
    fold = np.array([names.index(row.question) % _FOLDS for row in rows])
    chances = np.zeros(len(rows))
    for number in range(_FOLDS):
        chances[fold == number] = _chances(
            matrix[fold == number], fitted(matrix[fold != number], right[fold != number])
        )
    return chances


def _best(chances: Array, rows: Sequence[Row]) -> list[int]:
    """The best sentence of each question that may answer."""
    best: dict[str, int] = {}
    for index, row in enumerate(rows):
        if row.able and (row.question not in best or chances[index] > chances[best[row.question]]):
            best[row.question] = index
    return list(best.values())


def _written(names: Sequence[str], weights: Array, middle: Array, spread: Array, platt: Array, *, note: str) -> str:
    plain_weights = weights[:-1] / spread
    base = weights[-1] - float(plain_weights @ middle)
    lines = [
        "# Fitted by `python -m evals.rfp.calibration_training --write` on the development half of evals/rfp/data.",
        f"# {note}",
        "# [sentence]: log odds that a sentence answers. [confidence]: `base` and `relevance` (times the log odds of",
        "# the best sentence's chance) were fitted; the others, for each unit that a dimension lacks, set by hand.",
        "[sentence]",
        f"base = {base:.4f}",
        *(f"{name} = {value:.4f}" for name, value in zip(names, plain_weights, strict=True)),
        "",
        "[confidence]",
        f"base = {platt[1]:.4f}",
        f"relevance = {platt[0]:.4f}",
    ]
    return "\n".join(lines) + _HAND_SET


def main() -> int:
    """Fit, print, and write with `--write`."""
    parser = argparse.ArgumentParser(description="Fit the calibration of questionnaire answers.")
    parser.add_argument("--write", action="store_true", help="replace calibration.toml")
    wanted = parser.parse_args()
    place = place_of(None, split="dev")
    if place.missing:
        sys.stderr.write(f"{place.missing} is missing\n")
        return 0
    rows = [row for row in gather(place) if not (row.values["fragment"] or row.values["question"])]
    names = [name for name in rows[0].values if name not in ("fragment", "question", "blank", "here")]
    matrix, middle, spread = _scaled(rows, names)
    right = np.array([row.right for row in rows], float)
    unseen = _unseen(matrix, right, rows)
    best = [index for index in _best(unseen, rows) if unseen[index] >= _ANSWERED_FROM]
    odds = np.log(unseen[best] / (1 - unseen[best]))[:, None]
    platt = fitted(odds, right[best], penalty=_FEW)
    ranked = sorted(best, key=lambda index: -unseen[index])
    for count in (5, 10, 15, 20, 30, 40, 60):
        sys.stdout.write(
            f"best {count}: {right[ranked[:count]].mean():.2f} right, from {unseen[ranked[:count]][-1]:.2f}\n"
        )
    note = (
        f"{len(rows)} sentences of {len({row.question for row in rows})} questions, {int(right.sum())} of them right."
    )
    text = _written(names, fitted(matrix, right), middle, spread, platt, note=note)
    sys.stdout.write(text)
    if wanted.write:
        _FILE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
