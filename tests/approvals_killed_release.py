"""A process that delivers approved drafts and is killed (SIGKILL) at the n-th line of the release path.

Reads jobs from standard input, one JSON object a line: database URL, folder, item, line to die at (0: none), and the
address of a mail server, if there is one. Each runs in a child of its own. Answers with how it ended and how many
lines it ran.
"""

import json
import os
import signal
import smtplib
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any
from uuid import UUID, uuid4

from copilot import mail, telemetry
from copilot.approvals import release
from copilot.approvals.release import ReleaseGate
from copilot.approvals.sinks import email, files
from copilot.approvals.sinks.choice import choose_sinks
from copilot.clock import FixedClock
from copilot.mail import SmtpTransport, read_server
from copilot.store import audit, releases, reviews
from copilot.store.database import Database

PATH = {module.__file__ for module in (release, files, email, mail, smtplib, releases, reviews, audit)}


class Clock(FixedClock):
    """A clock whose identifiers no other process draws."""

    def new_id(self) -> UUID:
        return uuid4()


def main() -> None:
    """Run the jobs."""
    telemetry.configure("error")
    for line in sys.stdin:
        job = json.loads(line)
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            _deliver(job, writer)
        os.close(writer)
        with os.fdopen(reader) as answer:
            lines = answer.read()
        _, status = os.waitpid(child, 0)
        print(json.dumps({"killed": os.WIFSIGNALED(status), "lines": int(lines or 0)}), flush=True)  # noqa: T201


def _deliver(job: dict[str, Any], writer: int) -> None:
    lines = 0

    def traced(frame: FrameType, event: str, _argument: object) -> Callable[..., Any] | None:
        nonlocal lines
        if frame.f_code.co_filename not in PATH:
            return None
        if event == "line":
            lines += 1
            if lines == job["die_at"]:
                os.kill(os.getpid(), signal.SIGKILL)
        return traced

    database = Database(job["url"], clock=Clock(datetime(2026, 11, 16, 9, tzinfo=UTC)))
    server = job.get("smtp")
    transport = SmtpTransport(read_server(server), clock=database.clock) if server else None
    gate = ReleaseGate(database, sinks=choose_sinks(Path(job["folder"]), mail=transport))
    sys.settrace(traced)
    gate.run(job["item"])
    sys.settrace(None)
    os.write(writer, str(lines).encode())
    os._exit(0)


if __name__ == "__main__":
    main()
