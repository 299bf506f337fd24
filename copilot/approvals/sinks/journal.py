"""A file to which lines of JSON are added, one for each approval, at most once.

Invariant: a line is written by one system call and flushed before it counts, and a line that a killed process left
torn is no line: it is neither read nor does it spoil the next.
"""

import errno
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from copilot.approvals.sinks.files import translated_errors

_KEY = "approval"


@dataclass(frozen=True, slots=True)
class Journal:
    """Lines in `path`, which is created readable by its owner only."""

    path: Path

    def find(self, approval: str) -> dict[str, str] | None:
        """What stands there for an approval, without its id."""
        with translated_errors():
            for line in self._lines():
                if line.get(_KEY) == approval:
                    return {key: str(value) for key, value in line.items() if key != _KEY}
        return None

    def add(self, approval: str, entry: Mapping[str, str]) -> None:
        """Add a line. Raises StorageFull or UnavailableError: then it does not stand there."""
        line = json.dumps({_KEY: approval, **entry}, ensure_ascii=False, sort_keys=True)
        with translated_errors():
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                # Two workers may write at once: whatever comes first, each line ends before the next begins.
                before = b"" if self._ends_well() else b"\n"
                content = before + line.encode() + b"\n"
                if os.write(descriptor, content) < len(content):
                    raise OSError(errno.ENOSPC, "the line is torn")
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def _ends_well(self) -> bool:
        with self.path.open("rb") as stream:
            if stream.seek(0, os.SEEK_END) == 0:
                return True
            stream.seek(-1, os.SEEK_END)
            return stream.read(1) == b"\n"

    def _lines(self) -> Iterator[dict[str, object]]:
        if not self.path.exists():
            return
        with self.path.open("rb") as stream:
            for raw in stream:
                try:
                    line = json.loads(raw)
                except ValueError:
                    continue
                if raw.endswith(b"\n") and isinstance(line, dict):
                    yield line
