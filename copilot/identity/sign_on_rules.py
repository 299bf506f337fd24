"""Whom single sign-on lets in, and as what: reviewed data, loaded strictly.

Invariant: nobody gets a role that no rule names; without a rule that fits, nobody new is let in.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from copilot.domain.access import Role
from copilot.rule_files import read_rules

_HINT = "Correct the rules of single sign-on (COPILOT_SSO_RULES)."


class GroupRule(BaseModel):
    """What the people of one group of the provider are here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    """As the provider writes it."""
    role: Role
    team: str | None = Field(default=None, min_length=1, max_length=120)
    """Name of the team; created at the first sign-in of one of its people."""


class SignOnRules(BaseModel):
    """All rules; of the groups the first that fits counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    domains: tuple[str, ...] = ()
    """Domains of the addresses that are let in. Empty: any that the provider vouches for."""
    groups_claim: str = Field(default="groups", min_length=1)
    """Where the provider says the groups: a claim, or the way to one, such as `realm_access.roles`."""
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    trust_unverified_addresses: bool = False
    """Some providers never say that they checked an address. Only for those whose people cannot change theirs."""
    sign_out_there: bool = True
    """Whether signing out here ends the session at the provider as well, and with it the way into everything else."""
    group: tuple[GroupRule, ...] = ()

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if "openid" not in self.scopes:
            raise ValueError("`scopes` has to hold `openid`")
        if any("@" in domain or "." not in domain for domain in self.domains):
            raise ValueError("`domains` are written as `company.example`")
        names = [rule.name for rule in self.group]
        if len(names) != len(set(names)):
            raise ValueError("a group is named twice")
        return self

    def lets_in(self, address: str) -> bool:
        """Whether the domain of the address is one of ours."""
        domain = address.rpartition("@")[2].lower()
        return not self.domains or domain in {known.lower() for known in self.domains}

    def rule_for(self, groups: Collection[str]) -> GroupRule | None:
        """The first rule that fits one of the groups."""
        return next((rule for rule in self.group if rule.name in groups), None)

    def groups_in(self, claims: Mapping[str, object]) -> frozenset[str]:
        """The groups that the claims name; none where there is something else in their place."""
        found: object = claims.get(self.groups_claim)
        if found is None:
            found = claims
            for part in self.groups_claim.split("."):
                found = found.get(part) if isinstance(found, Mapping) else None
        if isinstance(found, str):
            found = [found]
        return frozenset(each for each in found if isinstance(each, str)) if isinstance(found, list) else frozenset()


def load_sign_on_rules(path: Path | None) -> SignOnRules:
    """Read and check the file (None: people come as what an administrator made them). Raises ConfigurationError."""
    if path is None:
        return SignOnRules()
    return read_rules(SignOnRules, path, called="The file", hint=_HINT)
