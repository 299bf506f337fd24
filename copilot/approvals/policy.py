"""Who must approve what: reviewed data, loaded strictly.

Invariant: what no rule matches is held, so nobody can approve it; a rule that would let the requester be the
only approver of something outgoing or risky (invariant 4) is refused when the file is read.
"""

import tomllib
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError, model_validator

from copilot.domain.access import Role
from copilot.domain.approvals import Requirement
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import Risk
from copilot.errors import ConfigurationError

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
    roles: tuple[Role, ...] = Field(min_length=1)
    self_review: StrictBool
    due_hours: int = Field(strict=True, ge=1, le=24 * 90)
    expires_hours: int = Field(strict=True, ge=1, le=24 * 365)

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if self.name == HOLD:
            raise ValueError(f"the name `{HOLD}` is kept for what no rule matches")
        if self.due_hours > self.expires_hours:
            raise ValueError("it expires before it is due")
        harmless = set(self.audiences) == {Audience.INTERNAL} and set(self.risks) <= {Risk.LOW, Risk.MEDIUM}
        if self.self_review and not harmless:
            raise ValueError("self_review is for internal drafts of low or medium risk only")
        return self

    @property
    def cases(self) -> set[tuple[DraftKind, Risk, Audience]]:
        """Every combination that the rule covers."""
        return set(product(self.kinds, self.risks, self.audiences))


class Policy(BaseModel):
    """All rules, in order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = Field(strict=True, ge=1, le=1)
    hold_hours: int = Field(strict=True, ge=1, le=24 * 365)
    """After how long an item that no rule matches expires."""
    rule: tuple[Rule, ...]

    @model_validator(mode="after")
    def _has_no_dead_rule(self) -> Self:
        names, covered = set(), set[tuple[DraftKind, Risk, Audience]]()
        for rule in self.rule:
            if rule.name in names:
                raise ValueError(f"two rules are called `{rule.name}`")
            if rule.cases <= covered:
                raise ValueError(f"the rule `{rule.name}` never applies: earlier rules cover all its cases")
            names.add(rule.name)
            covered |= rule.cases
        return self

    def requirement(self, *, kind: DraftKind, risk: Risk, audience: Audience, now: datetime) -> Requirement:
        """What an item of this kind, risk and audience needs when it is submitted at `now`."""
        for rule in self.rule:
            if (kind, risk, audience) in rule.cases:
                return Requirement(
                    rule=rule.name,
                    roles=rule.roles,
                    self_review=rule.self_review,
                    due_at=now + timedelta(hours=rule.due_hours),
                    expires_at=now + timedelta(hours=rule.expires_hours),
                )
        end = now + timedelta(hours=self.hold_hours)
        return Requirement(rule=HOLD, roles=(), self_review=False, due_at=end, expires_at=end)


def load_policy(path: Path | None = None) -> Policy:
    """Read and check a policy file (None: the one that comes with the product).

    Raises ConfigurationError that names every fault and where it is.
    """
    source = path or DEFAULT_POLICY
    try:
        content = tomllib.loads(source.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"The policy file {source.name} cannot be read.", hint=_HINT) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The policy file {source.name} is not valid TOML: {error}.", hint=_HINT) from error
    try:
        return Policy.model_validate(content)
    except ValidationError as error:
        problems = "; ".join(f"{_place(item['loc'], content)}: {item['msg']}" for item in error.errors())
        raise ConfigurationError(f"The policy file {source.name} cannot be used: {problems}.", hint=_HINT) from error


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
