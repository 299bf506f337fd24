"""Meetings ahead, as records and recent texts of the viewer's accounts may speak of them.

Invariant 3: only what is of accounts that the viewer may see.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, select, true

from copilot.domain.access import Viewer
from copilot.domain.documents import Block, BlockKind, DocumentKind
from copilot.domain.records import ActivityKind
from copilot.store.database import UnitOfWork
from copilot.store.tables.documents import DocumentRow
from copilot.store.tables.records import AccountRow, ActivityRow
from copilot.store.visibility import visible_accounts

_MEETINGS = (ActivityKind.MEETING.value, ActivityKind.CALL.value)
_TEXTS = (DocumentKind.EMAIL.value, DocumentKind.TRANSCRIPT.value, DocumentKind.NOTE.value)
_READ = frozenset({BlockKind.BODY.value, BlockKind.TABLE.value})


@dataclass(frozen=True, slots=True)
class Booked:
    """A meeting on record."""

    account_id: str
    account_name: str
    activity_id: str
    subject: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RecentText:
    """What somebody wrote or said lately, without quoted history and signatures."""

    account_id: str
    account_name: str
    document_id: str
    title: str
    day: date
    text: str
    parts: tuple[tuple[int, int], ...]
    """Stretches of the text that count, in characters."""


class CalendarRepository:
    """Works within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def booked(
        self,
        first: date,
        last: date,
        *,
        account_ids: Collection[str] | None = None,
        viewer: Viewer,
        limit: int | None = None,
    ) -> tuple[Booked, ...]:
        """Meetings and calls on record from one day to another, the soonest first; `account_ids`: only of these."""
        query = (
            select(AccountRow.id, AccountRow.name, ActivityRow.id, ActivityRow.subject, ActivityRow.occurred_at)
            .join(AccountRow, AccountRow.id == ActivityRow.account_id)
            .where(
                *_between(first, last, viewer=viewer),
                true() if account_ids is None else ActivityRow.account_id.in_(account_ids),
            )
            .order_by(ActivityRow.occurred_at, AccountRow.name, ActivityRow.id)
            .limit(limit)
        )
        rows = self._session.execute(query)
        return tuple(Booked(account, name, key, subject or "", at) for account, name, key, subject, at in rows)

    def number_booked(self, first: date, last: date, *, viewer: Viewer) -> int:
        """How many meetings and calls are on record from one day to another."""
        counted = select(func.count()).select_from(ActivityRow)
        return self._session.scalar(counted.where(*_between(first, last, viewer=viewer))) or 0

    def recent_texts(self, since: date, *, viewer: Viewer, limit: int) -> tuple[RecentText, ...]:
        """Emails, transcripts and notes of a day since then, the newest first."""
        query = (
            select(
                AccountRow.id,
                AccountRow.name,
                DocumentRow.id,
                DocumentRow.title,
                DocumentRow.authored_at,
                DocumentRow.text,
                DocumentRow.blocks,
            )
            .join(AccountRow, AccountRow.id == DocumentRow.account_id)
            .where(
                DocumentRow.account_id.in_(visible_accounts(viewer)),
                DocumentRow.kind.in_(_TEXTS),
                DocumentRow.authored_at >= _midnight(since),
            )
            .order_by(DocumentRow.authored_at.desc(), DocumentRow.id)
            .limit(limit)
        )
        return tuple(
            RecentText(account, name, key, title, written.date(), text, _parts(blocks))
            for account, name, key, title, written, text, blocks in self._session.execute(query)
            if written is not None
        )


def _between(first: date, last: date, *, viewer: Viewer) -> Sequence[ColumnElement[bool]]:
    return (
        ActivityRow.account_id.in_(visible_accounts(viewer)),
        ActivityRow.kind.in_(_MEETINGS),
        ActivityRow.occurred_at >= _midnight(first),
        ActivityRow.occurred_at < _midnight(last + timedelta(days=1)),
    )


def _parts(blocks: list[object]) -> tuple[tuple[int, int], ...]:
    read = (Block.model_validate(block) for block in blocks)
    return tuple((block.start, block.end) for block in read if block.kind.value in _READ)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
