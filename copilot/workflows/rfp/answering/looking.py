"""Looks for what answers one part of a question.

Invariant: only shared knowledge and approved library answers are read; a sentence that only resembles the question, a
template blank, somebody else's duty and a definition answer nothing, however well they fit.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from copilot.approvals.rfp_rules import RfpRules
from copilot.domain.evidence import Evidence
from copilot.domain.rfp_answers import ShortForm
from copilot.llm.embeddings.port import Vectors
from copilot.retrieval.search import Hit, SearchRequest, SearchResult
from copilot.retrieval.service import RetrievalService
from copilot.retrieval.several import merged
from copilot.workflows.chat.answering import asks
from copilot.workflows.chat.contract import Scene
from copilot.workflows.chat.matching import Asked, asked
from copilot.workflows.reading.text import stems
from copilot.workflows.rfp.answering.candidates import MOST_ALIKE, Candidate, candidates, statement_of, understood
from copilot.workflows.rfp.answering.claims import FACTS, Claim
from copilot.workflows.rfp.answering.confidence import trusted
from copilot.workflows.rfp.answering.contract import LibraryMatch
from copilot.workflows.rfp.answering.enquiry import Part, queries_of
from copilot.workflows.rfp.answering.library_answers import told_of
from copilot.workflows.rfp.answering.likeness import Likeness
from copilot.workflows.rfp.answering.reading import PassageReader
from copilot.workflows.rfp.answering.short_form import short_form

PASSAGES = 16
MOST_CLOSEST = 3
_MOST_SENTENCES = 3
_FEW_WORDS = 3
_REPEATS = 0.7
_NEAR_ENOUGH = 0.8


@dataclass(frozen=True, slots=True)
class Found:
    """What answers a part; nothing chosen: no source does."""

    part: Part
    chosen: tuple[Candidate, ...] = ()
    short: ShortForm | None = None
    closest: tuple[Candidate, ...] = ()
    """Best first, whether they answer or not."""
    withheld: int = 0
    blank: Candidate | None = field(default=None)
    """A template that would answer if it were filled in."""
    words_only: bool = False
    """Some passages could be found by their words only: more may be found before long."""


@dataclass(frozen=True, slots=True)
class Survey:
    """All that was looked at for a part."""

    question: Asked
    ranked: tuple[Candidate, ...]
    withheld: int
    words_only: bool = False


class Looker:
    """Searches and judges; keeps what passages say."""

    def __init__(self, retrieval: RetrievalService, *, rules: RfpRules) -> None:
        self._retrieval = retrieval
        self._rules = rules
        self._reader = PassageReader()
        self._likeness = Likeness(retrieval)
        self._aside = ThreadPoolExecutor(thread_name_prefix="question")

    def look(self, part: Part, *, topic: str, matches: Sequence[LibraryMatch], scene: Scene) -> Found:
        """Search with the part's words (and, where they are few, those around it), and judge what was found."""
        survey = self.survey(part, topic=topic, matches=matches, scene=scene)
        if survey is None:
            return Found(part)
        found = self._choose(survey.ranked)
        return Found(
            part,
            chosen=found,
            short=_short(part, survey.question, found),
            closest=_distinct(survey.ranked, most=MOST_CLOSEST),
            withheld=survey.withheld,
            blank=next((item for item in survey.ranked if _would_answer(item)), None),
            words_only=survey.words_only,
        )

    def survey(
        self, part: Part, *, topic: str, matches: Sequence[LibraryMatch], scene: Scene, most: int = MOST_ALIKE
    ) -> Survey | None:
        """Everything that may answer, best first; None where nothing is asked. `most`: see `candidates`."""
        read = understood(part.text, language=scene.language)
        if read is None:
            return None
        query = f"{topic}. {part.text}" if topic and len(read.telling) < _FEW_WORDS else part.text
        vector = self._likeness.of_question(query, language=scene.language.value)
        # Its words get their vectors while the database and the index look for passages.
        compared = self._aside.submit(asked, read)
        hits, words_only = self._hits(query, vector, scene)
        telling = self._reader.tell(hits, scene)
        library = told_of(matches, today=scene.today, rank=0, first=len(telling.sentences))
        question = compared.result()
        alike = None if vector is None else partial(self._likeness.of, vector)
        ranked = candidates(
            question, (*telling.sentences, *library), topic=topic, alike=alike, most=most, today=scene.today
        )
        return Survey(question, ranked, telling.withheld, words_only)

    def _hits(self, query: str, vector: Vectors | None, scene: Scene) -> tuple[Sequence[Hit], bool]:
        """Passages, best first, and whether some could be found by their words only.

        `vector`: of the query, None where there is no model of ours.
        """
        text, *heading = queries_of(query)
        found = [self._found(text, vector, scene)]
        found += [
            self._found(each, self._likeness.of_question(each, language=scene.language.value), scene)
            for each in heading
        ]
        hits = merged([each.hits for each in found])[:PASSAGES] if heading else found[0].hits
        return hits, any(each.passing for each in found)

    def _found(self, query: str, vector: Vectors | None, scene: Scene) -> SearchResult:
        request = SearchRequest(query=query, account_ids=(), limit=PASSAGES, language=scene.language)
        search = self._retrieval.search
        if vector is None:
            return search.search(request, viewer=scene.viewer, uow=scene.uow)
        return search.search_with_vector(request, vector, viewer=scene.viewer, uow=scene.uow)

    def _choose(self, ranked: Sequence[Candidate]) -> tuple[Candidate, ...]:
        able = [item for item in ranked if item.able]
        if not able or trusted(able[0].alone) < self._rules.answer_from:
            return ()
        best = able[0]
        second_from = max(self._rules.answer_from, self._rules.second_from)
        others = [
            item
            for item in able[1:]
            if trusted(item.alone) >= second_from and item.reading.claim in FACTS and item.near.adds_to(best.near)
        ]
        return _distinct((best, *others), most=_MOST_SENTENCES)


def _would_answer(item: Candidate) -> bool:
    """Whether a template says what is asked for, all but what is to be filled in."""
    return item.reading.claim is Claim.BLANK and item.near.mean >= _NEAR_ENOUGH


def evidence_of(found: Sequence[Candidate]) -> tuple[Evidence, ...]:
    """What candidates rest on, each once, in order."""
    items = [told.evidence for item in found for told in (item.told, *item.judged.announces)]
    return tuple({item.id: item for item in items}.values())


def _short(part: Part, question: Asked, found: Sequence[Candidate]) -> ShortForm | None:
    """What the best sentence says; nothing where another one says otherwise."""
    if not part.yes_no or not found:
        return None
    said = [short_form(statement_of(question, item.judged, chosen=True)) for item in found]
    others = {item for item in said if item is not None}
    return said[0] if len(others) <= 1 else None


def _distinct(ranked: Sequence[Candidate], *, most: int) -> tuple[Candidate, ...]:
    """The first ones, without what repeats a better one in almost the same words, or is told with it."""
    kept: list[Candidate] = []
    told: set[int] = set()
    for item in ranked:
        if item.told.order in told or asks(item.told.text) or any(_repeats(item, other) for other in kept):
            continue
        kept.append(item)
        if len(kept) == most:
            break
        told.update({item.told.order, *(other.order for other in item.judged.announces)})
    return tuple(kept)


def _repeats(one: Candidate, other: Candidate) -> bool:
    first, second = (stems(item.told.text, item.told.language) for item in (one, other))
    return bool(first and second) and len(first & second) >= _REPEATS * min(len(first), len(second))
