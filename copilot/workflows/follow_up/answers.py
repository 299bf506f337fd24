"""Answers to a customer's open questions, from documents that may leave the company.

Invariant: only shared knowledge that every colleague may read, that we wrote, and that no list keeps inside may answer;
nothing of an account, of managers or of administrators can. An answer is one passage's own sentence, and one that
shares too little with its question is none: no answer is better than a wrong one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from copilot.domain.access import Viewer, Visibility
from copilot.domain.documents import DocumentKind
from copilot.domain.evidence import Evidence, Origin
from copilot.domain.facts import passage_evidence_id
from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.errors import InputError, NotFound
from copilot.guardrails.leakage_policy import LeakageRules
from copilot.retrieval.search import Hit, SearchRequest
from copilot.retrieval.service import RetrievalService
from copilot.store.database import UnitOfWork
from copilot.store.documents import DocumentRepository
from copilot.workflows.reading.text import sentence_spans, stems
from copilot.workflows.reading.types import Sentence

_CANDIDATES = 8
_ENOUGH_SHARED = 3
"""Telling words of the question that the answering sentence has."""
_ENOUGH_COVERED = 0.5
"""Share of the question's telling words that the answering sentence has."""
_ENOUGH_IN_TITLE = 2
"""Telling words of what is asked for that stand in the title of a document worth attaching."""
_SHORTEST, _LONGEST = 25, 240


@dataclass(frozen=True, slots=True)
class Answered:
    """A question, the sentence of a document that answers it, and that document."""

    question: Sentence
    answer: Evidence
    document_id: str
    document_title: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """A document that may go with the email; its file is not kept here, so a person attaches it."""

    document_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Answers:
    """Looks for answers on behalf of one viewer."""

    retrieval: RetrievalService
    rules: LeakageRules

    def find(
        self, questions: Sequence[Sentence], *, language: Language, viewer: Viewer, uow: UnitOfWork
    ) -> tuple[Answered, ...]:
        """What documents answer, one sentence a question at most, in the email's language."""
        found = (self._answer(item, language=language, viewer=viewer, uow=uow) for item in questions)
        return tuple(item for item in found if item is not None)

    def propose(
        self, asked: Sequence[Sentence], *, language: Language, viewer: Viewer, uow: UnitOfWork
    ) -> tuple[Proposed, ...]:
        """Documents by whose title they are what the customer asks for."""
        found: dict[str, Proposed] = {}
        for item in asked:
            wanted = stems(item.text, item.language)
            for hit in self._hits(item, language=language, viewer=viewer, uow=uow):
                if len(wanted & stems(hit.evidence.label, language)) >= _ENOUGH_IN_TITLE:
                    found.setdefault(hit.document_id, Proposed(hit.document_id, hit.evidence.label))
                    break
        return tuple(found.values())

    def _answer(self, question: Sentence, *, language: Language, viewer: Viewer, uow: UnitOfWork) -> Answered | None:
        best: tuple[float, Answered] | None = None
        for hit in self._hits(question, language=language, viewer=viewer, uow=uow):
            for score, answer in _sentences(hit, question, language):
                if best is None or score > best[0]:
                    best = score, Answered(question, answer, hit.document_id, hit.evidence.label)
        return best[1] if best else None

    def _hits(self, asked: Sentence, *, language: Language, viewer: Viewer, uow: UnitOfWork) -> Iterator[Hit]:
        """Passages in the email's language that may leave, best first."""
        request = SearchRequest(
            query=asked.text, account_ids=(), kinds=(DocumentKind.KNOWLEDGE,), limit=_CANDIDATES, language=language
        )
        try:
            hits = self.retrieval.search.search(request, viewer=viewer, uow=uow).hits
        except InputError:
            return
        for hit in hits:
            if hit.language == language and self.may_leave(hit.evidence, viewer=viewer, uow=uow):
                yield hit

    def may_leave(self, item: Evidence, *, viewer: Viewer, uow: UnitOfWork) -> bool:
        """Whether a document may be shown outside: shared with all staff, ours, and on no list of internal ones."""
        if item.account_id is not None or item.visibility != Visibility.STAFF or item.origin is not Origin.INTERNAL:
            return False
        try:
            document = DocumentRepository(uow).for_viewer(item.document_id or "", viewer=viewer)
        except NotFound:
            return False
        if document.kind is not DocumentKind.KNOWLEDGE:
            return False
        path = flat(document.source_path)
        return not any(fnmatchcase(path, pattern) for pattern in self.rules.internal_documents)


def _sentences(hit: Hit, question: Sentence, language: Language) -> Iterator[tuple[float, Evidence]]:
    """Sentences of a passage that share enough with the question, with how much they share."""
    asked = stems(question.text, question.language)
    item = hit.evidence
    for begin, end in sentence_spans(item.text, 0, len(item.text)):
        text = item.text[begin:end]
        if not _SHORTEST <= len(text) <= _LONGEST or not text.endswith(".") or text.startswith("#"):
            continue
        shared = asked & stems(text, language)
        covered = len(shared) / len(asked) if asked else 0.0
        if len(shared) >= _ENOUGH_SHARED and covered >= _ENOUGH_COVERED:
            start = (item.start or 0) + begin
            span = (start, start + len(text))
            cut = {"id": passage_evidence_id(hit.passage_id, span=span), "text": text, "start": span[0], "end": span[1]}
            yield covered, item.model_copy(update=cut)
