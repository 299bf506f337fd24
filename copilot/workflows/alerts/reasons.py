"""Why an alert was raised: the signals that moved its score, each with its source.

Invariants: what moved the score is what was kept with the alert, whatever became of the scores since; what the viewer
may not see is no reason that they read (invariant 3).
"""

from dataclasses import dataclass

from copilot.domain.access import Viewer
from copilot.domain.alerts import Alert, Moved
from copilot.domain.evidence import Evidence
from copilot.store.database import UnitOfWork
from copilot.store.signal_evidence import read_signals


@dataclass(frozen=True, slots=True)
class Reason:
    """A signal that moved the score, and what it is computed from."""

    moved: Moved
    evidence: Evidence


def reasons_of(alert: Alert, *, viewer: Viewer, uow: UnitOfWork) -> tuple[Reason, ...]:
    """The strongest first; none where no signal has an effect of its own."""
    signals = [item.signal for item in alert.moved]
    found = read_signals(uow, alert.account_id, signals, viewer=viewer, day=alert.day)
    return tuple(Reason(item, found[item.signal]) for item in alert.moved if item.signal in found)
