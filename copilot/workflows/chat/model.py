"""The writer of answers: a model where the caller may use one, the rules otherwise.

Invariant: which model it is, is asked for each answer, in the name of the person who asked; nothing is contacted and no
library of models loaded before. What must not be rewritten is never given to a model.
"""

from collections.abc import Callable

from copilot.guardrails.pipeline import Guardrails
from copilot.llm.roles import Caller, ModelRole, Models
from copilot.workflows.chat.contract import Answer, Found, Scene
from copilot.workflows.chat.offline import OfflineAnswerWriter


class ModelAnswerWriter:
    """Writes with a model what rules need not write; falls back to the offline writer, with a note."""

    def __init__(self, models: Models, *, guardrails: Guardrails) -> None:
        """`guardrails` say what a model may be given, and which of its sentences stand."""
        self._models = models
        self._guardrails = guardrails

    def write(self, found: tuple[Found, ...], scene: Scene, *, tell: Callable[[str], None]) -> Answer:
        """See `AnswerWriter`."""
        if not any(may_be_rewritten(part) for part in found):
            return OfflineAnswerWriter().write(found, scene, tell=tell)
        caller = Caller.of(scene.viewer, language=scene.language.value)
        model = self._models.for_role(ModelRole.WRITER, caller=caller)
        if model is None:
            return OfflineAnswerWriter().write(found, scene, tell=tell)
        # Imported here: the model libraries take seconds to load, and most installations have no model.
        from copilot.workflows.chat.model_answer import write_with

        tell(scene.say(es="El modelo redacta la respuesta.", en="The model is writing the answer."))
        return write_with(model, found, scene, guardrails=self._guardrails)


def may_be_rewritten(part: Found) -> bool:
    """Lists and figures by query, filed drafts, and that nothing was found, are said by rules alone."""
    return not part.by_rules and not part.nothing and not part.filed and bool(part.evidence)
