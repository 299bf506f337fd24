"""A process that answers a question and is killed (SIGKILL) at the n-th line of its way.

Reads jobs from standard input, one JSON object a line: database URL, the asker, the thread, the message and the line to
die at (0: none). Each runs in a child of its own. Answers with how it ended and how many lines it ran.
"""

import threading
from typing import Any

from langgraph.checkpoint import postgres
from langgraph.pregel import _loop

from copilot import telemetry
from copilot.agent import graph, nodes, service
from copilot.approvals import filing
from copilot.domain.access import Viewer
from copilot.domain.conversation import TurnEvent
from copilot.domain.findings import Stage
from copilot.guardrails.detector import Prepared
from copilot.guardrails.policy import default_guardrail_policy
from copilot.guardrails.registry import draft_detectors
from copilot.store import chat, drafts, reviews
from copilot.store.database import Database
from evals.approvals.clocks import SetClock
from evals.approvals.dying import Tripwire, die, run_jobs
from tests.chat_builders import make_chat

OWN = (graph, nodes, service, filing, chat, drafts, reviews, postgres, _loop)
PATH = {module.__file__ for module in OWN}


def main() -> None:
    """Run the jobs."""
    telemetry.configure("error")
    _load()
    run_jobs(_answer)


def _load() -> None:
    """What guardrails load once for a process, before there are children to do it each for itself."""
    for detector in draft_detectors(default_guardrail_policy(), Stage.OUTPUT):
        if isinstance(detector, Prepared):
            detector.prepare()


def _answer(job: dict[str, Any]) -> int:
    wire = Tripwire(job["die_at"], die, is_of_path=PATH.__contains__)
    built = make_chat(Database(job["url"], clock=SetClock()), SetClock())
    built.script.writer = job["writer"]
    viewer = Viewer.model_validate(job["viewer"])
    threading.settrace(wire.trace)
    told: list[TurnEvent] = list(built.service.ask(job["thread"], job["message"], viewer=viewer))
    assert told
    return wire.lines


if __name__ == "__main__":
    main()
