"""Which detectors run where, and how heavily their findings weigh: reviewed data, loaded strictly.

Invariant: a policy can add to what protects and never take away from it. The required detectors are in every
policy that loads, and findings of protected rules cannot be made lighter.
"""

from collections.abc import Iterable
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import Action, Finding, Severity, Stage
from copilot.domain.personal_data import DataClass
from copilot.guardrails.commitments.rules import CommitmentRules
from copilot.guardrails.contact_rules_policy import NEVER_WRITTEN_TO, ContactPolicy
from copilot.guardrails.freshness_rules import FreshnessRules
from copilot.guardrails.leakage_policy import LeakageRules
from copilot.guardrails.link_rules import LinkRules
from copilot.guardrails.privacy_retention import PrivacyRetention
from copilot.guardrails.retention_policy import RetentionRules
from copilot.guardrails.tone_rules import ToneRules
from copilot.rule_files import read_rules

DEFAULT_POLICY = Path(__file__).with_name("policy.toml")
REQUIRED: dict[Stage, frozenset[str]] = {
    Stage.INPUT: frozenset({"personal-data"}),
    Stage.CONTEXT: frozenset({"injection", "personal-data"}),
    Stage.OUTPUT: frozenset(
        {
            "evidence", "citations", "figures", "grounding", "injection", "leakage", "contact-rules", "personal-data",
            "notes",
        }
    ),
    Stage.ACTION: frozenset({"evidence", "contact-rules"}),
}  # fmt: skip
"""What no policy can leave out: the invariants rest on it."""
PROTECTED = ("evidence.*", "grounding.*", "guardrail.*", "text.*", "leak.*", "personal.credential", *NEVER_WRITTEN_TO)
"""Rules whose findings an override can make heavier, never lighter."""
_HINT = (
    "Correct the guardrail policy (COPILOT_GUARDRAIL_POLICY), or unset it to use the one that comes with the product."
)
_ACTIONS = list(Action)


class Handling(StrEnum):
    """What happens to personal data on its way to a model."""

    MASK = "mask"
    ALLOW_BUSINESS = "allow_business"
    ALLOW = "allow"
    BLOCK = "block"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Stages(_Section):
    """Names of detectors in the order in which they run."""

    input: tuple[str, ...]
    context: tuple[str, ...]
    output: tuple[str, ...]
    action: tuple[str, ...]

    @model_validator(mode="after")
    def _has_what_is_required(self) -> Self:
        for stage in Stage:
            names = self.of(stage)
            missing = sorted(REQUIRED[stage] - set(names))
            if missing:
                raise ValueError(f"the stage `{stage.value}` cannot do without {', '.join(missing)}")
            if len(set(names)) < len(names):
                raise ValueError(f"the stage `{stage.value}` names a detector twice")
        return self

    def of(self, stage: Stage) -> tuple[str, ...]:
        """Names of the stage's detectors, in order."""
        names: tuple[str, ...] = getattr(self, stage.value)
        return names


class Override(_Section):
    """How findings weigh in drafts of some kinds or audiences."""

    rules: tuple[str, ...] = Field(min_length=1)
    kinds: tuple[DraftKind, ...] = tuple(DraftKind)
    audiences: tuple[Audience, ...] = tuple(Audience)
    severity: Severity | None = None
    action: Action | None = None

    def matches(self, item: Finding, *, kind: DraftKind | None, audience: Audience) -> bool:
        """Whether it says something about this finding in such a draft; without a kind, in a text that is no draft."""
        of_kind = set(self.kinds) == set(DraftKind) if kind is None else kind in self.kinds
        return of_kind and audience in self.audiences and any(fnmatchcase(item.rule, rule) for rule in self.rules)


class GuardrailPolicy(_Section):
    """The whole file."""

    version: int = Field(strict=True, ge=1, le=1)
    time_limit_seconds: float = Field(gt=0, le=60)
    """Per detector. A brief takes milliseconds; the limit is far above that for a busy machine."""
    stages: Stages
    override: tuple[Override, ...] = ()
    privacy: dict[DataClass, Handling]
    leakage: LeakageRules = LeakageRules()
    contact: ContactPolicy = ContactPolicy()
    commitments: CommitmentRules = CommitmentRules()
    tone: ToneRules = ToneRules()
    freshness: FreshnessRules = FreshnessRules()
    links: LinkRules = LinkRules()
    retention: RetentionRules = RetentionRules()
    privacy_retention: PrivacyRetention = PrivacyRetention()

    @model_validator(mode="after")
    def _privacy_is_whole(self) -> Self:
        missing = sorted(item.value for item in DataClass if item not in self.privacy)
        if missing:
            raise ValueError(f"[privacy] says nothing about {', '.join(missing)}")
        if self.privacy[DataClass.CREDENTIAL] not in {Handling.BLOCK, Handling.MASK}:
            raise ValueError("[privacy] credential has to be `block` or `mask`: a secret never reaches a model")
        return self

    def weigh(self, findings: Iterable[Finding], *, kind: DraftKind | None, audience: Audience) -> tuple[Finding, ...]:
        """The findings with the severity and action that this policy gives them in such a draft (None: in a text)."""
        return tuple(self._weighed(item, kind=kind, audience=audience) for item in findings)

    def _weighed(self, item: Finding, *, kind: DraftKind | None, audience: Audience) -> Finding:
        for override in self.override:
            if override.matches(item, kind=kind, audience=audience):
                return _changed(
                    item, severity=override.severity or item.severity, action=override.action or item.action
                )
        return item


def _changed(item: Finding, *, severity: Severity, action: Action) -> Finding:
    if any(fnmatchcase(item.rule, pattern) for pattern in PROTECTED):
        severity = max(severity, item.severity, key=lambda value: value.rank)
        action = max(action, item.action, key=_ACTIONS.index)
    return item.model_copy(update={"severity": severity, "action": action})


def load_guardrail_policy(path: Path | None = None) -> GuardrailPolicy:
    """Read and check a policy file (None: the one that comes with the product).

    Raises ConfigurationError that names every fault and where it is.
    """
    return read_rules(GuardrailPolicy, path or DEFAULT_POLICY, called="The policy file", hint=_HINT)


@cache
def default_guardrail_policy() -> GuardrailPolicy:
    """The policy that comes with the product."""
    return load_guardrail_policy()
