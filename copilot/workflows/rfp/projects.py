"""Projects: a questionnaire from the file that came in to the file that goes back.

Invariants: everything is done for a viewer who may; the run, the queue and people each write through one conditional
change, so that none overwrites another; what leaves was approved.
"""

from collections.abc import Sequence

from copilot.approvals.rfp_rules import RfpRules
from copilot.domain.access import Viewer
from copilot.domain.language import Language
from copilot.domain.questionnaires import Correction, Questionnaire
from copilot.domain.rfp_answers import ShortForm
from copilot.domain.rfp_projects import (
    ChecklistItem,
    Project,
    ProjectHead,
    ProjectQuestion,
    ProjectState,
    QuestionState,
)
from copilot.errors import Conflict, NotAllowed, NotFound
from copilot.guardrails.pipeline import Guardrails
from copilot.store.database import UnitOfWork
from copilot.store.rfp_projects import RfpProjectRepository
from copilot.store.rfp_questions import RfpQuestionRepository
from copilot.store.rfp_rows import StoredProject
from copilot.workflows.filed_draft import FiledDraft
from copilot.workflows.rfp import filing, preview, teamwork
from copilot.workflows.rfp.access import find, find_led, question_for, questions_for, record
from copilot.workflows.rfp.consistency import check_consistency
from copilot.workflows.rfp.filing import PackageFile, Per, Replaces, RfpFiling
from copilot.workflows.rfp.library import AnswerLibrary
from copilot.workflows.rfp.parts import Filed, Papers, Signals
from copilot.workflows.rfp.proposing import propose_answers
from copilot.workflows.rfp.running import Answers
from copilot.workflows.rfp.states import progress
from copilot.workflows.rfp.taking import Taking
from copilot.workflows.rfp.views import as_it_is, head_of, project_of, readable

_STARTS = (ProjectState.PREVIEW, ProjectState.STOPPED, ProjectState.REVIEW)
_AT_REST = frozenset({ProjectState.STOPPED, ProjectState.REVIEW})


