"""The account brief: what a person reads before they talk to a customer."""

from copilot.workflows.brief.workflow import BriefWorkflow, Progress
from copilot.workflows.brief.writers import select_writer

__all__ = ["BriefWorkflow", "Progress", "select_writer"]
