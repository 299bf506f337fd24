"""Jobs ride on the transaction that needs them."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from copilot.jobs import Handlers, Jobs, Task
from copilot.store.database import Database


def in_own_thread(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end on a loop of its own: the browser tests leave one running in the main thread."""
    with ThreadPoolExecutor(max_workers=1) as executor:
        executor.submit(asyncio.run, work).result()


class Counter:
    """Counts how often a handler ran."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self) -> int:
        self.runs += 1
        return 1


@pytest.fixture
def release() -> Counter:
    return Counter()


@pytest.fixture
def jobs(database: Database, release: Counter) -> Jobs:
    return Jobs(database, handlers=Handlers(embed=lambda _should_stop: 0, release=release, housekeeping=Counter()))


def deferred(database: Database) -> list[str]:
    """Status of every job that was asked for (those that run by the clock left out)."""
    with database.unit_of_work() as uow:
        return list(
            uow.session.scalars(text("select status::text from procrastinate_jobs where task_name = 'release'"))
        )


def test_a_job_asked_for_twice_is_queued_once_and_runs(database: Database, jobs: Jobs, release: Counter) -> None:
    with database.unit_of_work() as uow:
        jobs.defer(Task.RELEASE, uow=uow)
        jobs.defer(Task.RELEASE, uow=uow)
    assert deferred(database) == ["todo"]
    in_own_thread(jobs.work(wait=False))
    assert deferred(database) == []
    assert release.runs >= 1


def test_a_job_vanishes_with_its_transaction(database: Database, jobs: Jobs) -> None:
    def ask_and_fail() -> None:
        with database.unit_of_work() as uow:
            jobs.defer(Task.RELEASE, uow=uow)
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        ask_and_fail()
    assert deferred(database) == []


def test_embedding_that_was_cut_off_is_taken_up_by_the_next_worker(database: Database) -> None:
    embed = Counter()
    handlers = Handlers(embed=lambda _should_stop: embed(), release=Counter(), housekeeping=Counter())
    jobs = Jobs(database, handlers=handlers)
    with database.unit_of_work() as uow:
        jobs.defer(Task.EMBED, uow=uow)
        # What a killed worker leaves: a job that runs for ever, of a worker that nobody hears from.
        uow.session.execute(text("update procrastinate_jobs set status = 'doing'"))
    in_own_thread(jobs.work(wait=False))
    assert embed.runs == 1
    in_own_thread(jobs.work(wait=False))
    assert embed.runs == 2, "a stopped worker leaves no job, but may leave passages without vectors"


def test_a_release_that_was_cut_off_holds_up_no_other(database: Database, jobs: Jobs, release: Counter) -> None:
    for cut_off in (True, False):
        with database.unit_of_work() as uow:
            jobs.defer(Task.RELEASE, uow=uow)
            if cut_off:
                uow.session.execute(text("update procrastinate_jobs set status = 'doing'"))
    in_own_thread(jobs.work(wait=False))
    assert deferred(database) == ["doing"]
    assert release.runs >= 1


def test_a_long_job_is_asked_to_stop_with_its_worker(database: Database) -> None:
    asked = threading.Event()

    def embed(should_stop: Callable[[], bool]) -> int:
        asked.set()
        while not should_stop():
            time.sleep(0.01)
        return 0

    jobs = Jobs(database, handlers=Handlers(embed=embed, release=Counter(), housekeeping=Counter()))
    with database.unit_of_work() as uow:
        jobs.defer(Task.EMBED, uow=uow)

    async def start_and_cancel() -> None:
        worker = asyncio.create_task(jobs.work())
        await asyncio.to_thread(asked.wait, 60)
        worker.cancel()
        with pytest.raises(asyncio.CancelledError):
            await worker

    in_own_thread(start_and_cancel())
    assert asked.is_set()
