"""Trains the linear model that finds tasks for an assistant in texts about something else.

Run: python -m evals.guardrails.injection_training [--data DIR], where DIR holds `bipia` and `workbench`. It rewrites
the weights that are shipped with the detector. What is measured (`evals.guardrails.injection`) trains by the same
recipe without what it reports.
"""

import argparse
import random
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression

from copilot.guardrails.injection.features import BIAS, BUCKETS, describe, features
from copilot.guardrails.injection.tasks import WEIGHTS_FILE, TaskModel
from copilot.guardrails.injection.units import units_of
from copilot.settings import load_settings
from evals.guardrails.injection_sets import (
    LANGUAGES,
    Bipia,
    Sample,
    demo_pieces,
    own_set,
    planted,
    read_bipia,
    read_workbench_emails,
)
from evals.retrieval.suite import skip

SEED = 20261122
LIKE_BIPIA = frozenset({"task", "format", "persuade"})
"""Kinds of the project's own attacks that resemble types of BIPIA."""
_EMAILS = 200
_INVERSE_STRENGTH = 0.1
_WEIGHT_OF_OTHERS = 0.3
_MOST_FALSE_ALARMS = 0.01
_PARTS = 4
_DISGUISED = ("unicode_", "encoded_", "hidden_")


@dataclass
class Rows:
    """Units as features, with whether each is part of an attack."""

    values: list[dict[int, float]] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)

    def add(self, text: str, *, attack: tuple[int, int] | None = None, others: bool = True) -> None:
        """Add the units of a text; without `others` only those of the attack."""
        units = units_of(text)
        for unit, row in zip(units, features([describe(unit) for unit in units]), strict=True):
            inside = attack is not None and unit.start >= attack[0] and unit.end <= attack[1]
            if inside or others:
                self.values.append(row)
                self.labels.append(int(inside))

    def matrix(self) -> csr_matrix:
        """Shape (units, buckets)."""
        pointers = [0]
        buckets: list[int] = []
        values: list[float] = []
        for row in self.values:
            buckets += row.keys()
            values += row.values()
            pointers.append(len(buckets))
        return csr_matrix((values, buckets, pointers), shape=(len(self.values), BUCKETS))


@dataclass(frozen=True)
class Material:
    """What a model may learn from."""

    attacks: Sequence[str]
    """To be planted."""
    hosts: Sequence[str]
    """Texts that third parties wrote, without attacks."""
    samples: Sequence[Sample]
    """Own texts, attacks and harmless ones."""


def train(material: Material) -> TaskModel:
    """Fit weights; the threshold is set on texts of `material` that the weights for it were fitted without."""
    thresholds = [_threshold(_fit(_part(material, part, inside=False)), material, part) for part in range(_PARTS)]
    return TaskModel(weights=_fit(material), threshold=float(np.median(thresholds)))


def _part(material: Material, part: int, *, inside: bool) -> Material:
    """The hosts and harmless samples of one part, or of all other parts with all attacks."""

    def kept(index: int) -> bool:
        return (index % _PARTS == part) == inside

    return Material(
        attacks=() if inside else material.attacks,
        hosts=[host for index, host in enumerate(material.hosts) if kept(index)],
        samples=[
            item
            for index, item in enumerate(material.samples)
            if (item.attack and not inside) or (not item.attack and kept(index))
        ],
    )


def _fit(material: Material) -> NDArray[np.float32]:
    chance = random.Random(SEED)
    rows = Rows()
    for host in material.hosts:
        rows.add(host)
    for text, start, end in planted(material.attacks, material.hosts, chance=chance):
        rows.add(text, attack=(start, end), others=False)
    for sample in material.samples:
        rows.add(sample.text, attack=(sample.start, sample.end) if sample.attack else None)
    labels = np.array(rows.labels)
    model = LogisticRegression(C=_INVERSE_STRENGTH, max_iter=500)
    model.fit(rows.matrix(), labels, sample_weight=np.where(labels == 1, 1.0, _WEIGHT_OF_OTHERS))
    weights: NDArray[np.float32] = model.coef_[0].astype(np.float32)
    return weights + _with_bias(float(model.intercept_[0]))


def _with_bias(value: float) -> NDArray[np.float32]:
    """The intercept as a weight of the feature that is always 1."""
    bias = np.zeros(BUCKETS, dtype=np.float32)
    bias[BIAS] = value
    return bias


def _threshold(weights: NDArray[np.float32], material: Material, part: int) -> float:
    """The score that at most one harmless text in a hundred reaches."""
    unseen = _part(material, part, inside=True)
    model = TaskModel(weights=weights, threshold=0.0)
    texts = [*unseen.hosts, *(item.text for item in unseen.samples)]
    return float(np.quantile([highest(model, text) for text in texts], 1 - _MOST_FALSE_ALARMS))


def highest(model: TaskModel, text: str) -> float:
    """The score of the most suspicious unit."""
    return max(model.scores(units_of(text)), default=-np.inf)


def material_without(
    bipia: Bipia, hosts: Sequence[str], *, left_out: str | None, samples: Iterable[Sample]
) -> Material:
    """Everything but one type of attack. With a type left out, own attacks that resemble BIPIA's stay out as well."""
    return Material(
        attacks=[words for kind, group in bipia.attacks.items() if kind != left_out for words in group],
        hosts=hosts,
        samples=[
            item
            for item in samples
            if not item.kind.startswith(_DISGUISED) and (left_out is None or item.kind not in LIKE_BIPIA)
        ],
    )


def hosts_for_training(folder: Path) -> list[str]:
    """Emails of WorkBench and texts of the demo company; none of BIPIA's."""
    emails = read_workbench_emails(folder / "workbench")
    return [*random.Random(SEED).sample(emails, _EMAILS), *demo_pieces()]


def samples_for_training() -> list[Sample]:
    """The half of the own sets that is not reported."""
    return [item for language in LANGUAGES for item in own_set(language) if not item.held_out]


def main() -> int:
    """Train on everything that is for training and write the weights."""
    parser = argparse.ArgumentParser(description="Train the search for tasks to an assistant.")
    parser.add_argument("--data", type=Path, help="Benchmarks folder instead of the one in the settings.")
    folder = parser.parse_args().data or load_settings().benchmarks_dir
    for name in ("bipia", "workbench"):
        if not (folder / name).is_dir():
            return skip(folder / name)
    material = material_without(
        read_bipia(folder / "bipia"), hosts_for_training(folder), left_out=None, samples=samples_for_training()
    )
    model = train(material)
    WEIGHTS_FILE.parent.mkdir(exist_ok=True)
    np.savez_compressed(WEIGHTS_FILE, weights=model.weights.astype(np.float16), threshold=model.threshold)
    sys.stdout.write(f"{WEIGHTS_FILE.name}: threshold {model.threshold:.2f}, {WEIGHTS_FILE.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
