"""Answers a question from what texts say: the sentences that answer it, quoted, or that nothing says so.

Invariant: a sentence is quoted exactly, with who said it and when; where the sources do not agree, both are shown. When
nothing answers, that is the answer, and the closest material is offered as no more than that.
"""

from copilot.domain.evidence import Evidence
from copilot.domain.folding import flat
from copilot.domain.language import detect
from copilot.domain.plans import SearchStep, Step
from copilot.retrieval.search import Hit, SearchRequest
from copilot.retrieval.service import RetrievalService
from copilot.store.accounts import AccountRepository
from copilot.workflows.chat.answer_lines import answer_lines, closest_lines
from copilot.workflows.chat.answering import Verdict, answers
from copilot.workflows.chat.contract import Found, Line, Scene, of_kind
from copilot.workflows.chat.matching import asked
from copilot.workflows.chat.question import read_question
from copilot.workflows.chat.spans import spans_of_told
from copilot.workflows.chat.told import Telling, tell
from copilot.workflows.chat.wording import said

PASSAGES = 12
MODEL_TOKENS = 600
"""Of text that a model is given for one question; the lines around it come to as much again. More held hardly more
evidence (0.94 instead of 0.92 of the questions at 1,500) and cost a third more."""
_TITLE_LENGTH = 110


class SearchRunner:
    """Looks in the texts of the accounts named, else in the shared knowledge."""

    def __init__(self, retrieval: RetrievalService) -> None:
        self._retrieval = retrieval

    def __call__(self, step: Step, scene: Scene) -> Found:
        """See `StepRunner`."""
        wanted = of_kind(step, SearchStep)
        names = AccountRepository(scene.uow).names(wanted.account_ids, viewer=scene.viewer)
        telling, verdict = self.look(wanted, scene, besides=tuple(names.values()))
        lines, evidence = said_of(telling, verdict, scene)
        return Found(
            key="search",
            title=_title(wanted.question),
            lines=lines,
            evidence=evidence,
            account_ids=tuple(account_id for account_id in wanted.account_ids if account_id in names),
            nothing=not verdict.answered,
        )

    def look(self, wanted: SearchStep, scene: Scene, *, besides: tuple[str, ...] = ()) -> tuple[Telling, Verdict]:
        """What the passages found say, and whether that answers. `besides`: names that are understood."""
        telling = tell(self._hits(wanted, scene), scene)
        known = frozenset(word for name in besides for word in flat(name).split())
        language = detect(wanted.question, prior=scene.language)
        question = asked(read_question(wanted.question, language=language, besides=known))
        return telling, answers(question, telling.sentences)

    def _hits(self, wanted: SearchStep, scene: Scene) -> tuple[Hit, ...]:
        request = SearchRequest(
            query=wanted.question,
            account_ids=wanted.account_ids,
            include_shared=not wanted.account_ids,
            since=wanted.period.start if wanted.period else None,
            until=wanted.period.end if wanted.period else None,
            limit=PASSAGES,
            language=detect(wanted.question, prior=scene.language),
        )
        return self._retrieval.search.search(request, viewer=scene.viewer, uow=scene.uow).hits


def said_of(telling: Telling, verdict: Verdict, scene: Scene) -> tuple[tuple[Line, ...], tuple[Evidence, ...]]:
    """The lines, and all evidence that a model may write from, the most telling first."""
    lines = answer_lines(verdict, scene) if verdict.answered else closest_lines(verdict, scene)
    if telling.withheld:
        lines.append(said(scene.say(
            es="He dejado fuera un texto que intenta dar instrucciones a un asistente.",
            en="I left out a text that tries to give instructions to an assistant.",
        )))  # fmt: skip
    cited = {evidence_id for line in lines for evidence_id in line.evidence_ids}
    by_id = {item.evidence.id: item.evidence for item in telling.sentences}
    shown = [by_id[evidence_id] for evidence_id in by_id if evidence_id in cited]
    more = spans_of_told(verdict, telling.sentences, budget_tokens=MODEL_TOKENS) if verdict.answered else ()
    return tuple(lines), tuple({item.id: item for item in (*shown, *more)}.values())


def _title(question: str) -> str:
    asked_for = " ".join(question.split())
    return asked_for if len(asked_for) <= _TITLE_LENGTH else asked_for[: _TITLE_LENGTH - 1].rsplit(" ", 1)[0] + "…"
