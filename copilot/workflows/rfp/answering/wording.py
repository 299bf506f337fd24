"""The words of an answer: a model's where the caller may use one, the rules' otherwise.

Invariant: what is said is chosen before, by rules; a model only words it, and which model it is, is asked for each
answer in the name of the person who asked. Nothing is contacted and no library of models loaded before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from copilot.domain.drafts import Provenance, Segment
from copilot.domain.questionnaires import Question
from copilot.guardrails.pipeline import Guardrails
from copilot.llm.roles import Caller, ModelRole, Models
from copilot.workflows.chat.contract import Scene
from copilot.workflows.rfp.answering.prose import Chosen, segments_of


@dataclass(frozen=True, slots=True)
class Worded:
    """The sentences, and how they came to be where a model was asked."""

    segments: tuple[Segment, ...]
    provenance: Provenance | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """Words what was chosen."""

    models: Models
    guardrails: Guardrails
    """They say what a model may be given."""

    def word(self, question: Question, chosen: Sequence[Chosen], scene: Scene) -> Worded:
        """One segment or more; never raises for something a model did."""
        by_rules = segments_of(chosen, language=question.language, key=question.id)
        caller = Caller.of(scene.viewer, language=question.language.value)
        model = self.models.for_role(ModelRole.WRITER, caller=caller)
        if model is None:
            return Worded(by_rules)
        # Imported here: the model libraries take seconds to load, and most installations have no model.
        from copilot.workflows.rfp.answering.model_wording import word_with

        return word_with(model, question, chosen, by_rules=by_rules, scene=scene, guardrails=self.guardrails)
