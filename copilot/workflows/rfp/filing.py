"""Answers into the queue, and the package that is made of those that were approved there.

Invariant: what leaves is built from approved answers only; a question without one stays blank and is named.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from copilot import __version__
from copilot.approvals.filing import CAME_FROM, may_edit
from copilot.domain.access import Viewer, Visibility
from copilot.domain.destinations import Attachment, Destination
from copilot.domain.drafts import (
    Audience,
    Draft,
    DraftKind,
    Provenance,
    Section,
    Segment,
    cited_evidence,
    content_hashes,
)
from copilot.domain.evidence import Evidence
from copilot.domain.folding import fold
from copilot.domain.language import Language
from copilot.domain.questionnaires import Questionnaire
from copilot.domain.review_items import UNDECIDED, ReviewItem, ReviewState
from copilot.domain.rfp_answers import RfpAnswer
from copilot.domain.rfp_projects import Project, QuestionState
from copilot.errors import Conflict
from copilot.guardrails.pipeline import Guardrails
from copilot.store.database import UnitOfWork
from copilot.store.packed_answers import ANSWERS, PROJECT, packed
from copilot.store.questionnaire_evidence import question_evidence
from copilot.store.reviews import ReviewRepository
from copilot.store.rfp_projects import RfpProjectRepository
from copilot.store.rfp_questions import NOTHING_TO_FILE, RfpQuestionRepository
from copilot.store.rfp_rows import StoredProject
from copilot.workflows.filed_draft import FiledDraft, Submits
from copilot.workflows.rfp.filed_answers import claims, section_of
from copilot.workflows.rfp.origins import with_origins
from copilot.workflows.rfp.views import Current, readable

Per = Literal["question", "section"]
_FILEABLE = frozenset({QuestionState.ANSWERED, QuestionState.SENT_BACK})
_MARKED = _FILEABLE | {QuestionState.IN_QUEUE}
DRAFT_NAME: Mapping[Language, str] = {Language.ES: "borrador", Language.EN: "draft"}
"""What the name of a working copy ends in."""
_NOT_APPROVED: Mapping[Language, str] = {Language.ES: "[BORRADOR, sin aprobar]", Language.EN: "[DRAFT, not approved]"}
_LONGEST_TITLE = 160
_PLAIN = re.compile(r"[^a-z0-9]+")
_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WORDS: Mapping[Language, Mapping[str, str]] = {
    Language.ES: {
        "title": "Cuestionario relleno: {title}",
        "summary": "Contenido",
        "filled": "Se entrega el cuestionario con las respuestas aprobadas y un anexo con sus fuentes.",
        "blank": "Preguntas que quedan en blanco",
        "unplaced": "Respuestas que están, del todo o en parte, solo en el anexo",
    },
    Language.EN: {
        "title": "Questionnaire filled in: {title}",
        "summary": "Contents",
        "filled": "The questionnaire is handed over with the approved answers, and an appendix with their sources.",
        "blank": "Questions left blank",
        "unplaced": "Answers that are, in whole or in part, in the appendix only",
    },
}
_NO_FACT = "package"
"""Why the sentence about its files cites nothing."""


class Replaces(Submits, Protocol):
    """The queue, where a draft can also take the place of another."""

    def replace(
        self,
        item_id: str,
        draft: Draft,
        *,
        digest: str,
        viewer: Viewer,
        uow: UnitOfWork,
        attachments: Mapping[str, bytes] | None = ...,
    ) -> ReviewItem:
        """Put the draft in the place of what was seen as `digest`."""
        ...


@dataclass(frozen=True, slots=True)
class PackageFile:
    """A file of a package."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class RfpFiling:
    """Stateless; one instance serves any number of requests."""

    approvals: Replaces
    guardrails: Guardrails

    def groups(
        self, current: Sequence[Current], *, per: Per, question_ids: Sequence[str] | None, viewer: Viewer
    ) -> tuple[tuple[Current, ...], ...]:
        """Answers that are filed together, one entry per question or per section; None: all answered and not yet filed.

        What was sent back is filed again only when it is named. Raises Conflict if a named one cannot be filed.
        """
        open_to = [each for each in current if each.answer is None or readable(each.answer, viewer=viewer)]
        groups: dict[tuple[object, ...], list[Current]] = {}
        for each in _chosen(open_to, question_ids):
            question = each.stored.question
            key = (question.id,) if per == "question" else (question.section, question.language)
            groups.setdefault(key, []).append(each)
        return tuple(tuple(group) for group in groups.values())

    @staticmethod
    def fileable(current: Sequence[Current], *, viewer: Viewer) -> tuple[Current, ...]:
        """Those of them whose answers can be filed as they are, by the viewer."""
        return tuple(
            each
            for each in current
            if each.answer is not None
            and each.state in _FILEABLE
            and claims(each.answer)
            and readable(each.answer, viewer=viewer)
        )

    def file_together(
        self, project: StoredProject, group: Sequence[Current], *, per: Per, viewer: Viewer, uow: UnitOfWork
    ) -> FiledDraft:
        """File these answers as one draft."""
        draft = _draft_of(project, group, per=per, uow=uow)
        report = self.guardrails.check_draft(draft, viewer=viewer, uow=uow)
        before = _sent_back_as(group, viewer=viewer, uow=uow)
        if before is None:
            item = self.approvals.submit(draft, report, viewer=viewer, uow=uow)
        else:
            item = self.approvals.replace(before.id, draft, digest=before.digest, viewer=viewer, uow=uow)
        questions = RfpQuestionRepository(uow)
        for each in group:
            questions.change(
                project.id,
                each.id,
                at=each.stored.version,
                answer=None if each.answer is None else each.answer.model_dump(mode="json"),
                version=each.version,
                draft_id=item.draft_id,
                filed_version=each.version,
                filed_draft_version=item.version,
                # Whatever was wanted of it before, and came to nothing, is done now.
                failure="",
                **NOTHING_TO_FILE,
            )
        return FiledDraft(draft, report, item)

    def package(
        self,
        project: StoredProject,
        current: Sequence[Current],
        *,
        files: Sequence[PackageFile],
        unplaced: Sequence[str],
        viewer: Viewer,
        uow: UnitOfWork,
    ) -> FiledDraft:
        """File the finished files as one draft, which names what is left blank."""
        draft = _package_draft(project, current, files=files, unplaced=unplaced, uow=uow)
        attachments = {file.name: file.content for file in files}
        report = self.guardrails.check_draft(draft, viewer=viewer, uow=uow)
        before = _undecided(project.package.item_id if project.package else None, uow=uow)
        if before is None:
            item = self.approvals.submit(draft, report, viewer=viewer, uow=uow, attachments=attachments)
        else:
            item = self.approvals.replace(
                before.id, draft, digest=before.digest, viewer=viewer, uow=uow, attachments=attachments
            )
        RfpProjectRepository(uow).change(project.id, draft_id=item.draft_id)
        return FiledDraft(draft, report, item)


