"""Whether a model is fit to plan and to write, found by asking it what the rules are asked as well."""

from copilot.agent.model_check.check import CheckReport, check_model
from copilot.agent.model_check.planning import PlanningTally

__all__ = ["CheckReport", "PlanningTally", "check_model"]
