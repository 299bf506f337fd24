"""Background work: Procrastinate tasks on the product's own database.

Invariant: a job is deferred on the transaction that makes it necessary, so it vanishes on rollback; every
task is idempotent and only says "look for work", so a lost or doubled job neither loses nor repeats it. What a
killed or stopped worker left is taken up when the next one starts.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Status

from copilot.store.database import Database, UnitOfWork
from copilot.telemetry import get_logger

_log = get_logger(__name__)
_EVERY_MINUTE = "* * * * *"
_QUEUED = "select exists (select from procrastinate_jobs where queueing_lock = %s and status = 'todo')"
_UNDER_WAY = "select exists (select from procrastinate_jobs where task_name = %s and status in ('todo', 'doing'))"
_ALIVE = "select exists (select from procrastinate_workers where last_heartbeat > now() - interval '30 seconds')"
_AT_ONCE = 4
"""Embedding, an import and an erasure may all be long: one place is left for releases and what else is short."""
_EMBED_LOCK = "lock:embed"
"""Embedding is long: two such jobs at once would leave no slot for releases. The other tasks take no lock, so that
a job that a killed worker left as running stands in nobody's way; deliveries have a lock of the server."""


class Task(StrEnum):
    """What can be done in the background."""

    EMBED = "embed"
    RELEASE = "release"
    HOUSEKEEPING = "housekeeping"
    NOTIFY = "notify"
    RFP = "rfp"
    """Answering questionnaires: some seconds at once, then others come first."""
    SCORE = "score"
    """Computing the scores that are due: some seconds at once, likewise."""
    TRAIN = "train"
    """Learning scores again that were learnt long ago."""
    BRIEFS = "briefs"
    """Making the briefs whose occasion has come: some seconds at once, likewise."""
    IMPORT = "import"
    """Checking and importing files that were sent: as long as they take, one upload at a time."""
    ERASE = "erase"
    """Erasing people whose erasure was confirmed: as long as it takes, one person at a time."""


@dataclass(frozen=True)
class Handlers:
    """What each task runs. Each returns how many things it did."""

    embed: Callable[[Callable[[], bool]], int]
    """May run long: it is handed the question whether to stop."""
    release: Callable[[], int]
    housekeeping: Callable[[], int]
    notify: Callable[[], int] = int
    """By default nobody is told anything."""
    rfp: Callable[[Callable[[], bool]], int] = lambda _should_stop: 0
    """Handed the question whether to stop; asks for itself again while there is more."""
    score: Callable[[Callable[[], bool]], int] = lambda _should_stop: 0
    """Likewise."""
    train: Callable[[Callable[[], bool]], int] = lambda _should_stop: 0
    """Handed the question whether to stop, which it asks between two scores."""
    briefs: Callable[[Callable[[], bool]], int] = lambda _should_stop: 0
    """Handed the question whether to stop; the next turn goes on."""


class Jobs:
    """Defers tasks and runs workers."""

    def __init__(self, database: Database, *, handlers: Handlers) -> None:
        self._stopping = threading.Event()
        self._handlers: dict[Task, Callable[[], int]] = {
            Task.EMBED: lambda: handlers.embed(self._stopping.is_set),
            Task.RELEASE: handlers.release,
            Task.HOUSEKEEPING: handlers.housekeeping,
            Task.NOTIFY: handlers.notify,
            Task.RFP: lambda: handlers.rfp(self._stopping.is_set),
            Task.SCORE: lambda: handlers.score(self._stopping.is_set),
            Task.TRAIN: lambda: handlers.train(self._stopping.is_set),
            Task.BRIEFS: lambda: handlers.briefs(self._stopping.is_set),
        }
        for task in (Task.IMPORT, Task.ERASE):
            self.take_on(task, lambda _should_stop: 0)
        url = database.libpq_url()
        self._worker_app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url))
        self._defer_app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=url))
        for task in Task:
            self._register(task)

    def take_on(self, task: Task, handler: Callable[[Callable[[], bool]], int]) -> None:
        """Do a task that is put together after this, or above the composition root, as reading files is.

        The handler is handed the question whether to stop. Without it this process's worker finds nothing to do, and
        one that knows how takes the work up within a minute.
        """
        self._handlers[task] = lambda: handler(self._stopping.is_set)

    def defer(self, task: Task, *, uow: UnitOfWork) -> None:
        """Ask for the task when this unit of work commits; asking twice before it runs is once."""
        # Most often somebody asked before: seeing that is cheaper than being refused.
        [queued] = uow.driver_connection().execute(_QUEUED, (task.value,)).fetchone()
        if queued:
            return
        deferrer = self._defer_app.configure_task(
            name=task.value,
            lock=_EMBED_LOCK if task is Task.EMBED else None,
            queueing_lock=task.value,
            connection=uow.driver_connection(),
        )
        # The refused second INSERT would abort the caller's transaction without a savepoint of its own.
        with suppress(AlreadyEnqueued), uow.session.connection().begin_nested():
            deferrer.defer()

    def is_under_way(self, task: Task, *, uow: UnitOfWork) -> bool:
        """Whether the task is asked for, or a worker is at it."""
        [found] = uow.driver_connection().execute(_UNDER_WAY, (task.value,)).fetchone()
        return bool(found)

    def has_worker(self, *, uow: UnitOfWork) -> bool:
        """Whether some process runs jobs."""
        [found] = uow.driver_connection().execute(_ALIVE).fetchone()
        return bool(found)

    async def work(self, *, wait: bool = True, concurrency: int = _AT_ONCE) -> None:
        """Run jobs until cancelled, or (`wait=False`) until none is due."""
        self._stopping.clear()
        async with self._worker_app.open_async():
            await self._take_up()
            worker = asyncio.create_task(
                self._worker_app.run_worker_async(
                    wait=wait,
                    concurrency=concurrency,
                    install_signal_handlers=False,
                    listen_notify=wait,
                    delete_jobs="successful",
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

    async def _take_up(self) -> None:
        """Ask for what a stopped or killed worker left: passages without vectors, uploads and erasures that wait.

        No import may come to ask for the first again, and nobody likes to wait for the next minute for the others.
        """
        await self._free_embedding()
        for task in (Task.IMPORT, Task.ERASE):
            with suppress(AlreadyEnqueued):
                await self._worker_app.configure_task(task.value, queueing_lock=task.value).defer_async()
        with suppress(AlreadyEnqueued):
            await self._worker_app.configure_task(
                Task.EMBED.value, lock=_EMBED_LOCK, queueing_lock=Task.EMBED.value
            ).defer_async()

    async def _free_embedding(self) -> None:
        """End the job of a worker that gives no sign of life, so that its lock holds up nobody."""
        manager = self._worker_app.job_manager
        for job in await manager.get_stalled_jobs(task_name=Task.EMBED.value):
            await manager.finish_job(job, status=Status.FAILED, delete_job=False)

    def _register(self, task: Task) -> None:
        def run() -> None:
            done = self._handlers[task]()
            _log.info("job.finished", task=task.value, done=done)

        def run_periodically(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate passes the minute
            run()

        async def free_periodically(timestamp: int) -> None:  # noqa: ARG001
            await self._free_embedding()

        self._worker_app.task(name=task.value, queueing_lock=task.value, retry=3)(run)
        every_minute = free_periodically if task is Task.EMBED else run_periodically
        name = f"{task.value}.periodic"
        self._worker_app.periodic(cron=_EVERY_MINUTE)(
            self._worker_app.task(name=name, queueing_lock=name)(every_minute)
        )
