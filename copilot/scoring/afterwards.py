"""Words of an account that were changed after what is learnt had happened to it.

Invariant: the records hold these words as they are now, so an account is looked at once, whatever rows it has: a word
that nearly only those have to whom it happened, or one that is missing for them and not for others, tells what came
after. What is found is named.
"""

from collections.abc import Iterator
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from copilot.scoring.believable import LEAST_OF_AN_OUTCOME
from copilot.scoring.leaks import suspected
from copilot.scoring.past import Rows
from copilot.scoring.tables import MISSING, Categories, LeftOut, Reason, Table

_CHANCE = 3.29
"""Standard errors that two shares are apart by chance once in a thousand times."""
_APART = 0.1


def changed_afterwards(rows: Rows) -> Iterator[LeftOut]:
    """Columns of words that are not to be learnt from."""
    happened = np.zeros(int(rows.accounts.max()) + 1, dtype=np.bool_)
    happened[rows.accounts[np.isfinite(rows.next_happened)]] = True
    accounts, first = np.unique(rows.accounts, return_index=True)
    gone = happened[accounts]
    if min(gone.sum(), (~gone).sum()) < LEAST_OF_AN_OUTCOME:
        return
    words = tuple(column.at(first) for column in rows.table.columns if isinstance(column, Categories))
    leaks = suspected(Table(words, len(first)), gone)
    named = {item.column for item in leaks}
    yield from leaks
    for column in words:
        if column.name not in named and (detail := _cleared(column.codes == MISSING, gone)) is not None:
            yield LeftOut(column.name, Reason.LEAK, detail)


def _cleared(missing: NDArray[np.bool_], gone: NDArray[np.bool_]) -> str | None:
    """How often it is missing, where that is another share for those to whom it happened."""
    of_gone, of_others, share = float(missing[gone].mean()), float(missing[~gone].mean()), float(missing.mean())
    error = sqrt(share * (1 - share) * (1 / gone.sum() + 1 / (~gone).sum()))
    is_apart = abs(of_gone - of_others) > max(_APART, _CHANCE * error)
    return f"∅ {of_gone:.0%} ≠ {of_others:.0%}" if is_apart else None
