"""A worker that erases and is killed (SIGKILL) at the n-th line of its way.

Reads jobs from standard input, one JSON object a line: database URL, data folder and the line to die at (0: none). Each
runs in a child of its own. Answers with how it ended and how many lines it ran.
"""

import sys
from pathlib import Path
from typing import Any

from copilot import bootstrap, telemetry
from copilot.privacy import erasing, requests
from copilot.settings import Settings
from copilot.store import erasure_requests, erasure_tables
from copilot.store.database import Database
from evals.approvals.dying import Tripwire, die, run_jobs

PATH = {module.__file__ for module in (requests, erasing, erasure_requests, erasure_tables)}


def main() -> None:
    """Run the jobs."""
    telemetry.configure("error")
    run_jobs(_run)


def _run(job: dict[str, Any]) -> int:
    wire = Tripwire(job["die_at"], die, is_of_path=PATH.__contains__)
    database = Database(job["url"])
    settings = Settings(data_dir=Path(job["data_dir"]), embedding_model="none")
    application = bootstrap.assemble(settings, database=database)
    sys.settrace(wire.trace)
    application.privacy.run_waiting()
    sys.settrace(None)
    database.dispose()
    return wire.lines


if __name__ == "__main__":
    main()
