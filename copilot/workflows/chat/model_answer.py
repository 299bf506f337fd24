"""An answer in a model's words, checked sentence by sentence.

Invariants: the model is asked through a vault, so it sees pseudonyms, never names; it sees numbered evidence that
passed the gate and nothing else. A sentence whose figures or wording its evidence does not carry is dropped and
counted; a section of which nothing is left is said by rules.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict, Field

from copilot import __version__
from copilot.domain.drafts import Provenance
from copilot.domain.evidence import Evidence
from copilot.domain.findings import Finding, Severity
from copilot.domain.personal_data import Hints
from copilot.domain.plans import Plan, RfpAnswerStep
from copilot.domain.pseudonyms import STAFF, typed_by
from copilot.errors import BudgetExceeded, ModelOutputError, ModelUnavailable
from copilot.guardrails.pipeline import Guardrails
from copilot.guardrails.pseudonyms import Vault
from copilot.guardrails.pseudonyms.chat_model import MaskedChatModel
from copilot.guardrails.pseudonyms.messages import MessageMasker
from copilot.llm.structured import Answer as ModelAnswer
from copilot.llm.structured import StructuredModel
from copilot.llm.tokens import count_tokens
from copilot.prompting import PromptRegistry, RenderedPrompt
from copilot.store.account_facts import AccountFactsRepository
from copilot.store.voices import Voice, VoicesRepository
from copilot.telemetry import get_logger
from copilot.workflows.brief.model_evidence import evidence_line
from copilot.workflows.brief.model_gate import ContextGate
from copilot.workflows.brief.model_privacy import masked_counts, vault_around
from copilot.workflows.chat.contract import Answer, Found, Line, Scene
from copilot.workflows.chat.draft import assemble
from copilot.workflows.chat.model import may_be_rewritten
from copilot.workflows.chat.offline import OfflineAnswerWriter, shortened

_log = get_logger(__name__)
PROMPT_ID = "chat_answer"
EVIDENCE_TOKENS = 2_400
"""Of all numbered lines together, their JSON included."""
_LONGEST_SEGMENT = 600
_MOST_SEGMENTS = 8


class WrittenSegment(BaseModel):
    """One sentence and the numbers of the lines it rests on."""

    model_config = ConfigDict(extra="forbid")
    text: str = Field(min_length=1, max_length=_LONGEST_SEGMENT)
    evidence: list[int] = Field(min_length=1)


class WrittenSection(BaseModel):
    """The answer of one step."""

    model_config = ConfigDict(extra="forbid")
    key: str
    segments: list[WrittenSegment] = Field(max_length=_MOST_SEGMENTS)


class WrittenAnswer(BaseModel):
    """The answer as the model writes it."""

    model_config = ConfigDict(extra="forbid")
    sections: list[WrittenSection] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class _Given:
    """What the model may read, numbered from 1, and how much was left out."""

    lines: tuple[Evidence, ...]
    text: str
    left_out: int
    kept_out: int

    def id_of(self, number: int) -> str | None:
        return self.lines[number - 1].id if 1 <= number <= len(self.lines) else None


def write_with(
    model: StructuredModel,
    found: tuple[Found, ...],
    scene: Scene,
    *,
    guardrails: Guardrails,
    prompts: PromptRegistry | None = None,
) -> Answer:
    """Ask the model, keep what stands, say the rest by rules. Never raises for something the model did."""
    wanted = {f"s{place}": part for place, part in enumerate(found, start=1) if may_be_rewritten(part)}
    voices = VoicesRepository(scene.uow).of(
        [item for part in wanted.values() for item in part.evidence], viewer=scene.viewer
    )
    given = _given(wanted.values(), voices, scene, guardrails)
    if not given.lines:
        return OfflineAnswerWriter(notes=_given_notes(given, scene)).write(found, scene, tell=lambda _: None)
    vault, sources = _vault(wanted.values(), voices, scene, guardrails)
    rendered = _rendered(prompts or PromptRegistry(), wanted, given, scene)
    masker = MessageMasker(vault, viewer_may_see=sources.__contains__, typed=typed_by(scene.viewer.user_id))
    try:
        answer = model.through(lambda chat: MaskedChatModel(inner=chat, masker=masker)).ask(
            system=rendered.system, user=rendered.user, shape=WrittenAnswer, prompt=rendered.prompt
        )
    except (ModelUnavailable, ModelOutputError) as error:
        _log.warning("chat.model_failed", code=error.code)
        return OfflineAnswerWriter(notes=(failed_note(error, scene),)).write(found, scene, tell=lambda _: None)
    return _checked(answer, wanted, found, given, scene, rendered=rendered, vault=vault, guardrails=guardrails)


def _given(parts: Iterable[Found], voices: Mapping[str, Voice], scene: Scene, guardrails: Guardrails) -> _Given:
    """Number the evidence that the gate lets through, in its order, until the budget is spent."""
    gate = ContextGate(guardrails, hints=Hints(language=scene.language))
    lines: list[Evidence] = []
    texts: list[str] = []
    spent = left_out = 0
    for item in {item.id: item for part in parts for item in part.evidence}.values():
        text = evidence_line(_with_voice(item, voices), number=len(lines) + 1, language=scene.language)
        tokens = count_tokens(text)
        if spent + tokens > EVIDENCE_TOKENS:
            left_out += 1
        elif gate.admits(item):
            spent += tokens
            lines.append(item)
            texts.append(text)
    return _Given(tuple(lines), "\n".join(texts), left_out, len(gate.kept_out))


def _with_voice(item: Evidence, voices: Mapping[str, Voice]) -> Evidence:
    """The source with who says it, where that is one person: a sentence out of a talk does not say so itself."""
    speakers = voices[item.id].speakers if item.id in voices else frozenset()
    if len(speakers) != 1:
        return item
    (speaker,) = speakers
    return item if "@" in speaker else item.model_copy(update={"label": f"{item.label} · {speaker}"})


def _vault(
    parts: Iterable[Found], voices: Mapping[str, Voice], scene: Scene, guardrails: Guardrails
) -> tuple[Vault, frozenset[str]]:
    """A vault that knows everybody around the accounts, and the sources that this reader may see."""
    accounts = dict.fromkeys(account_id for part in parts for account_id in part.account_ids)
    speakers = {name for voice in voices.values() for name in voice.speakers if "@" not in name}
    facts = [
        (AccountFactsRepository(scene.uow).gather(account_id, viewer=scene.viewer, today=scene.today), speakers)
        for account_id in accounts
    ]
    vault = vault_around(facts, language=scene.language, policy=guardrails.policy)
    return vault, frozenset({*accounts, STAFF, typed_by(scene.viewer.user_id)})


def _rendered(prompts: PromptRegistry, wanted: dict[str, Found], given: _Given, scene: Scene) -> RenderedPrompt:
    sections = "\n".join(f"- {key}: {' '.join(part.title.split())}" for key, part in wanted.items())
    return prompts.load(PROMPT_ID, language=scene.language).render(
        today=scene.format.day(scene.today),
        evidence=given.text,
        sections=sections,
        question=" ".join(scene.message.split()),
    )


def _checked(
    answer: ModelAnswer[WrittenAnswer], wanted: dict[str, Found], found: tuple[Found, ...], given: _Given, scene: Scene,
    *, rendered: RenderedPrompt, vault: Vault, guardrails: Guardrails,
) -> Answer:  # fmt: skip
    """What stands of the model's sentences; a section of which nothing is left is the rules'."""
    written = _lines(answer.value, wanted, given, vault)
    proposed = sum(len(section.segments) for section in answer.value.sections)
    kept = _standing(written, wanted, scene, guardrails)
    stands = sum(len(lines) for lines in kept.values())
    keys = {id(part): key for key, part in wanted.items()}
    parts = tuple(
        replace(part, lines=kept[keys[id(part)]]) if kept.get(keys.get(id(part), "")) else part for part in found
    )
    notes = (*_given_notes(given, scene), *_dropped_notes(proposed - stands, by_rules=not stands, scene=scene))
    if not stands:
        return OfflineAnswerWriter(notes=notes).write(found, scene, tell=lambda _: None)
    provenance = Provenance(
        writer="model",
        model=answer.model,
        prompt_id=rendered.prompt.id,
        prompt_version=rendered.prompt.version,
        prompt_sha256=rendered.prompt.sha256,
        parameters={"structured_output": "json_schema", "dropped": str(proposed - stands), **masked_counts(vault)},
        input_tokens=answer.input_tokens,
        output_tokens=answer.output_tokens,
        cost_usd=answer.cost_usd,
        code_version=__version__,
        notes=notes,
    )
    return Answer(found=shortened(parts), provenance=provenance)


def _lines(
    written: WrittenAnswer, wanted: dict[str, Found], given: _Given, vault: Vault
) -> dict[str, tuple[Line, ...]]:
    """The sentences that name a section, evidence that exists, and nobody made up."""
    lines: dict[str, list[Line]] = {}
    for section in written.sections:
        for segment in section.segments:
            cites = tuple(dict.fromkeys(filter(None, map(given.id_of, segment.evidence))))
            if section.key in wanted and cites and not vault.unknown(segment.text):
                lines.setdefault(section.key, []).append(Line(" ".join(segment.text.split()), cites))
    return {key: tuple(found) for key, found in lines.items()}


def _standing(
    written: dict[str, tuple[Line, ...]], wanted: dict[str, Found], scene: Scene, guardrails: Guardrails
) -> dict[str, tuple[Line, ...]]:
    """Without the sentences that the guardrails find unsupported, or would hold or block."""
    parts = tuple(replace(wanted[key], key=key, lines=lines) for key, lines in written.items())
    if not parts:
        return {}
    draft = assemble(
        Answer(parts, Provenance(writer="model", code_version=__version__)),
        scene,
        Plan(language=scene.language, steps=(RfpAnswerStep(question=scene.message),)),
    )
    report = guardrails.check_draft(draft, viewer=scene.viewer, uow=scene.uow)
    wrong = {item.segment_id for item in report.findings if _rejects(item)}
    return {
        part.key: tuple(line for number, line in enumerate(part.lines, 1) if f"{part.key}.{number}" not in wrong)
        for part in parts
    }


def _rejects(finding: Finding) -> bool:
    return finding.segment_id is not None and finding.severity.rank >= Severity.HIGH.rank


def _given_notes(given: _Given, scene: Scene) -> tuple[str, ...]:
    notes = []
    if given.left_out:
        notes.append(scene.say(
            es=f"No cupieron {given.left_out} fragmentos en lo que se dio al modelo.",
            en=f"{given.left_out} passages did not fit into what the model was given.",
        ))  # fmt: skip
    if given.kept_out:
        notes.append(scene.say(
            es=f"Textos que los controles apartaron y el modelo no leyó: {given.kept_out}.",
            en=f"Texts that the checks set aside and the model did not read: {given.kept_out}.",
        ))  # fmt: skip
    return tuple(notes)


def _dropped_notes(dropped: int, *, by_rules: bool, scene: Scene) -> tuple[str, ...]:
    if by_rules:
        return (scene.say(
            es="Ninguna frase del modelo se apoyaba en las fuentes; la respuesta la ha escrito el redactor sin modelo.",
            en="No sentence of the model rested on the sources; the writer without a model took over.",
        ),)  # fmt: skip
    return (dropped_note(dropped, scene),) if dropped else ()


def dropped_note(count: int, scene: Scene) -> str:
    """How many sentences of a model were left out."""
    return scene.say(
        es=f"Frases del modelo que se han descartado porque sus fuentes no las respaldan: {count}.",
        en=f"Sentences of the model dropped because their sources do not support them: {count}.",
    )


def failed_note(error: ModelUnavailable | ModelOutputError, scene: Scene) -> str:
    """Why the rules wrote it, in words of the reader's language: the error's own are for logs and in English."""
    if isinstance(error, BudgetExceeded):
        return scene.say(
            es="El presupuesto para modelos está agotado por hoy; la respuesta la ha escrito el redactor sin modelo.",
            en="The budget for models is used up for today; the writer without a model took over.",
        )
    if isinstance(error, ModelOutputError):
        return scene.say(
            es="El modelo respondió algo que no sirve; la respuesta la ha escrito el redactor sin modelo.",
            en="The model answered with something unusable; the writer without a model took over.",
        )
    return scene.say(
        es="No se pudo usar el modelo; la respuesta la ha escrito el redactor sin modelo.",
        en="The model could not be used; the writer without a model took over.",
    )
