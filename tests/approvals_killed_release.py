"""A process that delivers approved drafts and is killed (SIGKILL) at the n-th line of the release path.

Reads jobs from standard input, one JSON object a line: database URL, folder, item, line to die at (0: none), and the
address of a mail server, if there is one. Each runs in a child of its own. Answers with how it ended and how many
lines it ran.
"""

import smtplib
import sys
from pathlib import Path
from typing import Any

from copilot import mail, telemetry
from copilot.approvals import release
from copilot.approvals.release import ReleaseGate
from copilot.approvals.sinks import email, files
from copilot.approvals.sinks.choice import choose_sinks
from copilot.mail import SmtpTransport, read_server
from copilot.store import audit, releases, reviews
from copilot.store.database import Database
from evals.approvals.clocks import SetClock
from evals.approvals.dying import Tripwire, die, run_jobs

PATH = {module.__file__ for module in (release, files, email, mail, smtplib, releases, reviews, audit)}


def main() -> None:
    """Run the jobs."""
    telemetry.configure("error")
    run_jobs(_deliver)


def _deliver(job: dict[str, Any]) -> int:
    wire = Tripwire(job["die_at"], die, is_of_path=PATH.__contains__)
    database = Database(job["url"], clock=SetClock())
    server = job.get("smtp")
    transport = SmtpTransport(read_server(server), clock=database.clock) if server else None
    gate = ReleaseGate(database, sinks=choose_sinks(Path(job["folder"]), mail=transport))
    sys.settrace(wire.trace)
    gate.run(job["item"])
    sys.settrace(None)
    return wire.lines


if __name__ == "__main__":
    main()
