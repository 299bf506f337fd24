"""Dies at the n-th line of a path: counts the lines that run, and lets each job run in a child of its own.

Invariant: what happens at the line happens between two lines of the path, so a child that kills itself there by
SIGKILL cleans nothing up; what its parent tells is how the child ended.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


class Tripwire:
    """Counts the lines of the path and does something at one of them. `is_of_path` is asked once for each file."""

    def __init__(self, die_at: int, act: Callable[[], None], *, is_of_path: Callable[[str], bool]) -> None:
        self.lines = 0
        self._die_at = die_at
        self._act = act
        self._is_of_path = is_of_path
        self._known: dict[str, bool] = {}

    def trace(self, frame: FrameType, event: str, _argument: object) -> Callable[..., Any] | None:
        """For `sys.settrace`."""
        name = frame.f_code.co_filename
        of_path = self._known.get(name)
        if of_path is None:
            of_path = self._known[name] = self._is_of_path(name)
        if not of_path:
            return None
        if event == "line":
            self.lines += 1
            if self.lines == self._die_at:
                self._act()
        return self.trace


def run_jobs(run: Callable[[dict[str, Any]], int]) -> None:
    """Run jobs from standard input, one JSON object a line, each in a child; `run` returns how many lines it ran.

    Answers with whether the child was killed and, if it was not, with those lines.
    """
    for line in sys.stdin:
        job = json.loads(line)
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            os.write(writer, str(run(job)).encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as answer:
            lines = answer.read()
        _, status = os.waitpid(child, 0)
        print(json.dumps({"killed": os.WIFSIGNALED(status), "lines": int(lines or 0)}), flush=True)  # noqa: T201


def die() -> None:
    """As `kill -9` does it."""
    os.kill(os.getpid(), signal.SIGKILL)
