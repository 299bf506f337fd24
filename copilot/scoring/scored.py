"""Scores of many accounts at once, each as a base and the effects of its signals.

Invariant: the value of a score is computed from its base and its effects and not beside them, so an explanation adds up
to the score; and no score depends on which other accounts are computed with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copilot.domain.scores import AccountScore, Band, Missing, Part, ScoreKind
from copilot.scoring.shapes import probability
from copilot.scoring.tables import Floats
from copilot.store.signals import SignalTable


@dataclass(frozen=True, slots=True)
class Scored:
    """One kind of score for the accounts of a table, in its order."""

    kind: ScoreKind
    names: tuple[str, ...]
    """Of the columns of `effects`."""
    base: Floats
    """Shape (rows,)."""
    effects: Floats
    """Shape (rows, names)."""
    known: NDArray[np.bool_]
    """Shape (rows,): whether enough is known of the account."""
    version: str

    def total(self) -> Floats:
        """Points, or log odds of a probability; shape (rows,)."""
        return np.asarray(self.base + self.effects.sum(axis=1), dtype=np.float64)

    def values(self) -> Floats:
        """The scores; NaN where too little is known."""
        told = self.total() if self.kind is ScoreKind.HEALTH else probability(self.total())
        return np.where(self.known, told, np.nan)


def account_scores(
    scored: Scored, table: SignalTable, *, bands: Sequence[Band], with_parts: bool = True
) -> list[AccountScore]:
    """What is written down of each account. `bands` are those of the rows; `with_parts`: what each score is made of."""
    values = scored.values()
    parts = _parts(scored, table) if with_parts else [()] * len(table.account_ids)
    found = []
    for row, account_id in enumerate(table.account_ids):
        if not scored.known[row]:
            found.append(without(account_id, scored.kind, table, Missing.FEW_SIGNALS, version=scored.version))
            continue
        found.append(
            AccountScore(
                account_id=account_id,
                kind=scored.kind,
                day=table.day,
                value=float(values[row]),
                band=bands[row],
                base=float(scored.base[row]),
                parts=parts[row],
                version=scored.version,
            )
        )
    return found


def without(account_id: str, kind: ScoreKind, table: SignalTable, missing: Missing, *, version: str) -> AccountScore:
    """That there is no score, and why."""
    return AccountScore(
        account_id=account_id, kind=kind, day=table.day, value=None, band=None, missing=missing, version=version
    )


def _parts(scored: Scored, table: SignalTable) -> list[tuple[Part, ...]]:
    """Of each account of which enough is known, the strongest first."""
    cells = _cells(table, scored.names)
    order = np.argsort(-np.abs(scored.effects), axis=1, kind="stable")
    return [
        tuple(
            Part(name=scored.names[place], value=cells[place][row], effect=float(scored.effects[row, place]))
            for place in order[row]
            if scored.known[row] and scored.effects[row, place]
        )
        for row in range(len(table.account_ids))
    ]


def _cells(table: SignalTable, names: Sequence[str]) -> list[Sequence[float | str | None]]:
    """What each column says of each account."""
    signals: Mapping[str, Floats] = {signal.value: values for signal, values in table.values.items()}
    found: list[Sequence[float | str | None]] = []
    for name in names:
        if name in signals:
            found.append([None if np.isnan(value) else float(value) for value in signals[name]])
        else:
            found.append(table.attributes.get(name, (None,) * len(table.account_ids)))
    return found
