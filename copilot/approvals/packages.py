"""Packages of questionnaires that hold an answer which is no longer the approved one.

Invariant 5 for what is made of parts: a package goes stale as soon as one of its parts is not approved any more.
"""

from copilot.approvals import record
from copilot.approvals.entries import SYSTEM, subject_of
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.packed_answers import PackedAnswers
from copilot.store.stale_items import StaleItems


def mark_overtaken(*, uow: UnitOfWork, project_id: str | None = None) -> int:
    """Move unreleased packages (None: of every project) that do not stand to STALE; returns how many that were."""
    moved = StaleItems(uow).mark_overtaken(PackedAnswers(uow).overtaken(project_id=project_id))
    for item_id in moved:
        AuditLog(uow).append(record.STALE, actor_id=SYSTEM, subject=subject_of(item_id))
    return len(moved)
