"""Gather -> write -> verify -> submit, for one follow-up email.

Invariants: everything read is what the viewer may see, and what is cited is what the customer said, heard, wrote or
received, or shared documents that may leave; nothing is returned that has not passed the guardrails and entered the
queue in the same transaction. Nothing is sent from here.
"""

from collections.abc import Mapping

from copilot import __version__
from copilot.approvals.feedback.drafting import with_style
from copilot.domain.access import Viewer
from copilot.domain.destinations import Attachment, Destination
from copilot.domain.drafts import Audience, Draft, DraftKind, Provenance, cited_evidence
from copilot.domain.language import Language
from copilot.guardrails.pipeline import Guardrails
from copilot.llm.roles import Caller, ModelRole, Models, NoModels
from copilot.retrieval.service import RetrievalService
from copilot.store.database import UnitOfWork
from copilot.telemetry import get_logger
from copilot.workflows.brief.written import Written
from copilot.workflows.filed_draft import FiledDraft, Submits
from copilot.workflows.follow_up import again, offline
from copilot.workflows.follow_up.answers import Answers
from copilot.workflows.follow_up.choices import FollowUpRequest, Register, Variant
from copilot.workflows.follow_up.context import FollowUpContext
from copilot.workflows.follow_up.envelope import Parcel, envelope
from copilot.workflows.follow_up.gathering import gather, read_account
from copilot.workflows.follow_up.provenance import explained
from copilot.workflows.follow_up.sources import SourceChoice, choices

_log = get_logger(__name__)
_NO_FILES: Mapping[str, bytes] = {}


class FollowUpWorkflow:
    """Makes follow-up emails. Stateless; one instance serves any number of requests."""

    def __init__(
        self,
        approvals: Submits,
        *,
        retrieval: RetrievalService,
        guardrails: Guardrails | None = None,
        models: Models | None = None,
    ) -> None:
        self._approvals = approvals
        self._guardrails = guardrails or Guardrails()
        self._answers = Answers(retrieval=retrieval, rules=self._guardrails.policy.leakage)
        self._models: Models = models or NoModels()

    def run(
        self,
        account_id: str,
        *,
        viewer: Viewer,
        language: Language | None,
        uow: UnitOfWork,
        request: str = "",
        activity_id: str | None = None,
        document_id: str | None = None,
        recipient_contact_ids: tuple[str, ...] = (),
        register: Register | None = None,
        variant: Variant = Variant.PLAIN,
        attachments: Mapping[str, bytes] = _NO_FILES,
    ) -> FiledDraft:
        """Write a follow-up and put it in the queue. `attachments`: name -> bytes, handed in by the person.

        Raises NotFound if the account does not exist or the viewer may not see it, InputError if there is nothing to
        follow up, or if it is not certain to whom to write.
        """
        wanted = FollowUpRequest(
            request=request,
            activity_id=activity_id,
            document_id=document_id,
            recipient_contact_ids=recipient_contact_ids,
            language=language,
            register=register,
            variant=variant,
        )
        context = gather(account_id, wanted=wanted, answers=self._answers, viewer=viewer, uow=uow)
        draft = self._written(context, uow=uow, attachments=Parcel(attachments).attachments())
        report = self._guardrails.check_draft(draft, viewer=viewer, uow=uow)
        item = self._approvals.submit(draft, report, viewer=viewer, uow=uow, attachments=attachments)
        _log.info(
            "follow_up.written",
            account=account_id,
            language=draft.language.value,
            variant=context.manner.variant.value,
            findings=len(report.findings),
        )
        return FiledDraft(draft=draft, report=report, item=item)

    def draft_again(self, previous: Draft, *, instruction: str | None, viewer: Viewer, uow: UnitOfWork) -> Draft:
        """Write the same follow-up from the evidence of now, as `instruction` asks; nothing is filed.

        Raises NotFound if the viewer may no longer see the account, InputError if nobody may be written to any more.
        """
        asked = again.read(instruction) if instruction else None
        wanted = again.request_of(previous, asked)
        context = gather(
            previous.account_id or "",
            wanted=wanted,
            answers=self._answers,
            viewer=viewer,
            uow=uow,
            instruction=asked.read if asked else None,
            cc=again.in_copy(previous),
        )
        # The bytes of what was attached stay with the draft, so the envelope goes on naming them.
        kept = previous.email.attachments if previous.email else ()
        return self._written(context, uow=uow, attachments=kept)

    def sources(self, account_id: str, *, viewer: Viewer, uow: UnitOfWork) -> tuple[SourceChoice, ...]:
        """Conversations that can be followed up, newest first. Raises NotFound."""
        facts, documents, reading = read_account(account_id, viewer=viewer, uow=uow)
        return choices(facts, documents, reading)

    def _written(self, context: FollowUpContext, *, uow: UnitOfWork, attachments: tuple[Attachment, ...]) -> Draft:
        written = again.honoured(self._compose(context), context)
        draft = _assembled(context, written, uow=uow, attachments=attachments)
        return with_style(draft, viewer=context.viewer, uow=uow)

    def _compose(self, context: FollowUpContext) -> Written:
        viewer = context.viewer
        caller = Caller.of(viewer)
        model = self._models.for_role(ModelRole.WRITER, caller=caller)
        if model is None:
            return Written(offline.write(context), Provenance(writer="offline", code_version=__version__))
        # Imported here: the model libraries take seconds to load, and most installations have no model.
        from copilot.workflows.follow_up.model import ModelFollowUp

        return ModelFollowUp(model, guardrails=self._guardrails).compose(context)


def _assembled(
    context: FollowUpContext, written: Written, *, uow: UnitOfWork, attachments: tuple[Attachment, ...]
) -> Draft:
    """Put the paragraphs, the evidence they cite and the envelope together."""
    gathered = context.evidence()
    account = context.base.facts.account
    email = envelope(context, clock=uow.clock, attachments=attachments)
    return Draft(
        kind=DraftKind.FOLLOW_UP,
        audience=Audience.EXTERNAL,
        language=context.language,
        title=email.subject,
        account_id=account.id,
        account_name=account.name,
        as_of=context.base.today,
        written_at=uow.clock.now(),
        sections=written.sections,
        evidence=cited_evidence(written.sections, gathered),
        provenance=explained(written.provenance, context, evidence=gathered),
        recipients=context.recipients.ids,
        destination=Destination.EMAIL,
        email=email,
    )
