"""How far an erasure is, in words and in numbers.

Invariant: it says when, by whom, why and how much, never who.
"""

from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel

from copilot.bootstrap import Application
from copilot.domain.erasure import ErasureState, Reason, Step, Trouble
from copilot.domain.language import Language
from copilot.privacy.texts import step_words, trouble_words
from copilot.store.database import UnitOfWork
from copilot.store.erasure_reading import ErasureReading, ErasureRecord

ErasureId = Annotated[str, Path(max_length=60)]


class ErasureTrouble(BaseModel):
    """Why the last attempt did not end well. Nothing was erased then."""

    code: Trouble
    message: str
    """In the reader's language."""
    hint: str
    """What to do."""


class ErasureResult(BaseModel):
    """What an erasure did."""

    counts: dict[str, int]
    """Places by table, and `contacts`, `passages` and `drafts` (versions of drafts). All zero: nothing was held."""
    drafts_made_stale: int
    released_files_removed: int
    released_files_left: list[str]
    """Files that went out before and still name the person, by paths that do not; whoever runs the installation deletes
    them."""
    shared_with_others: int
    """How many addresses, numbers and words were left, because others have them too or they are ordinary words."""


class ErasureProgress(BaseModel):
    """One erasure, however far it is."""

    erasure_id: str
    state: ErasureState
    """`waiting`: its turn comes, or it is tried again within a minute. `under_way`. `failed`: nothing was erased, and
    it is tried again when somebody asks for it. `done`."""
    state_url: str
    asked_at: datetime
    asked_by: str
    reason: Reason
    removes_released_files: bool
    has_worker: bool
    """Whether some process does what is asked for; if not, `sales-copilot worker` starts one, or `sales-copilot privacy
    run` does what waits."""
    before: int
    """How many come first, while it waits: they are done one after the other."""
    begun: int
    """How often it was begun; after three attempts it fails."""
    step: Step | None
    """What is done now, while it is under way."""
    step_words: str
    """The same in the reader's language."""
    done: int
    total: int
    """Of the step: tables that are searched, rows that are overwritten. 0: not counted."""
    can_be_withdrawn: bool
    """Nobody has begun it, or it failed."""
    trouble: ErasureTrouble | None
    finished_at: datetime | None
    result: ErasureResult | None
    """None: it is not done."""


def progress_of(
    record: ErasureRecord, *, uow: UnitOfWork, application: Application, language: Language
) -> ErasureProgress:
    """An erasure in the words of a language."""
    state = record.state
    is_at_work = state is ErasureState.UNDER_WAY
    step = Step(record.step) if is_at_work and record.step else None
    is_open = state in {ErasureState.WAITING, ErasureState.UNDER_WAY}
    return ErasureProgress(
        erasure_id=record.id,
        state=state,
        state_url=f"/api/v1/privacy/erasures/{record.id}",
        asked_at=record.asked_at,
        asked_by=record.actor_id,
        reason=Reason(record.reason),
        removes_released_files=record.remove_files,
        has_worker=application.jobs.has_worker(uow=uow) if is_open else True,
        before=ErasureReading(uow).before(record) if state is ErasureState.WAITING else 0,
        begun=record.begun,
        step=step,
        step_words=step_words(step, language=language) if step else "",
        done=record.step_done if step else 0,
        total=record.step_total if step else 0,
        can_be_withdrawn=record.can_be_withdrawn,
        trouble=_trouble(record, language=language),
        finished_at=record.erased_at,
        result=_result(record),
    )


def _trouble(record: ErasureRecord, *, language: Language) -> ErasureTrouble | None:
    if record.problem is None:
        return None
    code = Trouble(record.problem)
    message, hint = trouble_words(code, language=language, tables=record.problem_tables)
    return ErasureTrouble(code=code, message=message, hint=hint)


def _result(record: ErasureRecord) -> ErasureResult | None:
    if record.erased_at is None:
        return None
    more = record.result
    return ErasureResult(
        counts=record.counts,
        drafts_made_stale=more.get("drafts_made_stale", 0),  # erasures before 0148 did not keep these
        released_files_removed=more.get("files_removed", 0),
        released_files_left=more.get("files_left", []),
        shared_with_others=more.get("shared", 0),
    )
