"""Accounts that were like this one, and how they ended.

Invariants: only accounts that the viewer may see, and of each only what was known on the day it is compared on: shortly
before it left, or half a year ago for one that stayed. Likeness is told by the scorecard: two values of a signal are as
far apart as the points they are worth, and a signal counts as much as it weighs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from copilot.domain.access import Viewer
from copilot.domain.signals import Signal
from copilot.scoring.health import Scorecard
from copilot.scoring.tables import Floats
from copilot.store.database import UnitOfWork
from copilot.store.score_peers import Peer, PeersRepository
from copilot.store.signals import Population, SignalsRepository, SignalTable

_MOST_LEFT = 12
_MOST_STAYED = 200
_LOOK_BACK = timedelta(days=2 * 365)
_BEFORE_LEAVING = timedelta(days=60)
_HALF_A_YEAR = timedelta(days=182)
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


def find_alike(table: SignalTable, scorecard: Scorecard, *, viewer: Viewer, uow: UnitOfWork) -> Found:
    """For the one account in `table`."""
    account_id, today = table.account_ids[0], table.day
    peers, signals = PeersRepository(uow), SignalsRepository(uow)
    left = peers.left(but=account_id, since=today - _LOOK_BACK, until=today, viewer=viewer, limit=_MOST_LEFT)
    then = today - _HALF_A_YEAR
    stayed = peers.customers(but=account_id, since=then, viewer=viewer, limit=_MOST_STAYED)
    found = _compared(table, stayed, then, scorecard, signals)
    for day, gone in _by_month(left).items():
        found += _compared(table, gone, day, scorecard, signals)
    closest = sorted(found, key=lambda one: (one.apart, one.peer.id))
    return Found(tuple(closest[:MOST_SHOWN]), looked_at=len(left) + len(stayed))


def _by_month(left: Sequence[Peer]) -> dict[date, list[Peer]]:
    """Those who left, by a day shortly before; one day for those of a month, so that there are few."""
    days: dict[date, list[Peer]] = {}
    for peer in left:
        if peer.left_on is not None:
            days.setdefault(peer.left_on.replace(day=1) - _BEFORE_LEAVING, []).append(peer)
    return days


def _compared(
    table: SignalTable, others: Sequence[Peer], day: date, scorecard: Scorecard, signals: SignalsRepository
) -> list[Likeness]:
    if not others:
        return []
    then = signals.of_day(day, population=Population.CUSTOMERS, account_ids=[peer.id for peer in others])
    if not then.account_ids:
        return []
    by_id = {peer.id: peer for peer in others}
    weights = np.array(scorecard.weights(scorecard.rule_of(table.attributes["segment"][0])))
    shares = weights / weights.sum()
    mine, theirs = scorecard.worth(table)[0], scorecard.worth(then)
    both = ~np.isnan(theirs) & ~np.isnan(mine)
    shared = (both * shares).sum(axis=1)
    differences = np.where(both, np.abs(theirs - mine), np.inf)
    apart = (np.where(both, differences, 0.0) * shares).sum(axis=1) / np.maximum(shared, 1e-9)
    return [
        Likeness(by_id[account_id], day, float(apart[row]), _standing_out(scorecard, mine, differences[row], shares))
        for row, account_id in enumerate(then.account_ids)
        if shared[row] >= _LEAST_SHARED and apart[row] <= _MOST_APART
    ]


def _standing_out(scorecard: Scorecard, mine: Floats, differences: Floats, shares: Floats) -> tuple[Signal, ...]:
    """Signals that move this account's health most, among those of which the other was about the same."""
    moves = np.where(differences <= _MOST_APART, np.abs(mine - scorecard.base) * shares, 0.0)
    order = np.argsort(-moves, kind="stable")[:MOST_SHOWN]
    return tuple(scorecard.signal[place].signal for place in order if moves[place] > 0)
