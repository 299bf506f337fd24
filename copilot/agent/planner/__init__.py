"""Turns a message into a typed plan: which records and texts to read, what to ask back, or why not."""

from copilot.agent.planner.context import next_context
from copilot.agent.planner.directory import Directory
from copilot.agent.planner.model import ModelPlanner
from copilot.agent.planner.offline import OfflinePlanner
from copilot.agent.planner.words import plan_in_words

__all__ = ["Directory", "ModelPlanner", "OfflinePlanner", "next_context", "plan_in_words"]
