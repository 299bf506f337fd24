"""What is said of a signal passes the checks that every sentence of a draft passes."""

from datetime import date
from decimal import Decimal

import pytest

from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.formatting import canonical_number
from copilot.domain.language import Language
from copilot.domain.metric_words import metric_formula
from copilot.domain.signal_words import signal_clause, signal_name
from copilot.domain.signals import SIGNALS, Signal, Unit
from copilot.guardrails.detector import Context
from copilot.guardrails.figures import FiguresDetector
from copilot.guardrails.grounding.detector import GroundingDetector
from tests.approvals_builders import ACCOUNT, draft_about

_CHANGES = frozenset(signal for signal in Signal if "_change" in signal) | {Signal.DAYS_TO_RENEWAL}
CASES = [
    (signal, value)
    for signal, kind in SIGNALS.items()
    for value in (0.0, 1.0, 12.0, 1240.0, *((-1.0, -23.0) if signal in _CHANGES else ()))
    if kind.unit is not Unit.POINTS or value < 20
]


@pytest.mark.parametrize("language", Language)
def test_a_clause_is_grounded_in_its_signal(language: Language) -> None:
    held = []
    for signal, value in CASES:
        clause = signal_clause(signal, value, language)
        evidence = Evidence(
            id=f"metric:{signal.value}:{ACCOUNT}",
            kind=EvidenceKind.METRIC,
            text=f"{signal.value}: {canonical_number(Decimal(repr(value)))}",
            label=signal_name(signal, language),
            as_of=date(2026, 11, 16),
            account_id=ACCOUNT,
            formula=metric_formula(signal.value, language=language),
        )
        sentence = f"{clause[0].upper()}{clause[1:]}."
        draft = draft_about([evidence], [(sentence, (evidence.id,))], language=language)
        context = Context(draft, current={evidence.id: evidence}, snapshot={evidence.id: evidence})
        for detector in (FiguresDetector(), GroundingDetector()):
            held += [(sentence, finding.rule) for finding in detector.inspect(context)]
    assert not held
