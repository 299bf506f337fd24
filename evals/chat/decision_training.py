"""Fits the weights by which "something answers" is told from "nothing says so" (`[decision]` of `answering.toml`).

Invariant: only questions that the decision may be tuned on are used: `data/search_development.toml`, the questions of
the demo's knowledge, and some of XQuAD, of which every second lacks the paragraph that answers it. Every fourth
question is held out for what is printed; the weights are then fitted on all of them. Nothing is written: whoever takes
other weights measures them first.

Run: python -m evals.chat.decision_training [--data DIR], where DIR holds xquad.es.json and xquad.en.json.
"""

import argparse
import json
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from copilot.domain.documents import DocumentKind
from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.language import Language
from copilot.domain.plans import SearchStep
from copilot.settings import load_settings
from copilot.store.accounts import AccountRepository
from copilot.workflows.chat.answering import Verdict, answers, decision_weights
from copilot.workflows.chat.contract import Scene
from copilot.workflows.chat.matching import Asked, asked
from copilot.workflows.chat.question import read_question
from copilot.workflows.chat.search_step import SearchRunner
from copilot.workflows.chat.told import Told
from copilot.workflows.reading.text import sentence_spans
from copilot.workflows.reading.types import Side
from evals.chat.matching import fold
from evals.chat.world import World, demo_world
from evals.statistics import wilson_interval
from evals.suite import skip
from knowledge import demo_company

_DEVELOPMENT = Path(__file__).with_name("data") / "search_development.toml"
_OF_XQUAD = 330
_OTHER_PARAGRAPHS = 3
_BEST = 3
"""Sentences of which one has to answer."""
_FOLDS = 4
_NUMBERS = ("score", "plain_words", "names", "words")
_DAY = date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class Row:
    """What the decision is made from, in the order of `_NUMBERS`, and whether one of the best sentences answers."""

    values: tuple[float, float, float, float]
    right: bool


@dataclass(frozen=True, slots=True)
class _Question:
    """`expected`: one of these stands in a sentence that answers; none: nothing does."""

    text: str
    language: Language
    expected: tuple[str, ...]
    account: str = ""


def of_demo(world: World) -> Iterator[Row]:
    """Rows of the questions about the demo company, each searched for as in a conversation."""
    runner = SearchRunner(world.application.retrieval)
    with world.application.database.unit_of_work() as uow:
        accounts = AccountRepository(uow).page(viewer=world.admin, query="", cursor=None, limit=50).accounts
        ids = {item.name: item.id for item in accounts}
        for question in _questions():
            scene = Scene(
                viewer=world.admin,
                uow=uow,
                today=uow.clock.today(),
                language=question.language,
                message=question.text,
            )
            named = (ids[question.account],) if question.account else ()
            step = SearchStep(question=question.text, account_ids=named)
            _, verdict = runner.look(step, scene, besides=(question.account,) if question.account else ())
            known = frozenset(fold(question.account).split())
            beside = asked(read_question(question.text, language=question.language, besides=known))
            yield from _row(beside, verdict, question.expected)


def _questions() -> Iterator[_Question]:
    for entry in tomllib.loads(_DEVELOPMENT.read_text("utf-8"))["question"]:
        expected = tuple(entry.get("answer", ()))
        yield _Question(entry["question"], Language(entry["language"]), expected, entry.get("account", ""))
    truth = tomllib.loads((demo_company.FOLDER / "truth" / "knowledge.toml").read_text("utf-8"))
    for entry in truth["question"]:
        yield _Question(entry["question"], Language(entry["language"]), tuple(entry["answer_quotes"]))


def of_xquad(folder: Path) -> Iterator[Row]:
    """Rows of questions of XQuAD beside paragraphs of their article, every second without the one that answers."""
    for place, (question, own, others, language) in enumerate(_drawn(folder)):
        paragraphs = [item["context"] for item in (others if place % 2 else [own, *others])]
        beside = asked(read_question(question["question"], language=language))
        told = _told(paragraphs, language)
        yield from _row(beside, answers(beside, told), () if place % 2 else (question["answers"][0]["text"],))


