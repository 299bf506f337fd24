"""Signals of one account as evidence: what they are, and what they were computed from.

Invariant 3: of an account that the viewer may not see there is nothing. Where a metric of
`copilot.store.account_metrics` has the name of the signal, its text is that metric's: one identifier, one fact.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from copilot.domain.access import Viewer
from copilot.domain.account_facts import UNKNOWN, Metric
from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.facts import metric_evidence_id
from copilot.domain.formatting import canonical_number
from copilot.domain.language import Language
from copilot.domain.metric_words import metric_formula
from copilot.domain.signal_words import signal_name
from copilot.domain.signals import Signal
from copilot.store.database import UnitOfWork
from copilot.store.figure_metrics import read_metrics
from copilot.store.signal_inputs import inputs_of
from copilot.store.signals import SignalsRepository
from copilot.store.tables.records import AccountRow
from copilot.store.visibility import visible_accounts


@dataclass(frozen=True, slots=True)
class Known:
    """What was read of an account on the day before its signals are told, for one viewer."""

    values: Mapping[Signal, float] | None = None
    """Every signal that is known, of today; None: nothing was read."""
    metrics: Mapping[str, Metric] | None = None
    """Every metric by name, read for a viewer who may see the account; None: nothing was read."""


def read_signals(
    uow: UnitOfWork,
    account_id: str,
    signals: Iterable[Signal],
    *,
    viewer: Viewer,
    day: date,
    with_inputs: bool = True,
    known: Known | None = None,
) -> dict[Signal, Evidence]:
    """The signals as they were on the day; one that is not known says so. What they rest on is there `with_inputs`.

    What the records hold without a date counts as it is now, like in every metric of an account: a draft that is
    checked a day after it was written finds the same. What is `known` is not read again.
    """
    wanted, known = tuple(dict.fromkeys(signals)), known or Known()
    if not wanted or not (known.metrics is not None or _is_visible(uow, account_id, viewer=viewer)):
        return {}
    texts = _texts(uow, account_id, wanted, viewer=viewer, day=day, known=known)
    inputs = inputs_of(uow.session, account_id, wanted, day=day) if with_inputs else {}
    language = Language(viewer.language)
    return {
        signal: Evidence(
            id=metric_evidence_id(signal.value, account_id),
            kind=EvidenceKind.METRIC,
            text=texts[signal],
            label=signal_name(signal, language),
            as_of=day,
            account_id=account_id,
            inputs=inputs.get(signal, ()),
            formula=metric_formula(signal.value, language=language),
        )
        for signal in wanted
    }


def _is_visible(uow: UnitOfWork, account_id: str, *, viewer: Viewer) -> bool:
    visible = select(AccountRow.id).where(AccountRow.id == account_id, AccountRow.id.in_(visible_accounts(viewer)))
    return uow.session.scalar(visible) is not None


def _texts(
    uow: UnitOfWork, account_id: str, wanted: Iterable[Signal], *, viewer: Viewer, day: date, known: Known
) -> Mapping[Signal, str]:
    names = {signal.value for signal in wanted}
    metrics = known.metrics
    if metrics is None:
        metrics = read_metrics(uow.session, [account_id], names, viewer=viewer, today=day).get(account_id, {})
    others = frozenset(signal for signal in wanted if signal.value not in metrics)
    values = known.values
    if values is None:
        values = SignalsRepository(uow).of_account(account_id, others, day=day) if others else {}
    found = {Signal(name): metric.text for name, metric in metrics.items() if name in names}
    return found | {signal: _canonical(signal, values.get(signal, math.nan)) for signal in others}


def _canonical(signal: Signal, value: float) -> str:
    shown = UNKNOWN if math.isnan(value) else canonical_number(Decimal(repr(value)))
    return f"{signal.value}: {shown}"
