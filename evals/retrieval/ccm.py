"""Search over security procedures: which procedures answer a control question? (BEIR format, any content.)

`answering` is the search that the answers of questionnaires rest on: two queries for each control, its whole text and
the heading it opens with (`Audit Planning. Audit plans shall ...`), merged by document as `copilot.retrieval.several`
does it; how they are merged was chosen on one half.

Run: python -m evals.retrieval.ccm [--data DIR], where DIR holds corpus.jsonl, *queries.jsonl and *qrels*.tsv.
"""

import argparse
from pathlib import Path

from copilot.settings import load_settings
from copilot.workflows.rfp.answering.enquiry import queries_of
from evals.figures import Figure, Goal
from evals.retrieval.collection import DENSE, FUSED, LEXICAL, Question, models, open_collection
from evals.retrieval.datasets import read_beir
from evals.retrieval.scoring import choosing_half, per_question, recall, scored
from evals.retrieval.suite import HALF_NOTE
from evals.suite import finish, skip

_COMMAND = "python -m evals.retrieval.ccm"
_GOAL = Goal(comparison=">=", threshold=0.50)
_ANSWERING = Goal(comparison=">=", threshold=0.55)
_ANSWERING_RECALL = Goal(comparison=">=", threshold=0.66)
_BASELINE = "BM25 over whole documents: 0.463"


def measure(folder: Path) -> list[Figure]:
    """Lexical only, then dense only and fused for each embedding model."""
    documents, questions = read_beir(folder)
    figures = []
    with open_collection() as collection:
        collection.add(documents)
        collection.index_words()
        figures += _figures(questions, collection.rank(questions, mode=LEXICAL), LEXICAL)
        for name, embedder in models().items():
            collection.embed(embedder)
            vectors = collection.query_vectors(embedder, questions)
            for mode in (DENSE, FUSED):
                ranked = collection.rank(questions, mode=mode, embedder=embedder, vectors=vectors)
                goal = _GOAL if (mode, name) == (FUSED, "e5") else None
                figures += _figures(questions, ranked, f"{mode}_{name}", goal=goal)
            if name == "e5":
                both = collection.rank_several([(item, queries_of(item.text)) for item in questions], embedder=embedder)
                figures += _figures(questions, both, "answering", goal=_ANSWERING, recall_goal=_ANSWERING_RECALL)
    return figures


def _figures(
    questions: list[Question],
    ranked: list[list[str]],
    mode: str,
    *,
    goal: Goal | None = None,
    recall_goal: Goal | None = None,
) -> list[Figure]:
    prefix = f"retrieval.jupiterone_ccm.{{}}.{mode}"
    values = per_question(questions, ranked)
    recalls = [recall(found, question.relevant) for question, found in zip(questions, ranked, strict=True)]
    kept = [value for question, value in zip(questions, values, strict=True) if not choosing_half(question.id)]
    figures = [
        scored(values, name=prefix.format("ndcg_at_10"), language="en", command=_COMMAND, goal=goal, note=_BASELINE),
        scored(
            recalls,
            name=prefix.format("recall_at_10"),
            language="en",
            command=_COMMAND,
            goal=recall_goal,
            note="BM25: 0.586",
        ),
    ]
    if kept and mode != LEXICAL:
        figures.append(
            scored(kept, name=prefix.format("ndcg_at_10_other_half"), language="en", command=_COMMAND, note=HALF_NOTE)
        )
    return figures


def main() -> int:
    """Measure, print and record."""
    parser = argparse.ArgumentParser(description="Search over security procedures.")
    parser.add_argument("--data", type=Path, help="BEIR folder instead of the benchmark's.")
    arguments = parser.parse_args()
    folder = arguments.data or load_settings().benchmarks_dir / "jupiterone_ccm"
    if not folder.is_dir():
        return skip(folder)
    return finish(measure(folder), own_data=arguments.data is not None)


if __name__ == "__main__":
    raise SystemExit(main())
