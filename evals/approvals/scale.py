"""Whether a page of the queue costs the same with 1,000,000 items as with 10,000.

Invariant: both queues are on one server, asked in turn in one process, with the same questions for the same kinds of
people; ratios of p95 are reported, and every kind of question is, also the ones that miss the goal.

Run: python -m evals.approvals.scale [--record]
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from copilot import telemetry
from copilot.clock import FixedClock
from copilot.domain.access import Viewer
from copilot.domain.findings import Risk
from copilot.domain.review_items import UNDECIDED
from copilot.store import embedded
from copilot.store.database import Database
from copilot.store.queue_pages import QueueFilters, QueuePages, Sort
from evals.approvals import large_queue
from evals.figures import Figure, Goal, describe, today
from evals.suite import finish

COMMAND = "python -m evals.approvals.scale --record"
GOAL = Goal(comparison="<=", threshold=2.0)
_PREFIX = "approvals.queue_scale"
_SEED, _DRAWS, _PAGE = 7, 2_000, 50
_WAITING = QueueFilters(states=tuple(sorted(UNDECIDED)))
_ALL = replace(_WAITING, states=())
_COMMON, _MIDDLING, _RARE = (8, 20), (60, 300), (1_500, 4_900)
"""Ranks of words; the commonest is rank 1."""

Vary = Callable[[QueueFilters, Viewer, random.Random, int], QueueFilters]
"""Makes the filters of one question; the last argument is the number of accounts."""


@dataclass(frozen=True, slots=True)
class Question:
    """One kind of question to the queue."""

    group: str
    """Which figure it counts for."""
    name: str
    vary: Vary
    sort: Sort = Sort.DEADLINE
    filters: QueueFilters = _WAITING
    viewers: tuple[str, ...] = tuple(large_queue.VIEWERS)
    deep: bool = False
    """Whether the page after the first ones is asked for."""


def word(rank: int) -> str:
    """The word of a rank, as `large_queue.sql` spells it."""
    return "w" + str(rank).translate(str.maketrans("0123456789", "bcdfghjklm"))


def _plain(filters: QueueFilters, _viewer: Viewer, _chooser: random.Random, _accounts: int) -> QueueFilters:
    return filters


def _holding(ranks: tuple[int, int]) -> Vary:
    def vary(filters: QueueFilters, _viewer: Viewer, chooser: random.Random, _accounts: int) -> QueueFilters:
        return replace(filters, q=word(chooser.randint(*ranks)))

    return vary


def _of_account(filters: QueueFilters, viewer: Viewer, chooser: random.Random, accounts: int) -> QueueFilters:
    number = chooser.randint(1, 3) if viewer.user_id == "ae-few" else chooser.randint(1, accounts)
    return replace(filters, account_id=f"acc_{number:020}")


def _asked_by_me(filters: QueueFilters, viewer: Viewer, _chooser: random.Random, _accounts: int) -> QueueFilters:
    return replace(filters, requester_id=viewer.user_id)


def _asked_of_me(filters: QueueFilters, viewer: Viewer, _chooser: random.Random, _accounts: int) -> QueueFilters:
    return replace(filters, assignee_id=viewer.user_id)


QUESTIONS = (
    *(Question("first_page", f"first page by {sort.value}", _plain, sort) for sort in Sort),
    *(Question("later_page", f"third page by {sort.value}", _plain, sort, deep=True) for sort in Sort),
    *(
        Question("risk", f"{risk.value} risk", _plain, filters=replace(_WAITING, risks=(risk,)))
        for risk in (Risk.CRITICAL, Risk.HIGH)
    ),
    Question("risk", "high risk by value", _plain, Sort.VALUE, replace(_WAITING, risks=(Risk.HIGH,))),
    Question("text", "common word", _holding(_COMMON)),
    Question("text", "middling word", _holding(_MIDDLING)),
    Question("text", "rare word", _holding(_RARE), Sort.RISK),
    Question("account", "one account", _of_account),
    Question("account", "one account, all states", _of_account, filters=_ALL),
    Question("mine", "asked for by me", _asked_by_me, viewers=("seller with 40 accounts", "manager of a team")),
    Question("mine", "asked of me", _asked_of_me, viewers=("seller with 40 accounts", "manager of a team")),
    Question("mine", "my turn", _plain, Sort.RISK, replace(_WAITING, for_me=True)),
    Question("other_filters", "overdue", _plain, filters=replace(_WAITING, overdue=True)),
    Question("other_filters", "rare rule", _plain, filters=replace(_WAITING, rules=("leak",))),
    Question("decided_too", "every state by risk", _plain, Sort.RISK, _ALL),
    Question("decided_too", "every state by deadline", _plain, filters=_ALL),
    Question("decided_too", "every state, rare word", _holding(_RARE), filters=_ALL),
    Question("decided_too_common_text", "every state, common word", _holding(_COMMON), filters=_ALL),
    Question("decided_too_common_text", "every state, middling word", _holding(_MIDDLING), filters=_ALL),
)


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of one kind of question for one kind of person, at both sizes."""

    question: str
    group: str
    viewer: str
    small: np.ndarray
    large: np.ndarray

    @property
    def ratio(self) -> float:
        return float(np.percentile(self.large, 95) / np.percentile(self.small, 95))

    @property
    def interval(self) -> tuple[float, float]:
        """95 % bootstrap interval of the ratio."""
        generator = np.random.default_rng(_SEED)
        draws = generator.integers(0, len(self.small), size=(_DRAWS, len(self.small)))
        ratios = np.percentile(self.large[draws], 95, axis=1) / np.percentile(self.small[draws], 95, axis=1)
        low, high = np.percentile(ratios, [2.5, 97.5])
        return round(float(low), 3), round(float(high), 3)

    def line(self) -> str:
        """For the terminal."""
        low, high = self.interval
        p95 = [1000 * float(np.percentile(values, 95)) for values in (self.small, self.large)]
        return (
            f"{self.group:24} {self.question:30} {self.viewer:28} {self.ratio:6.2f} [{low:.2f}, {high:.2f}] "
            f"{p95[0]:7.1f} -> {p95[1]:7.1f} ms"
        )


