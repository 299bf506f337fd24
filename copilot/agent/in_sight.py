"""What was told around an answer, as its reader may see it now: the plan in words, drafts in the queue, choices.

Invariant: a name that was told when its account could be seen is not told again once it cannot.
"""

from collections.abc import Iterator

from copilot.agent.kept import filed_by
from copilot.agent.planner.context import accounts_of
from copilot.approvals.entries import find_readable
from copilot.domain import conversation as told
from copilot.domain.access import Viewer
from copilot.domain.conversation import Thread, TurnEvent
from copilot.domain.plans import AskedAbout, Clarification
from copilot.errors import NotFound
from copilot.store.accounts import AccountRepository
from copilot.store.chat import TurnRecord
from copilot.store.database import UnitOfWork
from copilot.store.directory import AccountDirectory


def announced(record: TurnRecord, *, viewer: Viewer, uow: UnitOfWork) -> Iterator[TurnEvent]:
    """How the question was understood, and what its steps filed."""
    steps = _steps(record, viewer=viewer, uow=uow)
    if steps:
        yield told.Planned(steps=steps)
    for kept in record.filed:
        for each in filed_by(kept):
            if is_readable(each.item_id, viewer=viewer, uow=uow):
                yield told.Filed(item_id=each.item_id, kind=each.kind, title=each.title)


def is_readable(item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> bool:
    """Whether the viewer may see an item of the queue with all that it cites."""
    try:
        find_readable(item_id, viewer=viewer, uow=uow)
    except NotFound:
        return False
    return True


def choices(asked: Clarification, *, viewer: Viewer, uow: UnitOfWork) -> Clarification:
    """The question back with those candidates whose names the viewer may see; other candidates name nobody."""
    if asked.about is not AskedAbout.ACCOUNT or not asked.candidates:
        return asked
    ids = [candidate.id for candidate in asked.candidates]
    seen = {contact.id for contact in AccountDirectory(uow, viewer=viewer).contacts(ids)}
    seen |= AccountRepository(uow).names(ids, viewer=viewer).keys()
    return asked.model_copy(update={"candidates": tuple(each for each in asked.candidates if each.id in seen)})


def in_sight(thread: Thread, *, viewer: Viewer, uow: UnitOfWork) -> Thread:
    """The thread without candidates that the viewer may no longer see."""
    turns = tuple(
        turn.model_copy(update={"clarification": choices(turn.clarification, viewer=viewer, uow=uow)})
        if turn.clarification is not None
        else turn
        for turn in thread.turns
    )
    return thread.model_copy(update={"turns": turns})


def _steps(record: TurnRecord, *, viewer: Viewer, uow: UnitOfWork) -> tuple[str, ...]:
    """Without the lines of steps about accounts that are out of sight."""
    if record.plan is None:
        return record.step_names
    about = [set(accounts_of(step)) for step in record.plan.steps]
    named = set().union(*about)
    if not named:
        return record.step_names
    lost = named - AccountRepository(uow).names(tuple(named), viewer=viewer).keys()
    if lost and len(about) != len(record.step_names):
        return ()
    return tuple(words for words, ids in zip(record.step_names, about, strict=False) if not ids & lost)
