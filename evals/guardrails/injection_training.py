"""Trains the model that finds tasks for an assistant in texts about something else.

Run: python -m evals.guardrails.injection_training [--data DIR], where DIR holds `bipia`, `workbench`, `qmsum` and
`summedits`. It rewrites
the weights that are shipped with the detector. What is measured (`evals.guardrails.injection`) trains by the same
recipe without what it reports.
"""

import argparse
import random
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression

from copilot.guardrails.injection.features import BIAS, BUCKETS, describe, features
from copilot.guardrails.injection.tasks import SIZE, WEIGHTS_FILE, Row, TaskModel, may_command, weighed, with_meaning
from copilot.guardrails.injection.units import Unit, units_of
from copilot.settings import load_settings
from evals.guardrails.injection_sets import (
    LANGUAGES,
    Bipia,
    Sample,
    demo_pieces,
    own_set,
    planted,
    read_bipia,
    read_meetings,
    read_workbench_emails,
)
from evals.retrieval.suite import skip

SEED = 20261122
LIKE_BIPIA = frozenset({"task", "format", "persuade"})
"""Kinds of the project's own attacks that resemble types of BIPIA."""
NO_CANDIDATE = -99.0
"""Score of a text without anything that is worth a closer look."""
CONCEALED = ("unicode_", "encoded_", "hidden_")
"""Kinds whose words are read by other means before they are judged."""
_STANDING_ALONE = ("alone", "disguise_")
_EMAILS = 300
_INVERSE_STRENGTH = 0.1
_WEIGHT_OF_HOSTS = 0.3
_LOOKED_AT = 0.05
"""Share of the units of ordinary texts that may cost a closer look."""
_FALSE_ALARMS_IN_HOSTS = 0.01
_FALSE_ALARMS_IN_LOOK_ALIKES = 0.05
_PARTS = 4


@dataclass(frozen=True)
class Piece:
    """One unit in its text, with its features by words."""

    text: str
    unit: Unit
    row: Row
    attack: bool
    weight: float


@dataclass(frozen=True)
class Material:
    """What a model may learn from."""

    attacks: Sequence[str]
    """To be planted."""
    hosts: Sequence[str]
    """Texts that third parties wrote, without attacks."""
    samples: Sequence[Sample]
    """Own texts, attacks and harmless ones."""


@dataclass
class _Fitted:
    quick: NDArray[np.float32]
    quick_threshold: float
    weights: NDArray[np.float32] = field(default_factory=lambda: np.zeros(SIZE, dtype=np.float32))

    def model(self, threshold: float = 0.0) -> TaskModel:
        return TaskModel(
            quick=self.quick, quick_threshold=self.quick_threshold, weights=self.weights, threshold=threshold
        )


def train(material: Material) -> TaskModel:
    """Fit the weights, and set the threshold on texts that the weights for it were fitted without."""
    hosts: list[float] = []
    look_alikes: list[float] = []
    for part in range(_PARTS):
        model = _fit(_part(material, part, inside=False)).model()
        unseen = _part(material, part, inside=True)
        hosts += [highest(model, text) for text in unseen.hosts]
        look_alikes += [highest(model, item.text) for item in unseen.samples]
    threshold = max(
        np.quantile(hosts, 1 - _FALSE_ALARMS_IN_HOSTS), np.quantile(look_alikes, 1 - _FALSE_ALARMS_IN_LOOK_ALIKES)
    )
    return _fit(material).model(float(threshold))


def _part(material: Material, part: int, *, inside: bool) -> Material:
    """The hosts and harmless samples of one part, or those of all other parts with all attacks."""

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


def _fit(material: Material) -> _Fitted:
    pieces = [piece for host in material.hosts for piece in _pieces(host, weight=_WEIGHT_OF_HOSTS)]
    of_hosts = len(pieces)
    for text, start, end in planted(material.attacks, material.hosts, seed=SEED):
        pieces += _planted_pieces(text, start, end, attack=True)
    for sample in material.samples:
        place = (sample.start, sample.end) if sample.attack else None
        pieces += _pieces(sample.text, attack=place)
        if not sample.kind.startswith(_STANDING_ALONE):
            words = sample.text[sample.start : sample.end]
            for text, start, end in planted([words], material.hosts, seed=SEED):
                pieces += _planted_pieces(text, start, end, attack=sample.attack)
    quick = _regress([piece.row for piece in pieces], pieces, size=BUCKETS)
    scores = [weighed(quick, piece.row) for piece in pieces]
    fitted = _Fitted(quick, float(np.quantile(scores[:of_hosts], 1 - _LOOKED_AT)))
    close = [
        piece
        for piece, score in zip(pieces, scores, strict=True)
        if piece.attack or (score >= fitted.quick_threshold and may_command(describe(piece.unit)))
    ]
    rows = [{**piece.row, **_meaning(piece.text, piece.unit)} for piece in close]
    fitted.weights = _regress(rows, close, size=SIZE)
    return fitted


