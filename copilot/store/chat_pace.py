"""How much somebody asked lately, over all their conversations.

Invariant: it counts questions, in whatever process they were asked; their words are not read.
"""

from datetime import datetime

from sqlalchemy import func, select, text

from copilot.store.database import UnitOfWork
from copilot.store.tables.chat import ChatThreadRow, ChatTurnRow


def one_question_at_a_time(user_id: str, *, uow: UnitOfWork) -> None:
    """Hold the person's place until this transaction ends, so that no question is put between a count and its use."""
    uow.session.execute(
        text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"chat.pace:{user_id}"}
    )


def asked_since(user_id: str, since: datetime, *, uow: UnitOfWork) -> int:
    """How many questions the person has asked since then."""
    counted = (
        select(func.count())
        .select_from(ChatTurnRow)
        .join(ChatThreadRow, ChatThreadRow.id == ChatTurnRow.thread_id)
        .where(ChatThreadRow.user_id == user_id, ChatTurnRow.asked_at > since)
    )
    return uow.session.scalar(counted) or 0
