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
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from copilot.guardrails.injection.features import BIAS, BUCKETS, describe, features
from copilot.guardrails.injection.tasks import WEIGHTS_FILE, Row, TaskModel, may_command
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
from evals.suite import skip

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
"""The strongest penalty within a standard error of the best (1.0) on the types of attack with an even hash."""
_WEIGHT_OF_HOSTS = 0.3
_FALSE_ALARMS_IN_HOSTS = 0.01
_FALSE_ALARMS_IN_LOOK_ALIKES = 0.05
_PARTS = 4


@dataclass(frozen=True)
class Piece:
    """The features of one unit in its text."""

    row: Row
    may_command: bool
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


def train(material: Material) -> TaskModel:
    """Fit the weights, and set the threshold on texts that the weights for it were fitted without."""
    hosts: list[float] = []
    look_alikes: list[float] = []
    for part in range(_PARTS):
        model = TaskModel(weights=_fit(_part(material, part, inside=False)), threshold=0.0)
        unseen = _part(material, part, inside=True)
        hosts += [highest(model, text) for text in unseen.hosts]
        look_alikes += [highest(model, item.text) for item in unseen.samples]
    threshold = max(
        np.quantile(hosts, 1 - _FALSE_ALARMS_IN_HOSTS), np.quantile(look_alikes, 1 - _FALSE_ALARMS_IN_LOOK_ALIKES)
    )
    return TaskModel(weights=_fit(material), threshold=float(threshold))


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


def _fit(material: Material) -> NDArray[np.float32]:
    pieces = [piece for host in material.hosts for piece in _pieces(host, weight=_WEIGHT_OF_HOSTS)]
    for text, start, end in planted(material.attacks, material.hosts, seed=SEED):
        pieces += _planted_pieces(text, start, end, attack=True)
    for sample in material.samples:
        place = (sample.start, sample.end) if sample.attack else None
        pieces += _pieces(sample.text, attack=place)
        if not sample.kind.startswith(_STANDING_ALONE):
            words = sample.text[sample.start : sample.end]
            for text, start, end in planted([words], material.hosts, seed=SEED):
                pieces += _planted_pieces(text, start, end, attack=sample.attack)
    return _regress([piece for piece in pieces if piece.attack or piece.may_command])


@cache
def _pieces(text: str, *, attack: tuple[int, int] | None = None, weight: float = 1.0) -> list[Piece]:
    """All units of a text."""
    units = units_of(text)
    described = [describe(unit) for unit in units]
    return [
        Piece(row, may_command(item), attack=attack is not None and _inside(item.unit, attack), weight=weight)
        for item, row in zip(described, features(described), strict=True)
    ]


@cache
def _planted_pieces(text: str, start: int, end: int, *, attack: bool) -> list[Piece]:
    """Only the units of what was planted."""
    pieces = _pieces(text, attack=(start, end))
    return [replace(piece, attack=attack) for piece in pieces if piece.attack]


def _inside(unit: Unit, place: tuple[int, int]) -> bool:
    return unit.start >= place[0] and unit.end <= place[1]


def _regress(pieces: Sequence[Piece]) -> NDArray[np.float32]:
    pointers = [0]
    columns: list[int] = []
    values: list[float] = []
    for piece in pieces:
        columns += piece.row.keys()
        values += piece.row.values()
        pointers.append(len(columns))
    matrix = csr_matrix((values, columns, pointers), shape=(len(pieces), BUCKETS))
    model = LogisticRegression(C=_INVERSE_STRENGTH, max_iter=500)
    model.fit(matrix, [piece.attack for piece in pieces], sample_weight=[piece.weight for piece in pieces])
    weights: NDArray[np.float32] = model.coef_[0].astype(np.float32)
    weights[BIAS] += model.intercept_[0]
    return weights


def highest(model: TaskModel, text: str) -> float:
    """The score of the most suspicious unit."""
    return max((score for _, score in model.scores(units_of(text))), default=NO_CANDIDATE)


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
        weights=model.weights.astype(np.float16),
        threshold=model.threshold,
    )
    sys.stdout.write(f"{WEIGHTS_FILE.name}: threshold {model.threshold:.2f}, {WEIGHTS_FILE.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
