"""What a step of a plan is given, and what it hands back.

Invariant: a step reads, as one viewer, within one unit of work; every line it proposes carries the ids of its
evidence, and everything it read that a model may be shown is in `evidence`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, TypeVar

from copilot.domain.access import Viewer
from copilot.domain.drafts import Provenance
from copilot.domain.evidence import Evidence
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.domain.plans import Step
from copilot.store.database import UnitOfWork

StepT = TypeVar("StepT")


@dataclass(frozen=True)
class Scene:
    """For whom, when and in which language a step works."""

    viewer: Viewer
    uow: UnitOfWork
    today: date
    language: Language
    message: str
    """The user's own words."""
    home_currency: str = "EUR"
    format: Formatter = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "format", Formatter(self.language))

    def say(self, *, es: str, en: str) -> str:
        """The wording for this conversation's language."""
        return es if self.language is Language.ES else en


@dataclass(frozen=True, slots=True)
class Line:
    """One finished sentence and what it rests on, in citation order."""

    text: str
    evidence_ids: tuple[str, ...]
    uncited_reason: str | None = None
    """Only for a sentence that states no fact, such as that nothing was found."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A draft that a step put into the queue."""

    item_id: str
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Found:
    """What one step found."""

    key: str
    """Section key, unique within the answer."""
    title: str
    lines: tuple[Line, ...]
    """What the offline writer says."""
    evidence: tuple[Evidence, ...] = ()
    """Everything the lines cite and what else a model may write from, the most telling first."""
    account_ids: tuple[str, ...] = ()
    """Accounts it is about."""
    nothing: bool = False
    """It looked, and nothing says so."""
    by_rules: bool = False
    """A model must not rewrite it: lists and figures by query, filed drafts."""
    filed: tuple[Filed, ...] = ()
    suggestions: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    """What its reader should know about how it was looked for; said after the lines, whoever wrote them."""


class StepRunner(Protocol):
    """Carries out one kind of step."""

    def __call__(self, step: Step, scene: Scene) -> Found:
        """Read, and say what was found. Raises NotFound if the viewer may not see the account."""
        ...


def of_kind(step: Step, wanted: type[StepT]) -> StepT:
    """The step as the kind that a runner is registered for. Raises TypeError for another: the registry is wrong."""
    if not isinstance(step, wanted):
        raise TypeError(f"{wanted.__name__} expected, not {type(step).__name__}")
    return step


@dataclass(frozen=True, slots=True)
class Answer:
    """The written answer, before it is checked."""

    found: tuple[Found, ...]
    """With the lines of the writer that wrote them."""
    provenance: Provenance


class AnswerWriter(Protocol):
    """Turns what was found into the text of an answer."""

    def write(self, found: tuple[Found, ...], scene: Scene, *, tell: Callable[[str], None]) -> Answer:
        """Write. `tell` is called with a line on progress. Never raises for something a model did."""
        ...