def approved_answers(current: Sequence[Current]) -> dict[str, RfpAnswer]:
    """Question id -> answer, of what may leave."""
    return {
        each.id: each.answer for each in current if each.state is QuestionState.APPROVED and each.answer is not None
    }


def said_answers(current: Sequence[Current], *, viewer: Viewer) -> dict[str, RfpAnswer]:
    """Question id -> answer, of everything that says something to the viewer, approved or not."""
    said = (each for each in current if each.state in _MARKED | {QuestionState.APPROVED} and claims(each.answer))
    return {each.id: each.answer for each in said if each.answer is not None and readable(each.answer, viewer=viewer)}


def marked_answers(current: Sequence[Current], *, viewer: Viewer) -> dict[str, RfpAnswer]:
    """Question id -> answer, of everything that says something to the viewer; what nobody approved says so."""
    found = approved_answers(current)
    for each in current:
        if each.answer is not None and each.state in _MARKED and claims(each.answer):
            found[each.id] = _marked(each.answer)
    return {key: answer for key, answer in found.items() if readable(answer, viewer=viewer)}


def questionnaire_of(project: StoredProject, current: Sequence[Current]) -> Questionnaire:
    """What is to be filled in, with the corrections that people made."""
    kept = (each.stored.question for each in current if each.state is not QuestionState.EXCLUDED)
    return Questionnaire(
        title=project.title,
        format=project.format,
        language=project.language,
        questions=tuple(kept),
        instructions=project.instructions,
        deadline=project.deadline,
        deadline_text=project.deadline_text,
        skipped=project.skipped,
        warnings=project.warnings,
    )


