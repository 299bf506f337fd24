"""Background work: Procrastinate tasks on the product's own database.

Invariant: a job is deferred on the transaction that makes it necessary, so it vanishes on rollback; every
task is idempotent and only says "look for work", so a lost or doubled job neither loses nor repeats it.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued

from copilot.store.database import Database, UnitOfWork
from copilot.telemetry import get_logger

_log = get_logger(__name__)
_EVERY_MINUTE = "* * * * *"


class Task(StrEnum):
    """What can be done in the background."""

    EMBED = "embed"
    RELEASE = "release"
    HOUSEKEEPING = "housekeeping"


@dataclass(frozen=True)
class Handlers:
    """What each task runs. Each returns how many things it did."""

    embed: Callable[[Callable[[], bool]], int]
    """May run long: it is handed the question whether to stop."""
    release: Callable[[], int]
    housekeeping: Callable[[], int]


class Jobs:
    """Defers tasks and runs workers."""

    def __init__(self, database: Database, *, handlers: Handlers) -> None:
        self._stopping = threading.Event()
        self._handlers: dict[Task, Callable[[], int]] = {
            Task.EMBED: lambda: handlers.embed(self._stopping.is_set),
            Task.RELEASE: handlers.release,
            Task.HOUSEKEEPING: handlers.housekeeping,
        }
        url = database.libpq_url()
        self._worker_app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url))
        self._defer_app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=url))
        for task in Task:
            self._register(task)

    def defer(self, task: Task, *, uow: UnitOfWork) -> None:
        """Ask for the task when this unit of work commits; asking twice before it runs is once."""
        deferrer = self._defer_app.configure_task(
            name=task.value, queueing_lock=task.value, connection=uow.driver_connection()
        )
        # The refused second INSERT would abort the caller's transaction without a savepoint of its own.
        with suppress(AlreadyEnqueued), uow.session.connection().begin_nested():
            deferrer.defer()

    async def work(self, *, wait: bool = True, concurrency: int = 2) -> None:
        """Run jobs until cancelled, or (`wait=False`) until none is due."""
        self._stopping.clear()
        async with self._worker_app.open_async():
            worker = asyncio.create_task(
                self._worker_app.run_worker_async(
                    wait=wait, concurrency=concurrency, install_signal_handlers=False, listen_notify=wait
                )
            )
            try:
                await asyncio.shield(worker)
            except asyncio.CancelledError:
                # A running job is a thread: it cannot be cancelled, only asked.
                self._stopping.set()
                worker.cancel()
                with suppress(asyncio.CancelledError):
                    await worker
                raise

    def _register(self, task: Task) -> None:
        def run() -> None:
            done = self._handlers[task]()
            _log.info("job.finished", task=task.value, done=done)

        def run_periodically(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate passes the minute
            run()

        lock = f"lock:{task.value}"
        self._worker_app.task(name=task.value, lock=lock, queueing_lock=task.value, retry=3)(run)
        if task is not Task.EMBED:
            periodic = self._worker_app.task(name=f"{task.value}.periodic", lock=lock, queueing_lock=f"{task}.periodic")
            self._worker_app.periodic(cron=_EVERY_MINUTE)(periodic(run_periodically))
