"""How much somebody asked lately, over all their conversations.

Invariant: it counts questions, in whatever process they were asked; their words are not read.
"""

from datetime import datetime

from sqlalchemy import func, select

from copilot.store.database import UnitOfWork
from copilot.store.tables.chat import ChatThreadRow, ChatTurnRow


def asked_since(user_id: str, since: datetime, *, uow: UnitOfWork) -> int:
    """How many questions the person has asked since then."""
    counted = (
        select(func.count())
        .select_from(ChatTurnRow)
        .join(ChatThreadRow, ChatThreadRow.id == ChatTurnRow.thread_id)
        .where(ChatThreadRow.user_id == user_id, ChatTurnRow.asked_at > since)
    )
    return uow.session.scalar(counted) or 0
