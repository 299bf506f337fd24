"""Answers a question of a questionnaire from the shared knowledge only."""

from copilot.domain.plans import RfpAnswerStep, SearchStep, Step
from copilot.retrieval.service import RetrievalService
from copilot.workflows.chat.contract import Found, Scene, of_kind
from copilot.workflows.chat.search_step import SearchRunner


class RfpRunner:
    """No account is ever looked into: what we tell one customer must not come from another."""

    def __init__(self, retrieval: RetrievalService) -> None:
        self._search = SearchRunner(retrieval)

    def __call__(self, step: Step, scene: Scene) -> Found:
        """See `StepRunner`."""
        return self._search(SearchStep(question=of_kind(step, RfpAnswerStep).question), scene)
