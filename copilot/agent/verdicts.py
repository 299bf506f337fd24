"""What the asker makes of an answer: accept it, correct it, or report it.

Invariant: each goes through the approval queue with the asker's own rights; what is accepted or corrected is what the
asker names as read, by its digest; doing the same again changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from copilot.agent import texts
from copilot.agent.shown import CORRECTED, NOT_SHOWN, SHOWN, Shown, answer_of
from copilot.approvals.chat_rules import ChatRules
from copilot.approvals.entries import subject_of
from copilot.approvals.service import ApprovalService
from copilot.domain import conversation as told
from copilot.domain.access import Viewer
from copilot.domain.review_items import OPEN, Decision, ReviewItem, Verdict
from copilot.errors import Conflict, CopilotError, InputError, NotFound
from copilot.store.audit import AuditLog
from copilot.store.chat import APPROVED, ChatRepository, TurnRecord
from copilot.store.database import UnitOfWork
from copilot.store.drafts import DraftRepository

REPORTED = "chat.reported"
"""In the audit chain, about the item of the answer."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Works inside the caller's unit of work."""

    approvals: ApprovalService
    rules: ChatRules

    def accept(self, record: TurnRecord, *, digest: str, viewer: Viewer, uow: UnitOfWork) -> None:
        """The asker's approval. Raises NotFound, NotAllowed or Conflict."""
        item = self._read_item(record, digest=digest, viewer=viewer, uow=uow)
        if item.state not in APPROVED:
            self._decide(item, Verdict.APPROVE, viewer=viewer, uow=uow)
        ChatRepository(uow).judge(record.turn.id, told.Verdict.ACCEPTED, item_id=item.id)

    def correct(
        self, record: TurnRecord, edits: Mapping[str, str], *, digest: str, viewer: Viewer, uow: UnitOfWork
    ) -> None:
        """The asker's words in place of those of some segments. Raises NotFound, NotAllowed, Conflict or InputError."""
        shown = self._answer(record, viewer=viewer, uow=uow)
        if record.turn.verdict is told.Verdict.CORRECTED and _says(shown, edits):
            return
        item = self._read_item(record, digest=digest, viewer=viewer, uow=uow)
        filed = self.approvals.edit(item.id, edits, digest=item.digest, viewer=viewer, uow=uow)
        ChatRepository(uow).judge(record.turn.id, told.Verdict.CORRECTED, item_id=filed.id)
        findings = DraftRepository(uow).version(filed.draft_id, filed.version).findings
        is_shown = self.rules.shows_at_once(filed, findings)
        AuditLog(uow).append(
            CORRECTED,
            actor_id=viewer.user_id,
            subject=subject_of(filed.id),
            details={"turn": record.turn.id, "shown": SHOWN if is_shown else NOT_SHOWN},
        )

    def report(self, record: TurnRecord, reason: str, *, viewer: Viewer, uow: UnitOfWork) -> None:
        """Send it back with the reason, or say so beside it, and tell in the audit chain.

        Works for answers that the asker may not decide, and for those that they may no longer read. Raises InputError
        or Conflict.
        """
        if record.turn.item_id is None:
            raise texts.problem(Conflict, "no_answer", viewer.language)
        if record.turn.verdict is told.Verdict.REPORTED:
            return
        if not reason.strip():
            raise texts.problem(InputError, "no_reason", viewer.language)
        self._say_so(record, reason, viewer=viewer, uow=uow)
        ChatRepository(uow).judge(record.turn.id, told.Verdict.REPORTED, item_id=record.turn.item_id)
        AuditLog(uow).append(
            REPORTED,
            actor_id=viewer.user_id,
            subject=subject_of(record.turn.item_id),
            details={"turn": record.turn.id},
        )

    def _say_so(self, record: TurnRecord, reason: str, *, viewer: Viewer, uow: UnitOfWork) -> None:
        shown = answer_of(record, rules=self.rules, viewer=viewer, uow=uow)
        if shown is None:
            return
        item = shown.newest
        if item.state in OPEN:
            try:
                with uow.savepoint():
                    self._decide(item, Verdict.REQUEST_CHANGES, comment=reason, viewer=viewer, uow=uow)
            except CopilotError:
                # Decided or expired at this moment, say: the reason is then kept beside the item.
                self.approvals.comment(item.id, reason, viewer=viewer, uow=uow)
        else:
            self.approvals.comment(item.id, reason, viewer=viewer, uow=uow)

    def _decide(
        self, item: ReviewItem, verdict: Verdict, *, viewer: Viewer, uow: UnitOfWork, comment: str | None = None
    ) -> None:
        decision = Decision(
            verdict=verdict,
            decider_id=viewer.user_id,
            decider_role=viewer.role,
            digest=item.digest,
            comment=comment,
        )
        self.approvals.decide(item.id, decision, viewer=viewer, uow=uow)

    def _answer(self, record: TurnRecord, *, viewer: Viewer, uow: UnitOfWork) -> Shown:
        shown = answer_of(record, rules=self.rules, viewer=viewer, uow=uow)
        if shown is None:
            raise texts.problem(NotFound, "not_shown", viewer.language)
        return shown

    def _read_item(self, record: TurnRecord, *, digest: str, viewer: Viewer, uow: UnitOfWork) -> ReviewItem:
        """The item of what the asker has read. Raises Conflict if something else is shown by now."""
        item = self._answer(record, viewer=viewer, uow=uow).item
        if item is None:
            raise texts.problem(NotFound, "not_shown", viewer.language)
        if item.digest != digest:
            raise texts.problem(Conflict, "changed", viewer.language)
        return item


def _says(shown: Shown, edits: Mapping[str, str]) -> bool:
    """Whether the newest version has these words already; an empty text takes a segment out."""
    texts_now = {segment.id: segment.text for segment in shown.newest_version.draft.segments()}
    return all(texts_now.get(segment_id, "") == text.strip() for segment_id, text in edits.items())