def only_approved(project: Project) -> Project:
    """The project with nothing in it that was not approved."""
    kept = tuple(each for each in project.questions if each.state is QuestionState.APPROVED)
    return project.model_copy(update={"questions": kept})


def plain_name(file_name: str, *, suffix: str, ending: str) -> str:
    """A name that any file system takes: `security-questionnaire-filled.xlsx`."""
    stem = file_name.rpartition(".")[0] or file_name
    plain = _PLAIN.sub("-", fold(stem)).strip("-")[:60].strip("-") or "questionnaire"
    return f"{plain}-{suffix}{ending}"


def appendix_file(project: StoredProject, content: bytes) -> PackageFile:
    """The appendix under its name."""
    name = plain_name(project.file_name, suffix="appendix", ending=".xlsx")
    return PackageFile(name=name, media_type=_SPREADSHEET, content=content)


def _marked(answer: RfpAnswer) -> RfpAnswer:
    mark = Segment(id=f"{answer.question_id}.0", text=_NOT_APPROVED[answer.language], uncited_reason="mark")
    return answer.model_copy(update={"segments": (mark, *answer.segments)})


def _chosen(current: Sequence[Current], question_ids: Sequence[str] | None) -> list[Current]:
    if question_ids is None:
        return [each for each in current if each.state is QuestionState.ANSWERED and claims(each.answer)]
    wanted = set(question_ids)
    chosen = [each for each in current if each.id in wanted]
    if len(chosen) != len(wanted) or not all(each.state in _FILEABLE and claims(each.answer) for each in chosen):
        raise Conflict(
            "Some of these questions have no answer that could be filed, or are filed already.",
            hint="File those that are answered.",
        )
    return chosen


def _draft_of(project: StoredProject, group: Sequence[Current], *, per: Per, uow: UnitOfWork) -> Draft:
    answers = [(each.stored.question, each.answer) for each in group if each.answer is not None]
    sections = tuple(section_of(question, answer) for question, answer in answers)
    evidence = cited_evidence(sections, {item.id: item for _, answer in answers for item in answer.evidence})
    first = group[0].stored.question
    about = " · ".join(first.section) if per == "section" and first.section else f"{first.number} {first.text}".strip()
    draft = _draft(project, f"{project.title}: {about}", language=first.language, sections=sections, uow=uow)
    parameters = draft.provenance.parameters | _came_from(answer for _, answer in answers)
    changes = {"evidence_hashes": content_hashes(evidence), "parameters": parameters}
    provenance = with_origins(draft.provenance.model_copy(update=changes), (answer for _, answer in answers))
    return draft.model_copy(update={"evidence": evidence, "provenance": provenance})


