"""Recomputes the constant vectors of `centring` from the sentences beside them.

Run `python -m copilot.llm.embeddings.remake_centring` after changing a sentence, and give the model a new id.
The passage mean covers single sentences and paragraphs of four, as real passages are longer than a sentence.
"""

import tomllib
from importlib.resources import files
from pathlib import Path

import numpy as np

from copilot.llm.embeddings.centring import LANGUAGES, VECTORS_FILE
from copilot.llm.embeddings.e5 import E5Embedder
from copilot.llm.embeddings.port import Vectors
from copilot.settings import load_settings

SENTENCES_FILE = "centring_sentences.toml"
_PARAGRAPH = 4


def compute_means(embedder: E5Embedder) -> Vectors:
    """`[role, language, dimension]`, as `centring.load_means` returns."""
    texts = tomllib.loads(files(__package__).joinpath("data", SENTENCES_FILE).read_text("utf-8"))
    means = []
    for language in LANGUAGES:
        sentences = texts["passages"][language]
        paragraphs = [" ".join(sentences[i : i + _PARAGRAPH]) for i in range(0, len(sentences), _PARAGRAPH)]
        passages = embedder.embed_raw([*sentences, *paragraphs], role="passage").mean(axis=0)
        queries = embedder.embed_raw(texts["queries"][language], role="query").mean(axis=0)
        means.append((passages, queries))
    stacked: Vectors = np.array(means, dtype=np.float32).swapaxes(0, 1)
    return stacked


def main() -> None:
    """Write the file."""
    embedder = E5Embedder(load_settings().data_dir / "models")
    target = Path(str(files(__package__).joinpath("data", VECTORS_FILE)))
    np.save(target, compute_means(embedder), allow_pickle=False)


if __name__ == "__main__":
    main()
