"""What a model that works on answers is given of the lines that were chosen.

Invariants: it is asked through a vault of pseudonyms; a line that the context stage stops is not given to it.
"""

from collections.abc import Sequence

from copilot.domain.evidence import Evidence
from copilot.domain.language import Language
from copilot.domain.personal_data import Hints
from copilot.domain.pseudonyms import STAFF, typed_by
from copilot.guardrails.pipeline import Guardrails
from copilot.guardrails.pseudonyms import Vault
from copilot.guardrails.pseudonyms.chat_model import MaskedChatModel
from copilot.guardrails.pseudonyms.messages import MessageMasker
from copilot.llm.structured import StructuredModel
from copilot.prompting import PromptRegistry, RenderedPrompt
from copilot.workflows.brief.model_evidence import evidence_line
from copilot.workflows.rfp.answering.prose import Chosen, readable


def said_by(item: Chosen) -> Evidence:
    """What is chosen, as one line."""
    said = " ".join(readable(part.text) for part in (item.told, *item.more))
    return item.told.evidence.model_copy(update={"text": said})


def behind_vault(
    model: StructuredModel, *, language: Language, user_id: str, guardrails: Guardrails
) -> tuple[StructuredModel, Vault]:
    """The model as it may be asked in somebody's name about texts of no account."""
    vault = Vault(policy=guardrails.policy, hints=Hints(language=language), language=language)
    typed = typed_by(user_id)
    masker = MessageMasker(vault, viewer_may_see={STAFF, typed}.__contains__, typed=typed)
    return model.through(lambda chat: MaskedChatModel(inner=chat, masker=masker)), vault


def rendered(
    prompt_id: str, question: str, lines: Sequence[Evidence], *, language: Language, prompts: PromptRegistry | None
) -> RenderedPrompt:
    """A prompt of a question and numbered lines."""
    numbered = (evidence_line(line, number=n, language=language) for n, line in enumerate(lines, 1))
    prompt = (prompts or PromptRegistry()).load(prompt_id, language=language)
    return prompt.render(evidence="\n".join(numbered), question=" ".join(question.split()))