def _drawn(folder: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]], Language]]:
    generator = np.random.default_rng(1)
    content = {name: json.loads((folder / f"xquad.{name}.json").read_text("utf-8"))["data"] for name in Language}
    for _ in range(_OF_XQUAD):
        language = list(Language)[int(generator.integers(len(Language)))]
        article = content[language][int(generator.integers(len(content[language])))]["paragraphs"]
        number = int(generator.integers(len(article)))
        questions = article[number]["qas"]
        others = [item for place, item in enumerate(article) if place != number]
        drawn = generator.permutation(len(others))[:_OTHER_PARAGRAPHS]
        yield questions[int(generator.integers(len(questions)))], article[number], [others[i] for i in drawn], language


def _told(paragraphs: Sequence[str], language: Language) -> list[Told]:
    """Sentences of paragraphs as a search would hand them over."""
    found: list[Told] = []
    for rank, text in enumerate(paragraphs):
        within = Evidence(id=f"passage:{rank}", kind=EvidenceKind.PASSAGE, text=text, label="", as_of=_DAY)
        found += [
            Told(
                text=text[start:end],
                evidence=within,
                within=within,
                language=language,
                day=_DAY,
                title="",
                kind=DocumentKind.KNOWLEDGE,
                speaker=None,
                side=Side.UNKNOWN,
                heading="",
                passage_id=within.id,
                rank=rank,
                order=len(found) + place,
            )
            for place, (start, end) in enumerate(sentence_spans(text, 0, len(text)))
        ]
    return found


def _row(question: Asked, verdict: Verdict, expected: Sequence[str]) -> Iterator[Row]:
    """None where nothing was found: there is nothing to decide."""
    if not verdict.ranked:
        return
    plain, names = verdict.worst
    most = decision_weights()
    values = (
        verdict.ranked[0].score,
        min(most["plain_words_most"], plain),
        min(most["names_most"], names),
        float(min(most["words_most"], len(question.question.telling))),
    )
    best = [fold(item.told.text) for item in verdict.ranked[:_BEST]]
    yield Row(values, any(fold(answer) in text for answer in expected for text in best))


def fit(rows: Sequence[Row]) -> dict[str, float]:
    """Weights by name with `base`; prints how often those in use and fitted ones decide rightly."""
    values = np.array([row.values for row in rows])
    right = np.array([row.right for row in rows])
    fold_of = np.arange(len(rows)) % _FOLDS
    fitted = np.zeros(len(rows))
    for held_out in range(_FOLDS):
        kept = fold_of != held_out
        fitted[~kept] = LogisticRegression(C=100.0).fit(values[kept], right[kept]).decision_function(values[~kept])
    now = decision_weights()
    in_use = now["base"] + values @ np.array([now[name] for name in _NUMBERS])
    for name, scores in (("in use", in_use), ("fitted on the other questions", fitted)):
        decided = scores > now["threshold"]
        for said, chosen in (("it answers", right), ("nothing answers", ~right)):
            hits = int((decided[chosen] == right[chosen]).sum())
            low, high = wilson_interval(hits, int(chosen.sum()))
            sys.stdout.write(f"{name}: {said}, decided so {hits} of {chosen.sum()} [{low:.3f}, {high:.3f}]\n")
    model = LogisticRegression(C=100.0).fit(values, right)
    slopes = {name: float(slope) for name, slope in zip(_NUMBERS, model.coef_[0], strict=True)}
    return {"base": float(model.intercept_[0]), **slopes}


def main() -> int:
    """Print the fitted numbers of the table `[decision]`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="Folder with xquad.es.json and xquad.en.json.")
    arguments = parser.parse_args()
    folder = arguments.data or load_settings().benchmarks_dir / "xquad"
    if not folder.is_dir():
        return skip(folder)
    with demo_world() as world:
        rows = [*of_demo(world), *of_xquad(folder)]
    for name, value in fit(rows).items():
        sys.stdout.write(f"{name} = {value:.4f}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
