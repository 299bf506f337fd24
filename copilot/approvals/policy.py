"""Who must approve what: reviewed data, loaded strictly.

Invariant: what no rule matches is held, so nobody can approve it; a rule that would let the requester be the
only approver of something outgoing or risky (invariant 4) is refused when the file is read.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from copilot.approvals.chat_rules import ChatRules
from copilot.approvals.delivery_rules import DeliveryRules
from copilot.approvals.feedback.rules import FeedbackRules
from copilot.approvals.quality.rules import QualityRules
from copilot.approvals.review_rules import ReviewRules
from copilot.approvals.rfp_rules import RfpRules
from copilot.domain.access import Role
from copilot.domain.alert_rules import AlertRules
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import Risk
from copilot.domain.notifications import NotificationRules
from copilot.domain.review_items import Requirement, ReviewItem, Step
from copilot.rule_files import read_rules

DEFAULT_POLICY = Path(__file__).with_name("policy.toml")
HOLD = "hold"
_HINT = "Correct the policy file (COPILOT_POLICY), or unset it to use the one that comes with the product."


class Rule(BaseModel):
    """One line of the policy. The first rule that matches decides."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, pattern=r"^[a-z0-9][a-z0-9-]*$")
    kinds: tuple[DraftKind, ...] = Field(min_length=1)
    risks: tuple[Risk, ...] = Field(min_length=1)
    audiences: tuple[Audience, ...] = Field(min_length=1)
    value_from: Decimal | None = Field(default=None, ge=0)
    """Only for accounts worth at least this, or of unknown worth."""
    value_below: Decimal | None = Field(default=None, gt=0)
    """Only for accounts known to be worth less."""
    steps: tuple[Step, ...] = Field(min_length=1, max_length=5)
    self_review: StrictBool
    bulk: StrictBool = False
    due_hours: int = Field(strict=True, ge=1, le=24 * 90)
    expires_hours: int = Field(strict=True, ge=1, le=24 * 365)
    escalate_to: tuple[Role, ...] = ()
    undo_seconds: int = Field(default=0, strict=True, ge=0, le=24 * 3600)

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if self.name == HOLD:
            raise ValueError(f"the name `{HOLD}` is kept for what no rule matches")
        if self.due_hours > self.expires_hours:
            raise ValueError("it expires before it is due")
        if self.value_from is not None and self.value_below is not None and self.value_from >= self.value_below:
            raise ValueError("value_from is not below value_below, so it never applies")
        harmless = set(self.audiences) == {Audience.INTERNAL} and set(self.risks) <= {Risk.LOW, Risk.MEDIUM}
        if self.self_review and not harmless:
            raise ValueError("self_review is for internal drafts of low or medium risk only")
        if self.self_review and sum(step.approvers for step in self.steps) > 1:
            raise ValueError("self_review and several approvers contradict each other")
        if self.bulk and not set(self.risks) <= {Risk.LOW, Risk.MEDIUM}:
            raise ValueError("bulk is for drafts of low or medium risk only")
        if not set(self.escalate_to) <= {role for step in self.steps for role in step.roles}:
            raise ValueError("escalate_to names a role that could not approve")
        return self

    @property
    def cases(self) -> set[tuple[DraftKind, Risk, Audience]]:
        """Every combination that the rule covers, whatever the value."""
        return set(product(self.kinds, self.risks, self.audiences))

    def applies_to(self, value: Decimal | None) -> bool:
        """Whether an account of this worth is covered; unknown (None) counts as large."""
        if value is None:
            return self.value_below is None
        return (self.value_from is None or value >= self.value_from) and (
            self.value_below is None or value < self.value_below
        )

    def requirement(self, *, now: datetime) -> Requirement:
        """What it asks of an item that is submitted at `now`."""
        return Requirement(
            rule=self.name,
            steps=self.steps,
            self_review=self.self_review,
            bulk=self.bulk,
            escalate_to=self.escalate_to,
            undo_seconds=self.undo_seconds,
            due_at=now + timedelta(hours=self.due_hours),
            expires_at=now + timedelta(hours=self.expires_hours),
        )


class Policy(BaseModel):
    """All rules, in order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = Field(strict=True, ge=2, le=2)
    hold_hours: int = Field(strict=True, ge=1, le=24 * 365)
    """After how long an item that no rule matches expires."""
    rule: tuple[Rule, ...]
    notifications: NotificationRules = NotificationRules()
    """Emails about the queue, and webhooks."""
    delivery: DeliveryRules = DeliveryRules()
    review: ReviewRules = ReviewRules()
    quality: QualityRules = QualityRules()
    feedback: FeedbackRules = FeedbackRules()
    chat: ChatRules = ChatRules()
    rfp: RfpRules = RfpRules()
    alerts: AlertRules = AlertRules()
    """Which changes of scores raise an alert."""

    @model_validator(mode="after")
    def _has_no_dead_rule(self) -> Self:
        names, covered = set(), set[tuple[DraftKind, Risk, Audience]]()
        for rule in self.rule:
            if rule.name in names:
                raise ValueError(f"two rules are called `{rule.name}`")
            if rule.cases <= covered:
                raise ValueError(f"the rule `{rule.name}` never applies: earlier rules cover all its cases")
            names.add(rule.name)
            # A rule for some values leaves the others to the rules after it.
            covered |= rule.cases if rule.value_from is None and rule.value_below is None else set()
        return self

    def requirement(
        self, *, kind: DraftKind, risk: Risk, audience: Audience, now: datetime, value: Decimal | None = None
    ) -> Requirement:
        """What an item needs when submitted at `now`. `value`: what its account is worth; unknown counts as large."""
        for rule in self.rule:
            if (kind, risk, audience) in rule.cases and rule.applies_to(value):
                return rule.requirement(now=now)
        end = now + timedelta(hours=self.hold_hours)
        return Requirement(rule=HOLD, steps=(), self_review=False, due_at=end, expires_at=end)

    def requirement_of(self, item: ReviewItem, *, now: datetime) -> Requirement:
        """What it asks today of an item that was filed before."""
        return self.requirement(
            kind=item.kind, risk=item.risk, audience=item.audience, value=item.value_at_stake, now=now
        )


def load_policy(path: Path | None = None) -> Policy:
    """Read and check a policy file (None: the one that comes with the product).

    Raises ConfigurationError that names every fault and where it is.
    """
    return read_rules(Policy, path or DEFAULT_POLICY, called="The policy file", hint=_HINT, place=_place)


def _place(location: tuple[int | str, ...], content: dict[str, object]) -> str:
    """`rule 2 (internal-brief).roles`: where a fault is, by the rule's own name."""
    match location:
        case ("rule", int(index), *rest):
            rules = content.get("rule")
            rule = rules[index] if isinstance(rules, list) and index < len(rules) else {}
            name = rule.get("name") if isinstance(rule, dict) else None
            return ".".join([f"rule {index + 1}" + (f" ({name})" if name else ""), *(str(part) for part in rest)])
        case ():
            return "file"
        case _:
            return ".".join(str(part) for part in location)
