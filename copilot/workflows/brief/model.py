"""The writer that asks a language model, and knows what to do when it fails.

Invariants: the model is asked through a vault, so it sees pseudonyms, never names; it computes nothing; what is
missing, stale or contradictory is written by rules, never left to it. When it fails, the offline writer takes over and
the draft says so.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from copilot import __version__
from copilot.domain.drafts import Provenance, Section
from copilot.domain.personal_data import Hints
from copilot.errors import BudgetExceeded, ModelOutputError, ModelUnavailable
from copilot.guardrails.pipeline import Guardrails
from copilot.guardrails.pseudonyms import Vault
from copilot.guardrails.pseudonyms.chat_model import MaskedChatModel
from copilot.guardrails.pseudonyms.messages import MessageMasker
from copilot.llm.structured import Answer, StructuredModel
from copilot.llm.tokens import count_tokens
from copilot.prompting import PromptRegistry, RenderedPrompt
from copilot.telemetry import get_logger
from copilot.workflows.brief.context import BriefContext, Line
from copilot.workflows.brief.model_evidence import NumberedEvidence, numbered_evidence
from copilot.workflows.brief.model_gate import ContextGate
from copilot.workflows.brief.model_privacy import masked_counts, readable_sources, vault_for
from copilot.workflows.brief.offline import WRITERS, section
from copilot.workflows.brief.words import SECTION_TITLES, pick
from copilot.workflows.brief.workflow import OfflineComposer
from copilot.workflows.brief.written import Written

_log = get_logger(__name__)
PROMPT_ID = "account_brief"
BY_RULES = "data_problems"
BY_MODEL = tuple(key for key in WRITERS if key != BY_RULES)
NO_INSTRUCTION = "-"
"""What stands in the prompt where nobody asked for changes."""
_LONGEST_SEGMENT = 600
_MOST_SEGMENTS = 20
_PER_MILLION = Decimal(1_000_000)

SectionKey = Literal["summary", "changes", "people", "opportunities", "trends", "commitments", "renewal", "next_steps"]


class WrittenSegment(BaseModel):
    """One sentence and the numbers of the lines it rests on."""

    model_config = ConfigDict(extra="forbid")
    text: str = Field(min_length=1, max_length=_LONGEST_SEGMENT)
    evidence: list[int] = Field(min_length=1)


class WrittenSection(BaseModel):
    """One section in reading order."""

    model_config = ConfigDict(extra="forbid")
    key: SectionKey
    segments: list[WrittenSegment] = Field(min_length=1, max_length=_MOST_SEGMENTS)


class WrittenBrief(BaseModel):
    """The brief as the model writes it."""

    model_config = ConfigDict(extra="forbid")
    sections: list[WrittenSection]


class ModelComposer:
    """Writes with a model; falls back to rules."""

    def __init__(
        self,
        model: StructuredModel,
        *,
        prompts: PromptRegistry | None = None,
        input_price: Decimal | None = None,
        output_price: Decimal | None = None,
        guardrails: Guardrails | None = None,
    ) -> None:
        """Prices are US dollars per million tokens, for a model that does not say what an answer cost.

        `guardrails` say what a model may be given.
        """
        self._model = model
        self._guardrails = guardrails or Guardrails()
        self._prompts = prompts or PromptRegistry()
        self._prices = (input_price, output_price)

    def compose(self, context: BriefContext) -> Written:
        """Ask the model; hand over to the rules, with a note, when it cannot be used."""
        vault = vault_for(context, policy=self._guardrails.policy)
        gate = ContextGate(self._guardrails, hints=Hints(language=context.language))
        evidence = numbered_evidence(context, count=count_tokens, admits=gate.admits)
        rendered = render_prompt(self._prompts, context, evidence=evidence.text)
        try:
            answer = self._behind(vault, context).ask(
                system=rendered.system,
                user=rendered.user,
                shape=WrittenBrief,
                check=lambda brief: _problems(brief, evidence, vault),
                prompt=rendered.prompt,
            )
        except (ModelUnavailable, ModelOutputError) as error:
            _log.warning("brief.model_failed", code=error.code)
            return OfflineComposer(notes=(_fallback_note(context, error),)).compose(context)
        sections = _sections(context, answer.value, evidence)
        provenance = self._provenance(context, answer, rendered, vault=vault)
        notes = (*provenance.notes, *_left_out_notes(context, evidence, gate))
        return Written(sections, provenance.model_copy(update={"notes": notes}))

    def _behind(self, vault: Vault, context: BriefContext) -> StructuredModel:
        """The model as it may be asked about this account: everything goes through the vault."""
        masker = MessageMasker(
            vault,
            viewer_may_see=readable_sources(context).__contains__,
            typed=context.facts.account.id,
        )
        return self._model.through(lambda chat: MaskedChatModel(inner=chat, masker=masker))

    def _provenance(
        self,
        context: BriefContext,
        answer: Answer[WrittenBrief],
        rendered: RenderedPrompt,
        *,
        vault: Vault,
    ) -> Provenance:
        notes = []
        if answer.repaired:
            notes.append(context.say(
                es="La primera respuesta del modelo no servía y se le pidió otra.",
                en="The model's first answer could not be used, so it was asked again.",
            ))  # fmt: skip
        return Provenance(
            writer="model",
            model=answer.model,
            prompt_id=rendered.prompt.id,
            prompt_version=rendered.prompt.version,
            prompt_sha256=rendered.prompt.sha256,
            parameters={"structured_output": "json_schema", "written_by_rules": BY_RULES, **masked_counts(vault)},
            input_tokens=answer.input_tokens,
            output_tokens=answer.output_tokens,
            cost_usd=self._cost(answer),
            code_version=__version__,
            notes=tuple(notes),
        )

    def _cost(self, answer: Answer[WrittenBrief]) -> Decimal | None:
        input_price, output_price = self._prices
        if answer.cost_usd is not None or input_price is None or output_price is None:
            return answer.cost_usd
        return (answer.input_tokens * input_price + answer.output_tokens * output_price) / _PER_MILLION


def render_prompt(prompts: PromptRegistry, context: BriefContext, *, evidence: str) -> RenderedPrompt:
    """The newest prompt in the brief's language. Raises PromptError."""
    wanted = [f"- {key}: {pick(SECTION_TITLES[key], language=context.language)}" for key in BY_MODEL]
    return prompts.load(PROMPT_ID, language=context.language).render(
        account_name=context.facts.account.name,
        today=context.format.day(context.today),
        sections="\n".join(wanted),
        instruction=_one_line(context.instruction.text) if context.instruction else NO_INSTRUCTION,
        evidence=evidence,
    )


