"""What answering asks of the answer library.

Invariant: a reader offers only approved entries that the viewer may see; how alike two questions are is not yet that
they ask the same, which answering decides.
"""

from dataclasses import dataclass
from typing import Protocol

from copilot.domain.access import Viewer
from copilot.domain.answer_library import LibraryEntry
from copilot.domain.language import Language
from copilot.store.database import UnitOfWork


@dataclass(frozen=True)
class LibraryMatch:
    """An entry whose question is like the one asked."""

    entry: LibraryEntry
    likeness: float
    """Of the questions, from 0 to 1."""
    source_changed: bool
    """What the entry was written from reads differently today."""


class LibraryReader(Protocol):
    """Finds entries; `AnswerLibrary` of `copilot.workflows.rfp.library` is one."""

    def candidates(
        self, question: str, *, language: Language, viewer: Viewer, uow: UnitOfWork, limit: int = 10
    ) -> tuple[LibraryMatch, ...]:
        """The entries whose questions are most like `question`, the most alike first."""
        ...