def main() -> int:
    """Measure, print, and record with `--record`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="write the figures to evals/figures.json")
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=100, help="questions of each kind and person, at each size")
    wanted = parser.parse_args()
    telemetry.configure()
    times = measure(wanted.small, wanted.large, repeats=wanted.repeats)
    for item in times:
        sys.stdout.write(f"{item.line()}\n")
    note = f"{wanted.large:,} items against {wanted.small:,}, 4 % undecided, pages of {_PAGE}"
    measured = figures(times, note=note)
    if wanted.record:
        return finish(measured, own_data=False)
    for figure in measured:
        sys.stdout.write(f"{describe(figure)}\n")
    return 0


def measure(small: int, large: int, *, repeats: int) -> list[Times]:
    """Fill two queues on a server of their own, ask both, and take everything away again."""
    clock = FixedClock(datetime(2026, 11, 16, 9, tzinfo=UTC))
    with tempfile.TemporaryDirectory(prefix="sales-copilot-scale-", ignore_cleanup_errors=True) as folder:
        data_dir = Path(folder) / "data"
        found = embedded.start(data_dir)
        _quicken(found.superuser_url)
        databases = {
            size: large_queue.create(found, name=f"queue_{size}", items=size, clock=clock) for size in (small, large)
        }
        try:
            return [
                _timed(question, name, databases, repeats=repeats)
                for question in (*QUESTIONS, None)
                for name in (question.viewers if question else tuple(large_queue.VIEWERS))
            ]
        finally:
            for database in databases.values():
                database.dispose()
            embedded.stop(data_dir)


def _quicken(superuser_url: str) -> None:
    """Filling needs no durability; reading is not changed by it."""
    with large_queue.as_superuser(superuser_url) as run:
        run("alter system set fsync = off")
        run("alter system set max_wal_size = '8GB'")
        run("select pg_reload_conf()")


def _timed(question: Question | None, name: str, databases: dict[int, Database], *, repeats: int) -> Times:
    """Ask both queues in turn. None stands for the counts at the head of every page."""
    viewer = large_queue.VIEWERS[name]
    seconds: dict[int, list[float]] = {size: [] for size in databases}
    for repeat in range(-3, repeats):
        for size, database in databases.items():
            chooser = random.Random(f"{_SEED} {repeat}")
            taken = _ask(database, question, viewer=viewer, chooser=chooser, accounts=size // 50)
            if repeat >= 0:
                seconds[size].append(taken)
    small, large = (np.array(seconds[size]) for size in sorted(databases))
    if question is None:
        return Times("counts", "counts", name, small, large)
    return Times(question.name, question.group, name, small, large)


def _ask(
    database: Database, question: Question | None, *, viewer: Viewer, chooser: random.Random, accounts: int
) -> float:
    with database.unit_of_work() as uow:
        pages = QueuePages(uow)
        if question is None:
            start = time.perf_counter()
            pages.counts(viewer)
            return time.perf_counter() - start
        filters = question.vary(question.filters, viewer, chooser, accounts)
        cursor = None
        for _ in range(2 if question.deep else 0):
            cursor = pages.page(filters, viewer=viewer, cursor=cursor, limit=_PAGE, sort=question.sort).cursor
        start = time.perf_counter()
        pages.page(filters, viewer=viewer, cursor=cursor, limit=_PAGE, sort=question.sort)
        return time.perf_counter() - start


def figures(times: Sequence[Times], *, note: str) -> list[Figure]:
    """For each group the worst of its questions and people."""
    found = []
    for group in dict.fromkeys(item.group for item in times):
        of_group = [item for item in times if item.group == group]
        worst = max(of_group, key=lambda item: item.ratio)
        p95 = [1000 * float(np.percentile(values, 95)) for values in (worst.small, worst.large)]
        missed = sum(item.ratio > GOAL.threshold for item in of_group)
        found.append(
            Figure(
                name=f"{_PREFIX}.{group}.p95_ratio",
                language="-",
                value=round(worst.ratio, 3),
                n=len(worst.small),
                interval=worst.interval,
                interval_method=f"bootstrap over questions, {_DRAWS} draws, seed {_SEED}",
                goal=GOAL,
                command=COMMAND,
                measured_on=today(),
                note=(
                    f"{note}; the worst of {len(of_group)} kinds of question and person ({missed} above the goal): "
                    f"{worst.question}, {worst.viewer}, {p95[0]:.1f} -> {p95[1]:.1f} ms"
                ),
            )
        )
    return found


if __name__ == "__main__":
    raise SystemExit(main())
