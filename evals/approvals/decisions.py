"""Decisions a second with the audit chain, against a bare conditional UPDATE and INSERT on the same server.

Run: python -m evals.approvals.decisions [--record]

Three ways to decide the same kind of item, in turn, through the same driver and pool: `bare` (one UPDATE that names
state, digest and revision, one INSERT of the vote, commit), `chained` (the same two statements with one audit event in
a unit of work) and `service` (the whole `decide()`: rights, findings, vote, release row, job, event). By one client,
and by several processes at once. Invariant: every round times all three, so a slow moment of the machine meets all.
"""

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from copilot import telemetry
from copilot.bootstrap import Application, assemble
from copilot.clock import SystemClock
from copilot.domain.access import Role, Viewer
from copilot.domain.findings import unsupported_segments
from copilot.domain.identity import stable_id
from copilot.domain.language import Language
from copilot.domain.review_items import Decision, ReviewItem, Verdict
from copilot.settings import Settings
from copilot.store import embedded
from copilot.store.audit import AuditLog
from copilot.store.database import Database
from evals.brief import large_company
from evals.figures import Figure, Goal, describe, record, today
from evals.statistics import bootstrap_interval
from knowledge import demo_company

_COMMAND = "python -m evals.approvals.decisions --record"
_PREFIX = "approvals.decisions"
_GOAL = Goal(comparison=">=", threshold=0.5)
_VIEWER = Viewer(user_id="bench-admin", email=large_company.OWNER, name="Bench Admin", role=Role.ADMIN)
_CLONED = ("drafts", "draft_versions", "draft_evidence", "deliverables", "review_items")
_COLUMNS = (
    "select column_name from information_schema.columns where table_schema = 'public' and table_name = %(table)s "
    "and is_generated = 'NEVER' order by ordinal_position"
)


class Way(StrEnum):
    BARE = "bare"
    CHAINED = "chained"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Example:
    """What one item asks of a decision; all items are its copies."""

    item: ReviewItem
    accepted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """How much is measured."""

    rounds: int = 30
    batch: int = 50
    """Decisions of one client in one round."""
    processes: int = 4


_DEFAULT = Shape()


