"""Drafting again: a change request goes back to the writer, which files the next version of the same draft.

Invariants: the writer reads the evidence of now, as the person who acts may see it; a request passes the guardrails'
input stage before any writer is given it; the new version is checked and filed by the approval service, and nobody who
had it drafted again can be its only approver.
"""

from collections.abc import Mapping
from typing import Protocol

from copilot.approvals.feedback.texts import failure
from copilot.approvals.filing import may_edit
from copilot.approvals.service import ApprovalService
from copilot.domain.access import Viewer
from copilot.domain.drafts import Draft, DraftKind
from copilot.domain.findings import Action, Finding, Stage
from copilot.domain.personal_data import Hints
from copilot.domain.review_items import ReviewItem, ReviewState, Verdict
from copilot.errors import Conflict, InputError, NotAllowed
from copilot.guardrails.pipeline import Guardrails
from copilot.store.database import UnitOfWork
from copilot.telemetry import get_logger

_log = get_logger(__name__)
AGAIN = frozenset({ReviewState.CHANGES_REQUESTED, ReviewState.STALE, ReviewState.EXPIRED, ReviewState.REJECTED})
"""States from which a draft is written again; from all but the first by its requester only."""


class DraftsAgain(Protocol):
    """A workflow that can write another version of what it wrote."""

    def draft_again(self, previous: Draft, *, instruction: str | None, viewer: Viewer, uow: UnitOfWork) -> Draft:
        """Write it from the evidence of now. `instruction`: what a colleague asked for."""
        ...


class Redraft:
    """Stateless; works inside the caller's unit of work."""

    def __init__(
        self,
        approvals: ApprovalService,
        *,
        writers: Mapping[DraftKind, DraftsAgain],
        guardrails: Guardrails | None = None,
    ) -> None:
        """`writers`: which workflow writes which kind of draft."""
        self._approvals = approvals
        self._writers = dict(writers)
        self._guardrails = guardrails or Guardrails()

    def run(self, item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> ReviewItem:
        """Draft the item again and file the new version.

        Raises NotFound, NotAllowed, Conflict or InputError, in the viewer's language.
        """
        view = self._approvals.get(item_id, viewer=viewer, uow=uow)
        item = view.item
        _require_redraftable(item, viewer)
        writer = self._writers.get(item.kind)
        if writer is None:
            raise failure(InputError, "no_writer", viewer)
        instruction = self._instruction(item, view.draft, viewer)
        draft = writer.draft_again(view.draft, instruction=instruction, viewer=viewer, uow=uow)
        parameters = {**draft.provenance.parameters, "redraft_of": item.id}
        provenance = draft.provenance.model_copy(update={"parameters": parameters})
        filed = self._approvals.replace(
            item_id,
            draft.model_copy(update={"provenance": provenance}),
            digest=item.digest,
            viewer=viewer,
            uow=uow,
        )
        _log.info("draft.written_again", kind=item.kind.value, instructed=instruction is not None)
        return filed

    def _instruction(self, item: ReviewItem, draft: Draft, viewer: Viewer) -> str | None:
        """The change request, if there is one and the guardrails let it through. Raises InputError."""
        if item.state is not ReviewState.CHANGES_REQUESTED or item.verdict is not Verdict.REQUEST_CHANGES:
            return None
        request = (item.comment or "").strip()
        if not request:
            return None
        names = frozenset({draft.account_name}) if draft.account_name else frozenset()
        hints = Hints(language=draft.language, organisations=names)
        report = self._guardrails.check_text(request, stage=Stage.INPUT, hints=hints)
        if any(_stops(found) for found in report.findings):
            raise failure(InputError, "unusable_request", viewer)
        return request


def _stops(found: Finding) -> bool:
    """What keeps a request from a writer: it is blocked, or it speaks to the assistant past its instructions."""
    return found.action is Action.BLOCK or found.rule.startswith(("injection.", "guardrail."))


def _require_redraftable(item: ReviewItem, viewer: Viewer) -> None:
    if item.state not in AGAIN:
        raise failure(Conflict, "not_redraftable", viewer)
    asked = viewer.user_id == item.requester_id
    if not asked and not (item.state is ReviewState.CHANGES_REQUESTED and may_edit(item, viewer)):
        raise failure(NotAllowed, "not_your_draft", viewer)
