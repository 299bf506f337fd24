"""Subtracts the mean vector of a text's language, so that a mixed collection does not favour one language.

Raw e5 vectors of one language lie close together: in a collection of both languages a Spanish question finds
Spanish passages first, whatever they say. Removing a constant vector per language and role (passage or query)
removes that common part. The vectors are computed by `remake_centring` from the sentences beside them.

Invariant: the vectors are constant for a model id; they are data of the release, never of the installation.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

import numpy as np

from copilot.llm.embeddings.port import Vectors, unit_rows

TextRole = Literal["passage", "query"]
LANGUAGES = ("es", "en")
VECTORS_FILE = "centring_e5.npy"
_ROLES: tuple[TextRole, ...] = ("passage", "query")


@cache
def load_means() -> Vectors:
    """`[role, language, dimension]` in the order passage, query and es, en."""
    with files(__package__).joinpath("data", VECTORS_FILE).open("rb") as stream:
        means: Vectors = np.load(stream, allow_pickle=False)
    return means


def centre(vectors: Vectors, languages: Sequence[str], *, role: TextRole) -> Vectors:
    """Subtract each row's mean and scale to unit length. A language we have no mean for gets the average."""
    means = load_means()[_ROLES.index(role)]
    average = means.mean(axis=0)
    rows = [means[LANGUAGES.index(code)] if code in LANGUAGES else average for code in languages]
    return unit_rows(vectors - np.stack(rows)) if rows else vectors
