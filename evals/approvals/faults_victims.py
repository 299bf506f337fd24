"""A process that delivers approved emails and dies, or lets the database die, at the n-th line of the release path.

Reads jobs from standard input, one JSON object a line; each runs in a child of its own, so that a trial costs no
start of an interpreter. `worker`: the release gate as a worker runs it. `api`: a request that approves, answered by
the web application, and what the background job does that it sets off in the same process. `database`: as `worker`,
but at the line the child asks for the database to be killed, waits until that is done, and goes on.
Invariant: the child is killed by SIGKILL to itself, between two lines of the path, so nothing is cleaned up.
"""

import asyncio
import os
import sys
import threading
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from api.app import create_app
from copilot import telemetry
from copilot.approvals.policy import load_policy
from copilot.approvals.release import ReleaseGate
from copilot.approvals.sinks.choice import choose_sinks
from copilot.bootstrap import assemble
from copilot.errors import CopilotError
from copilot.mail import SmtpTransport, read_server
from copilot.settings import Settings
from copilot.store.database import Database
from evals.approvals.clocks import SetClock
from evals.approvals.dying import Tripwire, die, run_jobs
from evals.approvals.faults_world import TOKEN

_ROOT = Path(__file__).parents[2]
_PATH = tuple(
    str(_ROOT / part) for part in ("copilot/approvals/", "copilot/store/", "copilot/mail.py", "copilot/jobs.py", "api/")
)
_ALSO = "smtplib.py"


def main() -> None:
    """Run the jobs."""
    telemetry.configure("error")
    run_jobs(_run)


def _run(job: dict[str, Any]) -> int:
    act = _let_the_database_die if job["victim"] == "database" else die
    wire = Tripwire(job["die_at"], act, is_of_path=lambda name: name.startswith(_PATH) or name.endswith(_ALSO))
    try:
        (_answer_a_request if job["victim"] == "api" else _deliver)(job, wire)
    except CopilotError:
        pass  # the database was away: the next worker goes on
    finally:
        sys.settrace(None)
    return wire.lines


def _watch(wire: Tripwire) -> None:
    """Begin, in this thread and those that start from now on."""
    threading.settrace(wire.trace)
    sys.settrace(wire.trace)


def _deliver(job: dict[str, Any], wire: Tripwire) -> None:
    database = Database(job["url"], clock=SetClock())
    sinks = choose_sinks(Path(job["folder"]), mail=SmtpTransport(read_server(job["smtp"]), clock=database.clock))
    gate = ReleaseGate(database, sinks=sinks, policy=load_policy(Path(job["policy"])))
    _watch(wire)
    gate.run(job["item"])


def _answer_a_request(job: dict[str, Any], wire: Tripwire) -> None:
    settings = Settings(
        data_dir=Path(job["folder"]),
        database_url=SecretStr(job["url"]),
        smtp_url=SecretStr(job["smtp"]),
        policy_file=Path(job["policy"]),
        embedding_model="none",
    )
    application = assemble(settings, database=Database(job["url"], clock=SetClock()))
    app = create_app(application, worker=False)

    async def serve() -> None:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            answer = await client.post(
                f"/api/v1/queue/{job['item']}/decisions",
                json={"verdict": "approve", "digest": job["digest"]},
                headers={"Authorization": f"Bearer {TOKEN}", "If-Match": "*"},
            )
        answer.raise_for_status()
        # What the job does that the approval deferred; the other jobs of a worker are no part of the path.
        await asyncio.to_thread(application.release_due)

    _watch(wire)
    asyncio.run(serve())


def _let_the_database_die() -> None:
    os.write(1, b'{"reached": true}\n')
    os.read(0, 16)


if __name__ == "__main__":
    main()
