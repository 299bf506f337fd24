"""What models are asked for, and on whose account.

Invariant: whoever needs a model asks `Models` for a role and names the caller, so that budgets, time limits, the
circuit breaker and the record of calls cannot be passed by. None is an answer: then rules do the work.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from copilot.domain.access import Viewer

if TYPE_CHECKING:
    # Its libraries take seconds to load, and many installations have no model.
    from copilot.llm.structured import StructuredModel


class ModelRole(StrEnum):
    PLANNER = "planner"
    WRITER = "writer"
    JUDGE = "judge"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who spends: budgets are kept per person, per team and for the whole workspace, by day."""

    user_id: str
    team_id: str | None
    language: str = "en"

    @classmethod
    def of(cls, viewer: Viewer, *, language: str | None = None) -> "Caller":
        """`language`: of what is written, where it need not be the reader's own."""
        return cls(viewer.user_id, viewer.team_id, language or viewer.language)


class Models(Protocol):
    """The models of this installation."""

    def for_role(self, role: ModelRole, *, caller: Caller) -> "StructuredModel | None":
        """The model that has the role now; None when none is configured or none may take it."""
        ...


class NoModels:
    """An installation without a model."""

    def for_role(self, role: ModelRole, *, caller: Caller) -> "StructuredModel | None":  # noqa: ARG002 - the interface
        """None."""
        return None
