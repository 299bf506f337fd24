"""The run of a project in the background: one question after the other, each in a transaction of its own.

Invariants: an answer is written only over a question that still waits and that nobody changed meanwhile, so nothing is
answered twice and no person is overwritten; what a killed worker had begun is undone by the server, and whoever comes
next goes on. A question that fails says so, and the others go on.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Any, Protocol

from copilot.approvals.rfp_rules import RfpRules
from copilot.domain.access import Viewer
from copilot.domain.language import Language
from copilot.domain.questionnaires import Question
from copilot.domain.rfp_answers import RfpAnswer, Route
from copilot.domain.rfp_projects import ProjectState, QuestionState
from copilot.errors import CopilotError, DatabaseUnavailable, StorageFull
from copilot.store.audit import AuditLog
from copilot.store.database import Database, UnitOfWork
from copilot.store.evidence import EvidenceRepository
from copilot.store.people import PeopleRepository
from copilot.store.rfp_projects import RfpProjectRepository
from copilot.store.rfp_questions import RfpQuestionRepository
from copilot.store.rfp_rows import StoredProject, StoredQuestion
from copilot.telemetry import get_logger
from copilot.workflows.rfp.conditions import in_order, is_asked, parents_of
from copilot.workflows.rfp.consistency import check_consistency
from copilot.workflows.rfp.filing_runs import FilingRuns
from copilot.workflows.rfp.views import Current, as_it_is

_log = get_logger(__name__)
UNEXPECTED = CopilotError("Something unexpected happened while this question was worked on.").message
CUT_OFF = CopilotError("Work on this question was cut off again and again.").message
NOBODY = CopilotError("Whoever started the run is no longer here, or may no longer see the account.").message
_MOST_ATTEMPTS = 3
FINISHED = "rfp.finished"
_SYSTEM = "system"


class Answers(Protocol):
    """Answers one question; see `copilot.workflows.rfp.answering.QuestionAnswerer`."""

    def answer(
        self,
        question: Question,
        *,
        questionnaire_language: Language,
        account_id: str | None,
        viewer: Viewer,
        uow: UnitOfWork,
        context: tuple[str, ...] = (),
    ) -> RfpAnswer:
        """The answer, or what comes closest where nothing answers."""
        ...


class RfpRuns:
    """The work of the background job."""

    def __init__(
        self,
        database: Database,
        *,
        answerer: Answers,
        filing: FilingRuns,
        rules: RfpRules,
        again: Callable[[UnitOfWork], None],
        waits: Callable[[UnitOfWork], bool] = lambda _uow: False,
    ) -> None:
        """`again` asks for another run on the transaction that it is given; `waits` says whether answers would be
        better before long, so that nothing is answered in the background until then."""
        self._database = database
        self._answerer = answerer
        self._filing = filing
        self._rules = rules
        self._again = again
        self._waits = waits

    def run(self, should_stop: Callable[[], bool] = lambda: False, *, only: str | None = None) -> int:
        """Go on with the projects that wait (`only`: with this one), for as long as policy lets one job.

        What is to be filed goes first: somebody waits for it. Returns how many questions were worked on, and entries
        filed.
        """
        until = time.monotonic() + self._rules.seconds_at_once

        def is_over() -> bool:
            return should_stop() or time.monotonic() >= until

        done = self._filing.run(is_over, only=only)
        with self._database.unit_of_work() as uow:
            waiting = RfpProjectRepository(uow).answering()
            held_up = bool(waiting) and only is None and self._waits(uow)
        if held_up:
            return done  # whoever makes the answers better asks for the next run
        for project_id in (each for each in waiting if only in {None, each}):
            done += self._go_on(project_id, is_over)
            if is_over():
                break
        with self._database.unit_of_work() as uow:
            if RfpProjectRepository(uow).answering() or RfpQuestionRepository(uow).projects_to_file():
                self._again(uow)
        return done

    def _go_on(self, project_id: str, is_over: Callable[[], bool]) -> int:
        """Work on one project until it ends, is stopped, or the time is over."""
        done, plan = 0, self._plan(project_id)
        order = list(plan)
        if order:
            with self._database.unit_of_work() as uow:
                RfpQuestionRepository(uow).begin(project_id, order[0])
        for question_id, following in zip_longest(order, order[1:]):
            if is_over() or not self._step(project_id, question_id, plan[question_id], following=following):
                break
            done += 1
        self._rest(project_id)
        return done

    def _plan(self, project_id: str) -> Mapping[str, frozenset[str]]:
        """Ids of the questions that wait, with those that they follow from; parents before children."""
        with self._database.unit_of_work() as uow:
            questions = RfpQuestionRepository(uow).of(project_id)
        waiting = {each.question.id for each in questions if each.state is QuestionState.WAITING}
        known = [each.question for each in questions]
        parents = parents_of(known)
        return {question_id: parents[question_id] for question_id in in_order(known) if question_id in waiting}

    def _step(self, project_id: str, question_id: str, parents: frozenset[str], *, following: str | None) -> bool:
        """Work on one question. False: the run is over, or another worker has it."""
        try:
            with self._database.unit_of_work() as uow:
                goes_on = self._worked(project_id, question_id, parents, uow=uow)
                if goes_on and following is not None:
                    RfpQuestionRepository(uow).begin(project_id, following)
                return goes_on
        except (DatabaseUnavailable, StorageFull):
            raise  # nothing can be written, not even that it failed
        except CopilotError as error:
            reason = error.message
            _log.warning("rfp.question_failed", project=project_id, kind=error.code)
        except Exception as error:  # noqa: BLE001 - the outermost loop of a run: one question stops no other
            reason = UNEXPECTED
            _log.error("rfp.question_failed", project=project_id, kind=type(error).__name__)
        self._fail(project_id, question_id, reason)
        return True

    def _worked(self, project_id: str, question_id: str, parents: frozenset[str], *, uow: UnitOfWork) -> bool:
        projects, questions = RfpProjectRepository(uow), RfpQuestionRepository(uow)
        if not projects.take(project_id):
            return False
        project = projects.get_unfiltered(project_id)
        if project is None or project.state is not ProjectState.ANSWERING:
            return False
        viewer = reader_of(project, uow=uow)
        if viewer is None:
            projects.move(project_id, to=ProjectState.STOPPED, allowed_from=[ProjectState.ANSWERING], failure=NOBODY)
            return False
        stored = questions.get(project_id, question_id)
        if stored is None or stored.state is not QuestionState.WAITING:
            return True
        if stored.attempts > _MOST_ATTEMPTS:
            self._give_up(project_id, stored, uow=uow)
            return True
        above = as_it_is(questions.some(project_id, parents), uow=uow) if parents else ()
        self._settle(project, stored, above=above, viewer=viewer, uow=uow)
        return True

    def _settle(
        self,
        project: StoredProject,
        stored: StoredQuestion,
        *,
        above: tuple[Current, ...],
        viewer: Viewer,
        uow: UnitOfWork,
    ) -> None:
        """Answer the question, or say that it is not asked; in vain if a person was faster."""
        questions, question = RfpQuestionRepository(uow), stored.question
        if not is_asked(question, {each.id: each.standing for each in above}):
            questions.change(
                project.id,
                question.id,
                at=stored.version,
                states=[QuestionState.WAITING],
                state=QuestionState.NOT_ASKED.value,
            )
            return
        answer = self._answerer.answer(
            question,
            questionnaire_language=project.language,
            account_id=project.account_id,
            viewer=viewer,
            uow=uow,
            context=context_of(question, above),
        )
        questions.change(
            project.id,
            question.id,
            at=stored.version,
            states=[QuestionState.WAITING],
            **answered(answer, version=stored.version + 1),
        )

    @staticmethod
    def _give_up(project_id: str, stored: StoredQuestion, *, uow: UnitOfWork) -> None:
        """What ends one worker after the other would keep all other questions from being answered."""
        RfpQuestionRepository(uow).change(
            project_id,
            stored.question.id,
            at=stored.version,
            states=[QuestionState.WAITING],
            state=QuestionState.FAILED.value,
            failure=CUT_OFF,
            attempts=0,
        )
        _log.error("rfp.question_given_up", project=project_id)

    def _fail(self, project_id: str, question_id: str, reason: str) -> None:
        with self._database.unit_of_work() as uow:
            questions = RfpQuestionRepository(uow)
            stored = questions.get(project_id, question_id)
            if stored is not None:
                questions.change(
                    project_id,
                    question_id,
                    at=stored.version,
                    states=[QuestionState.WAITING],
                    state=QuestionState.FAILED.value,
                    failure=reason,
                )

    def _rest(self, project_id: str) -> None:
        """End the run if no question waits; else let other projects go first next time."""
        with self._database.unit_of_work() as uow:
            projects = RfpProjectRepository(uow)
            project = projects.locked(project_id)
            RfpQuestionRepository(uow).rest(project_id)
            if project is None or project.state is not ProjectState.ANSWERING:
                return
            questions = RfpQuestionRepository(uow).of(project_id)
            if any(each.state is QuestionState.WAITING for each in questions):
                projects.change(project_id)
                return
            projects.change(project_id, state=ProjectState.REVIEW.value)
            check_consistency(project, rules=self._rules, uow=uow)
            AuditLog(uow).append(FINISHED, actor_id=_SYSTEM, subject=f"rfp_project:{project_id}")
            _log.info("rfp.finished", project=project_id, questions=len(questions))


def reader_of(project: StoredProject, *, uow: UnitOfWork) -> Viewer | None:
    """On whose behalf a run reads; None: they are gone, or may no longer see the account."""
    viewer = None if project.run_by is None else PeopleRepository(uow).by_id(project.run_by)
    if viewer is None or project.account_id is None:
        return viewer
    visible = EvidenceRepository(uow).visible_account_ids([project.account_id], viewer=viewer)
    return viewer if visible else None


def context_of(question: Question, above: Sequence[Current]) -> tuple[str, ...]:
    """What the question stands under: headings, and the questions that it follows from."""
    return (*question.section, *(each.stored.question.text for each in above))


def answered(answer: RfpAnswer, *, version: int) -> dict[str, Any]:
    """Columns of a question that has this answer."""
    state = QuestionState.NO_SOURCE if answer.route is Route.NO_SOURCE else QuestionState.ANSWERED
    return {
        "state": state.value,
        "answer": answer.model_dump(mode="json"),
        "version": version,
        "failure": "",
    }
