"""Gather -> write -> verify -> submit, for what came of one meeting.

Invariants: everything read is what the viewer may see; the summary and each proposed CRM update are drafts of their
own, checked and filed in one transaction; nothing is written to a CRM from here. A text that speaks to an assistant is
data: what it says becomes no update.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from copilot import __version__
from copilot.approvals.feedback.drafting import with_style
from copilot.domain.access import Viewer
from copilot.domain.destinations import Destination
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
from copilot.domain.language import Language
from copilot.guardrails.pipeline import Guardrails
from copilot.store.database import UnitOfWork
from copilot.telemetry import get_logger
from copilot.workflows.after_meeting import sections
from copilot.workflows.after_meeting.context import TalkContext
from copilot.workflows.after_meeting.talk import talk_of
from copilot.workflows.after_meeting.updates import Proposal, proposals
from copilot.workflows.brief import instructed
from copilot.workflows.brief.workflow import Progress, gather, reporter
from copilot.workflows.brief.written import Written
from copilot.workflows.filed_draft import FiledDraft, Submits
from copilot.workflows.instructions import Instruction, read_instruction
from copilot.workflows.reading.people import Cast
from copilot.workflows.reading.text import clearly_quoted

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class AfterMeetingResult:
    """The summary, and one draft per proposed CRM update."""

    summary: FiledDraft
    updates: tuple[FiledDraft, ...]


class AfterMeetingWorkflow:
    """Stateless; one instance serves any number of requests."""

    def __init__(self, approvals: Submits, *, guardrails: Guardrails | None = None) -> None:
        self._approvals = approvals
        self._guardrails = guardrails or Guardrails()

    def run(
        self,
        account_id: str,
        *,
        viewer: Viewer,
        language: Language,
        uow: UnitOfWork,
        document_id: str | None = None,
        activity_id: str | None = None,
        request: str = "",
        progress: Progress | None = None,
    ) -> AfterMeetingResult:
        """Summarise the meeting that a transcript or note tells of, and file what it changes.

        Without ids: the text that `request` speaks of, else the latest. Raises NotFound if the viewer may not see the
        account, InputError if there is no such text.
        """
        report_step = reporter(progress)
        base = gather(account_id, viewer=viewer, language=language, uow=uow, report_step=report_step)
        document = talk_of(
            base.documents, base.facts, document_id=document_id, activity_id=activity_id, request=request
        )
        report_step("write")
        context = TalkContext(base=base, document=document, cast=Cast(base.facts, base.documents))
        found = proposals(context)
        summary = with_style(_summary(context, found, uow=uow), viewer=viewer, uow=uow)
        drafts = [_update(context, item, uow=uow) for item in found]
        report_step("verify")
        made = [self._filed(draft, viewer=viewer, uow=uow) for draft in (summary, *drafts)]
        _log.info("after_meeting.written", account=account_id, language=language.value, updates=len(found))
        return AfterMeetingResult(summary=made[0], updates=tuple(made[1:]))

    def draft_again(self, previous: Draft, *, instruction: str | None, viewer: Viewer, uow: UnitOfWork) -> Draft:
        """Write the same summary from the evidence of now, as `instruction` asks; nothing is filed.

        Raises NotFound if the viewer may no longer see the account, InputError if the text is gone.
        """
        wanted = read_instruction(instruction, names=sections.NAMES) if instruction else None
        language = (wanted.language if wanted else None) or previous.language
        base = gather(previous.account_id or "", viewer=viewer, language=language, uow=uow)
        kept = previous.provenance.parameters.get("document", "")
        document = talk_of(base.documents, base.facts, document_id=kept, activity_id=None, request="")
        cast = Cast(base.facts, base.documents)
        context = TalkContext(base=replace(base, instruction=wanted), document=document, cast=cast)
        return with_style(_summary(context, proposals(context), uow=uow, wanted=wanted), viewer=viewer, uow=uow)

    def _filed(self, draft: Draft, *, viewer: Viewer, uow: UnitOfWork) -> FiledDraft:
        report = self._guardrails.check_draft(draft, viewer=viewer, uow=uow)
        return FiledDraft(draft, report, self._approvals.submit(draft, report, viewer=viewer, uow=uow))


def _summary(
    context: TalkContext, found: tuple[Proposal, ...], *, uow: UnitOfWork, wanted: Instruction | None = None
) -> Draft:
    base, title = context.base, context.document.title
    written = Written(sections.write(context, found), _provenance(context))
    if wanted is not None:
        written = instructed.honoured(written, base)
    draft = _draft(context, written.sections, uow=uow, provenance=written.provenance)
    return draft.model_copy(
        update={"title": base.say(es=f"Tras la reunión: {title}", en=f"After the meeting: {title}")}
    )


def _update(context: TalkContext, item: Proposal, *, uow: UnitOfWork) -> Draft:
    """One field of one record, with the sentence that says so."""
    base = context.base
    field, named, talk = base.field_name(item.field), base.named(item.target), base.named(context.document.title)
    said = base.line(
        es=f"Según lo dicho en {talk}, {field} de {named} pasa a ser {item.shown_after}.",
        en=f"Going by what was said in {talk}, {field} of {named} becomes {item.shown_after}.",
        cites=item.cites,
    )
    quoted = base.line(
        es=f"La frase: {clearly_quoted(base.quote(item.sentence.text))}",
        en=f"The sentence: {clearly_quoted(base.quote(item.sentence.text))}",
        cites=[base.sentence(item.sentence)],
    )
    segments = tuple(
        Segment(id=f"update.{number}", text=line.text, evidence_ids=line.evidence_ids)
        for number, line in enumerate((said, quoted), start=1)
    )
    heading = base.say(es="Cambio propuesto", en="Proposed change")
    draft = _draft(context, (Section(key="update", title=heading, segments=segments),), uow=uow)
    return draft.model_copy(
        update={
            "kind": DraftKind.CRM_UPDATE,
            "title": f"{item.target}: {sections.flat_first(field)}",
            "destination": Destination.CRM,
            "crm": item.update,
        }
    )


def _provenance(context: TalkContext) -> Provenance:
    parameters: Mapping[str, str] = {"document": context.document.id}
    return Provenance(writer="offline", code_version=__version__, parameters=dict(parameters))


def _draft(
    context: TalkContext,
    written: tuple[Section, ...],
    *,
    uow: UnitOfWork,
    provenance: Provenance | None = None,
) -> Draft:
    base, account = context.base, context.base.facts.account
    evidence = cited_evidence(written, base.book.all())
    return Draft(
        kind=DraftKind.AFTER_MEETING,
        audience=Audience.INTERNAL,
        language=base.language,
        title=context.document.title,
        account_id=account.id,
        account_name=account.name,
        as_of=base.today,
        written_at=uow.clock.now(),
        sections=written,
        evidence=evidence,
        provenance=(provenance or _provenance(context)).model_copy(
            update={"evidence_hashes": content_hashes(evidence)}
        ),
    )