def main() -> int:
    """Measure, print, and record with `--record`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true", help="write the figures to evals/figures.json")
    parser.add_argument("--rounds", type=int, default=_DEFAULT.rounds)
    parser.add_argument("--batch", type=int, default=_DEFAULT.batch)
    parser.add_argument("--processes", type=int, default=_DEFAULT.processes)
    wanted = parser.parse_args()
    telemetry.configure()
    shape = Shape(rounds=wanted.rounds, batch=wanted.batch, processes=wanted.processes)
    figures = measure(shape)
    for figure in figures:
        sys.stdout.write(f"{describe(figure)}  ({figure.note})\n")
    if wanted.record:
        record(figures)
    return 0


def measure(shape: Shape) -> list[Figure]:
    """Set a server up, fill it, time all ways in turn, check the chain."""
    with tempfile.TemporaryDirectory() as folder:
        found = embedded.start(Path(folder))
        database = Database(found.application_url, owner_url=found.owner_url, clock=SystemClock())
        try:
            database.migrate()
            example = _example(database, folder=Path(folder))
            ids = _copies(database, example, count=shape.rounds * shape.batch * (1 + shape.processes) * 3 + 3 * 20)
            return _figures(shape, *_timed(found.application_url, shape, example, iter(ids)))
        finally:
            database.dispose()
            embedded.stop(Path(folder))


def _example(database: Database, *, folder: Path) -> Example:
    """A real brief with its findings, filed as the product files it."""
    texts = large_company.sample_texts(demo_company.FOLDER / "accounts")
    large_company.fill(database, size=large_company.Size(accounts=20, passages=400), texts=texts)
    application = _application(database, folder=folder)
    with database.unit_of_work() as uow:
        account = stable_id("account", "bench", "7")
        result = application.briefs.run(
            account, viewer=_VIEWER, language=Language.ES, uow=uow, as_of=large_company.TODAY
        )
    return Example(result.item, unsupported_segments(result.report.findings))


def _application(database: Database, *, folder: Path) -> Application:
    return assemble(Settings(data_dir=folder, embedding_model="none"), database=database)


def _copies(database: Database, example: Example, *, count: int) -> list[str]:
    """Copies of the item with drafts of their own, made by the server itself."""
    owner = Database(database.owner_url)
    with owner.engine.begin() as connection:
        for table in _CLONED:
            _copy(connection.exec_driver_sql, table, example, count=count)
    with owner.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("vacuum analyze")
    owner.dispose()
    return [f"{example.item.id}-{number}" for number in range(1, count + 1)]


def _copy(run: Callable[..., Any], table: str, example: Example, *, count: int) -> None:
    columns = [row.column_name for row in run(_COLUMNS, {"table": table})]
    named = {"review_items": {"id", "draft_id"}, "drafts": {"id"}}.get(table, {"draft_id"})
    values = ", ".join(f"t.{name} || '-' || n" if name in named else f"t.{name}" for name in columns)
    own = "id" if table == "drafts" else "draft_id"
    # Names from the catalogue of a database made for this run.
    statement = (
        f"insert into {table} ({', '.join(columns)}) select {values} "  # noqa: S608
        f"from {table} t, generate_series(1, %(count)s) n where t.{own} = %(draft)s"
    )
    run(statement, {"count": count, "draft": example.item.draft_id})


Decide = Callable[[str], None]


def _ways(database: Database, example: Example, *, folder: Path) -> dict[Way, Decide]:
    application = _application(database, folder=folder)
    item = example.item
    decision = Decision(
        verdict=Verdict.APPROVE,
        decider_id=_VIEWER.user_id,
        decider_role=_VIEWER.role,
        digest=item.digest,
        accepted_segments=example.accepted,
    )
    hashes = dict.fromkeys(("requirement", "findings", "vote"), item.digest)
    details = {"draft": item.draft_id, "version": "1", "digest": item.digest, "risk": item.risk.value, **hashes}

    def values(item_id: str) -> dict[str, object]:
        now = database.clock.now()
        return {"id": item_id, "digest": item.digest, "now": now, "voter": _VIEWER.user_id, "terms": item.digest}

    def bare(item_id: str) -> None:
        with database.engine.begin() as connection:
            connection.exec_driver_sql(_UPDATE, values(item_id)).one()
            connection.exec_driver_sql(_INSERT, values(item_id))

    def chained(item_id: str) -> None:
        with database.unit_of_work() as uow:
            connection = uow.session.connection()
            connection.exec_driver_sql(_UPDATE, values(item_id)).one()
            connection.exec_driver_sql(_INSERT, values(item_id))
            AuditLog(uow).append("review.approved", actor_id=_VIEWER.user_id, subject=item_id, details=details)

    def service(item_id: str) -> None:
        with database.unit_of_work() as uow:
            application.approvals.decide(item_id, decision, viewer=_VIEWER, uow=uow)

    return {Way.BARE: bare, Way.CHAINED: chained, Way.SERVICE: service}


_UPDATE = (
    "update review_items set state = 'approved', decided_by = %(voter)s, decided_at = %(now)s, verdict = 'approve', "
    "revision = revision + 1 where id = %(id)s and state in ('pending', 'in_review') and digest = %(digest)s "
    "and revision = 0 and expires_at > %(now)s returning id"
)
_INSERT = (
    "insert into review_votes (id, review_item_id, voter_id, role, step, verdict, digest, terms, cast_at) "
    "values ('vote-' || %(id)s, %(id)s, %(voter)s, 'admin', 0, 'approve', %(digest)s, %(terms)s, %(now)s)"
)


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds of each way in one round."""

    seconds: dict[Way, float]

    def ratio(self, way: Way) -> float:
        """Decisions a second of this way over those of the bare one."""
        return self.seconds[Way.BARE] / self.seconds[way]


