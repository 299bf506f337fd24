"""nDCG and recall at ten, with their figures.

nDCG (Järvelin and Kekäläinen 2002) with linear gain, as BEIR computes it; recall over all relevant documents.
"""

import hashlib
import math
from collections.abc import Sequence

from evals.figures import Figure, Goal, today
from evals.retrieval.collection import Question
from evals.statistics import bootstrap_interval

_DEPTH = 10
INTERVAL_METHOD = "bootstrap over queries, 2,000 draws, seed 7"


def ndcg(ranked: Sequence[str], relevant: dict[str, float]) -> float:
    """Normalised discounted cumulative gain at ten."""
    gains = [relevant.get(document, 0.0) for document in ranked[:_DEPTH]]
    ideal = sorted(relevant.values(), reverse=True)[:_DEPTH]
    return _discounted(gains) / _discounted(ideal)


def recall(ranked: Sequence[str], relevant: dict[str, float]) -> float:
    """Share of the relevant documents among the first ten."""
    return len(set(ranked[:_DEPTH]) & relevant.keys()) / len(relevant)


def choosing_half(question_id: str) -> bool:
    """Whether settings may be chosen on this question: the half whose SHA-256 starts with an even digit.

    The other half is reported beside the whole.
    """
    return int(hashlib.sha256(question_id.encode()).hexdigest()[0], 16) % 2 == 0


def scored(
    values: Sequence[float], *, name: str, language: str, command: str, goal: Goal | None = None, note: str = ""
) -> Figure:
    """A figure that is a mean over queries."""
    return Figure(
        name=name,
        language=language,
        value=math.fsum(values) / len(values),
        n=len(values),
        interval=bootstrap_interval(values),
        interval_method=INTERVAL_METHOD,
        goal=goal,
        command=command,
        measured_on=today(),
        note=note,
    )


def per_question(questions: Sequence[Question], ranked: Sequence[Sequence[str]]) -> list[float]:
    """nDCG of each question."""
    return [ndcg(found, question.relevant) for question, found in zip(questions, ranked, strict=True)]


def _discounted(gains: Sequence[float]) -> float:
    return math.fsum(gain / math.log2(place + 2) for place, gain in enumerate(gains))
