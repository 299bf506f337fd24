"""Evidence as it is now, by id, for pages and programs.

Invariant 3: evidence that the viewer may not see is answered for exactly like evidence that does not exist; only
fields of the record types can be asked for, never columns of the store.
"""

from datetime import date

from copilot.domain.access import Viewer
from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.facts import EvidenceAddress, metric_evidence_id, parse_evidence_id
from copilot.domain.figure_results import query_of
from copilot.domain.language import Language
from copilot.domain.metric_words import metric_formula
from copilot.domain.records import RECORD_TYPES
from copilot.domain.signals import Signal
from copilot.errors import NotFound
from copilot.store.account_facts import AccountFactsRepository
from copilot.store.cited_work import CitedWorkRepository
from copilot.store.database import UnitOfWork
from copilot.store.evidence import EvidenceRepository
from copilot.store.signal_evidence import read_signals

_FIELDS = {kind.record_type: frozenset(kind.model_fields) for kind in RECORD_TYPES}
_SIGNALS = frozenset(signal.value for signal in Signal)


def read_evidence(
    evidence_id: str, *, viewer: Viewer, uow: UnitOfWork, today: date, language: Language, account_id: str | None = None
) -> Evidence:
    """One piece of evidence. Raises NotFound, also if `account_id` is given and it belongs to another."""
    address = parse_evidence_id(evidence_id)
    found = (
        None if address is None else _read(address, evidence_id, viewer=viewer, uow=uow, today=today, words=language)
    )
    if found is None or (account_id is not None and found.account_id != account_id):
        raise NotFound("There is no such source among those you may see.", hint="It may have been removed.")
    return found


def _read(
    address: EvidenceAddress, evidence_id: str, *, viewer: Viewer, uow: UnitOfWork, today: date, words: Language
) -> Evidence | None:
    if address.kind is EvidenceKind.METRIC and query_of(address.name, address.subject_id) is not None:
        reader = viewer.model_copy(update={"language": words.value})
        return EvidenceRepository(uow).read([evidence_id], viewer=reader).get(evidence_id)
    if address.kind is EvidenceKind.METRIC:
        return _metric(address, viewer=viewer, uow=uow, today=today, language=words)
    if address.kind is EvidenceKind.RECORD and address.name not in _FIELDS.get(address.record_type, frozenset()):
        return None
    return EvidenceRepository(uow).read([evidence_id], viewer=viewer).get(evidence_id)


def _metric(
    address: EvidenceAddress, *, viewer: Viewer, uow: UnitOfWork, today: date, language: Language
) -> Evidence | None:
    evidence_id = metric_evidence_id(address.name, address.subject_id)
    if address.name in _SIGNALS:
        reader = viewer.model_copy(update={"language": language.value})
        signal = Signal(address.name)
        return read_signals(uow, address.subject_id, [signal], viewer=reader, day=today).get(signal)
    try:
        facts = AccountFactsRepository(uow).gather(address.subject_id, viewer=viewer, today=today)
    except NotFound:
        return None
    metric = facts.metrics.get(address.name)
    if metric is None:
        return CitedWorkRepository(uow).cited(evidence_id, viewer=viewer)
    return Evidence(
        id=evidence_id,
        kind=EvidenceKind.METRIC,
        text=metric.text,
        label=facts.account.name,
        as_of=today,
        account_id=address.subject_id,
        inputs=metric.inputs,
        formula=metric_formula(address.name, language=language),
    )
