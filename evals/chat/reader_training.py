"""Trains the network by which the planner hears messages whose words its rules do not know.

Run: python -m evals.chat.reader_training [--save] [--data DIR], where DIR holds `*.tsv` files of one message a line, a
tab, and its tags (`copilot.agent.planner.learnt.tags`). Invariant: no message of the conversation set is used; a tenth
of the messages, chosen by their text, is held out for what is printed.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from copilot.agent.planner.learnt.features import meaning, signals, tokens
from copilot.agent.planner.learnt.known import WORDS_FILE
from copilot.agent.planner.learnt.network import EDGES, WEIGHTS_FILE, Network
from copilot.agent.planner.learnt.tags import MARKS, TAGS
from copilot.agent.planner.spelling import brands
from copilot.domain.folding import flat
from copilot.guardrails.grounding.states import Array
from copilot.guardrails.personal_data.name_lists import FAMILY, GIVEN
from evals.suite import skip

FOLDER = Path(__file__).parent / "data" / "messages"
_MARK = re.compile(r"\{(ACCT|PERSON|WHEN|AMOUNT)\}")
_PLAIN_WORD = re.compile(r"(?<![^\W\d_])(?:(?:^|(?<=[.?!:] ))[^\W\d_]|[^\W\d_A-ZÁÉÍÓÚÑ])[^\W\d_]*", re.MULTILINE)
_SHORTEST_WORD = 3
_DETECTORS = 256
_HIDDEN = 256
_EPOCHS = 40
_BATCH = 64
_RATE = 1e-3
_DROPPED = 0.4
_DROPPED_SEEN = 0.2
_DROPPED_SIGNALS = 0.1
_DROPPED_WORDS = 0.1
_DECAY = 2e-4
_SAID_WEIGHT = 3.0
"""A mark that is said counts so much more than one that is not: most are not."""
_HELD_OUT = 10
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Example:
    """One message as the planner reads it, and its tags."""

    work: str
    tags: frozenset[str]

    @property
    def is_held_out(self) -> bool:
        return crc32(self.work.encode()) % _HELD_OUT == 0


def examples(folder: Path) -> list[Example]:
    """Every line of the files. Raises ValueError for a tag that is not known."""
    found = []
    for path in sorted(folder.glob("*.tsv")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if line.strip():
                text, _, tags = line.partition("\t")
                unknown = set(tags.split()) - set(TAGS)
                if unknown or not tags:
                    raise ValueError(f"{path.name}:{number}: unknown tags {sorted(unknown)}")
                # How many rows are wanted is no comparison: the planner leaves that number as it is.
                shown = text.replace("{AMOUNT}", str(2 + number % 9)) if "a_top" in tags.split() else text
                found.append(Example(as_read(shown), frozenset(tags.split())))
    return found


def words_of(folder: Path) -> list[str]:
    """Words of more than one message about figures, without a capital within a sentence, that are no known name."""
    found: Counter[str] = Counter()
    for path in sorted(folder.glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            text, _, tags = line.partition("\t")
            if "figures" not in tags.split():
                continue
            text = _MARK.sub(" ", text)
            found.update({flat(match.group()) for match in _PLAIN_WORD.finditer(text)})
    names = brands() | GIVEN | FAMILY
    usual = (word for word, times in found.items() if times > 1 and len(word) >= _SHORTEST_WORD and word.isalpha())
    return sorted(set(usual) - names)


def as_read(text: str) -> str:
    """Flattened, with the marks that the planner puts where it read names, days and amounts."""
    pieces = _MARK.split(text)
    return "".join(piece if number % 2 else flat(piece) for number, piece in enumerate(pieces))


@dataclass(frozen=True, slots=True)
class Rows:
    """What the network sees of messages, and what it should say."""

    words: Array
    """Of all messages, one after the other."""
    starts: Places
    """Where each message begins among the words; one more for the end."""
    signals: Array
    right: Array

    def batch(self, chosen: Places) -> tuple[Array, Places]:
        """The words of these messages, and where each begins."""
        places = [np.arange(self.starts[item], self.starts[item + 1]) for item in chosen]
        starts = np.cumsum([0, *(len(item) for item in places)])[:-1]
        return self.words[np.concatenate(places)].astype(np.float32), starts


def rows(found: Sequence[Example]) -> Rows:
    """One row a message."""
    seen = [meaning(tokens(item.work)) for item in found]
    return Rows(
        words=np.concatenate(seen).astype(np.float16),
        starts=np.cumsum([0, *(len(item) for item in seen)]),
        signals=np.array([signals(item.work) for item in found]),
        right=np.array([[tag in item.tags for tag in TAGS] for item in found], np.float32),
    )


def gradient(scores: Array, right: Array) -> Array:
    """Of the loss by the scores: one of each choice where one is right, each mark by itself."""
    out = np.zeros_like(scores)
    for start, end in pairwise(EDGES):
        part = scores[:, start:end]
        raised = np.exp(part - part.max(axis=1, keepdims=True))
        chosen = right[:, start:end]
        asked = chosen.sum(axis=1, keepdims=True) > 0
        out[:, start:end] = (raised / raised.sum(axis=1, keepdims=True) - chosen) * asked
    marks = slice(EDGES[-1], None)
    said = 1 / (1 + np.exp(-scores[:, marks]))
    out[:, marks] = (said - right[:, marks]) * np.where(right[:, marks] > 0, _SAID_WEIGHT, 1)
    return (out / len(scores)).astype(np.float32)


class _Adam:
    def __init__(self, values: list[Array]) -> None:
        self._values = values
        self._first = [np.zeros_like(item) for item in values]
        self._second = [np.zeros_like(item) for item in values]
        self._steps = 0

    def step(self, gradients: list[Array], *, rate: float) -> None:
        self._steps += 1
        for value, slope, first, second in zip(self._values, gradients, self._first, self._second, strict=True):
            np.add(first, 0.1 * (slope - first), out=first)
            np.add(second, 0.001 * (slope * slope - second), out=second)
            mean, square = first / (1 - 0.9**self._steps), second / (1 - 0.999**self._steps)
            np.subtract(value, rate * (mean / (np.sqrt(square) + 1e-8) + _DECAY * value), out=value)


def train(data: Rows, *, seed: int = 0) -> Network:
    """Fit the network."""
    random = np.random.default_rng(seed)
    made = _new(random, width=data.words.shape[1], signals=data.signals.shape[1], outputs=data.right.shape[1])
    adam = _Adam([getattr(made, item.name) for item in fields(made)])
    for epoch in range(_EPOCHS):
        rate = _RATE * (1 - epoch / _EPOCHS)
        order = random.permutation(len(data.right))
        for chosen in np.array_split(order, max(1, len(order) // _BATCH)):
            words, starts = data.batch(chosen)
            adam.step(_slopes(made, words, starts, data.signals[chosen], data.right[chosen], random), rate=rate)
    return made


def _new(random: np.random.Generator, *, width: int, signals: int, outputs: int) -> Network:
    def matrix(rows: int, columns: int) -> Array:
        return random.normal(0, np.sqrt(2 / rows), (rows, columns)).astype(np.float32)

    return Network(
        words=matrix(width, _DETECTORS),
        words_bias=np.zeros(_DETECTORS, np.float32),
        inner=matrix(2 * _DETECTORS + signals, _HIDDEN),
        inner_bias=np.zeros(_HIDDEN, np.float32),
        output=matrix(_HIDDEN, outputs),
        output_bias=np.full(outputs, -2.0, np.float32),
    )


def _slopes(
    made: Network, words: Array, starts: Places, signals: Array, right: Array, random: np.random.Generator
) -> list[Array]:
    """The loss by each of the weights, in the order of the fields."""
    words = words * (random.random((len(words), 1)) > _DROPPED_WORDS)
    lengths = np.diff([*starts, len(words)])
    message = np.repeat(np.arange(len(starts)), lengths)
    found = np.maximum(words @ made.words + made.words_bias, 0)
    strongest = np.maximum.reduceat(found, starts, axis=0)
    mean = np.add.reduceat(found, starts, axis=0) / lengths[:, None]
    signals = signals * (random.random(signals.shape) > _DROPPED_SIGNALS)
    seen = np.concatenate([strongest, mean, signals], axis=1).astype(np.float32)
    kept_seen = (random.random(seen.shape) > _DROPPED_SEEN) / (1 - _DROPPED_SEEN)
    seen = (seen * kept_seen).astype(np.float32)
    before = seen @ made.inner + made.inner_bias
    kept = ((random.random(before.shape) > _DROPPED) / (1 - _DROPPED) * (before > 0)).astype(np.float32)
    inner = before * kept
    slope = gradient((inner @ made.output + made.output_bias).astype(np.float32), right)
    back = (slope @ made.output.T) * kept
    into = (back @ made.inner.T) * kept_seen
    by_strongest, by_mean = into[:, :_DETECTORS], into[:, _DETECTORS : 2 * _DETECTORS]
    is_strongest = (found == strongest[message]) & (found > 0)
    down = is_strongest * by_strongest[message] + (found > 0) * (by_mean / lengths[:, None])[message]
    down = down.astype(np.float32)
    return [words.T @ down, down.sum(axis=0), seen.T @ back, back.sum(axis=0), inner.T @ slope, slope.sum(axis=0)]


def shares(network: Network, found: Sequence[Example]) -> Array:
    """A row of shares for each message."""
    return np.array([network.shares(meaning(tokens(item.work)), signals(item.work)) for item in found])


def told(network: Network, found: Sequence[Example]) -> str:
    """How often the network is right on these messages."""
    heard, lines = shares(network, found), []
    right = np.array([[tag in item.tags for tag in TAGS] for item in found])
    for name, start, end in zip(("intent", "subject", "measure"), EDGES[:-1], EDGES[1:], strict=True):
        asked = right[:, start:end].any(axis=1)
        hits = heard[asked, start:end].argmax(axis=1) == right[asked, start:end].argmax(axis=1)
        lines.append(f"{name}: {hits.mean():.3f} of {asked.sum()}")
    said, wanted = heard[:, EDGES[-1] :] > 0.5, right[:, EDGES[-1] :]
    both = (said & wanted).sum()
    lines.append(f"marks: precision {both / said.sum():.3f}, recall {both / wanted.sum():.3f}")
    lines.append(f"all marks right: {(said == wanted).all(axis=1).mean():.3f} of {len(found)}")
    worst = sorted(
        (float((said[:, n] & wanted[:, n]).sum() / max(1, wanted[:, n].sum())), int(wanted[:, n].sum()), tag)
        for n, tag in enumerate(MARKS)
        if wanted[:, n].sum() >= 5
    )[:8]
    lines.append("least found: " + ", ".join(f"{tag} {share:.2f} of {count}" for share, count, tag in worst))
    return "\n".join(lines) + "\n"


def main() -> int:
    """Print how well held-out messages are heard; `--save` writes the weights of all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=FOLDER, help="folder with *.tsv files")
    parser.add_argument("--save", action="store_true", help="train on every message and write the weights")
    wanted = parser.parse_args()
    if not wanted.data.is_dir():
        return skip(wanted.data)
    found = examples(wanted.data)
    kept = [item for item in found if not item.is_held_out]
    sys.stdout.write(told(train(rows(kept)), [item for item in found if item.is_held_out]))
    if wanted.save:
        train(rows(found)).save(WEIGHTS_FILE)
        WORDS_FILE.write_text("\n".join(words_of(wanted.data)) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