def _package_draft(
    project: StoredProject,
    current: Sequence[Current],
    *,
    files: Sequence[PackageFile],
    unplaced: Sequence[str],
    uow: UnitOfWork,
) -> Draft:
    words = _WORDS[project.language]
    blank = [
        each
        for each in current
        if each.state not in {QuestionState.APPROVED, QuestionState.EXCLUDED, QuestionState.NOT_ASKED}
    ]
    elsewhere = [each for each in current if each.id in set(unplaced) and each.state is QuestionState.APPROVED]
    summary = Segment(id="summary.1", text=words["filled"], uncited_reason=_NO_FACT)
    sections = [Section(key="summary", title=words["summary"], segments=(summary,))]
    evidence: list[Evidence] = []
    for key, questions in (("blank", blank), ("unplaced", elsewhere)):
        asked = [_asked(each, project, uow=uow) for each in questions]
        evidence += [item for item, theirs in asked if theirs]
        if asked:
            sections.append(Section(key=key, title=words[key], segments=_repeated(key, asked)))
    named = tuple(
        Attachment(name=file.name, media_type=file.media_type, sha256=hashlib.sha256(file.content).hexdigest())
        for file in files
    )
    title = words["title"].format(title=project.title)
    draft = _draft(project, title, language=project.language, sections=tuple(sections), uow=uow)
    approved = approved_answers(current)
    held = packed(each.stored for each in current if each.id in approved)
    parameters = {**draft.provenance.parameters, ANSWERS: held, **_came_from(approved.values())}
    changes = {"evidence_hashes": content_hashes(evidence), "parameters": parameters}
    provenance = draft.provenance.model_copy(update=changes)
    return draft.model_copy(update={"files": named, "evidence": tuple(evidence), "provenance": provenance})


def _draft(
    project: StoredProject, title: str, *, language: Language, sections: tuple[Section, ...], uow: UnitOfWork
) -> Draft:
    parameters = {PROJECT: project.id}
    return Draft(
        kind=DraftKind.RFP_ANSWER,
        audience=Audience.EXTERNAL,
        language=language,
        title=title[:_LONGEST_TITLE],
        account_id=project.account_id,
        account_name=project.account_name,
        as_of=uow.clock.today(),
        written_at=uow.clock.now(),
        sections=sections,
        evidence=(),
        provenance=Provenance(writer="offline", code_version=__version__, parameters=parameters),
        destination=Destination.HERE,
    )


def _came_from(answers: Iterable[RfpAnswer]) -> dict[str, str]:
    """The narrowest class of knowledge that any of the answers comes from: what holds them is as closed as that."""
    classes = (item for answer in answers for item in answer.classes)
    narrowest = max(classes, key=list(Visibility).index, default=None)
    return {} if narrowest is None else {CAME_FROM: narrowest.value}


def _asked(each: Current, project: StoredProject, *, uow: UnitOfWork) -> tuple[Evidence, bool]:
    """The question, and whether its words are the customer's."""
    question = each.stored.question
    asked = question_evidence(
        question,
        project_id=project.id,
        position=each.stored.position,
        title=project.title,
        account_id=project.account_id,
        today=uow.clock.today(),
    )
    return asked, not question.reworded


def _repeated(key: str, asked: Sequence[tuple[Evidence, bool]]) -> tuple[Segment, ...]:
    """Questions: the customer's own cite themselves, word for word; what we reworded is checked like our words."""
    return tuple(
        Segment(id=f"{key}.{number}", text=item.text, evidence_ids=(item.id,))
        if theirs
        else Segment(id=f"{key}.{number}", text=item.text, uncited_reason=_NO_FACT)
        for number, (item, theirs) in enumerate(asked, start=1)
    )


def _sent_back_as(group: Sequence[Current], *, viewer: Viewer, uow: UnitOfWork) -> ReviewItem | None:
    """The item that these questions and no others were sent back in, if the viewer may write its next version."""
    drafts = {each.stored.draft_id for each in group}
    if len(drafts) != 1 or None in drafts:
        return None
    [draft_id] = drafts
    newest = RfpQuestionRepository(uow).newest_item(draft_id or "")
    before = _undecided(newest, uow=uow)
    if before is None or before.state is not ReviewState.CHANGES_REQUESTED or not may_edit(before, viewer):
        return None
    content = RfpQuestionRepository(uow).filed_content([before.draft_id])[before.draft_id]
    return before if {section.key for section in content.sections} == {each.id for each in group} else None


def _undecided(item_id: str | None, *, uow: UnitOfWork) -> ReviewItem | None:
    entry = None if item_id is None else ReviewRepository(uow).get_unfiltered(item_id)
    return entry.item if entry is not None and entry.item.state in UNDECIDED else None
