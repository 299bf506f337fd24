"""Gather -> write -> verify -> submit, for one account and one viewer.

Invariant: everything read is what the viewer may see; nothing is returned that has not passed the guardrails and
entered the queue in the same transaction.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

from copilot import __version__
from copilot.approvals.feedback.drafting import with_style
from copilot.domain.access import Viewer
from copilot.domain.drafts import Audience, Draft, DraftKind, Provenance, cited_evidence, content_hashes
from copilot.domain.language import Language
from copilot.guardrails.pipeline import Guardrails
from copilot.store.account_facts import AccountFactsRepository
from copilot.store.brief_bases import BriefBasisRepository
from copilot.store.database import UnitOfWork
from copilot.store.documents import DocumentRepository
from copilot.store.drafts import DraftRepository
from copilot.telemetry import get_logger
from copilot.workflows.brief import instructed
from copilot.workflows.brief.context import BriefContext, Previous
from copilot.workflows.brief.evidence_book import EvidenceBook
from copilot.workflows.brief.offline import OfflineWriter
from copilot.workflows.brief.written import Written as Written
from copilot.workflows.filed_draft import FiledDraft, Submits
from copilot.workflows.reading.reader import read_texts

_log = get_logger(__name__)

STEPS = ("records", "texts", "write", "verify", "submit")
Progress = Callable[[str, int, int], None]
"""Called with the step that begins, how many are done, and how many there are."""


class Writer(Protocol):
    """Turns the context of a brief into sections."""

    def compose(self, context: BriefContext) -> Written:
        """Return every section in order. Never raises for something the model did."""
        ...


class OfflineComposer:
    """The offline writer behind the interface of the workflow."""

    def __init__(self, *, notes: Sequence[str] = ()) -> None:
        self._notes = tuple(notes)

    def compose(self, context: BriefContext) -> Written:
        """Write every section from rules."""
        sections = OfflineWriter().write(context)
        return Written(sections, Provenance(writer="offline", code_version=__version__, notes=self._notes))


class BriefWorkflow:
    """Makes account briefs. Stateless; one instance serves any number of requests."""

    def __init__(
        self, approvals: Submits, *, writer: Writer | None = None, guardrails: Guardrails | None = None
    ) -> None:
        self._approvals = approvals
        self._guardrails = guardrails or Guardrails()
        self._writer: Writer = writer or OfflineComposer()

    def run(
        self,
        account_id: str,
        *,
        viewer: Viewer,
        language: Language,
        uow: UnitOfWork,
        as_of: date | None = None,
        progress: Progress | None = None,
    ) -> FiledDraft:
        """Write a brief and put it in the queue.

        Raises NotFound if the account does not exist or the viewer may not see it.
        """
        report_step = reporter(progress)
        context = gather(account_id, viewer=viewer, language=language, uow=uow, as_of=as_of, report_step=report_step)
        report_step("write")
        draft = with_style(assemble(context, self._writer.compose(context), uow=uow), viewer=viewer, uow=uow)
        report_step("verify")
        report = self._guardrails.check_draft(draft, viewer=viewer, uow=uow)
        report_step("submit")
        item = self._approvals.submit(draft, report, viewer=viewer, uow=uow)
        if as_of is None:
            BriefBasisRepository(uow).keep(item.draft_id, account_id)
        _log.info("brief.written", account=account_id, language=language.value, findings=len(report.findings))
        if progress is not None:
            progress("done", len(STEPS), len(STEPS))
        return FiledDraft(draft=draft, report=report, item=item)

    def draft_again(self, previous: Draft, *, instruction: str | None, viewer: Viewer, uow: UnitOfWork) -> Draft:
        """Write the brief of the same account from the evidence of now, as `instruction` asks; nothing is filed.

        Raises NotFound if the viewer may no longer see the account.
        """
        wanted = instructed.read(instruction) if instruction else None
        language = (wanted.language if wanted else None) or previous.language
        context = gather(previous.account_id or "", viewer=viewer, language=language, uow=uow)
        context = replace(context, instruction=wanted)
        written = instructed.honoured(self._writer.compose(context), context)
        return with_style(assemble(context, written, uow=uow), viewer=viewer, uow=uow)


def gather(
    account_id: str,
    *,
    viewer: Viewer,
    language: Language,
    uow: UnitOfWork,
    as_of: date | None = None,
    report_step: Callable[[str], None] = lambda _: None,
) -> BriefContext:
    """Read records, metrics and texts as the viewer may see them. Raises NotFound."""
    today = as_of or uow.clock.today()
    report_step("records")
    facts = AccountFactsRepository(uow).gather(account_id, viewer=viewer, today=today)
    report_step("texts")
    documents = DocumentRepository(uow).texts_of_account(account_id, viewer=viewer)
    reading = read_texts(documents, facts)
    book = EvidenceBook(facts, language=language)
    book.gather()
    return BriefContext(
        facts=facts,
        reading=reading,
        language=language,
        book=book,
        documents=documents,
        previous=_previous(account_id, viewer=viewer, uow=uow, today=today),
        viewer=viewer,
    )


def assemble(context: BriefContext, written: Written, *, uow: UnitOfWork) -> Draft:
    """Put sections and the evidence they cite together, numbered in the order of first citation."""
    gathered = context.book.all()
    account = context.facts.account
    return Draft(
        kind=DraftKind.BRIEF,
        audience=Audience.INTERNAL,
        language=context.language,
        title=context.say(es=f"Informe de cuenta: {account.name}", en=f"Account brief: {account.name}"),
        account_id=account.id,
        account_name=account.name,
        as_of=context.today,
        written_at=uow.clock.now(),
        sections=written.sections,
        evidence=cited_evidence(written.sections, gathered),
        provenance=written.provenance.model_copy(update={"evidence_hashes": content_hashes(gathered.values())}),
    )


def _previous(account_id: str, *, viewer: Viewer, uow: UnitOfWork, today: date) -> Previous | None:
    """The last approved brief of an earlier day: two briefs of one day report the same changes."""
    stored = DraftRepository(uow).last_approved(account_id, kind=DraftKind.BRIEF, viewer=viewer)
    if stored is None or stored.draft.as_of >= today:
        return None
    return Previous(day=stored.draft.as_of, draft=stored.draft)


def reporter(progress: Progress | None) -> Callable[[str], None]:
    """What tells `progress` which step begins."""

    def report(step: str) -> None:
        if progress is not None:
            progress(step, STEPS.index(step), len(STEPS))

    return report
