"""What the projects' service is put together with.

Invariant: what is here is handed in from outside, so that the service reads no files and starts no jobs itself.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from copilot.domain.language import Language
from copilot.domain.questionnaires import Questionnaire
from copilot.domain.rfp_answers import RfpAnswer
from copilot.domain.rfp_projects import Project
from copilot.store.database import UnitOfWork
from copilot.workflows.filed_draft import FiledDraft
from copilot.workflows.rfp.filling.filled import Filled


class Papers(Protocol):
    """Makes the files; see `copilot.workflows.rfp.filling`."""

    def fill(self, questionnaire: Questionnaire, content: bytes, *, answers: Mapping[str, RfpAnswer]) -> Filled:
        """The original file with only the places of answers written."""
        ...

    def appendix(self, project: Project, *, language: Language) -> bytes:
        """Answers with their evidence, as a workbook."""
        ...

    def gaps_report(
        self, project: Project, *, language: Language, unplaced: Collection[str] = ..., people: Mapping[str, str] = ...
    ) -> bytes:
        """What has no source, failed, is stale, contradicts itself or (`unplaced`) does not fit into the file.

        `people`: names by user id.
        """
        ...


@dataclass(frozen=True, slots=True)
class Signals:
    """What a change sets off, on the transaction that it is handed."""

    on_started: Callable[[UnitOfWork], None] = lambda _uow: None
    """A run waits for a worker."""
    on_assigned: Callable[[UnitOfWork], None] = lambda _uow: None
    """Somebody is to be told."""


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of answers that somebody wanted in the queue."""

    drafts: tuple[FiledDraft, ...]
    waiting: int = 0
    """So many answers go there in the background."""
