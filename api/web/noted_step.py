"""Notes that a page was opened whose opening is one of the first steps.

Invariant: it is noted in the request's own transaction, so a page that fails is no step.
"""

from collections.abc import Callable

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from copilot.domain.first_steps import Step


def noting(step: Step) -> Callable[[ViewerDep, UnitOfWorkDep, ApplicationDep], None]:
    """A dependency for routes that show the page."""

    def note(viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> None:
        application.today.opened(step, viewer=viewer, uow=uow)

    return note
