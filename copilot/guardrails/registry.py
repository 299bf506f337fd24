"""Every detector by the name that a policy orders it by.

Invariant: a name in a policy stands for exactly one detector, and a stage only takes detectors that can work there:
texts (input, context) need one for texts, drafts (output, action) take either.
"""

from collections.abc import Callable, Mapping

from copilot.domain.findings import Stage
from copilot.errors import ConfigurationError
from copilot.guardrails.citations import CitationsDetector
from copilot.guardrails.commitments.detector import CommitmentsDetector
from copilot.guardrails.contact_rules import ContactRulesDetector
from copilot.guardrails.detector import Detector, OverSegments, TextDetector
from copilot.guardrails.evidence import EvidenceDetector
from copilot.guardrails.figures import FiguresDetector
from copilot.guardrails.freshness import FreshnessDetector
from copilot.guardrails.grounding import GroundingDetector
from copilot.guardrails.injection import InjectionDetector
from copilot.guardrails.language import LanguageDetector
from copilot.guardrails.leakage import LeakageDetector
from copilot.guardrails.links import LinksDetector
from copilot.guardrails.notes import NotesDetector
from copilot.guardrails.personal_data.detector import PersonalDataDetector
from copilot.guardrails.policy import GuardrailPolicy
from copilot.guardrails.tone import ToneDetector

Factory = Callable[[GuardrailPolicy], Detector | TextDetector]

TEXT_STAGES = frozenset({Stage.INPUT, Stage.CONTEXT})
"""Stages at which there is no draft yet."""
DETECTORS: Mapping[str, Factory] = {
    "evidence": lambda _: EvidenceDetector(),
    "citations": lambda _: CitationsDetector(),
    "figures": lambda _: FiguresDetector(),
    "grounding": lambda _: GroundingDetector(),
    "language": lambda _: LanguageDetector(),
    "injection": lambda _: InjectionDetector(),
    "notes": lambda _: NotesDetector(),
    "commitments": lambda policy: CommitmentsDetector(policy.commitments),
    "links": lambda policy: LinksDetector(policy.links),
    "freshness": lambda policy: FreshnessDetector(policy.freshness),
    "tone": lambda policy: ToneDetector(policy.tone),
    "contact-rules": lambda policy: ContactRulesDetector(policy.contact),
    "leakage": lambda policy: LeakageDetector(policy.leakage),
    "personal-data": lambda _: PersonalDataDetector(),
}


def draft_detectors(policy: GuardrailPolicy, stage: Stage) -> tuple[Detector, ...]:
    """Detectors for drafts at `stage`, in the policy's order. Raises ConfigurationError for an unknown name."""
    found = []
    for name in policy.stages.of(stage):
        detector = _made(name, policy)
        found.append(detector if isinstance(detector, Detector) else OverSegments(detector))
    return tuple(found)


def text_detectors(policy: GuardrailPolicy, stage: Stage) -> tuple[TextDetector, ...]:
    """Detectors for texts at `stage`; of a stage of drafts those that can do without a draft's sources.

    Raises ConfigurationError for an unknown name, or for one in a stage of texts that reads drafts only.
    """
    found = []
    for name in policy.stages.of(stage):
        detector = _made(name, policy)
        if isinstance(detector, TextDetector):
            found.append(detector)
        elif stage in TEXT_STAGES:
            raise ConfigurationError(
                f"The detector `{name}` reads drafts and cannot work at the stage `{stage.value}`.",
                hint="Take it out of that stage in the guardrail policy.",
            )
    return tuple(found)


def _made(name: str, policy: GuardrailPolicy) -> Detector | TextDetector:
    factory = DETECTORS.get(name)
    if factory is None:
        raise ConfigurationError(
            f"The guardrail policy names a detector `{name}` that does not exist.",
            hint=f"Use one of {', '.join(sorted(DETECTORS))}.",
        )
    return factory(policy)
