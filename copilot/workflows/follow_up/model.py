"""The writer that asks a language model for the wording of a follow-up, from the same evidence as the rules.

Invariants: the model sees pseudonyms and only what may be repeated to the reader; greeting and closing are written by
rules, and a sentence of the model without evidence is refused. When the model fails, the rules write and the draft
says so.
"""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from copilot import __version__
from copilot.domain.drafts import Provenance, Section
from copilot.domain.evidence import Evidence
from copilot.domain.personal_data import Hints
from copilot.errors import ModelOutputError, ModelUnavailable
from copilot.guardrails.pipeline import Guardrails
from copilot.guardrails.pseudonyms import Vault
from copilot.guardrails.pseudonyms.chat_model import MaskedChatModel
from copilot.guardrails.pseudonyms.messages import MessageMasker
from copilot.llm.structured import Answer, StructuredModel
from copilot.prompting import PromptRegistry, RenderedPrompt
from copilot.telemetry import get_logger
from copilot.workflows.brief.model_evidence import evidence_line
from copilot.workflows.brief.model_gate import ContextGate
from copilot.workflows.brief.model_privacy import masked_counts, readable_sources, vault_for
from copilot.workflows.brief.written import Written
from copilot.workflows.follow_up import offline
from copilot.workflows.follow_up.context import FollowUpContext
from copilot.workflows.follow_up.offline import Said

_log = get_logger(__name__)
PROMPT_ID = "follow_up"
BY_MODEL = ("recap", "theirs", "ours", "answers", "open_points", "next_step")
_NONE = "-"
_LONGEST = 500
_MOST_SENTENCES = 8


class WrittenSentence(BaseModel):
    """One sentence and the numbers of the lines it rests on."""

    model_config = ConfigDict(extra="forbid")
    text: str = Field(min_length=1, max_length=_LONGEST)
    evidence: list[int] = Field(min_length=1)


class WrittenPart(BaseModel):
    """One part of the email."""

    model_config = ConfigDict(extra="forbid")
    key: Literal["recap", "theirs", "ours", "answers", "open_points", "next_step"]
    sentences: list[WrittenSentence] = Field(min_length=1, max_length=_MOST_SENTENCES)


class WrittenEmail(BaseModel):
    """The email as the model writes it, without greeting and closing."""

    model_config = ConfigDict(extra="forbid")
    parts: list[WrittenPart] = Field(min_length=1)


class ModelFollowUp:
    """Writes with a model; falls back to rules."""

    def __init__(
        self, model: StructuredModel, *, guardrails: Guardrails, prompts: PromptRegistry | None = None
    ) -> None:
        self._model = model
        self._guardrails = guardrails
        self._prompts = prompts or PromptRegistry()

    def compose(self, context: FollowUpContext) -> Written:
        """Ask the model; hand over to the rules, with a note, when it cannot be used."""
        by_rules = offline.write(context)
        gate = ContextGate(self._guardrails, hints=Hints(language=context.language))
        lines = _citable(context, by_rules, gate)
        vault = vault_for(context.base, policy=self._guardrails.policy)
        rendered = self._rendered(context, lines)
        try:
            answer = self._behind(vault, context).ask(
                system=rendered.system,
                user=rendered.user,
                shape=WrittenEmail,
                check=lambda email: _problems(email, lines, vault, allowed=_keys(by_rules)),
                prompt=rendered.prompt,
            )
        except (ModelUnavailable, ModelOutputError) as error:
            _log.warning("follow_up.model_failed", code=error.code)
            return Written(by_rules, _by_rules(context, error))
        sections = _sections(by_rules, answer.value, lines)
        return Written(sections, _provenance(answer, rendered, vault))

    def _rendered(self, context: FollowUpContext, lines: Sequence[Evidence]) -> RenderedPrompt:
        wanted = context.instruction.text if context.instruction else context.asked
        numbered = (evidence_line(item, number=place, language=context.language) for place, item in enumerate(lines, 1))
        return self._prompts.load(PROMPT_ID, language=context.language).render(
            account_name=context.base.facts.account.name,
            today=context.base.format.day(context.base.today),
            register=context.manner.register.value,
            tone=context.manner.variant.value,
            instruction=" ".join(wanted.split()) or _NONE,
            evidence="\n".join(numbered),
        )

    def _behind(self, vault: Vault, context: FollowUpContext) -> StructuredModel:
        """The model as it may be asked about this account: everything goes through the vault."""
        masker = MessageMasker(
            vault,
            viewer_may_see=readable_sources(context.base).__contains__,
            typed=context.base.facts.account.id,
        )
        return self._model.through(lambda chat: MaskedChatModel(inner=chat, masker=masker))


