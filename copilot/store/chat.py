"""Conversations: threads, turns, and who works on a turn.

Invariants: a thread is found for its own user only, and no more once they deleted it; one turn of a thread runs at a
time; whoever works on a turn names their run with every change, so that one who was believed dead can change nothing
after somebody else took over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, exists, func, select, update
from sqlalchemy.orm import aliased

from copilot.domain.conversation import Thread, Turn, TurnState, Verdict
from copilot.domain.drafts import Draft
from copilot.domain.language import Language
from copilot.domain.plans import Clarification, Plan, PlanningContext, Refusal
from copilot.domain.review_items import ReviewState
from copilot.store.database import UnitOfWork
from copilot.store.tables.chat import (
    ChatThreadRow,
    ChatTurnRow,
    CheckpointBlobRow,
    CheckpointRow,
    CheckpointWriteRow,
)
from copilot.store.tables.work import ReviewItemRow

APPROVED = frozenset({ReviewState.APPROVED, ReviewState.RELEASED, ReviewState.RELEASE_FAILED})
"""States of an item whose text somebody stands behind."""


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """A turn with everything that its work needs."""

    turn: Turn
    user_id: str
    run_id: str
    alive_until: datetime
    context: PlanningContext
    """Of its thread, as it is now."""
    thread_language: Language | None
    plan: Plan | None
    step_names: tuple[str, ...]
    filed: tuple[Mapping[str, Any], ...]
    """What steps filed, as the agent keeps it."""
    draft: Draft | None
    suggestions: tuple[str, ...]
    failure: str | None
    is_last: bool
    """Of its thread."""
    was_shown: bool
    """Its answer was shown at once when it was filed; policy may be another by now."""


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt to work on a turn."""

    turn_id: str
    run_id: str


