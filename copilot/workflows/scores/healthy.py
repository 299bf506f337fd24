"""The customers that are well, as one person sees them: what a changed signal is measured by.

Invariant 3: only accounts that the viewer may see. Of those whose signals are not kept, because their records changed a
moment ago or the day has just begun, a few are computed where the middle would else rest on too few, the others are
left out: none is told by what it was.
"""

from dataclasses import replace

from copilot.domain.access import Viewer
from copilot.domain.scores import Band
from copilot.scoring.health import Scorecard
from copilot.store.database import UnitOfWork
from copilot.store.score_peers import PeersRepository
from copilot.store.signals import SignalTable
from copilot.store.signals_kept import KeptSignals

_MOST_LOOKED_AT = 300
_ENOUGH_LOOKED_AT = 50
"""Where fewer are kept, so many are computed for the page: the middle needs no more."""


def healthy_customers(
    account_id: str, scorecard: Scorecard, *, kept: KeptSignals, viewer: Viewer, uow: UnitOfWork
) -> SignalTable:
    """The signals of today of the other customers whose health is good."""
    today, most, enough = uow.clock.today(), _MOST_LOOKED_AT, _ENOUGH_LOOKED_AT
    table = kept.of_customers(today, but=account_id, viewer=viewer, most=most, enough=enough)
    if table is None:
        peers = PeersRepository(uow).customers(but=account_id, since=today, viewer=viewer, limit=most)
        table = kept.of_day(today, [peer.id for peer in peers], enough=enough)
    health = scorecard.score(table)
    bands = scorecard.bands_of(health, table)
    well = [place for place, band in enumerate(bands) if health.known[place] and band is Band.GOOD]
    return replace(
        table,
        account_ids=tuple(table.account_ids[place] for place in well),
        values={signal: column[well] for signal, column in table.values.items()},
        attributes={name: tuple(column[place] for place in well) for name, column in table.attributes.items()},
        arr=table.arr[well],
        currency=tuple(table.currency[place] for place in well),
    )
