"""The account brief: what a person reads before they talk to a customer."""

from copilot.workflows.brief.workflow import BriefResult, BriefWorkflow, Progress

__all__ = ["BriefResult", "BriefWorkflow", "Progress"]