class RfpProjects:
    """Every method works inside the caller's unit of work."""

    def __init__(
        self,
        approvals: Replaces,
        *,
        guardrails: Guardrails,
        answerer: Answers,
        papers: Papers,
        library: AnswerLibrary,
        rules: RfpRules,
        signals: Signals | None = None,
    ) -> None:
        self._filing = RfpFiling(approvals, guardrails)
        self._answerer = answerer
        self._papers = papers
        self._library = library
        self._rules = rules
        self._signals = signals or Signals()

    def create(
        self,
        questionnaire: Questionnaire,
        *,
        file_name: str,
        content: bytes,
        title: str,
        account_id: str | None,
        viewer: Viewer,
        uow: UnitOfWork,
    ) -> Project:
        """A new project, which waits for somebody to confirm what was found. Raises NotFound (the account)."""
        project_id = preview.make(
            questionnaire,
            file_name=file_name,
            content=content,
            title=title,
            account_id=account_id,
            rules=self._rules,
            viewer=viewer,
            uow=uow,
        )
        record("rfp.created", project_id, viewer=viewer, uow=uow)
        return self.get(project_id, viewer=viewer, uow=uow)

    def heads(self, *, viewer: Viewer, uow: UnitOfWork) -> tuple[ProjectHead, ...]:
        """The projects that the viewer may see, those due soonest first."""
        projects = RfpProjectRepository(uow).visible(viewer)
        questions = RfpQuestionRepository(uow)
        led = [project.id for project in projects if project.led_by(viewer)]
        helped = [project.id for project in projects if not project.led_by(viewer)]
        counts = {**questions.counts(led), **questions.counts(helped, assigned_to=viewer.user_id)}
        return tuple(head_of(project, progress(counts.get(project.id, ()))) for project in projects)

    def mine(
        self, listed: Sequence[ProjectHead], *, viewer: Viewer, uow: UnitOfWork
    ) -> tuple[tuple[ProjectHead, tuple[ProjectQuestion, ...]], ...]:
        """What others asked the viewer to see to: each of `heads` with those questions of it."""
        heads = {head.id: head for head in listed}
        found: dict[str, list[ProjectQuestion]] = {}
        assigned = RfpQuestionRepository(uow).assigned(viewer.user_id)
        current = as_it_is([stored for _, stored in assigned], uow=uow)
        for (project_id, _), each in zip(assigned, current, strict=True):
            if project_id in heads and each.state is not QuestionState.EXCLUDED:
                found.setdefault(project_id, []).append(each.seen_by(viewer))
        return tuple((heads[project_id], tuple(questions)) for project_id, questions in found.items())

    def get(self, project_id: str, *, viewer: Viewer, uow: UnitOfWork) -> Project:
        """One project, with the questions that the viewer may see. Raises NotFound."""
        return self.of(find(project_id, viewer=viewer, uow=uow), viewer=viewer, uow=uow)

    def correct(
        self, project_id: str, corrections: Sequence[Correction], *, viewer: Viewer, uow: UnitOfWork
    ) -> Project:
        """Change what was found; the id of a skipped place makes a question of it.

        Raises NotFound, NotAllowed, InputError, or Conflict while a run is on.
        """
        project = find_led(project_id, viewer=viewer, uow=uow)
        preview.correct(project, corrections, uow=uow)
        record("rfp.corrected", project, viewer=viewer, uow=uow, details={"corrections": str(len(corrections))})
        return self.get(project_id, viewer=viewer, uow=uow)

    def include_filled(self, project_id: str, *, viewer: Viewer, uow: UnitOfWork) -> int:
        """Have the questions answered whose place holds somebody's words; returns how many that are.

        Raises as `correct`.
        """
        project = find_led(project_id, viewer=viewer, uow=uow)
        included = preview.include_filled(project, uow=uow)
        record("rfp.included", project, viewer=viewer, uow=uow, details={"questions": str(included)})
        return included

    def leave_out_again(self, project_id: str, *, viewer: Viewer, uow: UnitOfWork) -> int:
        """Take `include_filled` back, of what was not answered yet; returns how many. Raises as `correct`."""
        project = find_led(project_id, viewer=viewer, uow=uow)
        left_out = preview.leave_out_again(project, uow=uow)
        record("rfp.left_out", project, viewer=viewer, uow=uow, details={"questions": str(left_out)})
        return left_out

    def start(self, project_id: str, *, viewer: Viewer, uow: UnitOfWork) -> Project:
        """Let a worker answer what waits or failed. Starting again while a run is on changes nothing.

        Raises NotFound, NotAllowed or Conflict.
        """
        project = find_led(project_id, viewer=viewer, uow=uow)
        if project.state is not ProjectState.ANSWERING:
            moved = RfpProjectRepository(uow).move(
                project_id, to=ProjectState.ANSWERING, allowed_from=_STARTS, run_by=viewer.user_id, failure=""
            )
            if not moved:
                raise _declined()
            RfpQuestionRepository(uow).try_failed_again(project_id)
            RfpProjectRepository(uow).change(project_id, included=None)
            record("rfp.started", project, viewer=viewer, uow=uow)
        self._signals.on_started(uow)
        return self.get(project_id, viewer=viewer, uow=uow)

    def stop(self, project_id: str, *, viewer: Viewer, uow: UnitOfWork) -> Project:
        """End the run after the question that is worked on; what is answered stays. Raises NotFound or NotAllowed.

        Answers that wait to be put into the queue wait no more.
        """
        project = find_led(project_id, viewer=viewer, uow=uow)
        RfpQuestionRepository(uow).no_more_to_file(project_id)
        if RfpProjectRepository(uow).move(project_id, to=ProjectState.STOPPED, allowed_from=[ProjectState.ANSWERING]):
            record("rfp.stopped", project, viewer=viewer, uow=uow)
        return self.get(project_id, viewer=viewer, uow=uow)

    def assign(
        self, project_id: str, question_ids: Sequence[str], *, to_user_id: str | None, viewer: Viewer, uow: UnitOfWork
    ) -> Project:
        """Ask somebody (None: nobody any more) to see to questions; they are told.

        Raises NotFound, NotAllowed or InputError.
        """
        project = find_led(project_id, viewer=viewer, uow=uow)
        teamwork.assign(project, question_ids, to=to_user_id, viewer=viewer, uow=uow)
        details = {"assignee": to_user_id or "", "questions": str(len(set(question_ids)))}
        record("rfp.assigned", project, viewer=viewer, uow=uow, details=details)
        self._signals.on_assigned(uow)
        return self.get(project_id, viewer=viewer, uow=uow)

    def edit(
        self,
        project_id: str,
        question_id: str,
        *,
        text: str | None,
        short: ShortForm | None,
        chosen: tuple[str, ...],
        version: int,
        viewer: Viewer,
        uow: UnitOfWork,
    ) -> ProjectQuestion:
        """Put a person's words in the place of the answer that was seen as `version`; text None: as it is.

        Raises NotFound, InputError, or Conflict: somebody was faster, or it waits in the queue.
        """
        project = find(project_id, viewer=viewer, uow=uow, lock=True)
        teamwork.edit(
            project, question_id, text=text, short=short, chosen=chosen, version=version, viewer=viewer, uow=uow
        )
        return self._changed("rfp.edited", project, question_id, viewer=viewer, uow=uow)

    def take(
        self,
        project_id: str,
        question_id: str,
        passage: Taking | None,
        *,
        version: int,
        viewer: Viewer,
        uow: UnitOfWork,
    ) -> ProjectQuestion:
        """Make a passage that was found the answer to what was seen as `version`; None: take that back.

        Raises as `edit` does, and Conflict where something is answered, or the passage was changed or removed.
        """
        project = find(project_id, viewer=viewer, uow=uow, lock=True)
        teamwork.take(project, question_id, passage, version=version, library=self._library, viewer=viewer, uow=uow)
        action, which = ("rfp.passage_taken", passage.evidence_id) if passage else ("rfp.passage_taken_back", "")
        return self._changed(action, project, question_id, passage=which, viewer=viewer, uow=uow)

    def edited_in_queue(self, draft_id: str, *, uow: UnitOfWork) -> None:
        """See to what follows from an edit of filed answers in the queue, as after one in the project."""
        project_id = RfpQuestionRepository(uow).project_of(draft_id)
        project = None if project_id is None else RfpProjectRepository(uow).get_unfiltered(project_id)
        if project is not None:
            teamwork.after_change(project, rules=self._rules, uow=uow)

    def answer_again(
        self, project_id: str, question_id: str, *, version: int, viewer: Viewer, uow: UnitOfWork
    ) -> ProjectQuestion:
        """Write the answer that was seen as `version` anew, from what is known now.

        Raises NotFound, or Conflict as `edit` does, and what answering raises.
        """
        project = find(project_id, viewer=viewer, uow=uow)
        answer = teamwork.answered_anew(
            project, question_id, version=version, answerer=self._answerer, viewer=viewer, uow=uow
        )
        project = find(project_id, viewer=viewer, uow=uow, lock=True)
        teamwork.put(project, question_id, answer, version=version, viewer=viewer, uow=uow)
        return self._changed("rfp.answered_again", project, question_id, viewer=viewer, uow=uow)

    def checklist(
        self, project_id: str, key: str, *, answer: bool | None, note: str = "", viewer: Viewer, uow: UnitOfWork
    ) -> Project:
        """Answer one question of go or no-go (None: it is open again). Raises NotFound or NotAllowed."""
        project = find_led(project_id, viewer=viewer, uow=uow)
        if key not in {item.key for item in project.checklist}:
            raise NotFound("There is no such question in the checklist.", hint="Open the questionnaire again.")
        given = ChecklistItem(key=key, answer=answer, note=note)
        items = [given if item.key == key else item for item in project.checklist]
        RfpProjectRepository(uow).change(project_id, checklist=[item.model_dump(mode="json") for item in items])
        record("rfp.checklist_answered", project, viewer=viewer, uow=uow, details={"key": key})
        return self.get(project_id, viewer=viewer, uow=uow)

    def decline(self, project_id: str, *, viewer: Viewer, uow: UnitOfWork) -> Project:
        """No-go: nothing more is answered or filed. What is in the queue stays. Raises NotFound or NotAllowed."""
        project = find_led(project_id, viewer=viewer, uow=uow)
        others = [state for state in ProjectState if state is not ProjectState.DECLINED]
        if RfpProjectRepository(uow).move(project_id, to=ProjectState.DECLINED, allowed_from=others):
            record("rfp.declined", project, viewer=viewer, uow=uow)
        return self.get(project_id, viewer=viewer, uow=uow)

    def reopen(self, project_id: str, *, viewer: Viewer, uow: UnitOfWork) -> Project:
        """Take a declined project up where it was. Raises NotFound or NotAllowed."""
        project = find_led(project_id, viewer=viewer, uow=uow)
        states = {each.state for each in RfpQuestionRepository(uow).of(project_id)}
        rest = ProjectState.STOPPED if QuestionState.WAITING in states else ProjectState.REVIEW
        before = ProjectState.PREVIEW if project.run_by is None else rest
        if RfpProjectRepository(uow).move(project_id, to=before, allowed_from=[ProjectState.DECLINED]):
            record("rfp.reopened", project, viewer=viewer, uow=uow)
        return self.get(project_id, viewer=viewer, uow=uow)

    def delete(self, project_id: str, *, viewer: Viewer, uow: UnitOfWork) -> None:
        """Remove the project with its file; what it filed stays in the queue. Raises NotFound or NotAllowed."""
        project = find_led(project_id, viewer=viewer, uow=uow)
        RfpProjectRepository(uow).delete([project_id])
        record("rfp.deleted", project, viewer=viewer, uow=uow)

    def file(
        self,
        project_id: str,
        *,
        per: Per,
        question_ids: Sequence[str] | None = None,
        viewer: Viewer,
        uow: UnitOfWork,
    ) -> Filed:
        """Put answers into the queue, one item per question or per section; None: all that are answered.

        More answers than policy wants at once go there in the background, item by item.
        Raises NotFound, NotAllowed or Conflict.
        """
        project = find_led(project_id, viewer=viewer, uow=uow)
        if project.state is ProjectState.DECLINED:
            raise _declined()
        current = questions_for(project, viewer=viewer, uow=uow)
        groups = self._filing.groups(current, per=per, question_ids=question_ids, viewer=viewer)
        number = sum(map(len, groups))
        if number > self._rules.file_at_once:
            together = {f"{per}:{group[0].id}": [each.id for each in group] for group in groups}
            RfpQuestionRepository(uow).ask_to_file(project_id, together, by=viewer.user_id)
            record("rfp.filing_asked", project, viewer=viewer, uow=uow, details={"questions": str(number)})
            self._signals.on_started(uow)
            return Filed((), waiting=number)
        filed = tuple(self._filing.file_together(project, group, per=per, viewer=viewer, uow=uow) for group in groups)
        record("rfp.filed", project, viewer=viewer, uow=uow, details={"items": str(len(filed))})
        return Filed(filed)

    def package(self, project_id: str, *, viewer: Viewer, uow: UnitOfWork) -> FiledDraft:
        """File the questionnaire filled in with approved answers, and an appendix with their sources.

        What people edited and others approved is proposed to the library.

        Raises NotFound, NotAllowed, or Conflict while a run is on or where nothing is approved.
        """
        project = find_led(project_id, viewer=viewer, uow=uow)
        if project.state not in _AT_REST:
            raise Conflict("The questionnaire is not yet answered, or was declined.", hint="Answer it first.")
        check_consistency(project, rules=self._rules, uow=uow)
        current = questions_for(project, viewer=viewer, uow=uow)
        answers = filing.approved_answers(current)
        if not answers:
            raise Conflict("No answer of this questionnaire is approved yet.", hint="Have answers approved first.")
        if not all(readable(answer, viewer=viewer) for answer in answers.values()):
            raise NotAllowed("Some answers rest on knowledge that is closed to you.", hint="Ask a manager.")
        asked = filing.questionnaire_of(project, current)
        filled = self._papers.fill(asked, self._original(project, uow=uow), answers=answers)
        approved = filing.only_approved(project_of(project, current, viewer=viewer))
        files = (
            PackageFile(
                name=filing.plain_name(project.file_name, suffix="filled", ending=filled.name_suffix),
                media_type=filled.media_type,
                content=filled.content,
            ),
            filing.appendix_file(project, self._papers.appendix(approved, language=project.language)),
        )
        filed = self._filing.package(project, current, files=files, unplaced=filled.unplaced, viewer=viewer, uow=uow)
        record("rfp.packaged", project, viewer=viewer, uow=uow, details={"item": filed.item.id})
        propose_answers(project, current, library=self._library, viewer=viewer, uow=uow)
        return filed

    def original(self, project_id: str, *, viewer: Viewer, uow: UnitOfWork) -> bytes:
        """The file as it came in. Raises NotFound, NotAllowed."""
        return self._original(find_led(project_id, viewer=viewer, uow=uow), uow=uow)

    def working_copy(self, project_id: str, *, viewer: Viewer, uow: UnitOfWork) -> PackageFile:
        """The file with every answer there is, for colleagues; what nobody approved says so. Raises as `original`."""
        project = find_led(project_id, viewer=viewer, uow=uow)
        current = questions_for(project, viewer=viewer, uow=uow)
        answers = filing.marked_answers(current, viewer=viewer)
        asked = filing.questionnaire_of(project, current)
        filled = self._papers.fill(asked, self._original(project, uow=uow), answers=answers)
        name = filing.plain_name(
            project.file_name, suffix=filing.DRAFT_NAME[project.language], ending=filled.name_suffix
        )
        return PackageFile(name=name, media_type=filled.media_type, content=filled.content)

    def gaps(self, project_id: str, language: Language, *, viewer: Viewer, uow: UnitOfWork) -> bytes:
        """What has no source or no place, failed, is stale or contradicts itself, and whom to ask. Raises NotFound."""
        project = find(project_id, viewer=viewer, uow=uow)
        current = questions_for(project, viewer=viewer, uow=uow)
        content, unplaced = RfpProjectRepository(uow).file(project_id), tuple[str, ...]()
        if content:
            asked, answers = filing.questionnaire_of(project, current), filing.said_answers(current, viewer=viewer)
            unplaced = self._papers.fill(asked, content, answers=answers).unplaced
        shown, people = project_of(project, current, viewer=viewer), teamwork.names_of_asked(current, uow=uow)
        return self._papers.gaps_report(shown, language=language, unplaced=unplaced, people=people)

    def of(self, project: StoredProject, *, viewer: Viewer, uow: UnitOfWork) -> Project:
        """The same of a project that was found for the viewer."""
        return project_of(project, questions_for(project, viewer=viewer, uow=uow), viewer=viewer)

    def _changed(
        self, action: str, project: StoredProject, question_id: str, *, viewer: Viewer, uow: UnitOfWork, **more: str
    ) -> ProjectQuestion:
        teamwork.after_change(project, rules=self._rules, uow=uow)
        record(action, project, viewer=viewer, uow=uow, details={"question": question_id} | more)
        return question_for(project, question_id, viewer=viewer, uow=uow).seen_by(viewer)

    def _original(self, project: StoredProject, *, uow: UnitOfWork) -> bytes:
        content = RfpProjectRepository(uow).file(project.id)
        if not content:
            raise NotFound(
                "The original file is gone: a person in it was erased.", hint="Hand it in again as a new questionnaire."
            )
        return content


def _declined() -> Conflict:
    return Conflict("The questionnaire was declined.", hint="Reopen it first.")
