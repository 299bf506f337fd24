"""Accounts that were like this one, and how they ended.

Invariants: only accounts that the viewer may see, and of each only what was known on the day it is compared on: shortly
before it left, or about half a year ago for one that stayed. Likeness is told by the scorecard: two values of a signal
are as far apart as the points they are worth, and a signal counts as much as it weighs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from copilot.domain.access import Viewer
from copilot.domain.signals import Signal
from copilot.scoring.comparison_days import LOOK_BACK, before_leaving, half_a_year_ago
from copilot.scoring.health import Scorecard
from copilot.scoring.tables import Floats
from copilot.store.database import UnitOfWork
from copilot.store.score_peers import Peer, PeersRepository
from copilot.store.signals import Population, SignalsRepository, SignalTable
from copilot.store.signals_kept import KeptSignals

_MOST_LEFT = 12
_MOST_STAYED = 200
_ENOUGH_STAYED = 50
"""Where fewer are kept, so many are computed for the page."""
_MOST_DAYS_COMPUTED = 3
"""Days before leaving, the latest, of which accounts are computed where they are not kept."""
_MOST_APART = 15.0
"""Points, on average over the weights of the signals known of both."""
_LEAST_SHARED = 0.3
"""Share of the weights."""
MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Likeness:
    """How close another account was."""

    peer: Peer
    day: date
    apart: float
    signals: tuple[Signal, ...]
    """In which both stand out in the same way, the weightiest first."""


@dataclass(frozen=True, slots=True)
class Found:
    """Those alike, the closest first, and how many were looked at."""

    alike: tuple[Likeness, ...]
    looked_at: int


def find_alike(
    table: SignalTable, scorecard: Scorecard, *, kept: KeptSignals, viewer: Viewer, uow: UnitOfWork
) -> Found:
    """For the one account in `table`."""
    account_id, today = table.account_ids[0], table.day
    peers = PeersRepository(uow)
    left = peers.left(but=account_id, since=today - LOOK_BACK, until=today, viewer=viewer, limit=_MOST_LEFT)
    then = half_a_year_ago(today)
    stayed = peers.customers(but=account_id, since=then, viewer=viewer, limit=_MOST_STAYED)
    by_id = {peer.id: peer for peer in (*left, *stayed)}
    others = [kept.of_day(then, [peer.id for peer in stayed], enough=_ENOUGH_STAYED), *_of_left(left, kept, uow)]
    found = [likeness for one in others for likeness in _compared(table, one, by_id, scorecard)]
    closest = sorted(found, key=lambda one: (one.apart, one.peer.id))
    return Found(tuple(closest[:MOST_SHOWN]), looked_at=sum(len(one.account_ids) for one in others))


def _of_left(left: Sequence[Peer], kept: KeptSignals, uow: UnitOfWork) -> list[SignalTable]:
    """Of each on the day before it left; those of whom nothing is kept are computed for the latest few days only."""
    days = {peer.id: before_leaving(peer.left_on) for peer in left if peer.left_on is not None}
    tables = list(kept.read(list(days.items())).values())
    known = {account_id for table in tables for account_id in table.account_ids}
    lacking: dict[date, list[str]] = {}
    for account_id, day in days.items():
        if account_id not in known:
            lacking.setdefault(day, []).append(account_id)
    signals, latest = SignalsRepository(uow), sorted(lacking, reverse=True)[:_MOST_DAYS_COMPUTED]
    return tables + [signals.of_day(day, population=Population.CUSTOMERS, account_ids=lacking[day]) for day in latest]


def _compared(table: SignalTable, then: SignalTable, by_id: Mapping[str, Peer], scorecard: Scorecard) -> list[Likeness]:
    if not then.account_ids:
        return []
    weights = np.array(scorecard.weights(scorecard.rule_of(table.attributes["segment"][0])))
    shares = weights / weights.sum()
    mine, theirs = scorecard.worth(table)[0], scorecard.worth(then)
    both = ~np.isnan(theirs) & ~np.isnan(mine)
    shared = (both * shares).sum(axis=1)
    differences = np.where(both, np.abs(theirs - mine), np.inf)
    apart = (np.where(both, differences, 0.0) * shares).sum(axis=1) / np.maximum(shared, 1e-9)
    return [
        Likeness(
            by_id[account_id], then.day, float(apart[row]), _standing_out(scorecard, mine, differences[row], shares)
        )
        for row, account_id in enumerate(then.account_ids)
        if shared[row] >= _LEAST_SHARED and apart[row] <= _MOST_APART
    ]


def _standing_out(scorecard: Scorecard, mine: Floats, differences: Floats, shares: Floats) -> tuple[Signal, ...]:
    """Signals that move this account's health most, among those of which the other was about the same."""
    moves = np.where(differences <= _MOST_APART, np.abs(mine - scorecard.base) * shares, 0.0)
    order = np.argsort(-moves, kind="stable")[:MOST_SHOWN]
    return tuple(scorecard.signal[place].signal for place in order if moves[place] > 0)
