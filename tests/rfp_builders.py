"""Small worlds for the tests of questionnaires: questions, a scripted answerer, and projects over both."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from copilot.approvals.rfp_rules import RfpRules
from copilot.approvals.service import ApprovalService
from copilot.domain.access import Viewer
from copilot.domain.drafts import Segment
from copilot.domain.evidence import Evidence, Origin
from copilot.domain.language import Language
from copilot.domain.questionnaires import (
    AnswerForm,
    Choice,
    Place,
    Question,
    Questionnaire,
    QuestionnaireFormat,
    Skipped,
    SkipReason,
)
from copilot.domain.review_items import ReviewItem
from copilot.domain.rfp_answers import Confidence, Dimension, RfpAnswer, Route, ShortForm
from copilot.domain.rfp_projects import Project
from copilot.guardrails.pipeline import Guardrails
from copilot.store.database import Database, UnitOfWork
from copilot.store.rfp_projects import RfpProjectRepository
from copilot.store.tables.documents import DocumentRow
from copilot.workflows.filed_draft import FiledDraft
from copilot.workflows.rfp.filing import RfpFiling
from copilot.workflows.rfp.filing_runs import FilingRuns
from copilot.workflows.rfp.filling.filled import Filled
from copilot.workflows.rfp.library import AnswerLibrary
from copilot.workflows.rfp.parts import Signals
from copilot.workflows.rfp.projects import RfpProjects
from copilot.workflows.rfp.running import RfpRuns
from tests import approvals_builders as world

FILE = b"number,question,answer\n"
RULES = RfpRules(seconds_at_once=600)
SURE = Confidence(value=0.9, dimensions=dict.fromkeys(Dimension, 0.9))
UNSURE = Confidence(value=0.0, dimensions=dict.fromkeys(Dimension, 0.0))
POLICY_TEXT = "Customer data is encrypted at rest with AES-256. Backups are kept for 30 days."
SOURCE = f"passage:{world.SHARED_PASSAGE}"


def question(number: int, text: str = "", **changes: Any) -> Question:
    """The n-th question of a list; without words of its own it asks about topic n."""
    given: dict[str, Any] = {
        "id": f"q{number}",
        "number": str(number),
        "text": text or f"Is topic {'abcdefghijklmnopqrstuvwxyz'[number % 26] * 4} covered?",
        "place": Place(address=f"B{number}"),
        "answer_place": Place(address=f"C{number}"),
        "section": ("Security",) if number <= 2 else ("Company",),
        "language": Language.EN,
    }
    return Question(**(given | changes))


def yes_no(number: int, text: str = "", **changes: Any) -> Question:
    """A question with the choices that its children look at."""
    choices = (Choice(key=f"q{number}_yes", text="Yes"), Choice(key=f"q{number}_no", text="No"))
    return question(number, text, form=AnswerForm.YES_NO, choices=choices, **changes)


def questionnaire(*questions: Question) -> Questionnaire:
    """A list of questions, with a heading that was left out."""
    return Questionnaire(
        title="Vendor security",
        format=QuestionnaireFormat.CSV,
        language=Language.EN,
        questions=questions or tuple(question(number) for number in range(1, 4)),
        skipped=(Skipped(place=Place(address="B40"), text="Name your auditors", reason=SkipReason.OTHER),),
    )


@dataclass
class ScriptedAnswerer:
    """Answers every question from one source, unless told otherwise."""

    evidence: tuple[Evidence, ...] = ()
    answers: dict[str, RfpAnswer | Exception] = field(default_factory=dict)
    on_call: Callable[[Question], None] = lambda _question: None
    asked: list[str] = field(default_factory=list)
    contexts: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def answer(
        self,
        question: Question,
        *,
        questionnaire_language: Language,  # noqa: ARG002 - as the protocol has it
        account_id: str | None,  # noqa: ARG002
        viewer: Viewer,  # noqa: ARG002
        uow: UnitOfWork,  # noqa: ARG002
        context: tuple[str, ...] = (),
    ) -> RfpAnswer:
        self.asked.append(question.id)
        self.contexts[question.id] = context
        self.on_call(question)
        found = self.answers.get(question.id)
        if isinstance(found, Exception):
            raise found
        return found or answer(question.id, self.evidence)


def answer(
    question_id: str,
    evidence: tuple[Evidence, ...] = (),
    *,
    text: str = "Customer data is encrypted at rest with AES-256.",
    short: ShortForm | None = None,
    **changes: Any,
) -> RfpAnswer:
    """An answer of one sentence."""
    cited = tuple(item.id for item in evidence)
    given: dict[str, Any] = {
        "question_id": question_id,
        "language": Language.EN,
        "short": short,
        "segments": (Segment(id=f"{question_id}.1", text=text, evidence_ids=cited),) if text else (),
        "evidence": evidence,
        "confidence": SURE,
        "route": Route.HIGH,
        "category": "security",
    }
    return RfpAnswer(**(given | changes))


def no_source(question_id: str) -> RfpAnswer:
    """Nothing answers it."""
    return answer(question_id, text="", route=Route.NO_SOURCE, confidence=UNSURE)


class PlainPapers:
    """Files that say what they were made of."""

    def fill(self, questionnaire: Questionnaire, content: bytes, *, answers: Mapping[str, RfpAnswer]) -> Filled:
        lines = [f"{item.id}={answers[item.id].text}" for item in questionnaire.questions if item.id in answers]
        return Filled(name_suffix=".csv", media_type="text/csv", content=content + "\n".join(lines).encode())

    def appendix(self, project: Project, *, language: Language) -> bytes:
        told = [f"{each.question.id}:{each.answer.text if each.answer else ''}" for each in project.questions]
        return f"{language.value}\n{'|'.join(told)}".encode()

    def gaps_report(
        self,
        project: Project,
        *,
        language: Language,
        unplaced: Collection[str] = (),  # noqa: ARG002
        people: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> bytes:
        return f"{language.value} {len(project.questions)}".encode()


@dataclass
class Rfp:
    """The services over one database, and what they asked for."""

    database: Database
    answerer: ScriptedAnswerer
    library: AnswerLibrary
    projects: RfpProjects
    runs: RfpRuns
    approvals: ApprovalService
    asked_for: list[str]

    def create(
        self,
        viewer: Viewer,
        *questions: Question,
        account_id: str | None = None,
        title: str = "Vendor security",
    ) -> Project:
        with self.database.unit_of_work() as uow:
            return self.projects.create(
                questionnaire(*questions),
                file_name="Vendor Security (v2).csv",
                content=FILE,
                title=title,
                account_id=account_id,
                viewer=viewer,
                uow=uow,
            )

    def answered(self, viewer: Viewer, *questions: Question, account_id: str | None = None) -> Project:
        """A project whose run is over."""
        project = self.create(viewer, *questions, account_id=account_id)
        self.start(project, viewer)
        self.runs.run()
        return self.get(project.id, viewer)

    def start(self, project: Project, viewer: Viewer) -> None:
        with self.database.unit_of_work() as uow:
            self.projects.start(project.id, viewer=viewer, uow=uow)

    def get(self, project_id: str, viewer: Viewer) -> Project:
        with self.database.unit_of_work() as uow:
            return self.projects.get(project_id, viewer=viewer, uow=uow)

    def states(self, project_id: str, viewer: Viewer) -> dict[str, str]:
        return {each.question.id: each.state.value for each in self.get(project_id, viewer).questions}

    def file(self, project: Project, viewer: Viewer, **changes: Any) -> tuple[FiledDraft, ...]:
        with self.database.unit_of_work() as uow:
            return self.projects.file(project.id, viewer=viewer, uow=uow, **({"per": "question"} | changes)).drafts

    def edit(self, project: Project, question_id: str, viewer: Viewer, **changes: Any) -> None:
        given = {"text": None, "short": None, "chosen": (), "version": 1} | changes
        with self.database.unit_of_work() as uow:
            self.projects.edit(project.id, question_id, viewer=viewer, uow=uow, **given)

    def approve(self, item: ReviewItem, viewer: Viewer, *, accepted: tuple[str, ...] = ()) -> None:
        world.approve(self.database, item, viewer=viewer, accepted=accepted)

    def stored_state(self, project_id: str) -> str:
        with self.database.unit_of_work() as uow:
            found = RfpProjectRepository(uow).get_unfiltered(project_id)
        assert found is not None
        return found.state.value


def make_rfp(database: Database, *, viewer: Viewer | None = None, rules: RfpRules = RULES) -> Rfp:
    """The services; with a viewer, one shared passage that every answer cites."""
    evidence: tuple[Evidence, ...] = ()
    if viewer is not None:
        world.add_email(
            database,
            text=POLICY_TEXT,
            passage_id=world.SHARED_PASSAGE,
            account_id=None,
            visibility="staff",
            origin=Origin.INTERNAL,
        )
        with database.unit_of_work() as uow:
            document = uow.session.get_one(DocumentRow, world.SHARED_PASSAGE.replace("psg", "doc"))
            document.kind, document.title = "knowledge", "Security policy"
        evidence = world.evidence_of(database, (SOURCE,), viewer=viewer)
    answerer = ScriptedAnswerer(evidence)
    approvals = ApprovalService(
        world.policy_without_undo(),
        on_edited=lambda item, uow: projects.edited_in_queue(item.draft_id, uow=uow),
    )
    library, asked_for = AnswerLibrary(rules), list[str]()
    projects = RfpProjects(
        approvals,
        guardrails=Guardrails(),
        answerer=answerer,
        papers=PlainPapers(),
        library=library,
        rules=rules,
        signals=Signals(
            on_started=lambda _uow: asked_for.append("run"), on_assigned=lambda _uow: asked_for.append("notify")
        ),
    )
    filing = FilingRuns(database, RfpFiling(approvals, Guardrails()))
    runs = RfpRuns(
        database, answerer=answerer, filing=filing, rules=rules, again=lambda _uow: asked_for.append("again")
    )
    return Rfp(database, answerer, library, projects, runs, approvals, asked_for)
