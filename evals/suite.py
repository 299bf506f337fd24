"""What the suites on outside data have in common: skipping, printing, recording.

Invariant: figures of data that somebody points at are printed, and never take the place of the published ones.
"""

import sys
from collections.abc import Collection, Sequence
from pathlib import Path

from evals.figures import Figure, describe, record
from evals.run import SKIPPED


def skip(folder: Path) -> int:
    """Say that the data are absent."""
    sys.stdout.write(f"Skipped: there is no folder {folder}.\n")
    return SKIPPED


def finish(
    figures: Sequence[Figure],
    *,
    own_data: bool,
    published: str = "the benchmark's data",
    wholly: Collection[str] = (),
) -> int:
    """Print; record unless the data are the caller's own and not those `published` with the figures.

    `wholly`: see `evals.figures.record`.
    """
    for figure in figures:
        sys.stdout.write(f"{describe(figure)}\n")
    if own_data:
        sys.stdout.write(f"Not recorded: these are not {published}.\n")
    else:
        record(figures, wholly=wholly)
    return 0
