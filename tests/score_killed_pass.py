"""A process that computes scores and is killed (SIGKILL) at the n-th line of its way.

Reads jobs from standard input, one JSON object a line: database URL and the line to die at (0: none). Each runs in a
child of its own. Answers with how it ended and how many lines it ran.
"""

import sys
from typing import Any

from copilot import telemetry
from copilot.scoring import service as scoring
from copilot.store import score_due, scores
from copilot.store.database import Database
from evals.approvals.clocks import SetClock
from evals.approvals.dying import Tripwire, die, run_jobs
from tests.score_worlds import service

PATH = {module.__file__ for module in (scoring, score_due, scores)}


def main() -> None:
    """Run the jobs."""
    telemetry.configure("error")
    run_jobs(_run)


def _run(job: dict[str, Any]) -> int:
    wire = Tripwire(job["die_at"], die, is_of_path=PATH.__contains__)
    database = Database(job["url"], clock=SetClock())
    computing = service(at_once=2)
    sys.settrace(wire.trace)
    computing.recompute(database)
    sys.settrace(None)
    database.dispose()
    return wire.lines


if __name__ == "__main__":
    main()
