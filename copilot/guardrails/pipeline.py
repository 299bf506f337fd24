"""Runs the detectors of a stage over a draft or a text and says how risky it is.

Invariant 8: a detector that raises or takes too long leaves a finding that blocks; nothing is skipped. One thing no
time limit can stop is a single regular expression, which keeps every thread waiting: that each is linear is tested.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from copilot.domain.access import Viewer
from copilot.domain.drafts import Audience, Draft, content_digest
from copilot.domain.evidence import Evidence, Origin
from copilot.domain.findings import Action, Finding, GuardrailReport, Severity, Stage, TextReport, risk_of
from copilot.domain.personal_data import Hints
from copilot.guardrails.detector import Context, Detector, Prepared, Text, TextDetector, finding
from copilot.guardrails.own_questions import without_own_questions
from copilot.guardrails.policy import GuardrailPolicy, default_guardrail_policy
from copilot.guardrails.registry import draft_detectors, text_detectors
from copilot.guardrails.surroundings import read_surroundings
from copilot.store.database import UnitOfWork
from copilot.store.evidence import EvidenceRepository
from copilot.telemetry import get_logger

_log = get_logger(__name__)
DetectorT = TypeVar("DetectorT", Detector, TextDetector)

TIME_LIMIT_SECONDS = 5.0
_LOADING_SECONDS = 60.0
"""For a model's first use in a process."""


class Guardrails:
    """The pipeline under one policy. Stateless after construction; one instance serves any number of requests."""

    def __init__(self, policy: GuardrailPolicy | None = None) -> None:
        """Raises ConfigurationError if the policy names a detector that is not there or cannot work in its stage."""
        self.policy = policy or default_guardrail_policy()
        self._for_drafts = {stage: draft_detectors(self.policy, stage) for stage in (Stage.OUTPUT, Stage.ACTION)}
        self._for_texts = {stage: text_detectors(self.policy, stage) for stage in Stage}

    def check_draft(
        self, draft: Draft, *, viewer: Viewer, uow: UnitOfWork, stage: Stage = Stage.OUTPUT
    ) -> GuardrailReport:
        """Check a draft for `viewer`, against evidence and surroundings read again in this transaction."""
        context = Context(
            draft=draft,
            current=read_again(draft, viewer=viewer, uow=uow),
            snapshot=draft.evidence_by_id,
            surroundings=read_surroundings(draft, viewer=viewer, uow=uow),
            stage=stage,
        )
        return self.report(context)

    def report(self, context: Context) -> GuardrailReport:
        """Check a draft against what the caller read."""
        draft = context.draft
        detectors, checked = self._for_drafts[context.stage], without_own_questions(context)
        found = run_detectors(detectors, checked, time_limit=self.policy.time_limit_seconds)
        findings = self.policy.weigh(found, kind=draft.kind, audience=draft.audience)
        return GuardrailReport(
            findings=findings,
            risk=risk_of(findings),
            stage=context.stage,
            draft_digest=content_digest(draft, deliverables={}),
        )

    def check_text(
        self, content: str, *, stage: Stage = Stage.INPUT, origin: Origin = Origin.INTERNAL, hints: Hints | None = None
    ) -> TextReport:
        """Check a text that is no draft: what somebody typed, what a model is about to read, what is about to leave."""
        text = Text(content=content, origin=origin, hints=hints or Hints(), stage=stage)
        detectors = self._for_texts[stage]
        found = _run_all(
            detectors, lambda detector: detector.inspect_text(text), time_limit=self.policy.time_limit_seconds
        )
        leaves = stage in {Stage.OUTPUT, Stage.ACTION}
        findings = self.policy.weigh(found, kind=None, audience=Audience.EXTERNAL if leaves else Audience.INTERNAL)
        ran = tuple(detector.name for detector in detectors)
        needs_draft = tuple(name for name in self.policy.stages.of(stage) if name not in ran)
        return TextReport(findings=findings, risk=risk_of(findings), stage=stage, ran=ran, needs_draft=needs_draft)


def read_again(draft: Draft, *, viewer: Viewer, uow: UnitOfWork) -> Mapping[str, Evidence]:
    """The draft's evidence as `viewer` would get it now."""
    return EvidenceRepository(uow).read_for(draft.evidence, viewer=viewer, today=draft.as_of)


def run_detectors(
    detectors: Sequence[Detector], context: Context, *, time_limit: float = TIME_LIMIT_SECONDS
) -> tuple[Finding, ...]:
    """Findings of all detectors in order; failures become findings that block."""
    return _run_all(detectors, lambda detector: detector.inspect(context), time_limit=time_limit)


def _run_all(
    detectors: Sequence[DetectorT], inspect: Callable[[DetectorT], Iterable[Finding]], *, time_limit: float
) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for detector in detectors:
        found.extend(_run(detector, partial(inspect, detector), time_limit=time_limit))
    return tuple(found)


@dataclass(slots=True)
class _Outcome:
    findings: tuple[Finding, ...] = ()
    failure: str | None = field(default="timeout")
    ready: threading.Event = field(default_factory=threading.Event)


def _run(
    detector: Detector | TextDetector, inspect: Callable[[], Iterable[Finding]], *, time_limit: float
) -> Iterable[Finding]:
    """Run one detector in a thread of its own, which is left behind if it does not end in time.

    What it loads once for the whole process has a limit of its own, so that the first draft after a start on a
    busy machine is not blocked for it.
    """
    outcome = _Outcome()

    def work() -> None:
        try:
            if isinstance(detector, Prepared):
                detector.prepare()
            outcome.ready.set()
            findings = tuple(inspect())
        except Exception as error:  # noqa: BLE001 - the outermost loop of the pipeline: whatever fails, blocks
            outcome.failure = type(error).__name__
        else:
            outcome.findings, outcome.failure = findings, None
        finally:
            outcome.ready.set()

    worker = threading.Thread(target=work, daemon=True, name=f"guardrail-{detector.name}")
    worker.start()
    outcome.ready.wait(_LOADING_SECONDS)
    worker.join(time_limit)
    failure, findings = outcome.failure, outcome.findings
    if failure is None:
        return findings
    _log.error("guardrail.failed", detector=detector.name, reason=failure)
    return (finding("guardrail.failed", Severity.CRITICAL, Action.BLOCK, values={"detector": detector.name}),)
