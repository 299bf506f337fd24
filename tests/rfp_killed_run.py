"""A process that answers a questionnaire and is killed (SIGKILL) at the n-th line of its way.

Reads jobs from standard input, one JSON object a line: database URL and the line to die at (0: none). Each runs in a
child of its own. Answers with how it ended and how many lines it ran.
"""

import sys
from typing import Any

from copilot import telemetry
from copilot.guardrails.pipeline import Guardrails
from copilot.store import rfp_projects, rfp_questions
from copilot.store.database import Database
from copilot.workflows.rfp import consistency, running, views
from copilot.workflows.rfp.filing import RfpFiling
from copilot.workflows.rfp.filing_runs import FilingRuns
from evals.approvals.clocks import SetClock
from evals.approvals.dying import Tripwire, die, run_jobs
from tests import approvals_builders as world
from tests.rfp_builders import RULES, ScriptedAnswerer

PATH = {module.__file__ for module in (running, rfp_projects, rfp_questions, consistency, views)}


def main() -> None:
    """Run the jobs."""
    telemetry.configure("error")
    run_jobs(_run)


def _run(job: dict[str, Any]) -> int:
    wire = Tripwire(job["die_at"], die, is_of_path=PATH.__contains__)
    database = Database(job["url"], clock=SetClock())
    filing = FilingRuns(database, RfpFiling(world.service(), Guardrails()))
    answerer = ScriptedAnswerer()
    runs = running.RfpRuns(database, answerer=answerer, filing=filing, rules=RULES, again=lambda _uow: None)
    sys.settrace(wire.trace)
    runs.run()
    sys.settrace(None)
    database.dispose()
    return wire.lines


if __name__ == "__main__":
    main()
