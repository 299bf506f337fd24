"""Progress of an import: a bar on a terminal, one line a stage anywhere else.

Invariant: nothing is written to standard output, which belongs to the report.
"""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn

from copilot.domain.language import Language
from knowledge.report_texts import text

_STAGES = {"looking": "looking", "writing": "writing", "documents": "reading_documents"}


class TerminalProgress:
    """Shows progress on standard error for the length of a `with` block."""

    def __init__(self, *, language: Language = Language.EN, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._language = language
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        self._bars = Progress(*columns, console=self._console, transient=True)
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._console.is_terminal:
            self._bars.stop()

    def start(self, stage: str, *, total: int) -> None:
        """A stage begins; an empty one is not mentioned."""
        words = text(_STAGES[stage], language=self._language)
        if not self._console.is_terminal:
            if total:
                self._console.print(f"{words} …", highlight=False)
            return
        self.end()
        self._task = self._bars.add_task(words, total=max(total, 1))

    def advance(self, amount: int) -> None:
        """Move the bar; off a terminal a line for each step would be noise."""
        if self._task is not None:
            self._bars.advance(self._task, amount)

    def end(self) -> None:
        """Take the stage's bar away."""
        if self._task is not None:
            self._bars.remove_task(self._task)
            self._task = None
