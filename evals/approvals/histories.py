"""Random histories of the queue on a real PostgreSQL with the real service and release gate, judged from outside.

Run: python -m evals.approvals.histories [--histories N] [--steps N] [--processes N] [--record]

Each history files drafts and does random things to them: decisions (right and wrong digests), edits, submissions anew,
withdrawals, recalls, claims, delegations, roles and teams that change, records and policies that change, clocks that
jump, housekeeping, deliveries, and several of these at the same moment in threads. Invariant: a violation is counted
by `history_judge`, which shares no rule with the product, and printed with the seed that made it.
"""

import argparse
import logging
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from copilot.approvals.audit import verify_database
from copilot.store import embedded
from copilot.store.database import Database
from evals.approvals.clocks import SetClock
from evals.approvals.history_judge import KINDS, Judge
from evals.approvals.history_walk import walk
from evals.approvals.history_world import Company
from evals.approvals.never import never
from evals.figures import Figure, describe, record

_COMMAND = "python -m evals.approvals.histories --record"
_PREFIX = "approvals.histories"
_MEANING = {
    "unapproved_send": "deliveries without a live matching approval at that moment",
    "sent_twice": "items delivered twice",
    "lost": "approved items that nothing hindered and that never left, or left unrecorded",
    "self_approval": "approvals by who asked for or wrote it, or for them",
    "outlived_vote": "approvals resting on a vote that its version, policy or voter's rights had outlived",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What some histories came to."""

    histories: int
    violations: Counter[str]
    bad_histories: Counter[str]
    """By kind, in how many histories it happened."""
    examples: tuple[str, ...]
    done: Counter[str]
    chain_intact: bool

    def plus(self, other: "Outcome") -> "Outcome":
        """Both together."""
        return Outcome(
            histories=self.histories + other.histories,
            violations=self.violations + other.violations,
            bad_histories=self.bad_histories + other.bad_histories,
            examples=self.examples + other.examples,
            done=self.done + other.done,
            chain_intact=self.chain_intact and other.chain_intact,
        )


NOTHING = Outcome(0, Counter(), Counter(), (), Counter(), chain_intact=True)


@dataclass(frozen=True, slots=True)
class Share:
    """The histories of one process."""

    first_seed: int
    count: int
    steps: int
    seconds: float
    """After which no further history begins."""


def main() -> int:
    """Walk, print, and record with `--record`; exit code 1 when something was violated."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--histories", type=int, default=10_000)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=600, help="begin no further history after this time")
    parser.add_argument("--record", action="store_true", help="write the figures to evals/figures.json")
    wanted = parser.parse_args()
    each = -(-wanted.histories // wanted.processes)
    shares = [
        Share(wanted.first_seed + number * each, count=each, steps=wanted.steps, seconds=60 * wanted.minutes)
        for number in range(wanted.processes)
    ]
    with multiprocessing.get_context("spawn").Pool(wanted.processes) as pool:
        total = NOTHING
        for outcome in pool.imap_unordered(walk_share, shares):
            total = total.plus(outcome)
    found = figures(total, steps=wanted.steps)
    for figure in found:
        sys.stdout.write(f"{describe(figure)}\n")
    for line in (*total.examples[:50], *(f"{name}: {count}" for name, count in total.done.most_common())):
        sys.stdout.write(f"  {line}\n")
    if wanted.record:
        record(found)
    return int(bool(total.violations) or not total.chain_intact)


def walk_share(share: Share) -> Outcome:
    """Run the histories of one process on a server of its own."""
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with own_database() as database:
        company = Company(database, clock=SetClock())
        try:
            return walk_all(company, share)
        finally:
            company.close()


def walk_all(company: Company, share: Share) -> Outcome:
    """Run histories one after the other in one database."""
    total, end = NOTHING, time.monotonic() + share.seconds
    for seed in range(share.first_seed, share.first_seed + share.count):
        if time.monotonic() > end:
            break
        judge = Judge(company)
        done = walk(company, judge, seed=seed, steps=share.steps)
        examples = tuple(f"seed {seed}: {line}" for line in judge.examples)
        bad = Counter(dict.fromkeys(judge.violations, 1))
        total = total.plus(Outcome(1, judge.violations, bad, examples, done, chain_intact=True))
    with company.database.unit_of_work() as uow:
        intact = verify_database(uow=uow).intact
    return total.plus(Outcome(0, Counter(), Counter(), (), Counter(), chain_intact=intact))


@contextmanager
def own_database() -> Iterator[Database]:
    """A fresh server with the product's schema, for one run."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        found = embedded.start(Path(folder))
        database = Database(found.application_url, owner_url=found.owner_url)
        try:
            database.migrate()
            # What is tried is who wins, not what survives a power cut: that has a suite of its own.
            with database.unit_of_work() as uow:
                uow.driver_connection().execute("alter role current_user set synchronous_commit = off")
            database.engine.dispose()
            yield database
        finally:
            database.dispose()
            embedded.stop(Path(folder))


def figures(total: Outcome, *, steps: int) -> list[Figure]:
    """How many histories broke which rule."""
    note = (
        f"share of histories of {steps} random steps with at least one; {total.done['released']:,} deliveries, "
        f"{total.done['approve']:,} approvals given, {total.done['at once']:,} moments with several at once; "
        f"audit chain intact: {'yes' if total.chain_intact else 'NO'}"
    )
    return [
        never(
            f"{_PREFIX}.{kind}",
            total.bad_histories[kind],
            total.histories,
            command=_COMMAND,
            note=f"{_MEANING[kind]}; {note}",
        )
        for kind in KINDS
    ]


def summary(total: Outcome) -> Sequence[str]:
    """What went wrong, one line each; empty: nothing did."""
    return (*total.examples, *(() if total.chain_intact else ("the audit chain is broken",)))


if __name__ == "__main__":
    raise SystemExit(main())
