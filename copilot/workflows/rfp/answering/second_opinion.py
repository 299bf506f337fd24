"""What a second model thinks of an answer that rules chose.

Invariants: it can only add doubt: no answer is given, worded or trusted more because of it. Without a judge that a
check found fit there is no opinion; one that fails has none either, and the answer stays as the rules left it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from copilot.domain.personal_data import Hints
from copilot.domain.questionnaires import Question
from copilot.domain.rfp_answers import Notice, NoticeCode
from copilot.errors import ModelOutputError, ModelUnavailable
from copilot.guardrails.pipeline import Guardrails
from copilot.llm.roles import Caller, ModelRole, Models
from copilot.telemetry import get_logger
from copilot.workflows.chat.contract import Scene
from copilot.workflows.rfp.answering.fitting import heading_of
from copilot.workflows.rfp.answering.prose import Chosen

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """Asks whoever has the judge's role."""

    models: Models
    guardrails: Guardrails
    """They say what a model may be given."""

    def of(self, question: Question, chosen: Sequence[Chosen], scene: Scene) -> tuple[Notice, ...]:
        """That the chosen lines speak of another thing than the question, if the judge thinks so."""
        caller = Caller.of(scene.viewer, language=question.language.value)
        model = self.models.for_role(ModelRole.JUDGE, caller=caller)
        if model is None:
            return ()
        # Imported here: the model libraries take seconds to load, and most installations have no model.
        from copilot.workflows.brief.model_gate import ContextGate
        from copilot.workflows.rfp.answering.model_boundary import said_by
        from copilot.workflows.rfp.answering.model_opinion import Verdict, opinion_of

        gate = ContextGate(self.guardrails, hints=Hints(language=question.language))
        lines = [said_by(item).model_copy(update={"label": heading_of(item.told)}) for item in chosen]
        if not all(gate.admits(line) for line in lines):
            return ()  # of a part nobody can say that the whole does not answer
        try:
            verdict = opinion_of(
                model,
                question.text,
                lines,
                language=question.language,
                user_id=scene.viewer.user_id,
                guardrails=self.guardrails,
            )
        except (ModelUnavailable, ModelOutputError) as error:
            _log.warning("rfp.judge_failed", code=error.code)
            return ()
        return (Notice(code=NoticeCode.DOUBTED, detail=model.name),) if verdict is Verdict.OTHER else ()
