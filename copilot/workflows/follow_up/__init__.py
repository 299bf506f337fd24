"""Follow-up emails: what a person sends a customer after a call, a meeting or an email."""

from copilot.workflows.follow_up.choices import Register, Variant
from copilot.workflows.follow_up.workflow import FollowUpWorkflow

__all__ = ["FollowUpWorkflow", "Register", "Variant"]
