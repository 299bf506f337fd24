"""Letting go of what has been kept long enough.

Invariant: only what nobody can act on any more is touched, and the record of who decided what, with its digest, stays.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, CursorResult, Delete, and_, delete, exists, func, not_, or_, select, update

from copilot.domain.alerts import AlertState
from copilot.domain.conversation import TurnState
from copilot.store.chat import ChatRepository
from copilot.store.database import UnitOfWork
from copilot.store.erasure_drafts import Version, empty_versions
from copilot.store.reviews import UNRELEASED
from copilot.store.rfp_projects import RfpProjectRepository
from copilot.store.signals_sql import SNAPSHOT_DAYS, TEXT_DAYS
from copilot.store.tables.chat import ChatThreadRow, ChatTurnRow, CheckpointRow
from copilot.store.tables.people import LoginAttemptRow, SessionRow
from copilot.store.tables.records import ImportRunRow
from copilot.store.tables.scores import AccountSignalsRow, AlertRow, SignalSnapshotRow, TextSignalRow, TextsReadRow
from copilot.store.tables.work import DraftVersionRow, ReviewItemRow

_AT_ONCE = 200
"""Versions emptied in one run; the next minute takes the next ones."""


class RetentionRepository:
    """Works within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session
        self._uow = uow

    def sessions(self, *, ended_by: datetime) -> int:
        """Forget browser sessions that have run out."""
        return self._deleted(delete(SessionRow).where(SessionRow.expires_at <= ended_by))

    def login_attempts(self, *, before: datetime) -> int:
        """Forget failed sign-ins."""
        return self._deleted(delete(LoginAttemptRow).where(LoginAttemptRow.attempted_at < before))

    def import_reports(self, *, before: datetime) -> int:
        """Forget reports of imports."""
        return self._deleted(delete(ImportRunRow).where(ImportRunRow.finished_at < before))

    def alerts(self, *, before: datetime) -> int:
        """Delete alerts that ended and that nobody changed since; their events stay in the audit chain."""
        return self._deleted(delete(AlertRow).where(has_ended(), AlertRow.changed_at < before))

    def signal_snapshots(self, *, before: datetime) -> int:
        """Forget what was kept of days before, and what was computed of it: also for a day after, which is told by the
        last snapshot that was kept by then."""
        day = AccountSignalsRow.day
        told_by = (
            select(func.max(SignalSnapshotRow.day))
            .where(SignalSnapshotRow.account_id == AccountSignalsRow.account_id)
            .where(SignalSnapshotRow.day <= day, SignalSnapshotRow.day > day - SNAPSHOT_DAYS.days)
            .scalar_subquery()
        )
        gone = or_(day < before.date(), told_by < before.date())
        self._session.execute(delete(AccountSignalsRow).where(gone))
        return self._deleted(delete(SignalSnapshotRow).where(SignalSnapshotRow.day < before.date()))

    def text_signals(self, *, before: datetime) -> int:
        """Forget what was found in texts of days before.

        Of days whose count would reach further back nothing is known any more, of nobody: else models would learn that
        there were no complaints then.
        """
        last_day = func.greatest(TextSignalRow.day, TextSignalRow.until)
        forgotten = self._deleted(delete(TextSignalRow).where(last_day < before.date()))
        if forgotten:
            known_from = before.date() + TEXT_DAYS
            counted = exists().where(
                TextsReadRow.account_id == AccountSignalsRow.account_id, TextsReadRow.first_day <= AccountSignalsRow.day
            )
            kept = delete(AccountSignalsRow).where(AccountSignalsRow.day < known_from, counted)
            self._session.execute(kept)
            early = update(TextsReadRow).where(TextsReadRow.first_day < known_from)
            self._session.execute(early.values(first_day=known_from))
        return forgotten

    def conversations(self, *, before: datetime) -> int:
        """Delete the threads in which nothing was asked since, some at a time; what they filed stays in the queue."""
        running = exists().where(
            ChatTurnRow.thread_id == ChatThreadRow.id, ChatTurnRow.state == TurnState.RUNNING.value
        )
        old = select(ChatThreadRow.id).where(ChatThreadRow.updated_at < before, not_(running))
        ids = list(self._session.scalars(old.order_by(ChatThreadRow.updated_at).limit(_AT_ONCE)))
        return ChatRepository(self._uow).delete(ids) if ids else 0

    def deleted_conversations(self, *, before: datetime) -> int:
        """Delete for good the threads that their people deleted before then."""
        return ChatRepository(self._uow).delete_set_aside(before=before)

    def questionnaires(self, *, before: datetime) -> int:
        """Delete the projects that nobody touched since, some at a time; what they filed stays in the queue."""
        projects = RfpProjectRepository(self._uow)
        return projects.delete(projects.settled(before=before, limit=_AT_ONCE))

    def checkpoints(self, *, abandoned_by: datetime) -> int:
        """Forget the places of turns that are over, gone, or were abandoned so long ago."""
        wanted = exists().where(ChatTurnRow.id == CheckpointRow.thread_id, _may_be_taken_up(abandoned_by))
        left = select(CheckpointRow.thread_id).where(not_(wanted)).distinct().limit(_AT_ONCE)
        turn_ids = list(self._session.scalars(left))
        if turn_ids:
            ChatRepository(self._uow).forget_checkpoints(turn_ids)
        return len(turn_ids)

    def drafts(self, *, before: datetime) -> int:
        """Empty the versions whose items were settled before then, some at a time."""
        of_version = and_(
            ReviewItemRow.draft_id == DraftVersionRow.draft_id, ReviewItemRow.version == DraftVersionRow.version
        )
        rows = self._session.execute(
            select(DraftVersionRow.draft_id, DraftVersionRow.version)
            .join(ReviewItemRow, of_version)
            .where(
                ReviewItemRow.state.not_in([state.value for state in UNRELEASED]),
                func.coalesce(ReviewItemRow.decided_at, ReviewItemRow.expires_at) < before,
                has_content(),
            )
            .order_by(DraftVersionRow.draft_id, DraftVersionRow.version)
            .limit(_AT_ONCE)
        )
        versions: list[Version] = [(row.draft_id, row.version) for row in rows]
        for draft_id, version in versions:
            self._session.execute(
                update(ReviewItemRow)
                .where(ReviewItemRow.draft_id == draft_id, ReviewItemRow.version == version)
                .values(comment=None)
            )
        return empty_versions(self._uow, versions)

    def _deleted(self, statement: Delete) -> int:
        result = self._session.execute(statement)
        return result.rowcount if isinstance(result, CursorResult) else 0


def _may_be_taken_up(abandoned_by: datetime) -> ColumnElement[bool]:
    """Condition on `chat_turns`: somebody works on it, or could go on with it."""
    return and_(
        ChatTurnRow.state.in_([TurnState.RUNNING.value, TurnState.FAILED.value]),
        ChatTurnRow.alive_until > abandoned_by,
    )


def has_content() -> ColumnElement[bool]:
    """Condition on `draft_versions`: retention has not emptied it."""
    return func.jsonb_array_length(DraftVersionRow.content["sections"]) > 0


def has_ended() -> ColumnElement[bool]:
    """Condition on `alerts`: somebody closed or dismissed it."""
    return AlertRow.state.in_([AlertState.CLOSED.value, AlertState.DISMISSED.value])
