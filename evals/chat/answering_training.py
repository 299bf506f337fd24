"""Fits the weights by which sentences are judged beside a question (`copilot/workflows/chat/answering.toml`).

Invariant: only questions of XQuAD are used here, each beside the sentences of its own paragraph and of the three other
paragraphs of its article that resemble it most, in both languages and across them; a sentence is right when the answer
begins in it. Every fourth article is held out for what is printed; the weights are then fitted on all of them.

Run: python -m evals.chat.answering_training [--data DIR], where DIR holds xquad.es.json and xquad.en.json.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from copilot.domain.language import Language
from copilot.guardrails.grounding.states import Array
from copilot.settings import load_settings
from copilot.workflows.chat.matching import NAMES, Asked, Compared, Stretch, Stretches, asked, features, places, seen
from copilot.workflows.chat.question import read_question
from copilot.workflows.reading.text import sentence_spans
from evals.suite import skip

_OTHER_PARAGRAPHS = 3
_SHORTEST = 3
"""Words of a sentence."""
_FOLDS = 4
_SHARE, _SHARE_ACROSS = 0.55, 0.4
"""Of all questions, and of those the share that is asked across languages too: more changed nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence beside one question."""

    article: int
    right: bool
    values: Array


def rows(folder: Path) -> Iterator[Row]:
    """All rows, article by article."""
    content = {name: json.loads((folder / f"xquad.{name}.json").read_text("utf-8"))["data"] for name in Language}
    generator = np.random.default_rng(0)
    for article in range(len(content[Language.EN])):
        paragraphs = {name: content[name][article]["paragraphs"] for name in Language}
        for number, paragraph in enumerate(paragraphs[Language.EN]):
            for index in range(len(paragraph["qas"])):
                if generator.random() > _SHARE:
                    continue
                for asked_in, told_in in product(Language, Language):
                    if asked_in is told_in or generator.random() <= _SHARE_ACROSS:
                        text = paragraphs[asked_in][number]["qas"][index]["question"]
                        question = asked(read_question(text, language=asked_in))
                        yield from _of_question(question, paragraphs[told_in], (article, number, index), told_in)


def _of_question(
    question: Asked, paragraphs: list[dict[str, Any]], place: tuple[int, int, int], language: Language
) -> Iterator[Row]:
    article, own, index = place
    beside = [Compared.beside(question, [seen(item["context"])]) for item in paragraphs]
    alike = [float(item.alike[list(question.question.telling)].max(axis=1).mean()) for item in beside]
    others = sorted((n for n in range(len(paragraphs)) if n != own), key=lambda n: -alike[n])[:_OTHER_PARAGRAPHS]
    answer = int(paragraphs[own]["qas"][index]["answers"][0]["answer_start"])
    for number in (*others, own):
        text, passage = paragraphs[number]["context"], beside[number]
        spans = list(sentence_spans(text, 0, len(text)))
        placed = [(start, end, *places(passage.seen[0].words, start, end)) for start, end in spans]
        long = [spot for spot in placed if spot[3] - spot[2] >= _SHORTEST]
        stretches = [Stretch(first, last, language, None, text[start:end]) for start, end, first, last in long]
        if not stretches:
            continue
        values, _ = features(passage, [Stretches.of(stretches)])
        for (start, end, _, _), row in zip(long, values, strict=True):
            yield Row(article, number == own and start <= answer < end, row)


def fit(found: list[Row]) -> dict[str, float]:
    """Weights by name with `base`; prints how well held-out articles are told apart."""
    values = np.array([row.values for row in found])
    right = np.array([row.right for row in found])
    fold = np.array([row.article % _FOLDS for row in found])
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-6
    scaled = (values - mean) / spread
    scores = np.zeros(len(found))
    for held_out in range(_FOLDS):
        kept = fold != held_out
        model = LogisticRegression(max_iter=500).fit(scaled[kept], right[kept])
        scores[~kept] = model.decision_function(scaled[~kept])
    sys.stdout.write(f"area under the curve on held-out articles: {roc_auc_score(right, scores):.3f}\n")
    model = LogisticRegression(max_iter=500).fit(scaled, right)
    slopes = model.coef_[0] / spread
    weights = {name: float(value) for name, value in zip(NAMES, slopes, strict=True)}
    return {"base": float(model.intercept_[0] - slopes @ mean), **weights}


def main() -> int:
    """Print the table `[sentence]` of the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="Folder with xquad.es.json and xquad.en.json.")
    arguments = parser.parse_args()
    folder = arguments.data or load_settings().benchmarks_dir / "xquad"
    if not folder.is_dir():
        return skip(folder)
    for name, value in fit(list(rows(folder))).items():
        sys.stdout.write(f"{name} = {value:.4f}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
