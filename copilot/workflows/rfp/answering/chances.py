"""How likely each of some sentences is to answer, and that none does: they compete, and the chances add up to one.

Invariant: pure; a sentence gets a number by what it says beside the question and by nothing that depends on wording of
ours; weights are data (`calibration.toml`), fitted by `python -m evals.rfp.calibration_training`.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from copilot.workflows.chat.answering import Judged
from copilot.workflows.chat.matching import NAMES, Asked
from copilot.workflows.rfp.answering.claims import Claim, Reading
from copilot.workflows.rfp.answering.nearness import Nearness
from copilot.workflows.rfp.answering.quantities import meets

_FILE = Path(__file__).with_name("calibration.toml")
_ROW = {name: NAMES.index(name) for name in ("sentence_stems", "pooled", "has_kind")}
"""Of the numbers that the judge of the chat weighs, and their places."""
_MOST_FOUND = 0.8
_MOST_LOGIT = 30.0


@dataclass(frozen=True, slots=True)
class Among:
    """What is the same for all sentences that compete."""

    best: float
    """Score of the one that the judge puts first."""
    worst_found: float
    """How well the worst of the question's words is found in any of them."""


def numbers(
    question: Asked,
    item: Judged,
    *,
    about: float,
    reading: Reading,
    near: Nearness,
    under: float,
    among: Among,
    customers: bool,
) -> Mapping[str, float]:
    """What a chance is made of; the same in training and in use.

    `about`: see `fitting`; `under`: see `nearness.under_topic`; `customers`: see `asked_for.leaves_out_customers`.
    """
    told = item.told
    return {
        "near": near.mean,
        "near_topic": near.topic,
        "about": about,
        **{name: item.row[place] for name, place in _ROW.items()},
        "gap": among.best - item.score,
        "rank": math.log1p(told.rank),
        "quantity_missing": float(not meets(question.question.text, told.text)),
        "across": float(told.language is not question.question.language),
        "worst_found": min(_MOST_FOUND, among.worst_found),
        "under_topic": under,
        "recommended": float(Claim.RECOMMENDED in reading.all),
        "customers_missing": float(customers),
    }


def with_likeness(values: Sequence[Mapping[str, float]], alike: Sequence[float]) -> list[Mapping[str, float]]:
    """With the likeness of vectors, and by how much it is more than that of all these."""
    middle = sum(alike) / len(alike)
    return [{**item, "alike": value, "above_others": value - middle} for item, value in zip(values, alike, strict=True)]


def odds(values: Mapping[str, float]) -> float:
    """Of one sentence against that nothing answers. With `alike` among the values the likeness of vectors counts."""
    weights = _weights()["alike" if "alike" in values else "sentence"]
    total = weights["base"] + sum(weights[name] * value for name, value in values.items())
    return math.exp(max(-_MOST_LOGIT, min(_MOST_LOGIT, total)))


def chances(values: Sequence[Mapping[str, float]]) -> tuple[float, ...]:
    """Of each; what is missing to one is the chance that none answers."""
    each = [odds(item) for item in values]
    total = 1 + sum(each)
    return tuple(item / total for item in each)


@cache
def _weights() -> dict[str, dict[str, float]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
