"""Who is asking, and what they may see.

Invariant 3: a person sees only what their role, team and account list allow. This module states the
rule; `copilot.store.visibility` turns it into SQL, in one place, for every query.
"""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Role(StrEnum):
    AE = "ae"
    CSM = "csm"
    MANAGER = "manager"
    ADMIN = "admin"


class Visibility(StrEnum):
    """Class of a passage that belongs to no account. Each class has its own vector collection."""

    STAFF = "staff"
    MANAGERS = "managers"
    ADMINS = "admins"


class Viewer(BaseModel):
    """The person on whose behalf something is read.

    Accounts: an AE or CSM sees the accounts they own (owner email) or were granted; a manager also
    those owned by or granted to members of their team; an admin sees all. Shared knowledge: `STAFF` for
    everyone, `MANAGERS` for managers and admins, `ADMINS` for admins.
    """

    model_config = ConfigDict(frozen=True)

    user_id: str
    email: str
    name: str
    role: Role
    team_id: str | None = None
    language: str = "en"

    @property
    def visibility_classes(self) -> tuple[Visibility, ...]:
        """Classes of shared knowledge this viewer may read, narrowest need first."""
        if self.role is Role.ADMIN:
            return (Visibility.STAFF, Visibility.MANAGERS, Visibility.ADMINS)
        if self.role is Role.MANAGER:
            return (Visibility.STAFF, Visibility.MANAGERS)
        return (Visibility.STAFF,)
