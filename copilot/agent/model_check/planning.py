"""How many of the built-in messages a planner plans right.

Invariant: a plan counts for a model only if the model made it, or was not asked: where it fails the rules take over,
and their plans must not be credited to it.
"""

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any, Protocol

from langchain_core.language_models import BaseChatModel
from pydantic import BaseModel, ConfigDict, model_validator

from copilot.agent.model_check.directory import CheckDirectory
from copilot.agent.planner.directory import Directory
from copilot.domain.access import Role, Viewer
from copilot.domain.figure_queries import FigureQuery
from copilot.domain.language import Language
from copilot.domain.plans import AskedAbout, Plan, PlanningContext, RefusalReason, Step, StepKind
from copilot.llm.structured import Answer, StructuredModel

TODAY = date(2026, 11, 16)
VIEWER = Viewer(
    user_id="model-check", email="check@relay.example", name="Check", role=Role.AE, team_id=None, language="en"
)


class ExpectedStep(BaseModel):
    """What one step must at least be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kinds: tuple[StepKind, ...]
    accounts: tuple[str, ...] | None = None
    """None: whichever."""
    subject: str | None = None
    mine: bool | None = None
    fields: frozenset[str] = frozenset()
    """Fields that conditions must be about, of the records or of their account."""
    period: bool = False

    def fits(self, step: Step) -> bool:
        """Whether `step` is it."""
        query: FigureQuery | None = getattr(step, "query", None)
        return (
            step.kind in self.kinds
            and (self.accounts is None or set(self.accounts) == _accounts_of(step))
            and (self.subject is None or (query is not None and query.subject == self.subject))
            and (self.mine is None or (query is not None and query.mine == self.mine))
            and self.fields <= _fields_of(query)
            and (not self.period or getattr(step, "period", None) is not None)
        )


class Message(BaseModel):
    """A message and what a right plan of it holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: Language
    text: str
    steps: tuple[ExpectedStep, ...] = ()
    asks: AskedAbout | None = None
    refuses: tuple[RefusalReason, ...] = ()

    @model_validator(mode="after")
    def _expects_one_thing(self) -> "Message":
        if sum((bool(self.steps), self.asks is not None, bool(self.refuses))) != 1:
            raise ValueError("a message expects steps, or a question, or a refusal")
        return self

    def planned_right(self, plan: Plan) -> bool:
        """Whether `plan` does what the message asks."""
        if self.asks is not None:
            return plan.clarification is not None and plan.clarification.about is self.asks
        if self.refuses:
            return plan.refusal is not None and plan.refusal.reason in self.refuses
        return len(plan.steps) == len(self.steps) and all(
            expected.fits(step) for expected, step in zip(self.steps, plan.steps, strict=True)
        )


class Planner(Protocol):
    """`OfflinePlanner` or `ModelPlanner`."""

    def plan(
        self, message: str, *, context: PlanningContext, directory: Directory, viewer: Viewer, today: date
    ) -> Plan:
        """Plan."""
        ...


@dataclass(frozen=True, slots=True)
class PlanningTally:
    """How many of the messages were planned right."""

    right: int
    of: int
    by_language: dict[str, int]
    by_rules: int = 0
    """Plans that the rules had to make for the model; they count as wrong."""


class CountedModel(StructuredModel):
    """The same model, which counts how often it is asked, also behind a boundary."""

    def __init__(self, model: StructuredModel, *, counted: list[str] | None = None) -> None:
        self._model = model
        self.name = model.name
        self._counted: list[str] = [] if counted is None else counted

    @property
    def asked(self) -> int:
        """How often so far."""
        return len(self._counted)

    def through(self, boundary: Callable[[BaseChatModel], BaseChatModel]) -> StructuredModel:
        """See StructuredModel; what is asked there counts here."""
        return CountedModel(self._model.through(boundary), counted=self._counted)

    def ask(self, **asked: Any) -> Answer[Any]:
        """Count, and ask."""
        self._counted.append(self.name)
        return self._model.ask(**asked)


def messages() -> tuple[Message, ...]:
    """The built-in set."""
    content = files("copilot.agent.model_check").joinpath("messages.toml").read_text(encoding="utf-8")
    return tuple(Message.model_validate(item) for item in tomllib.loads(content)["message"])


def tally(
    planner: Planner, *, model: CountedModel | None = None, asked: Iterable[Message] | None = None
) -> PlanningTally:
    """Let `planner` plan every message. `model` is the one it asks, if it asks any."""
    directory, right, rules = CheckDirectory(), [], 0
    wanted = tuple(messages() if asked is None else asked)
    for message in wanted:
        context = PlanningContext(language=message.language)
        before = model.asked if model else 0
        plan = planner.plan(message.text, context=context, directory=directory, viewer=VIEWER, today=TODAY)
        credited = model is None or model.asked == before or plan.planner == "model"
        rules += not credited
        if credited and message.planned_right(plan):
            right.append(message)
    counts = {language.value: sum(item.language is language for item in right) for language in Language}
    return PlanningTally(len(right), len(wanted), counts, rules)


def _accounts_of(step: Step) -> set[str]:
    query: FigureQuery | None = getattr(step, "query", None)
    if query is not None:
        return set(query.account_ids)
    one = getattr(step, "account_id", None)
    return {one} if one else set(getattr(step, "account_ids", ()))


def _fields_of(query: FigureQuery | None) -> frozenset[str]:
    if query is None:
        return frozenset()
    return frozenset(condition.field for condition in (*query.conditions, *query.of_account))
