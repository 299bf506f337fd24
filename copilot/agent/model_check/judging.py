"""How many of the built-in pairs of a question and a line a model judges right.

Invariant: it is asked as it is in questionnaires; an answer that it does not manage to give counts as wrong.
"""

import tomllib
from dataclasses import dataclass
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from copilot.agent.model_check.planning import TODAY, VIEWER
from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.language import Language
from copilot.errors import ModelOutputError, ModelUnavailable
from copilot.guardrails.pipeline import Guardrails
from copilot.llm.structured import StructuredModel
from copilot.workflows.rfp.answering.model_opinion import Verdict, opinion_of


class Pair(BaseModel):
    """A question, the line chosen for it, and whether it answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: Language
    question: str
    source: str
    line: str
    answers: bool

    @property
    def evidence(self) -> Evidence:
        """The line as evidence."""
        return Evidence(
            id="passage:model-check", kind=EvidenceKind.PASSAGE, text=self.line, label=self.source, as_of=TODAY
        )


@dataclass(frozen=True, slots=True)
class JudgingTally:
    """How many of the pairs were judged right."""

    right: int
    of: int
    by_language: dict[str, int]


def pairs() -> tuple[Pair, ...]:
    """The built-in set."""
    content = files("copilot.agent.model_check").joinpath("pairs.toml").read_text(encoding="utf-8")
    return tuple(Pair.model_validate(item) for item in tomllib.loads(content)["pair"])


def judged(model: StructuredModel) -> JudgingTally:
    """Let `model` judge every pair."""
    guardrails, every = Guardrails(), pairs()
    right = [pair for pair in every if _doubts(model, pair, guardrails) is (not pair.answers)]
    counts = {language.value: sum(pair.language is language for pair in right) for language in Language}
    return JudgingTally(len(right), len(every), counts)


def _doubts(model: StructuredModel, pair: Pair, guardrails: Guardrails) -> bool | None:
    """None: it did not manage to say."""
    try:
        verdict = opinion_of(
            model,
            pair.question,
            [pair.evidence],
            language=pair.language,
            user_id=VIEWER.user_id,
            guardrails=guardrails,
        )
    except (ModelOutputError, ModelUnavailable):
        return None
    return verdict is Verdict.OTHER
