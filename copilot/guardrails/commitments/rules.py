"""The numbers and names a manager tunes for commitments: `[commitments]` of the guardrail policy.

Invariant: what may be given without asking is never more than what may be given at all.
"""

from decimal import Decimal
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from copilot.guardrails.commitments.kinds import CommitmentKind


class Wording(BaseModel):
    """The same words in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    es: str = Field(min_length=1)
    en: str = Field(min_length=1)


MANAGER = Wording(es="la persona responsable del equipo", en="the team's manager")
"""Who is asked where the policy names nobody else."""


class CommitmentRules(BaseModel):
    """What a seller may promise, and who is asked about the rest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    discount_without_asking_percent: Decimal = Field(default=Decimal(10), ge=0, le=100)
    """A discount up to here needs the price policy as its source and nothing more."""
    discount_limit_percent: Decimal = Field(default=Decimal(20), ge=0, le=100)
    """Nobody gives more."""
    contract_names: tuple[str, ...] = ()
    """Words (lower case, no accents) in the path or title of a document of an account that make it a contract."""
    approvers: dict[CommitmentKind, Wording] = Field(default_factory=dict)
    """Who must approve each kind, as it is told; the team's manager where nothing is said."""

    @model_validator(mode="after")
    def _limits_in_order(self) -> Self:
        if self.discount_without_asking_percent > self.discount_limit_percent:
            raise ValueError("discount_without_asking_percent must not be above discount_limit_percent")
        return self

    def approver(self, kind: CommitmentKind) -> Wording:
        """Who must approve a commitment of this kind."""
        return self.approvers.get(kind, MANAGER)