class ChatRepository:
    """Works within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def start(self, user_id: str) -> Thread:
        """A new, empty thread."""
        now = self._uow.clock.now()
        row = ChatThreadRow(
            id=f"thread_{self._uow.clock.new_id().hex}",
            user_id=user_id,
            title="",
            language=None,
            context=PlanningContext().model_dump(mode="json"),
            created_at=now,
            updated_at=now,
        )
        self._session.add(row)
        self._session.flush()
        return _thread(row, ())

    def threads(self, user_id: str, *, limit: int) -> tuple[Thread, ...]:
        """A person's threads, the latest first, without their turns."""
        order = (ChatThreadRow.updated_at.desc(), ChatThreadRow.id)
        rows = self._session.scalars(select(ChatThreadRow).where(*_kept_by(user_id)).order_by(*order).limit(limit))
        return tuple(_thread(row, ()) for row in rows)

    def thread(self, thread_id: str, *, user_id: str) -> Thread | None:
        """A person's thread with its turns."""
        row = self._own(thread_id, user_id)
        if row is None:
            return None
        turns = self._session.execute(
            select(ChatTurnRow, _is_shown()).where(ChatTurnRow.thread_id == thread_id).order_by(ChatTurnRow.position)
        )
        return _thread(row, tuple(to_turn(*turn) for turn in turns))

    def rename(self, thread_id: str, title: str, *, user_id: str) -> bool:
        """Whether it is there."""
        row = self._own(thread_id, user_id)
        if row is not None:
            row.title = title
        return row is not None

    def set_aside(self, thread_id: str, *, user_id: str) -> None:
        """Delete a person's thread so that it can be brought back for a while."""
        wanted = update(ChatThreadRow).where(ChatThreadRow.id == thread_id, *_kept_by(user_id))
        self._session.execute(wanted.values(deleted_at=self._uow.clock.now()))

    def bring_back(self, thread_id: str, *, user_id: str, since: datetime) -> bool:
        """Undo that for a thread that was deleted since then. False: there is none."""
        wanted = (ChatThreadRow.id == thread_id, ChatThreadRow.user_id == user_id, ChatThreadRow.deleted_at >= since)
        undone = update(ChatThreadRow).where(*wanted).values(deleted_at=None).returning(ChatThreadRow.id)
        return self._session.execute(undone).one_or_none() is not None

    def delete_set_aside(self, *, before: datetime) -> int:
        """Delete for good what its people deleted before then."""
        gone = self._session.scalars(select(ChatThreadRow.id).where(ChatThreadRow.deleted_at < before))
        return self.delete(list(gone))

    def delete(self, thread_ids: Sequence[str]) -> int:
        """Delete threads with their turns and checkpoints; what they filed stays in the queue."""
        turns = list(self._session.scalars(select(ChatTurnRow.id).where(ChatTurnRow.thread_id.in_(thread_ids))))
        self.forget_checkpoints(turns)
        gone = self._session.execute(
            delete(ChatThreadRow).where(ChatThreadRow.id.in_(thread_ids)).returning(ChatThreadRow.id)
        )
        return len(gone.all())

    def lock(self, thread_id: str, *, user_id: str) -> bool:
        """Hold a person's thread until this transaction ends; False: there is none."""
        wanted = select(ChatThreadRow.id).where(ChatThreadRow.id == thread_id, *_kept_by(user_id))
        return self._session.scalar(wanted.with_for_update()) is not None

    def running(self, thread_id: str) -> TurnRecord | None:
        """The turn of the thread that runs, or is believed to."""
        running = (ChatTurnRow.thread_id == thread_id, ChatTurnRow.state == TurnState.RUNNING.value)
        turn_id = self._session.scalar(select(ChatTurnRow.id).where(*running))
        return None if turn_id is None else self.turn(turn_id)

    def ask(self, thread_id: str, message: str, *, alive_until: datetime) -> Run:
        """Put a message to a thread that is locked and has no running turn."""
        now, clock = self._uow.clock.now(), self._uow.clock
        last = select(ChatTurnRow.id, ChatTurnRow.state, ChatTurnRow.position).where(ChatTurnRow.thread_id == thread_id)
        before = self._session.execute(last.order_by(ChatTurnRow.position.desc()).limit(1)).one_or_none()
        position = 1 if before is None else before.position + 1
        if before is not None and before.state == TurnState.FAILED.value:
            self._give_up(before.id)
        run = Run(f"turn_{clock.new_id().hex}", clock.new_id().hex)
        self._session.add(
            ChatTurnRow(
                id=run.turn_id,
                thread_id=thread_id,
                position=position,
                message=message,
                asked_at=now,
                state=TurnState.RUNNING.value,
                run_id=run.run_id,
                alive_until=alive_until,
            )
        )
        thread = self._session.get_one(ChatThreadRow, thread_id)
        thread.updated_at = now
        self._session.flush()
        return run

    def turn(self, turn_id: str, *, user_id: str | None = None) -> TurnRecord | None:
        """A turn with all that its work needs; with `user_id` only if the thread is theirs."""
        query = (
            select(ChatTurnRow, ChatThreadRow, _is_shown(), _last_position())
            .join(ChatThreadRow, ChatThreadRow.id == ChatTurnRow.thread_id)
            .where(ChatTurnRow.id == turn_id)
            .execution_options(populate_existing=True)
        )
        if user_id is not None:
            query = query.where(*_kept_by(user_id))
        row = self._session.execute(query).one_or_none()
        return None if row is None else self._record(row)

    def take_over(self, record: TurnRecord, *, alive_until: datetime) -> Run | None:
        """Work on an abandoned or failed turn again; None: somebody else was faster."""
        run_id = self._uow.clock.new_id().hex
        taken = self._session.execute(
            update(ChatTurnRow)
            .where(
                ChatTurnRow.id == record.turn.id,
                ChatTurnRow.run_id == record.run_id,
                ChatTurnRow.state == record.turn.state.value,
            )
            .values(
                run_id=run_id,
                alive_until=alive_until,
                state=TurnState.RUNNING.value,
                finished_at=None,
                failure=None,
            )
            .returning(ChatTurnRow.id)
        ).one_or_none()
        return None if taken is None else Run(record.turn.id, run_id)

    def change(self, run: Run, **values: Any) -> bool:
        """Change a running turn (columns by name) on behalf of one run; False: it is no longer that run's."""
        changed = self._session.execute(
            update(ChatTurnRow)
            .where(
                ChatTurnRow.id == run.turn_id,
                ChatTurnRow.run_id == run.run_id,
                ChatTurnRow.state == TurnState.RUNNING.value,
            )
            .values(**values)
            .returning(ChatTurnRow.id)
        )
        return changed.one_or_none() is not None

    def finish(self, run: Run, state: TurnState, **values: Any) -> bool:
        """End a running turn on behalf of one run; False: it is no longer that run's."""
        return self.change(run, state=state.value, finished_at=self._uow.clock.now(), draft=None, **values)

    def keep_alive(self, runs: Sequence[Run], *, until: datetime) -> None:
        """Say that somebody works on these."""
        running = ChatTurnRow.state == TurnState.RUNNING.value
        wanted = ChatTurnRow.run_id.in_([run.run_id for run in runs])
        self._session.execute(update(ChatTurnRow).where(wanted, running).values(alive_until=until))

    def remember(self, thread_id: str, context: PlanningContext, *, language: Language) -> None:
        """What the thread's next turn is planned with."""
        thread = self._session.get_one(ChatThreadRow, thread_id)
        thread.context, thread.language = context.model_dump(mode="json"), language.value

    def give_title(self, turn_id: str, title: str) -> None:
        """Call the turn's thread so, unless it has a title."""
        wanted = select(ChatTurnRow.thread_id).where(ChatTurnRow.id == turn_id).scalar_subquery()
        untitled = update(ChatThreadRow).where(ChatThreadRow.id == wanted, ChatThreadRow.title == "")
        self._session.execute(untitled.values(title=title))

    def judge(self, turn_id: str, verdict: Verdict, *, item_id: str | None) -> None:
        """What the asker made of an answer, and the item that it is now."""
        wanted = update(ChatTurnRow).where(ChatTurnRow.id == turn_id)
        self._session.execute(wanted.values(verdict=verdict.value, item_id=item_id))

    def forget_checkpoints(self, turn_ids: Sequence[str]) -> None:
        """Delete what the checkpointer keeps about turns that are over."""
        for table in (CheckpointWriteRow, CheckpointBlobRow, CheckpointRow):
            self._session.execute(delete(table).where(table.thread_id.in_(turn_ids)))

    def _give_up(self, turn_id: str) -> None:
        """Only the last turn can be taken up again: of one before it, nothing stays that was kept for that."""
        self.forget_checkpoints([turn_id])
        row = self._session.get_one(ChatTurnRow, turn_id)
        row.draft = None
        row.filed = [{"step": each["step"], "filed": each["filed"]} for each in row.filed]

    def _own(self, thread_id: str, user_id: str) -> ChatThreadRow | None:
        wanted = select(ChatThreadRow).where(ChatThreadRow.id == thread_id, *_kept_by(user_id))
        return self._session.scalar(wanted)

    def _record(self, row: Row[ChatTurnRow, ChatThreadRow, bool, int]) -> TurnRecord:
        turn, thread, is_shown, last = row
        return TurnRecord(
            turn=to_turn(turn, is_shown),
            user_id=thread.user_id,
            run_id=turn.run_id,
            alive_until=turn.alive_until,
            context=PlanningContext.model_validate(thread.context),
            thread_language=Language(thread.language) if thread.language else None,
            plan=Plan.model_validate(turn.plan) if turn.plan else None,
            step_names=tuple(turn.step_names),
            filed=tuple(turn.filed),
            draft=Draft.model_validate(turn.draft) if turn.draft else None,
            suggestions=tuple(turn.suggestions),
            failure=turn.failure,
            was_shown=turn.state == TurnState.ANSWERED.value,
            is_last=last == turn.position,
        )


