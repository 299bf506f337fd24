"""Routes that only an administrator may use.

Invariant: whoever is somebody else is told so before anything is read.
"""

from typing import Annotated

from fastapi import Depends, Request

from api.deps import ViewerDep
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.identity.rules import require_admin


def administrator(viewer: ViewerDep) -> Viewer:
    """The viewer, if they are one. Raises NotAllowed."""
    require_admin(viewer)
    return viewer


AdminDep = Annotated[Viewer, Depends(administrator)]


def whole_address(request: Request, path: str) -> str:
    """Where a person opens a path of ours: below the public address, or below the one that the asker used."""
    application: Application = request.app.state.application
    return (application.settings.public_url or str(request.base_url)).rstrip("/") + path
