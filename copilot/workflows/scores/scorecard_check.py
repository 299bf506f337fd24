"""What another scorecard would change, before it is in use.

Invariant: nothing is written, and only accounts that the viewer may see are told of.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from copilot.domain.access import Viewer
from copilot.domain.scores import Band
from copilot.scoring.health import Scorecard
from copilot.store.database import UnitOfWork
from copilot.store.score_peers import PeersRepository
from copilot.store.signals import Population, SignalsRepository, SignalTable

_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Read:
    """Health of one account by one scorecard; None: too little is known."""

    value: float | None
    band: Band | None


@dataclass(frozen=True, slots=True)
class Moved:
    """An account that reads otherwise."""

    account_id: str
    name: str
    before: Read
    after: Read


@dataclass(frozen=True, slots=True)
class Checked:
    """The two scorecards side by side."""

    customers: int
    moved: tuple[Moved, ...]
    """Those that change band, the biggest changes first."""
    before: Mapping[Band | None, int]
    after: Mapping[Band | None, int]


def check_scorecard(current: Scorecard, other: Scorecard, *, viewer: Viewer, uow: UnitOfWork) -> Checked:
    """Score the customers that the viewer sees by both."""
    moved: list[Moved] = []
    before, after = Counter[Band | None](), Counter[Band | None]()
    signals, peers, last = SignalsRepository(uow), PeersRepository(uow), ""
    while names := peers.names_after(last, viewer=viewer, limit=_AT_ONCE):
        last = max(names)
        table = signals.of_day(uow.clock.today(), population=Population.CUSTOMERS, account_ids=list(names))
        for account_id, one, two in zip(table.account_ids, _read(current, table), _read(other, table), strict=True):
            before[one.band] += 1
            after[two.band] += 1
            if one.band is not two.band:
                moved.append(Moved(account_id, names[account_id], one, two))
    return Checked(sum(before.values()), tuple(sorted(moved, key=_size)), before, after)


def _read(scorecard: Scorecard, table: SignalTable) -> list[Read]:
    scored = scorecard.score(table)
    bands = scorecard.bands_of(scored, table)
    return [
        Read(float(value), band) if known else Read(None, None)
        for value, band, known in zip(scored.values(), bands, scored.known, strict=True)
    ]


def _size(moved: Moved) -> tuple[float, str]:
    return -abs((moved.after.value or 0.0) - (moved.before.value or 0.0)), moved.name