def _kept_by(user_id: str) -> tuple[ColumnElement[bool], ...]:
    """Threads that are this person's and that they did not delete."""
    return ChatThreadRow.user_id == user_id, ChatThreadRow.deleted_at.is_(None)


@cache
def _is_shown() -> ColumnElement[bool]:
    """Whether some version of a turn's answer is approved, so that its asker may read it."""
    filed, version = aliased(ReviewItemRow), aliased(ReviewItemRow)
    return exists(
        select(version.id)
        .join(filed, filed.draft_id == version.draft_id)
        .where(filed.id == ChatTurnRow.item_id, version.state.in_([state.value for state in APPROVED]))
    )


@cache
def _last_position() -> ColumnElement[int]:
    """Of the turn that was asked last in a turn's thread."""
    other = aliased(ChatTurnRow)
    return select(func.max(other.position)).where(other.thread_id == ChatTurnRow.thread_id).scalar_subquery()


def to_turn(row: ChatTurnRow, is_shown: bool) -> Turn:  # noqa: FBT001 - a column
    """The row as its asker sees it: a held answer that was approved is an answer."""
    state = TurnState(row.state)
    return Turn(
        id=row.id,
        thread_id=row.thread_id,
        position=row.position,
        message=row.message,
        asked_at=row.asked_at,
        state=TurnState.ANSWERED if state is TurnState.HELD and is_shown else state,
        item_id=row.item_id,
        filed_item_ids=tuple(each["item_id"] for step in row.filed for each in step["filed"]),
        clarification=Clarification.model_validate(row.clarification) if row.clarification else None,
        refusal=Refusal.model_validate(row.refusal) if row.refusal else None,
        verdict=Verdict(row.verdict) if row.verdict else None,
    )


def _thread(row: ChatThreadRow, turns: tuple[Turn, ...]) -> Thread:
    return Thread(id=row.id, title=row.title, created_at=row.created_at, updated_at=row.updated_at, turns=turns)
