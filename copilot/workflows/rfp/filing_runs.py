"""Answers into the queue in the background: one entry after the other, each in a transaction of its own.

Invariant: an answer waits until the transaction that files it ends, so that nothing is filed twice and nothing is lost
with a worker; what changed after somebody asked for it is not filed in their name.
"""

from collections.abc import Callable, Sequence

from copilot.domain.access import Viewer
from copilot.domain.rfp_projects import ProjectState
from copilot.errors import CopilotError, DatabaseUnavailable, StorageFull
from copilot.store.database import Database, UnitOfWork
from copilot.store.evidence import EvidenceRepository
from copilot.store.people import PeopleRepository
from copilot.store.rfp_projects import RfpProjectRepository
from copilot.store.rfp_questions import RfpQuestionRepository
from copilot.store.rfp_rows import StoredProject, StoredQuestion
from copilot.telemetry import get_logger
from copilot.workflows.rfp.access import record
from copilot.workflows.rfp.filing import Per, RfpFiling
from copilot.workflows.rfp.views import as_it_is

_log = get_logger(__name__)
_SECTION: Per = "section"
CHANGED = CopilotError("It was not put into the queue: it changed after somebody asked for that.").message
NOT_FILED = CopilotError("It could not be put into the queue. Try it once more by itself.").message
ASKER_GONE = CopilotError("It was not put into the queue: whoever asked for that may not do it any more.").message


class FilingRuns:
    """The part of the background job that files."""

    def __init__(self, database: Database, filing: RfpFiling) -> None:
        self._database = database
        self._filing = filing

    def run(self, is_over: Callable[[], bool], *, only: str | None = None) -> int:
        """File what waits (`only`: of this project) until nothing does, or it is over; returns how many entries."""
        with self._database.unit_of_work() as uow:
            waiting = RfpQuestionRepository(uow).projects_to_file()
        done = 0
        for project_id in (each for each in waiting if only in {None, each}):
            while not is_over() and self._step(project_id):
                done += 1
        return done

    def _step(self, project_id: str) -> bool:
        """File one entry. False: nothing waits, or another worker has it."""
        group: list[str] = []
        try:
            with self._database.unit_of_work() as uow:
                return self._next(project_id, group, uow=uow)
        except (DatabaseUnavailable, StorageFull):
            raise  # nothing can be written, not even that it failed
        except CopilotError as error:
            reason = error.message
            _log.warning("rfp.filing_failed", project=project_id, kind=error.code)
        except Exception as error:  # noqa: BLE001 - the outermost loop of a run: one entry stops no other
            reason = NOT_FILED
            _log.error("rfp.filing_failed", project=project_id, kind=type(error).__name__)
        with self._database.unit_of_work() as uow:
            return bool(RfpQuestionRepository(uow).no_more_to_file(project_id, group, failure=reason))

    def _next(self, project_id: str, group: list[str], *, uow: UnitOfWork) -> bool:
        projects, questions = RfpProjectRepository(uow), RfpQuestionRepository(uow)
        if not projects.take(project_id):
            return False
        project = projects.locked(project_id)
        waiting = questions.next_to_file(project_id)
        if project is None or not waiting:
            return False
        group += [each.question.id for each in waiting]
        asker = _asker(project, waiting[0], uow=uow)
        if asker is None or project.state is ProjectState.DECLINED:
            questions.no_more_to_file(project_id, group, failure=ASKER_GONE if asker is None else "")
            return True
        questions.no_more_to_file(project_id, group)
        self._file(project, waiting, asker=asker, uow=uow)
        return True

    def _file(
        self, project: StoredProject, waiting: Sequence[StoredQuestion], *, asker: Viewer, uow: UnitOfWork
    ) -> None:
        current = as_it_is(waiting, uow=uow)
        unchanged = [each for each in current if each.stored.to_file_version == each.stored.version]
        fileable = self._filing.fileable(unchanged, viewer=asker)
        filed_now = {each.id for each in fileable}
        left = [each.id for each in current if each.id not in filed_now]
        if left:
            RfpQuestionRepository(uow).say_failed(project.id, left, failure=CHANGED)
        if fileable:
            per: Per = "section" if (waiting[0].to_file or "").startswith(f"{_SECTION}:") else "question"
            filed = self._filing.file_together(project, fileable, per=per, viewer=asker, uow=uow)
            record("rfp.filed", project, viewer=asker, uow=uow, details={"items": "1", "item": filed.item.id})


def _asker(project: StoredProject, waiting: StoredQuestion, *, uow: UnitOfWork) -> Viewer | None:
    """Whoever asked for it, while they lead the project and see its account."""
    viewer = None if waiting.to_file_by is None else PeopleRepository(uow).by_id(waiting.to_file_by)
    if viewer is None or not project.led_by(viewer):
        return None
    account = project.account_id
    seen = account is None or EvidenceRepository(uow).visible_account_ids([account], viewer=viewer)
    return viewer if seen else None
