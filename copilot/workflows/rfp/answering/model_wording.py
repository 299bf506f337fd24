"""An answer in a model's words, checked sentence by sentence.

Invariants: the model is asked through a vault and is given the chosen sentences and nothing else. A sentence of it
stands only if its sources carry it, it claims no more firmly than they do, and it is in the question's language; what
no standing sentence says is said in the source's own words, so nothing that was chosen is lost.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from copilot import __version__
from copilot.domain.drafts import Provenance, Segment
from copilot.domain.evidence import Evidence
from copilot.domain.folding import flat
from copilot.domain.language import Language, detect
from copilot.domain.personal_data import Hints
from copilot.domain.questionnaires import Question
from copilot.errors import ModelOutputError, ModelUnavailable
from copilot.guardrails.grounding import Support, support
from copilot.guardrails.pipeline import Guardrails
from copilot.guardrails.pseudonyms import Vault
from copilot.llm.structured import Answer as ModelAnswer
from copilot.llm.structured import StructuredModel
from copilot.prompting import PromptRegistry, RenderedPrompt
from copilot.telemetry import get_logger
from copilot.workflows.brief.model_gate import ContextGate
from copilot.workflows.brief.model_privacy import masked_counts
from copilot.workflows.chat.contract import Scene
from copilot.workflows.chat.model_answer import WrittenSegment, dropped_note, failed_note
from copilot.workflows.rfp.answering.claims import Claim, read_claim
from copilot.workflows.rfp.answering.fitting import heading_of
from copilot.workflows.rfp.answering.model_boundary import behind_vault, rendered, said_by
from copilot.workflows.rfp.answering.prose import Chosen
from copilot.workflows.rfp.answering.short_form import said_outright
from copilot.workflows.rfp.answering.wording import Worded

_log = get_logger(__name__)
PROMPT_ID = "rfp_answer"
_MOST_SEGMENTS = 4
_RULES = frozenset({Claim.INTENTION, Claim.RECOMMENDED, Claim.OTHER_PARTY, Claim.DEFINITION})
"""What a text states, and nobody says is so."""
_KEPT = frozenset({Claim.CONDITIONAL, Claim.POSSIBLE, Claim.PARTIAL})
_STATES = re.compile(
    r"\b(?:states?|requires?|prescribes?|provides? (?:for|that)|sets? out|according to|defines?|plans?|planned|"
    r"establece|exige|prescribe|preve|dispone|define|segun|obliga|previsto|prevista|planea)\b"
)


class WrittenAnswer(BaseModel):
    """The answer as the model writes it."""

    model_config = ConfigDict(extra="forbid")
    segments: list[WrittenSegment] = Field(max_length=_MOST_SEGMENTS)


@dataclass(frozen=True, slots=True)
class _Line:
    """One chosen sentence, by its place among them, as the model reads it."""

    place: int
    item: Chosen
    shown: Evidence

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(part.text for part in (self.item.told, *self.item.more))


def word_with(
    model: StructuredModel,
    question: Question,
    chosen: Sequence[Chosen],
    *,
    by_rules: tuple[Segment, ...],
    scene: Scene,
    guardrails: Guardrails,
    prompts: PromptRegistry | None = None,
) -> Worded:
    """Ask the model, keep what stands, say the rest by rules (`by_rules`: one segment per chosen sentence)."""
    gate = ContextGate(guardrails, hints=Hints(language=question.language))
    every = [_Line(place, item, said_by(item)) for place, item in enumerate(chosen)]
    lines = [line for line in every if gate.admits(line.shown)]
    if not lines:
        return Worded(by_rules)
    masked, vault = behind_vault(model, language=question.language, user_id=scene.viewer.user_id, guardrails=guardrails)
    shown = [line.shown for line in lines]
    prompt = rendered(PROMPT_ID, question.text, shown, language=question.language, prompts=prompts)
    try:
        answer = masked.ask(system=prompt.system, user=prompt.user, shape=WrittenAnswer, prompt=prompt.prompt)
    except (ModelUnavailable, ModelOutputError) as error:
        _log.warning("rfp.model_failed", code=error.code)
        return Worded(
            by_rules, Provenance(writer="offline", code_version=__version__, notes=(failed_note(error, scene),))
        )
    written = [each for each in answer.value.segments if not vault.unknown(each.text)]
    standing = _standing(written, dict(enumerate(lines, 1)), question.language)
    dropped = len(answer.value.segments) - len(standing)
    provenance = _provenance(answer, prompt, vault, dropped=dropped, stands=bool(standing), scene=scene)
    return Worded(_joined(standing, by_rules, key=question.id), provenance)


_Standing = list[tuple[str, tuple[_Line, ...]]]


def _standing(written: Sequence[WrittenSegment], lines: Mapping[int, _Line], language: Language) -> _Standing:
    """The sentences that their lines carry, each with those that it needs."""
    kept = []
    for segment in written:
        text = " ".join(segment.text.split())
        cited = tuple(lines[number] for number in dict.fromkeys(segment.evidence) if number in lines)
        if cited and detect(text, prior=language) is language and _carried(text, cited, language):
            kept.append((text, _needed(text, cited, language)))
    return kept


def _needed(text: str, cited: tuple[_Line, ...], language: Language) -> tuple[_Line, ...]:
    """Those of the lines without which the sentence would not stand: what it only cites, it does not say."""
    needed = cited
    for line in reversed(cited):
        others = tuple(each for each in needed if each is not line)
        # Without any line nothing is supported.
        if support(text, [each.shown for each in others], language).support is Support.SUPPORTED:
            needed = others
    return needed


def _carried(text: str, cited: Sequence[_Line], language: Language) -> bool:
    if said_outright(text) is not None:
        return False  # yes or no is said by the short form alone
    verdict = support(text, [line.shown for line in cited], language)
    return verdict.support is Support.SUPPORTED and all(_as_firm(text, line) for line in cited)


def _as_firm(text: str, line: _Line) -> bool:
    """Whether a sentence claims no more than its source: a rule stays a rule, a condition a condition, a no a no."""
    readings = [read_claim(part, title=heading_of(line.item.told)) for part in line.texts]
    said = read_claim(text)
    claims = frozenset(claim for reading in readings for claim in reading.all)
    if claims & _RULES and not (said.all & _RULES or _STATES.search(flat(text))):
        return False
    if claims & _KEPT - said.all:
        return False
    return bool(said.negations) == any(reading.negations for reading in readings)


def _joined(standing: _Standing, by_rules: tuple[Segment, ...], *, key: str) -> tuple[Segment, ...]:
    """The model's sentences, then those of the rules that say what it did not."""
    told = {line.place for _, lines in standing for line in lines}
    said = [(text, _cites(lines)) for text, lines in standing]
    said += [(item.text, item.evidence_ids) for place, item in enumerate(by_rules) if place not in told]
    return tuple(
        Segment(id=f"{key}.{place}", text=text, evidence_ids=cites) for place, (text, cites) in enumerate(said, start=1)
    )


def _cites(lines: Sequence[_Line]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for line in lines for key in line.item.cites))


def _provenance(
    answer: ModelAnswer[WrittenAnswer],
    prompt: RenderedPrompt,
    vault: Vault,
    *,
    dropped: int,
    stands: bool,
    scene: Scene,
) -> Provenance:
    return Provenance(
        writer="model" if stands else "offline",
        model=answer.model,
        prompt_id=prompt.prompt.id,
        prompt_version=prompt.prompt.version,
        prompt_sha256=prompt.prompt.sha256,
        parameters={"structured_output": "json_schema", "dropped": str(dropped), **masked_counts(vault)},
        input_tokens=answer.input_tokens,
        output_tokens=answer.output_tokens,
        cost_usd=answer.cost_usd,
        code_version=__version__,
        notes=(dropped_note(dropped, scene),) if dropped else (),
    )
