"""The policies in use, and what they would say about a draft. For managers and administrators.

Invariant: policies are files that are reviewed and read once; they are shown and tried here, never changed, and nothing
of what is tried is stored, filed or sent.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field

from api.admin_access import LeaderDep
from api.deps import ApplicationDep, UnitOfWorkDep
from api.schemas.common import PROBLEMS
from copilot.approvals.dry_run import LONGEST_TEXT, DryRun, Rehearsed, Wanted
from copilot.approvals.policy import Rule
from copilot.bootstrap import Application
from copilot.domain.access import Role
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import Finding, Risk
from copilot.domain.language import Language
from copilot.domain.review_items import Step
from copilot.store.recipient_domains import Whose

router = APIRouter(prefix="/api/v1/admin/policies", tags=["administration"], responses=PROBLEMS)


class ApprovalRules(BaseModel):
    """The approval policy: the first rule that matches decides."""

    rules: list[Rule]
    hold_hours: int
    """What no rule matches is held, and expires after so long."""


class Policies(BaseModel):
    """Both policies, as data."""

    approval: ApprovalRules
    guardrails: dict[str, Any]


class Trial(BaseModel):
    """A draft to try. With a text the guardrails find its risk; without one `risk` is taken as found."""

    model_config = ConfigDict(extra="forbid")

    kind: DraftKind
    audience: Audience
    language: Language = Language.ES
    risk: Risk = Risk.LOW
    account_id: str | None = Field(default=None, max_length=200)
    value: Decimal | None = Field(default=None, ge=0, le=Decimal("1e15"))
    """What the account is worth, in the workspace's currency; only without an account. None: not known."""
    recipient_domain: str = Field(default="", max_length=320)
    """Of whoever would get it; it decides the audience."""
    text: str = Field(default="", max_length=LONGEST_TEXT)

    def wanted(self) -> Wanted:
        """The same for the service."""
        return Wanted(
            kind=self.kind,
            audience=self.audience,
            language=self.language,
            risk=self.risk,
            account_id=self.account_id or None,
            value=self.value,
            recipient_domain=self.recipient_domain.strip(),
            text=self.text,
        )


class Verdict(BaseModel):
    """What the policies in use say. Nothing was stored or sent."""

    audience: Audience
    recipient: Whose | None
    value: Decimal | None
    """What the account is worth; null: not known, which counts as large."""
    risk: Risk
    findings: list[Finding]
    without_source: list[Finding]
    """What a source for each sentence could take away; it is not in the risk."""
    blocked: bool
    """Whether a finding blocks, which no approval overrules."""
    rule: str | None
    """None: no rule matches, so nobody could approve it."""
    place: int | None
    passed_over: list[str]
    steps: list[Step]
    self_review: bool
    bulk: bool
    escalate_to: list[Role]
    undo_seconds: int
    due_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, found: Rehearsed) -> "Verdict":
        required = found.requirement
        return cls(
            audience=found.audience,
            recipient=found.recipient.whose if found.recipient else None,
            value=found.value,
            risk=found.risk,
            findings=list(found.findings),
            without_source=list(found.without_source),
            blocked=bool(found.blocked),
            rule=found.rule.name if found.rule else None,
            place=found.place,
            passed_over=list(found.passed_over),
            steps=list(required.steps),
            self_review=required.self_review,
            bulk=required.bulk,
            escalate_to=list(required.escalate_to),
            undo_seconds=required.undo_seconds,
            due_at=required.due_at,
            expires_at=required.expires_at,
        )


def dry_run_of(application: Application) -> DryRun:
    """The policies of this installation, to be tried."""
    return DryRun(
        application.policy, guardrails=application.guardrails, home_currency=application.settings.home_currency
    )


@router.get("")
def show_policies(_viewer: LeaderDep, application: ApplicationDep) -> Policies:
    """Both policies as they are in use."""
    policy = application.policy
    return Policies(
        approval=ApprovalRules(rules=list(policy.rule), hold_hours=policy.hold_hours),
        guardrails=application.guardrails.policy.model_dump(mode="json"),
    )


@router.post("/dry-run")
def dry_run(
    trial: Annotated[Trial, Body()], viewer: LeaderDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> Verdict:
    """What would be found in a draft, who would have to approve it, by when."""
    return Verdict.of(dry_run_of(application).rehearse(trial.wanted(), viewer=viewer, uow=uow))
