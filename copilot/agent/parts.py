"""What the work on a turn is made with, handed in by the composition root.

Invariant: the agent decides the order of things and what is shown; planning, looking up, writing and checking are done
by the parts that are handed in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from copilot.approvals.chat_rules import ChatRules
from copilot.approvals.service import ApprovalService
from copilot.domain.access import Viewer
from copilot.domain.drafts import Draft
from copilot.domain.plans import Plan, PlanningContext, StepKind
from copilot.guardrails.pipeline import Guardrails
from copilot.store.database import Database
from copilot.workflows.chat.contract import Answer, AnswerWriter, Scene, StepRunner


class MakesPlans(Protocol):
    """Turns a message into a plan, in units of work of its own."""

    def __call__(self, message: str, *, context: PlanningContext, viewer: Viewer) -> Plan:
        """What to look up for `message`; or what to ask; or why not."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """See the module docstring."""

    database: Database
    guardrails: Guardrails
    approvals: ApprovalService
    rules: ChatRules
    make_plan: MakesPlans
    next_context: Callable[[Plan, PlanningContext], PlanningContext]
    in_words: Callable[[Plan, Mapping[str, str]], tuple[str, ...]]
    """A plan in plain words, one line per step; takes the names of accounts by id."""
    runners: Mapping[StepKind, StepRunner]
    writer: AnswerWriter
    assemble: Callable[[Answer, Scene, Plan], Draft]
    home_currency: str = "EUR"
