"""Search for the paragraph that answers a question, within and across Spanish and English (XQuAD format).

Each language's paragraphs belong to one account; a direction asks in one language and looks in one account, or in
both (`es->mixed`), where the paragraph counts as found in either language.

Run: python -m evals.retrieval.xquad [--data DIR], where DIR holds *.es.json and *.en.json.
"""

import argparse
from pathlib import Path

from copilot.domain.language import Language
from copilot.settings import load_settings
from evals.figures import Figure, Goal
from evals.retrieval.collection import (
    DENSE,
    FUSED,
    LEXICAL,
    Question,
    SourceDocument,
    models,
    open_collection,
)
from evals.retrieval.datasets import LANGUAGES, read_xquad
from evals.retrieval.scoring import choosing_half, per_question, scored
from evals.retrieval.suite import HALF_NOTE
from evals.suite import finish, skip

_COMMAND = "python -m evals.retrieval.xquad"
_GOALS = {"es->en": 0.94, "en->es": 0.94, "es->es": 0.97, "en->en": 0.97}
_BASELINES = {"es->en": "0.305", "en->es": "0.329", "es->es": "0.948", "en->en": "0.959"}
Paragraphs = dict[Language, list[tuple[str, list[tuple[str, str]]]]]


def measure(folder: Path) -> list[Figure]:
    """Every direction: lexical only, then dense only and fused for each embedding model."""
    paragraphs = read_xquad(folder)
    directions = _directions(paragraphs)
    figures = []
    with open_collection() as collection:
        collection.add(
            SourceDocument(f"{language.value}-{number}", "", context, language, account=_account(language))
            for language, items in paragraphs.items()
            for number, (context, _) in enumerate(items)
        )
        collection.index_words()
        for direction, questions in directions.items():
            ranked = collection.rank(questions, mode=LEXICAL)
            figures += _figures(direction, questions, ranked, LEXICAL)
        for name, embedder in models().items():
            collection.embed(embedder)
            vectors = {
                source: collection.query_vectors(embedder, directions[f"{source}->mixed"]) for source in LANGUAGES
            }
            for direction, questions in directions.items():
                for mode in (DENSE, FUSED):
                    ranked = collection.rank(
                        questions, mode=mode, embedder=embedder, vectors=vectors[Language(direction[:2])]
                    )
                    figures += _figures(direction, questions, ranked, f"{mode}_{name}")
    return figures


def _directions(paragraphs: Paragraphs) -> dict[str, list[Question]]:
    directions: dict[str, list[Question]] = {}
    for source in LANGUAGES:
        for name, targets in (("es", ["es"]), ("en", ["en"]), ("mixed", ["es", "en"])):
            directions[f"{source.value}->{name}"] = [
                Question(
                    key,
                    text,
                    source,
                    {f"{target}-{number}": 1.0 for target in targets},
                    tuple(_account(Language(target)) for target in targets),
                )
                for number, (_, questions) in enumerate(paragraphs[source])
                for key, text in questions
            ]
    return directions


def _account(language: Language) -> str:
    return f"acc_{language.value}"


def _figures(direction: str, questions: list[Question], ranked: list[list[str]], mode: str) -> list[Figure]:
    values = per_question(questions, ranked)
    reached = mode == f"{FUSED}_e5" and direction in _GOALS
    note = f"BM25: {_BASELINES[direction]}" if direction in _BASELINES else "both languages searched at once"
    name = f"retrieval.xquad.ndcg_at_10.{mode}"
    figures = [
        scored(
            values,
            name=name,
            language=direction,
            command=_COMMAND,
            goal=Goal(comparison=">=", threshold=_GOALS[direction]) if reached else None,
            note=note,
        )
    ]
    if reached:
        kept = [value for question, value in zip(questions, values, strict=True) if not choosing_half(question.id)]
        half = name.replace("ndcg_at_10", "ndcg_at_10_other_half")
        figures.append(scored(kept, name=half, language=direction, command=_COMMAND, note=HALF_NOTE))
    return figures


def main() -> int:
    """Measure, print and record."""
    parser = argparse.ArgumentParser(description="Questions and paragraphs in Spanish and English.")
    parser.add_argument("--data", type=Path, help="Folder with *.es.json and *.en.json instead of the benchmark's.")
    arguments = parser.parse_args()
    folder = arguments.data or load_settings().benchmarks_dir / "xquad"
    if not folder.is_dir():
        return skip(folder)
    return finish(measure(folder), own_data=arguments.data is not None)


if __name__ == "__main__":
    raise SystemExit(main())
