"""Who may do what with a project.

Invariant: a project that somebody may not know of reads exactly like one that does not exist; of a project of others
a person sees the questions that they were asked to see to, and no more.
"""

from copilot.domain.access import Viewer
from copilot.errors import Conflict, NotAllowed, NotFound
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.rfp_projects import RfpProjectRepository
from copilot.store.rfp_questions import RfpQuestionRepository
from copilot.store.rfp_rows import StoredProject
from copilot.workflows.rfp.views import Current, as_it_is


def find(project_id: str, *, viewer: Viewer, uow: UnitOfWork, lock: bool = False) -> StoredProject:
    """The project. Raises NotFound."""
    project = RfpProjectRepository(uow).find(project_id, viewer=viewer, lock=lock)
    if project is None:
        raise NotFound("There is no such questionnaire among those you may see.", hint="Look for it in the list.")
    return project


def find_led(project_id: str, *, viewer: Viewer, uow: UnitOfWork) -> StoredProject:
    """The project, which stays as it is until this transaction ends. Raises NotFound, or NotAllowed to a helper."""
    project = find(project_id, viewer=viewer, uow=uow, lock=True)
    if not project.led_by(viewer):
        raise NotAllowed(
            "Only its owner, their managers and administrators may do that with a questionnaire.", hint="Ask its owner."
        )
    return project


def questions_for(project: StoredProject, *, viewer: Viewer, uow: UnitOfWork) -> tuple[Current, ...]:
    """The questions that the viewer may see."""
    only = None if project.led_by(viewer) else viewer.user_id
    return as_it_is(RfpQuestionRepository(uow).of(project.id, assigned_to=only), uow=uow)


def question_for(
    project: StoredProject, question_id: str, *, viewer: Viewer, uow: UnitOfWork, lock: bool = False
) -> Current:
    """One question that the viewer may see; `lock` keeps it until this transaction ends. Raises NotFound."""
    stored = RfpQuestionRepository(uow).get(project.id, question_id, lock=lock)
    if stored is None or not (project.led_by(viewer) or stored.assigned_to == viewer.user_id):
        raise no_question()
    [current] = as_it_is([stored], uow=uow)
    return current


def no_question() -> NotFound:
    """The question is not there, or not for this viewer."""
    return NotFound("There is no such question in the questionnaire.", hint="Open the questionnaire again.")


def moved_on() -> Conflict:
    """Somebody was faster."""
    return Conflict("Somebody changed this answer meanwhile.", hint="Look at it as it is now, then change it again.")


def record(
    action: str, project: StoredProject | str, *, viewer: Viewer, uow: UnitOfWork, details: dict[str, str] | None = None
) -> None:
    """Record in the audit chain what was done with a project; `details` holds identifiers and codes only."""
    project_id = project if isinstance(project, str) else project.id
    AuditLog(uow).append(action, actor_id=viewer.user_id, subject=f"rfp_project:{project_id}", details=details)
