"""Runs every detector over a draft and says how risky it is.

Invariant 8: a detector that raises or takes too long leaves a finding that blocks; nothing is skipped.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from copilot.domain.access import Viewer
from copilot.domain.drafts import Draft, content_digest
from copilot.domain.evidence import Evidence
from copilot.domain.findings import Action, Finding, GuardrailReport, Severity, risk_of
from copilot.guardrails.citations import CitationsDetector
from copilot.guardrails.detector import Context, Detector, finding
from copilot.guardrails.evidence import EvidenceDetector
from copilot.guardrails.figures import FiguresDetector
from copilot.guardrails.injection import InjectionDetector
from copilot.guardrails.language import LanguageDetector
from copilot.guardrails.notes import NotesDetector
from copilot.store.database import UnitOfWork
from copilot.store.evidence import EvidenceRepository
from copilot.telemetry import get_logger

_log = get_logger(__name__)

TIME_LIMIT_SECONDS = 5.0
"""Per detector. A brief takes a few milliseconds; the limit is far above that for a busy machine."""

DETECTORS: tuple[Detector, ...] = (
    EvidenceDetector(),
    CitationsDetector(),
    FiguresDetector(),
    LanguageDetector(),
    InjectionDetector(),
    NotesDetector(),
)


def check_draft(draft: Draft, *, viewer: Viewer, uow: UnitOfWork) -> GuardrailReport:
    """Check a draft for `viewer`, against evidence read again in this transaction."""
    context = Context(draft=draft, current=read_again(draft, viewer=viewer, uow=uow), snapshot=draft.evidence_by_id)
    findings = run_detectors(DETECTORS, context)
    return GuardrailReport(
        findings=findings, risk=risk_of(findings), draft_digest=content_digest(draft, deliverables={})
    )


def read_again(draft: Draft, *, viewer: Viewer, uow: UnitOfWork) -> Mapping[str, Evidence]:
    """The draft's evidence as `viewer` would get it now."""
    return EvidenceRepository(uow).read_for(draft.evidence, viewer=viewer, today=draft.as_of)


def run_detectors(
    detectors: Sequence[Detector], context: Context, *, time_limit: float = TIME_LIMIT_SECONDS
) -> tuple[Finding, ...]:
    """Findings of all detectors in order; failures become findings that block."""
    found: list[Finding] = []
    for detector in detectors:
        found.extend(_run(detector, context, time_limit=time_limit))
    return tuple(found)


@dataclass(slots=True)
class _Outcome:
    findings: tuple[Finding, ...] = ()
    failure: str | None = field(default="timeout")


def _run(detector: Detector, context: Context, *, time_limit: float) -> Iterable[Finding]:
    """Run one detector in a thread of its own, which is left behind if it does not end in time."""
    outcome = _Outcome()

    def work() -> None:
        try:
            findings = tuple(detector.inspect(context))
        except Exception as error:  # noqa: BLE001 - the outermost loop of the pipeline: whatever fails, blocks
            outcome.failure = type(error).__name__
        else:
            outcome.findings, outcome.failure = findings, None

    worker = threading.Thread(target=work, daemon=True, name=f"guardrail-{detector.name}")
    worker.start()
    worker.join(time_limit)
    failure, findings = outcome.failure, outcome.findings
    if failure is None:
        return findings
    _log.error("guardrail.failed", detector=detector.name, reason=failure)
    return (finding("guardrail.failed", Severity.CRITICAL, Action.BLOCK, values={"detector": detector.name}),)
