"""Who may look after the installation, where `api.administrators` is not enough: long work, and what managers see too.

Invariant: what is for administrators is refused to everybody else before anything is read.
"""

from typing import Annotated

from fastapi import Depends

from api.deps import ViewerAloneDep, ViewerDep
from copilot.domain.access import Role, Viewer
from copilot.errors import NotAllowed
from copilot.identity.rules import require_admin


def administrator_alone(viewer: ViewerAloneDep) -> Viewer:
    """An administrator, for routes that work in transactions of their own. Raises NotAllowed."""
    require_admin(viewer)
    return viewer


def leader(viewer: ViewerDep) -> Viewer:
    """A manager or an administrator. Raises NotAllowed."""
    if viewer.role not in {Role.MANAGER, Role.ADMIN}:
        raise NotAllowed("Only managers and administrators may see this.", hint="Ask one of them.")
    return viewer


AdminAloneDep = Annotated[Viewer, Depends(administrator_alone)]
LeaderDep = Annotated[Viewer, Depends(leader)]
