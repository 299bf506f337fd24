"""Words for what invented customers write. The development half of the seeds and the half that is held out have
sentences and names of their own."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

_FOLDER = Path(__file__).with_name("data")


@dataclass(frozen=True, slots=True)
class Texts:
    """Sentences to draw from."""

    words: Mapping[str, Any]

    def one(self, kind: str, *, language: str, generator: np.random.Generator) -> str:
        """A sentence of a kind, its names filled in."""
        sentence = _drawn(self.words[language][kind], generator)
        names = {name: _drawn(self.words[f"{name}s"], generator) for name in ("rival", "tool")}
        return sentence.format(**names)

    def email(self, kind: str, *, language: str, generator: np.random.Generator) -> str:
        """An email with a sentence of that kind between ordinary ones."""
        kinds = ["ordinary", kind] if generator.random() < 1 / 2 else [kind, "ordinary"]
        said = [self.one(each, language=language, generator=generator) for each in kinds]
        greeting, closing = (self.one(each, language=language, generator=generator) for each in ("greeting", "closing"))
        return "\n\n".join((greeting, " ".join(dict.fromkeys(said)), closing))


def read_texts(*, is_held_out: bool) -> Texts:
    """The sentences of one half."""
    path = _FOLDER / f"texts.{'held' if is_held_out else 'dev'}.toml"
    return Texts(tomllib.loads(path.read_text(encoding="utf-8")))


def _drawn(offered: list[str], generator: np.random.Generator) -> str:
    return offered[int(generator.integers(len(offered)))]