def _timed(url: str, shape: Shape, example: Example, ids: Iterator[str]) -> tuple[list[Round], list[Round]]:
    with _clients(url, shape.processes, example) as clients:
        for way in Way:
            _together(clients[:1], way, [[next(ids) for _ in range(20)]])
        alone, together = [], []
        for number in range(shape.rounds):
            order = list(Way)[number % 3 :] + list(Way)[: number % 3]
            alone.append(Round({way: _together(clients[:1], way, _shares(ids, 1, shape)) for way in order}))
            together.append(
                Round({way: _together(clients, way, _shares(ids, shape.processes, shape)) for way in order})
            )
    return alone, together


def _shares(ids: Iterator[str], clients: int, shape: Shape) -> list[list[str]]:
    return [[next(ids) for _ in range(shape.batch)] for _ in range(clients)]


def _together(clients: Sequence[Connection], way: Way, shares: Sequence[list[str]]) -> float:
    """Seconds from the first decision begun to the last one committed."""
    for client, share in zip(clients, shares, strict=True):
        client.send((way, share))
    times: list[tuple[float, float]] = [client.recv() for client in clients]
    return max(end for _, end in times) - min(start for start, _ in times)


@contextmanager
def _clients(url: str, count: int, example: Example) -> Iterator[list[Connection]]:
    """Processes that decide what they are told to."""
    context = multiprocessing.get_context("spawn")
    pipes = [context.Pipe() for _ in range(count)]
    processes = [context.Process(target=_client, args=(url, example, theirs), daemon=True) for _, theirs in pipes]
    for process in processes:
        process.start()
    try:
        for ours, _ in pipes:
            ours.recv()
        yield [ours for ours, _ in pipes]
    finally:
        for ours, _ in pipes:
            ours.send(None)
        for process in processes:
            process.join(timeout=30)


def _client(url: str, example: Example, orders: Connection) -> None:
    telemetry.configure()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(url, clock=SystemClock())
        ways = _ways(database, example, folder=Path(folder))
        with database.unit_of_work():
            orders.send("ready")
        while (order := orders.recv()) is not None:
            way, ids = order
            start = time.monotonic()
            for item_id in ids:
                ways[way](item_id)
            orders.send((start, time.monotonic()))
        database.dispose()


def _figures(shape: Shape, alone: Sequence[Round], together: Sequence[Round]) -> list[Figure]:
    found = []
    for label, clients, rounds in (
        ("one_client", 1, alone),
        (f"{shape.processes}_processes", shape.processes, together),
    ):
        for way in (Way.CHAINED, Way.SERVICE):
            ratios = [item.ratio(way) for item in rounds]
            decisions = clients * shape.batch
            speeds = {side: decisions * len(rounds) / sum(item.seconds[side] for item in rounds) for side in Way}
            found.append(
                Figure(
                    name=f"{_PREFIX}.{way.value}.{label}",
                    language="-",
                    value=sum(ratios) / len(ratios),
                    unit="x",
                    n=len(ratios),
                    interval=bootstrap_interval(ratios),
                    interval_method=f"bootstrap over rounds of {decisions} decisions, 2,000 draws, seed 7",
                    goal=_GOAL,
                    command=_COMMAND,
                    measured_on=today(),
                    note=(
                        f"decisions a second over those of a bare UPDATE and INSERT in the same round: "
                        f"{speeds[way]:,.0f} against {speeds[Way.BARE]:,.0f}; "
                        f"{_WHAT[way]}; embedded server, fsync on, clients and server on the same cores"
                    ),
                )
            )
    return found


_WHAT = {
    Way.CHAINED: "the same two statements with one event in the audit chain",
    Way.SERVICE: "the whole decide(): rights, findings, vote, release row, job, event",
}


if __name__ == "__main__":
    raise SystemExit(main())