def _citable(context: FollowUpContext, by_rules: Sequence[Section], gate: ContextGate) -> tuple[Evidence, ...]:
    """What the rules cite, and nothing else: a model cannot repeat what it was not given."""
    gathered = context.evidence()
    told = [segment for part in by_rules if part.key in BY_MODEL for segment in part.segments]
    cited = dict.fromkeys(key for segment in told for key in segment.evidence_ids)
    return tuple(gathered[key] for key in cited if key in gathered and gate.admits(gathered[key]))


def _keys(by_rules: Sequence[Section]) -> frozenset[str]:
    return frozenset(part.key for part in by_rules)


def _problems(
    email: WrittenEmail, lines: Sequence[Evidence], vault: Vault, *, allowed: frozenset[str]
) -> Sequence[str]:
    """What the schema cannot say: parts once and only where there is something, numbers that exist, nobody made up."""
    keys = [part.key for part in email.parts]
    found = []
    if len(set(keys)) != len(keys) or not set(keys) <= allowed:
        found.append(f"Each part stands once, and only these: {', '.join(sorted(allowed & set(BY_MODEL)))}.")
    for part in email.parts:
        for place, sentence in enumerate(part.sentences, start=1):
            wrong = [number for number in sentence.evidence if not 1 <= number <= len(lines)]
            if wrong:
                found.append(f"{part.key}, sentence {place}: there is no evidence {wrong}.")
            unknown = vault.unknown(sentence.text)
            if unknown:
                found.append(f"{part.key}, sentence {place}: nobody is called {', '.join(unknown)}.")
    return found


def _sections(by_rules: Sequence[Section], email: WrittenEmail, lines: Sequence[Evidence]) -> tuple[Section, ...]:
    """The model's parts in the order of the rules'; what it left out of who owes what is taken from the rules."""
    written = {part.key: part for part in email.parts}
    sections = []
    for part in by_rules:
        told = written.get(part.key)  # type: ignore[call-overload]
        if told is not None:
            sections.append(offline.section(part.key, [_said(item, lines) for item in told.sentences]))
        elif part.key not in {"recap", "answers"}:
            sections.append(part)
    return tuple(sections)


def _said(item: WrittenSentence, lines: Sequence[Evidence]) -> Said:
    cites = tuple(dict.fromkeys(lines[number - 1].id for number in item.evidence))
    return Said(" ".join(item.text.split()), cites)


def _provenance(answer: Answer[WrittenEmail], rendered: RenderedPrompt, vault: Vault) -> Provenance:
    return Provenance(
        writer="model",
        model=answer.model,
        prompt_id=rendered.prompt.id,
        prompt_version=rendered.prompt.version,
        prompt_sha256=rendered.prompt.sha256,
        parameters={
            "structured_output": "json_schema",
            "written_by_rules": "greeting, closing",
            **masked_counts(vault),
        },
        input_tokens=answer.input_tokens,
        output_tokens=answer.output_tokens,
        cost_usd=answer.cost_usd,
        code_version=__version__,
    )


def _by_rules(context: FollowUpContext, error: ModelUnavailable | ModelOutputError) -> Provenance:
    note = context.note(
        es="No se pudo usar el modelo; lo ha escrito el redactor sin modelo.",
        en="The model could not be used; the writer without a model took over.",
    )
    return Provenance(writer="offline", code_version=__version__, notes=(f"{note} ({error.message})",))
