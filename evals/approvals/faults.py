"""Kill -9 of the worker, of the API process and of PostgreSQL at random points of the release path.

Run: python -m evals.approvals.faults [--record] [--trials 300]

Each trial sends one approved email to a real SMTP server in this process, through the real gate on a real embedded
PostgreSQL, and kills its victim at a line of the path drawn at random (uniformly over the lines that a whole run
executes). Then another worker goes on. Counted are messages that the mail server took. Invariant: an email is lost if
its release ends without its message having been taken, or never ends; doubled if it was taken twice; parked if the
outcome could not be known. A parked one is then settled by its Message-ID, as a person would, and must be there once.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from math import sqrt
from pathlib import Path
from typing import IO

import psutil

from copilot import telemetry
from copilot.approvals.policy import load_policy
from copilot.approvals.release import ReleaseGate
from copilot.approvals.releases import resolve_parked
from copilot.approvals.sinks.choice import choose_sinks
from copilot.domain.review_items import ReviewState
from copilot.mail import Patience, SmtpTransport, read_server
from copilot.store import embedded
from copilot.store.database import Database
from copilot.store.releases import Release, ReleaseRepository, ReleaseState
from copilot.store.reviews import ReviewRepository
from evals.approvals.clocks import START, SetClock
from evals.approvals.faults_world import APPROVER, Case, CountingServer, World, build_world
from evals.figures import Figure, Goal, describe, record, today
from evals.statistics import rule_of_three

_COMMAND = "python -m evals.approvals.faults --record"
_PREFIX = "approvals.faults"
_VICTIMS = ("worker", "api", "database")
_SEED = 5
_LATER = START + timedelta(minutes=5)
"""When another worker goes on."""
_MUCH_LATER = START + Patience().longest + timedelta(minutes=1)
"""When a person looks at what is parked."""


@dataclass(slots=True)
class Tally:
    """What became of the emails of one victim."""

    trials: int = 0
    killed: int = 0
    sent: int = 0
    parked: int = 0
    parked_unsent: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    deaths: Counter[str] = field(default_factory=Counter)
    """States in which the victims left their deliveries."""


@dataclass(slots=True)
class Arena:
    """Everything a trial needs."""

    folder: Path
    database: Database
    world: World
    server: CountingServer
    victims: subprocess.Popen[str]

    def strike(self, victim: str, case: Case, die_at: int) -> dict[str, int]:
        """Let a victim deliver and die; returns how it ended."""
        job = {
            "victim": victim,
            "url": self.database.url,
            "folder": str(self.folder),
            "policy": str(self.world.policy_file),
            "smtp": self.server.url,
            "item": case.item.id,
            "digest": case.item.digest,
            "die_at": die_at,
        }
        self._say(json.dumps(job))
        answer = self._hear()
        if "reached" in answer:
            kill_database(self.folder)
            self._say("go on")
            embedded.start(self.folder)
            answer = self._hear() | {"killed": 1}
        return answer

    def gate(self, clock: SetClock) -> ReleaseGate:
        """Another worker."""
        self.database.clock = clock
        mail = SmtpTransport(read_server(self.server.url), clock=clock)
        return ReleaseGate(
            self.database, sinks=choose_sinks(self.folder, mail=mail), policy=load_policy(self.world.policy_file)
        )

    def release(self, case: Case) -> Release | None:
        """How the delivery stands."""
        with self.database.unit_of_work() as uow:
            return ReleaseRepository(uow).get(case.item.id)

    def _say(self, line: str) -> None:
        pipe = _there(self.victims.stdin)
        pipe.write(line + "\n")
        pipe.flush()

    def _hear(self) -> dict[str, int]:
        answer: dict[str, int] = json.loads(_there(self.victims.stdout).readline())
        return answer


def main() -> int:
    """Measure, print, record on request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--trials", type=int, default=300)
    arguments = parser.parse_args()
    telemetry.configure("error")
    with arena() as found:
        tallies = {victim: measure(found, victim, arguments.trials // len(_VICTIMS)) for victim in _VICTIMS}
    figures = to_figures(tallies)
    for figure in figures:
        sys.stdout.write(f"{describe(figure)}\n")
    for victim, tally in tallies.items():
        sys.stdout.write(f"{victim}: {tally}\n")
    if arguments.record:
        record(figures)
    return 0


def _there(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise RuntimeError("the process has no pipe")
    return pipe


@contextmanager
def arena() -> Iterator[Arena]:
    """A server of our own, a mail server, and the process whose children die."""
    with tempfile.TemporaryDirectory(prefix="sales-copilot-faults-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        found = embedded.start(folder)
        database = Database(found.application_url, owner_url=found.owner_url, clock=SetClock())
        command = [sys.executable, "-m", "evals.approvals.faults_victims"]
        try:
            database.migrate()
            with (
                CountingServer().running() as server,
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as victims,  # noqa: S603
            ):
                yield Arena(folder, database, build_world(database, folder), server, victims)
                _there(victims.stdin).close()
        finally:
            database.dispose()
            embedded.stop(folder)


def measure(arena: Arena, victim: str, trials: int) -> Tally:
    """So many trials at random points, one email each."""
    generator = random.Random(f"{_SEED} {victim}")
    approved = victim != "api"
    arena.database.clock = SetClock()
    whole = arena.strike(victim, arena.world.file(1, approved=approved)[0], 0)
    tally = Tally()
    for number in range(trials):
        arena.database.clock = SetClock()
        [case] = arena.world.file(1, approved=approved)
        answer = arena.strike(victim, case, generator.randint(1, whole["lines"]))
        tally.killed += bool(answer["killed"])
        judge(arena, case, tally)
        if number % 20 == 0:
            sys.stderr.write(f"{victim} {number}: {tally}\n")
    return tally


def judge(arena: Arena, case: Case, tally: Tally) -> None:
    """Let another worker go on, and say what became of the email."""
    tally.trials += 1
    time.sleep(0.1)  # what was handed over whole before the kill is counted by now
    left = arena.release(case)
    tally.deaths[left.state.value if left else "not approved"] += 1
    if left is None:
        # Whoever asked got no answer, so they ask again.
        arena.world.approve(case)
    arena.gate(SetClock(_LATER)).run(case.item.id)
    release = arena.release(case)
    taken = arena.server.taken[case.message_id]
    if release is not None and release.state is ReleaseState.PARKED:
        tally.parked += 1
        tally.parked_unsent += taken == 0
        settle(arena, case, sent=taken > 0)
        release, taken = arena.release(case), arena.server.taken[case.message_id]
    else:
        tally.sent += taken == 1
    if taken > 1:
        tally.doubled.append(case.item.id)
    if taken == 0 or release is None or not _ended(arena, case, release):
        tally.lost.append(f"{case.item.id} {release.state.value if release else None} {taken}")


def _ended(arena: Arena, case: Case, release: Release) -> bool:
    with arena.database.unit_of_work() as uow:
        entry = ReviewRepository(uow).get_unfiltered(case.item.id)
    state = entry.item.state if entry else None
    return release.state is ReleaseState.RELEASED and state is ReviewState.RELEASED


def settle(arena: Arena, case: Case, *, sent: bool) -> None:
    """What a person does who looked for the Message-ID; what was not sent leaves then."""
    gate = arena.gate(SetClock(_MUCH_LATER))
    with arena.database.unit_of_work() as uow:
        resolve_parked(case.item.id, sent=sent, note="Looked in the log.", viewer=APPROVER, uow=uow)
    gate.run(case.item.id)


def kill_database(folder: Path) -> None:
    """SIGKILL to the server and to every process of it; returns when they are dead."""
    data = embedded.data_folder(folder)
    server = psutil.Process(int((data / "postmaster.pid").read_text().splitlines()[0]))
    family = [server, *server.children()]
    for process in family:
        process.kill()
    while any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in family):
        time.sleep(0.01)
    # Where nobody collects the dead, the number in these files looks like that of a living server.
    for stale in (data / "postmaster.pid", *data.glob(".s.PGSQL.*.lock")):
        stale.unlink()


def to_figures(tallies: dict[str, Tally]) -> list[Figure]:
    """Lost and doubled over all trials, parked over all and by victim."""
    everything = list(tallies.values())
    trials, killed = sum(item.trials for item in everything), sum(item.killed for item in everything)
    by_victim = ", ".join(f"{name} {item.killed} of {item.trials}" for name, item in tallies.items())
    note = f"Killed: {by_victim}; points uniform over the lines that a whole run executes, seed {_SEED}."
    figures = [
        _figure("lost", sum(len(item.lost) for item in everything), trials, goal=True, note=note),
        _figure("doubled", sum(len(item.doubled) for item in everything), trials, goal=True, note=note),
        _share("parked", everything, note=f"{note} {killed} kills in all."),
    ]
    return figures + [
        _share(f"parked.{name}", [item], note="See `approvals.faults.parked`.") for name, item in tallies.items()
    ]


def _figure(name: str, count: int, trials: int, *, goal: bool, note: str) -> Figure:
    upper = rule_of_three(trials) * trials if count == 0 else _wilson(count, trials)[1] * trials
    lower = 0.0 if count == 0 else _wilson(count, trials)[0] * trials
    return Figure(
        name=f"{_PREFIX}.{name}",
        language="-",
        value=count,
        n=trials,
        interval=(lower, upper),
        interval_method="rule of three" if count == 0 else "Wilson score",
        goal=Goal(comparison="==", threshold=0) if goal else None,
        command=_COMMAND,
        measured_on=today(),
        note=f"Emails in so many trials. {note}",
    )


def _share(name: str, tallies: Sequence[Tally], *, note: str) -> Figure:
    trials, parked = sum(item.trials for item in tallies), sum(item.parked for item in tallies)
    unsent = sum(item.parked_unsent for item in tallies)
    return Figure(
        name=f"{_PREFIX}.{name}",
        language="-",
        value=parked / trials,
        n=trials,
        interval=_wilson(parked, trials),
        interval_method="Wilson score",
        command=_COMMAND,
        measured_on=today(),
        note=f"Share of emails whose outcome nobody could know ({parked}; {unsent} had not been sent). {note}",
    )


def _wilson(count: int, cases: int, *, z: float = 1.96) -> tuple[float, float]:
    """Wilson 1927, JASA 22(158)."""
    rate = count / cases
    middle = (rate + z * z / (2 * cases)) / (1 + z * z / cases)
    half = z * sqrt(rate * (1 - rate) / cases + z * z / (4 * cases * cases)) / (1 + z * z / cases)
    return max(0.0, middle - half), min(1.0, middle + half)


if __name__ == "__main__":
    sys.exit(main())
