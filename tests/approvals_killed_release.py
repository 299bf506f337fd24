"""A process that delivers approved drafts and is killed (SIGKILL) at the n-th line of the release path.

Reads jobs from standard input, one JSON object a line: database URL, folder, item, line to die at (0: none).
Each runs in a child of its own. Answers with how it ended and how many lines it ran.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from copilot import telemetry
from copilot.approvals import release
from copilot.approvals.release import ReleaseGate
from copilot.approvals.service import FILE_SINK
from copilot.approvals.sinks import files
from copilot.approvals.sinks.files import FileSink
from copilot.clock import FixedClock
from copilot.store import audit, releases, reviews
from copilot.store.database import Database

PATH = {module.__file__ for module in (release, files, releases, reviews, audit)}


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

    database = Database(job["url"], clock=FixedClock(datetime(2026, 11, 16, 9, tzinfo=UTC)))
    gate = ReleaseGate(database, sinks={FILE_SINK: FileSink(Path(job["folder"]))})
    sys.settrace(traced)
    gate.run(job["item"])
    sys.settrace(None)
    os.write(writer, str(lines).encode())
    os._exit(0)


if __name__ == "__main__":
    main()
