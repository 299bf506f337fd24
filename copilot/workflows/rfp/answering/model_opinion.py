"""Whether the lines chosen for a question answer it, as a model sees it.

Invariant: of what it says only one of three words is read; nothing that a line or a question holds can make it another.
"""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from copilot.domain.evidence import Evidence
from copilot.domain.language import Language
from copilot.guardrails.pipeline import Guardrails
from copilot.llm.structured import StructuredModel
from copilot.prompting import PromptRegistry
from copilot.workflows.rfp.answering.model_boundary import behind_vault, rendered

PROMPT_ID = "rfp_judge"


class Verdict(StrEnum):
    """What somebody who reads the lines, and nothing else, knows of the answer."""

    ANSWERS = "answers"
    PARTLY = "partly"
    OTHER = "other"
    """They speak of another thing."""


class Opinion(BaseModel):
    """As the model writes it."""

    model_config = ConfigDict(extra="forbid")
    asked: str
    said: str
    """Both are read by nobody: who says them first judges better."""
    verdict: Verdict


def opinion_of(
    model: StructuredModel,
    question: str,
    lines: Sequence[Evidence],
    *,
    language: Language,
    user_id: str,
    guardrails: Guardrails,
    prompts: PromptRegistry | None = None,
) -> Verdict:
    """Ask in the name of `user_id`. Raises ModelUnavailable or ModelOutputError."""
    masked, _ = behind_vault(model, language=language, user_id=user_id, guardrails=guardrails)
    prompt = rendered(PROMPT_ID, question, lines, language=language, prompts=prompts)
    asked = masked.ask(system=prompt.system, user=prompt.user, shape=Opinion, prompt=prompt.prompt)
    return asked.value.verdict
