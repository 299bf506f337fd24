"""What the quality suites of search have in common: skipping, printing, recording.

Invariant: figures of data that somebody points at are printed, and never take the place of the published ones.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from evals.figures import Figure, describe, record
from evals.run import SKIPPED

HALF_NOTE = (
    "the half of the questions that no setting was chosen on (SHA-256 of the id starts with an odd digit); "
    "the shares of words and meaning were taken as equal beforehand and confirmed on the other half"
)


def skip(folder: Path) -> int:
    """Say that the data are absent."""
    sys.stdout.write(f"Skipped: there is no folder {folder}.\n")
    return SKIPPED


def finish(figures: Sequence[Figure], *, own_data: bool) -> int:
    """Print; record unless the data are the caller's own."""
    for figure in figures:
        sys.stdout.write(f"{describe(figure)}\n")
    if own_data:
        sys.stdout.write("Not recorded: these are not the benchmark's data.\n")
    else:
        record(figures)
    return 0
