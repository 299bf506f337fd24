"""Whether a statement is wrong or unsupported, by rules that anybody can check.

A statement is wrong when it gives a figure or a day that neither evidence nor question has; when it names somebody or
something that neither has; when it says what must not be said; or when it answers a question that nothing answers.
Invariant: no guardrail of the product is asked, so that guardrails are not measured by themselves.
"""

import re
from dataclasses import dataclass

from copilot.domain.language import Language
from evals.chat.dataset import ExpectedTurn, Outcome
from evals.chat.matching import MONTHS, fold, numbers_in, says, written_numbers

_END = re.compile(r"(?<=[.!?…])\s+|\n+")
_LIST_MARK = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_NAME = re.compile(r"(?<![.!?:«“\"(\n]\s)(?<!^)\b[A-ZÁÉÍÓÚÑ][\wÁÉÍÓÚÑáéíóúñü'-]{2,}")
_DENIES = re.compile(
    r"no (he encontrado|se menciona|se indica|se especifica|hay|consta|aparece|esta|dispongo|puedo|contesta)"
    r"|nada que lo|sin informacion|no se proporciona|lo mas cercano"
    r"|(not|n't|no) (mention|specif|provid|stat|contain|includ|information|found|possible|available|indicat|answer)"
    r"|is not|nothing|unable|cannot|the closest"
)
_QUOTED = re.compile(r"[«“\"][^»”\"]+[»”\"]")
_SHORTEST = 4
"""Characters. Less is no statement."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a statement is judged against."""

    expected: ExpectedTurn
    language: Language
    evidence: str
    people: str = ""
    """Names of the people that the records know: whoever is quoted may be named with their name in full."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A statement, and what is wrong with it; nothing: it stands."""

    text: str
    faults: tuple[str, ...]

    @property
    def is_wrong(self) -> bool:
        """Wrong or unsupported."""
        return bool(self.faults)


def sentences_of(answer: str) -> list[str]:
    """The statements of an answer."""
    parts = (_LIST_MARK.sub("", part).strip() for part in _END.split(answer))
    return [part for part in parts if len(part) >= _SHORTEST]


def judge(text: str, question: Question) -> Judged:
    """Look at one statement."""
    known = fold(f"{question.evidence}\n{question.expected.message}")
    faults = [*_figures(text, known), *_names(text, f"{known}\n{fold(question.people)}")]
    faults += [f"says {item}" for item in question.expected.absent if says(text, item)]
    if question.expected.outcome is Outcome.NOTHING and not _only_reports(text, question):
        faults.append("answers what nothing answers")
    return Judged(text, tuple(faults))


def _figures(text: str, known: str) -> list[str]:
    given = set(numbers_in(known))
    return [f"figure {readings[0]}" for readings in written_numbers(fold(text)) if not given & set(readings)]


def _names(text: str, known: str) -> list[str]:
    names = (name for name in dict.fromkeys(_NAME.findall(text)) if fold(name) not in MONTHS)
    return [f"name {name}" for name in names if fold(name) not in known]


def _only_reports(text: str, question: Question) -> bool:
    """Whether it denies, or only quotes what the evidence has, as the chat does with what comes closest."""
    folded = fold(text)
    if _DENIES.search(folded):
        return True
    known = fold(question.evidence)
    quotes = [fold(match.group()[1:-1]) for match in _QUOTED.finditer(text)]
    return bool(quotes) and all(quote in known for quote in quotes)
