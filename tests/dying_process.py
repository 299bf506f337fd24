"""A process that does jobs in children of its own, which die where they are told to (`evals.approvals.dying`)."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def dying_process(module: str) -> Iterator[Callable[[dict[str, Any]], dict[str, Any]]]:
    """Give it a job, and it answers how that ended, until the block does."""
    command = [sys.executable, "-m", module]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        jobs, answers = process.stdin, process.stdout
        assert jobs is not None
        assert answers is not None

        def run(job: dict[str, Any]) -> dict[str, Any]:
            jobs.write(json.dumps(job) + "\n")
            jobs.flush()
            told: dict[str, Any] = json.loads(answers.readline())
            return told

        yield run
        jobs.close()
