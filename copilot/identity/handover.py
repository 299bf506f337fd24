"""What waits on a person who leaves goes to somebody else.

Invariant: nobody is given what they may not see or decide; that goes to nobody in particular, so that whoever may
can take it on, and nothing stays with a person who is not here.
"""

from dataclasses import dataclass

from copilot.approvals.delegations import REVOKED
from copilot.approvals.service import ApprovalService
from copilot.domain.access import Viewer
from copilot.identity.rules import record
from copilot.store.database import UnitOfWork
from copilot.store.delegations import DelegationRepository
from copilot.store.evidence import EvidenceRepository
from copilot.store.rfp_questions import RfpQuestionRepository
from copilot.store.waiting import Waiting, waiting_on


@dataclass(frozen=True, slots=True)
class HandedOver:
    """How much went where."""

    to_successor: int = 0
    to_nobody: int = 0
    delegations_ended: int = 0

    @property
    def told(self) -> dict[str, str]:
        """For the audit chain."""
        counts = {"to_successor": self.to_successor, "to_nobody": self.to_nobody}
        return {name: str(count) for name, count in counts.items()}


def hand_over(
    user_id: str, *, to: Viewer | None, approvals: ApprovalService, actor: Viewer, uow: UnitOfWork
) -> HandedOver:
    """Hand over items of the queue and questions, and end what was lent to or by the person."""
    waiting = waiting_on(user_id, uow=uow)
    for item_id in waiting.taken_on:
        approvals.give_back(item_id, viewer=actor, uow=uow)
    taken = [_item(item_id, to=to, approvals=approvals, actor=actor, uow=uow) for item_id in waiting.asked_to_decide]
    taken += _questions(waiting, to=to, actor=actor, uow=uow)
    for delegation_id in waiting.delegations:
        if DelegationRepository(uow).revoke(delegation_id):
            record(REVOKED, subject=f"delegation:{delegation_id}", actor=actor, uow=uow)
    return HandedOver(
        to_successor=sum(taken),
        to_nobody=len(taken) - sum(taken) + len(waiting.taken_on),
        delegations_ended=len(waiting.delegations),
    )


def _item(item_id: str, *, to: Viewer | None, approvals: ApprovalService, actor: Viewer, uow: UnitOfWork) -> bool:
    """Ask the successor to decide, if they may. False: nobody in particular is asked any more."""
    able = to is not None and any(
        person.user_id == to.user_id for person in approvals.assignable(item_id, viewer=actor, uow=uow)
    )
    approvals.reassign(item_id, to=to.user_id if to is not None and able else None, viewer=actor, uow=uow)
    return able


def _questions(waiting: Waiting, *, to: Viewer | None, actor: Viewer, uow: UnitOfWork) -> list[bool]:
    """Give the successor the questions of accounts that they may see. False: nobody has it any more."""
    seen: set[str] = set()
    if to is not None:
        accounts = {account for _, _, account in waiting.questions if account is not None}
        seen = set(EvidenceRepository(uow).visible_account_ids(accounts, viewer=to)) if accounts else set()
    given: list[bool] = []
    for project_id, question_id, account_id in waiting.questions:
        able = to is not None and (account_id is None or account_id in seen)
        successor = to.user_id if to is not None and able else None
        RfpQuestionRepository(uow).assign(project_id, [question_id], to=successor, by=actor.user_id)
        given.append(able)
    for project_id in sorted({project_id for project_id, _, _ in waiting.questions}):
        record("rfp.assigned", subject=f"rfp_project:{project_id}", actor=actor, uow=uow)
    return given
