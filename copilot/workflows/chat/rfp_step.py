"""Answers a question of a questionnaire from the shared knowledge only.

Invariant: no account is ever looked into: what we tell one customer must not come from another. An answer has a source;
"no source found" is an answer too, and says what has to be asked of whom.
"""

from copilot.domain.evidence import Evidence
from copilot.domain.plans import RfpAnswerStep, SearchStep, Step
from copilot.domain.rfp_answers import ShortForm
from copilot.retrieval.service import RetrievalService
from copilot.workflows.chat.answer_lines import closest_lines, line_of
from copilot.workflows.chat.answering import Verdict
from copilot.workflows.chat.contract import Found, Line, Scene, of_kind
from copilot.workflows.chat.question import Expected, expected_kind
from copilot.workflows.chat.search_step import SearchRunner, notices_of, said_of
from copilot.workflows.chat.wording import cited, said
from copilot.workflows.rfp.answering.candidates import short_form_of

_WORDS = {
    ShortForm.YES: ("Sí.", "Yes."),
    ShortForm.NO: ("No.", "No."),
    ShortForm.PARTIAL: ("En parte.", "Partly."),
    ShortForm.NOT_APPLICABLE: ("No procede.", "Not applicable."),
}


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
            notices=notices_of(telling, scene),
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
    """`Yes.` or `No.`, for a question that asks so and a source that says so: by the rule of questionnaires."""
    best = verdict.ranked[0]
    if expected_kind(question) is not Expected.YES_NO:
        return ()
    short = short_form_of(question, best, language=scene.language)
    if short is None:
        return ()
    es, en = _WORDS[short]
    said_short = scene.say(es=f"Respuesta corta: {es}", en=f"Short answer: {en}")
    return (cited(said_short, line_of(best, scene).evidence_ids),)
