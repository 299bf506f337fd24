"""Answers a question from what texts say: the sentences that answer it, quoted, or that nothing says so.

Invariant: a sentence is quoted exactly, with who said it and when; where the sources do not agree, both are shown. When
nothing answers, that is the answer, and the closest material is offered as no more than that.
"""

from collections.abc import Mapping

from copilot.domain.evidence import Evidence
from copilot.domain.folding import flat
from copilot.domain.language import detect
from copilot.domain.plans import SearchStep, Step
from copilot.retrieval.search import SearchRequest, SearchResult
from copilot.retrieval.service import RetrievalService
from copilot.store.accounts import AccountRepository
from copilot.workflows.chat.answer_lines import answer_lines, closest_lines
from copilot.workflows.chat.answering import Verdict, answers
from copilot.workflows.chat.asking import without_courtesies
from copilot.workflows.chat.contract import Found, Line, Scene, of_kind
from copilot.workflows.chat.lost_reasons import asks_why_lost, lost_reasons
from copilot.workflows.chat.matching import asked
from copilot.workflows.chat.question import parts_of, read_question
from copilot.workflows.chat.spans import spans_of_told
from copilot.workflows.chat.told import Telling, tell
from copilot.workflows.chat.told_records import tell_records
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
        seen = tuple(account_id for account_id in wanted.account_ids if account_id in names)
        lines, evidence, answered, notices = self._said(wanted.model_copy(update={"account_ids": seen}), names, scene)
        return Found(
            key="search",
            title=_title(wanted.question),
            lines=lines,
            evidence=evidence,
            account_ids=seen,
            nothing=not answered,
            notices=notices,
        )

    def _said(
        self, wanted: SearchStep, names: Mapping[str, str], scene: Scene
    ) -> tuple[tuple[Line, ...], tuple[Evidence, ...], bool, tuple[str, ...]]:
        """Every part of the question by itself; that nothing says so only where that is so of all of it."""
        looked = [
            self._look_further(wanted.model_copy(update={"question": part}), names, scene)
            for part in parts_of(without_courtesies(wanted.question))
        ]
        notices = tuple(text for telling, _ in looked for text in notices_of(telling, scene))
        why, cites = lost_reasons(wanted.account_ids, scene) if asks_why_lost(wanted.question) else ([], [])
        answered = [(telling, verdict) for telling, verdict in looked if verdict.answered]
        if not answered and not why:
            return *said_of(*looked[0], scene), False, notices
        lines, evidence = {line.text: line for line in why}, {item.id: item for item in cites}
        for telling, verdict in answered:
            more, shown = said_of(telling, verdict, scene)
            lines.update({line.text: line for line in more})
            evidence.update({item.id: item for item in shown})
        return tuple(lines.values()), tuple(evidence.values()), True, notices

    def _look_further(self, wanted: SearchStep, names: Mapping[str, str], scene: Scene) -> tuple[Telling, Verdict]:
        """The accounts' own texts; where they do not answer, what is true of all customers may."""
        telling, verdict = self.look(wanted, scene, besides=tuple(names.values()))
        if verdict.answered or not wanted.account_ids or wanted.period is not None:
            return telling, verdict
        shared = wanted.model_copy(update={"account_ids": ()})
        general, decided = self.look(shared, scene, besides=tuple(names.values()))
        return (general, decided) if decided.sure else (telling, verdict)

    def look(self, wanted: SearchStep, scene: Scene, *, besides: tuple[str, ...] = ()) -> tuple[Telling, Verdict]:
        """What the passages found say, and whether that answers. `besides`: names that are understood."""
        wanted = wanted.model_copy(update={"question": without_courtesies(wanted.question)})
        telling = self._tell(wanted, scene)
        known = frozenset(word for name in besides for word in flat(name).split())
        language = detect(wanted.question, prior=scene.language)
        question = asked(read_question(wanted.question, language=language, besides=known))
        return telling, answers(question, telling.sentences)

    def _tell(self, wanted: SearchStep, scene: Scene) -> Telling:
        """What was found in texts, then what the records say."""
        found = self._search(wanted, scene)
        texts = tell(found.hits, scene)
        first = len(texts.sentences)
        records = tell_records(wanted.account_ids, wanted.question, scene, period=wanted.period, first=first)
        return Telling((*texts.sentences, *records.sentences), texts.withheld + records.withheld, found.passing)

    def _search(self, wanted: SearchStep, scene: Scene) -> SearchResult:
        request = SearchRequest(
            query=wanted.question,
            account_ids=wanted.account_ids,
            include_shared=not wanted.account_ids,
            since=wanted.period.start if wanted.period else None,
            until=wanted.period.end if wanted.period else None,
            limit=PASSAGES,
            language=detect(wanted.question, prior=scene.language),
        )
        return self._retrieval.search.search(request, viewer=scene.viewer, uow=scene.uow)


def notices_of(telling: Telling, scene: Scene) -> tuple[str, ...]:
    """Why more may be found before long, in words of the conversation's language."""
    return tuple(notice.text(scene.language.value) for notice in telling.poorer)


def said_of(telling: Telling, verdict: Verdict, scene: Scene) -> tuple[tuple[Line, ...], tuple[Evidence, ...]]:
    """The lines, and all evidence that a model may write from, the most telling first."""
    lines = answer_lines(verdict, scene) if verdict.answered else closest_lines(verdict, scene)
    if telling.withheld:
        lines.append(said(scene.say(
            es="He dejado fuera un texto que intenta dar instrucciones a un asistente.",
            en="I left out a text that tries to give instructions to an assistant.",
        )))  # fmt: skip
    cited = {evidence_id for line in lines for evidence_id in line.evidence_ids}
    by_id = {one.id: one for item in telling.sentences for one in (item.evidence, *item.frame)}
    shown = [by_id[evidence_id] for evidence_id in by_id if evidence_id in cited]
    more = spans_of_told(verdict, telling.sentences, budget_tokens=MODEL_TOKENS) if verdict.answered else ()
    return tuple(lines), tuple({item.id: item for item in (*shown, *more)}.values())


def _title(question: str) -> str:
    asked_for = " ".join(question.split())
    return asked_for if len(asked_for) <= _TITLE_LENGTH else asked_for[: _TITLE_LENGTH - 1].rsplit(" ", 1)[0] + "…"