@cache
def _pieces(text: str, *, attack: tuple[int, int] | None = None, weight: float = 1.0) -> list[Piece]:
    """All units of a text."""
    units = units_of(text)
    rows = features([describe(unit) for unit in units])
    return [
        Piece(text, unit, row, attack=attack is not None and _inside(unit, attack), weight=weight)
        for unit, row in zip(units, rows, strict=True)
    ]


@cache
def _planted_pieces(text: str, start: int, end: int, *, attack: bool) -> list[Piece]:
    """Only the units of what was planted."""
    pieces = _pieces(text, attack=(start, end))
    return [replace(piece, attack=attack) for piece in pieces if piece.attack]


def _inside(unit: Unit, place: tuple[int, int]) -> bool:
    return unit.start >= place[0] and unit.end <= place[1]


@cache
def _meaning(text: str, unit: Unit) -> Row:
    """Embedding is what takes time, and the same units come up for every model that is trained."""
    return with_meaning(text, [(unit, {})])[0]


def _regress(rows: Sequence[Row], pieces: Sequence[Piece], *, size: int) -> NDArray[np.float32]:
    pointers = [0]
    columns: list[int] = []
    values: list[float] = []
    for row in rows:
        columns += row.keys()
        values += row.values()
        pointers.append(len(columns))
    matrix = csr_matrix((values, columns, pointers), shape=(len(rows), size))
    model = LogisticRegression(C=_INVERSE_STRENGTH, max_iter=500)
    model.fit(matrix, [piece.attack for piece in pieces], sample_weight=[piece.weight for piece in pieces])
    weights: NDArray[np.float32] = model.coef_[0].astype(np.float32)
    weights[BIAS] += model.intercept_[0]
    return weights


def highest(model: TaskModel, text: str) -> float:
    """The score of the most suspicious unit."""
    return max((score for _, score in model.scores(text, units_of(text))), default=NO_CANDIDATE)


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
            if not item.kind.startswith(CONCEALED)
            and not (left_out is not None and item.attack and item.kind in LIKE_BIPIA)
        ],
    )


def hosts_for_training(folder: Path) -> list[str]:
    """Emails of WorkBench, meetings, sales calls and texts of the demo company; nothing of what is reported."""
    emails = read_workbench_emails(folder / "workbench")
    meetings = read_meetings(folder / "qmsum", folder / "summedits")
    return [*random.Random(SEED).sample(emails, _EMAILS), *demo_pieces(), *meetings]


def samples_for_training() -> list[Sample]:
    """The half of the own sets that is not reported."""
    return [item for language in LANGUAGES for item in own_set(language) if not item.held_out]


def main() -> int:
    """Train on everything that is for training and write the weights."""
    parser = argparse.ArgumentParser(description="Train the search for tasks to an assistant.")
    parser.add_argument("--data", type=Path, help="Benchmarks folder instead of the one in the settings.")
    folder = parser.parse_args().data or load_settings().benchmarks_dir
    for name in ("bipia", "workbench", "qmsum", "summedits"):
        if not (folder / name).is_dir():
            return skip(folder / name)
    model = train(
        material_without(
            read_bipia(folder / "bipia"), hosts_for_training(folder), left_out=None, samples=samples_for_training()
        )
    )
    WEIGHTS_FILE.parent.mkdir(exist_ok=True)
    np.savez_compressed(
        WEIGHTS_FILE,
        quick=model.quick.astype(np.float16),
        quick_threshold=model.quick_threshold,
        weights=model.weights.astype(np.float16),
        threshold=model.threshold,
    )
    sys.stdout.write(f"{WEIGHTS_FILE.name}: threshold {model.threshold:.2f}, {WEIGHTS_FILE.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
