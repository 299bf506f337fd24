"""Answers one question of a questionnaire from the answer library and the shared documents."""

from copilot.workflows.rfp.answering.answerer import QuestionAnswerer
from copilot.workflows.rfp.answering.confidence import with_consistency
from copilot.workflows.rfp.answering.contract import LibraryMatch, LibraryReader

__all__ = ["LibraryMatch", "LibraryReader", "QuestionAnswerer", "with_consistency"]