def _one_line(request: str) -> str:
    """On one line, so that no line of it can look like a mark of the prompt."""
    return " ".join(request.split())


def _problems(brief: WrittenBrief, evidence: NumberedEvidence, vault: Vault) -> Sequence[str]:
    """What the schema cannot say: all sections once, numbers that exist, nobody made up."""
    keys = [item.key for item in brief.sections]
    found = []
    if sorted(keys) != sorted(BY_MODEL):
        found.append(f"The sections must be exactly {', '.join(BY_MODEL)}, each once.")
    for written in brief.sections:
        for position, segment in enumerate(written.segments, start=1):
            wrong = [number for number in segment.evidence if evidence.id_of(number) is None]
            if wrong:
                found.append(f"{written.key}, segment {position}: there is no evidence {wrong}.")
            unknown = vault.unknown(segment.text)
            if unknown:
                found.append(f"{written.key}, segment {position}: nobody is called {', '.join(unknown)}.")
    return found


def _sections(context: BriefContext, brief: WrittenBrief, evidence: NumberedEvidence) -> tuple[Section, ...]:
    by_key: dict[str, WrittenSection] = {item.key: item for item in brief.sections}
    sections = []
    for key in BY_MODEL:
        lines = [
            Line(
                text=" ".join(segment.text.split()),
                evidence_ids=tuple(dict.fromkeys(filter(None, map(evidence.id_of, segment.evidence)))),
            )
            for segment in by_key[key].segments
        ]
        sections.append(section(context, key, lines))
    return (*sections, section(context, BY_RULES, WRITERS[BY_RULES](context)))


def _left_out_notes(context: BriefContext, evidence: NumberedEvidence, gate: ContextGate) -> list[str]:
    """What the model was not given, and why."""
    notes = []
    if evidence.left_out:
        notes.append(context.say(
            es=f"No cupieron {evidence.left_out} datos en lo que se dio al modelo.",
            en=f"{evidence.left_out} facts did not fit into what the model was given.",
        ))  # fmt: skip
    if gate.kept_out:
        notes.append(context.say(
            es=f"Textos que los controles apartaron y el modelo no leyó: {len(gate.kept_out)}; "
            "parecen dar instrucciones al asistente o no se pudieron comprobar.",
            en=f"Texts that the checks set aside and the model did not read: {len(gate.kept_out)}; "
            "they seem to instruct the assistant, or could not be checked.",
        ))  # fmt: skip
    return notes


def _fallback_note(context: BriefContext, error: ModelUnavailable | ModelOutputError) -> str:
    if isinstance(error, BudgetExceeded):
        return context.say(
            es="El presupuesto para modelos está agotado por hoy; lo ha escrito el redactor sin modelo.",
            en="The budget for models is used up for today; the writer without a model took over.",
        )
    model_failed = isinstance(error, ModelOutputError)
    return (
        context.say(
            es="El modelo respondió algo que no sirve; lo ha escrito el redactor sin modelo."
            if model_failed
            else "No se pudo usar el modelo; lo ha escrito el redactor sin modelo.",
            en="The model answered with something unusable; the writer without a model took over."
            if model_failed
            else "The model could not be used; the writer without a model took over.",
        )
        + f" ({error.message})"
    )
