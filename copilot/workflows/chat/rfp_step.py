"""Answers a question of a questionnaire from the shared knowledge only.

Invariant: no account is ever looked into: what we tell one customer must not come from another. An answer has a source;
"no source found" is an answer too, and says what has to be asked of whom.
"""

import re

from copilot.domain.evidence import Evidence
from copilot.domain.folding import flat
from copilot.domain.plans import RfpAnswerStep, SearchStep, Step
from copilot.retrieval.service import RetrievalService
from copilot.workflows.chat.answer_lines import closest_lines, line_of
from copilot.workflows.chat.answering import Judged, Verdict
from copilot.workflows.chat.contract import Found, Line, Scene, of_kind
from copilot.workflows.chat.question import Expected, expected_kind
from copilot.workflows.chat.search_step import SearchRunner, said_of
from copilot.workflows.chat.wording import cited, said

_YES = re.compile(r"^\W*(?:answer|respuesta|response)?\W*(?:yes|si)\b")
_NO = re.compile(r"^\W*(?:answer|respuesta|response)?\W*(?:no)\b")
_NOT_OFFERED = re.compile(r"\b(?:not (?:available|offered|supported)|no (?:esta disponible|se ofrece|lo ofrecemos))\b")


class RfpRunner:
    """Short form first (yes or no, where the source says it), then the source's own words."""

    def __init__(self, retrieval: RetrievalService) -> None:
        self._search = SearchRunner(retrieval)

    def __call__(self, step: Step, scene: Scene) -> Found:
        """See `StepRunner`."""
        question = of_kind(step, RfpAnswerStep).question
        telling, verdict = self._search.look(SearchStep(question=question), scene)
        lines, evidence = said_of(telling, verdict, scene)
        if verdict.answered:
            lines = (*_short_form(question, verdict, scene), *lines)
        else:
            lines = (_no_source(scene), *closest_lines(verdict, scene)[1:])
        return Found(
            key="rfp_answer",
            title=scene.say(es=f"Respuesta al cuestionario: {question}", en=f"Questionnaire answer: {question}"),
            lines=lines,
            evidence=_current(evidence),
            nothing=not verdict.answered,
        )


def _current(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Shared knowledge only, whatever the search is ever changed to find."""
    return tuple(item for item in evidence if item.account_id is None)


def _no_source(scene: Scene) -> Line:
    return said(scene.say(
        es="No hay fuente en el conocimiento común que lo conteste; hay que preguntarlo antes de responder.",
        en="No source in the shared knowledge answers it; it must be asked before we reply.",
    ))  # fmt: skip


def _short_form(question: str, verdict: Verdict, scene: Scene) -> tuple[Line, ...]:
    """`Yes.` or `No.`, for a question that asks so and a source that says so in so many words."""
    best = verdict.ranked[0]
    if expected_kind(question) is not Expected.YES_NO:
        return ()
    answer = _yes_or_no(best)
    if answer is None:
        return ()
    word = scene.say(es="Sí." if answer else "No.", en="Yes." if answer else "No.")
    return (
        cited(scene.say(es=f"Respuesta corta: {word}", en=f"Short answer: {word}"), line_of(best, scene).evidence_ids),
    )


def _yes_or_no(best: Judged) -> bool | None:
    plain = " ".join(flat(best.told.text).split())
    if _YES.match(plain):
        return True
    return False if _NO.match(plain) or _NOT_OFFERED.search(plain) else None
