"""Answers a question from what texts say: the sentences that answer it, quoted, or that nothing says so."""

from copilot.domain.language import detect
from copilot.domain.plans import SearchStep, Step
from copilot.retrieval.search import SearchRequest
from copilot.retrieval.service import RetrievalService
from copilot.workflows.chat.contract import Found, Scene, of_kind
from copilot.workflows.chat.told import tell
from copilot.workflows.chat.wording import cited, on_day, quote, said

PASSAGES = 12


class SearchRunner:
    """Looks in the texts of the accounts named, else in the shared knowledge."""

    def __init__(self, retrieval: RetrievalService) -> None:
        self._retrieval = retrieval

    def __call__(self, step: Step, scene: Scene) -> Found:
        """See `StepRunner`."""
        wanted = of_kind(step, SearchStep)
        request = SearchRequest(
            query=wanted.question,
            account_ids=wanted.account_ids,
            include_shared=not wanted.account_ids,
            since=wanted.period.start if wanted.period else None,
            until=wanted.period.end if wanted.period else None,
            limit=PASSAGES,
            language=detect(wanted.question, prior=scene.language),
        )
        result = self._retrieval.search.search(request, viewer=scene.viewer, uow=scene.uow)
        told = tell(result.hits, scene).sentences
        best = sorted(told, key=lambda item: (item.rank, item.order))[:3]
        lines = [cited(f"{on_day(scene, item.day)}: {quote(scene, item.text)}", (item.evidence.id,)) for item in best]
        nothing = said(scene.say(es="No he encontrado nada que lo diga.", en="I found nothing that says so."))
        return Found(
            key="search",
            title=wanted.question,
            lines=tuple(lines) or (nothing,),
            evidence=tuple(item.evidence for item in told),
            account_ids=wanted.account_ids,
            nothing=not lines,
        )
