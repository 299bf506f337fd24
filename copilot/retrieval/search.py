"""One search over everything the viewer may read: words and meaning, accounts and shared knowledge.

Invariant: `viewer` is required and decides what can be found; vectors are candidates only, and nothing is shown
whose row does not pass the viewer's rule at that moment. What could not be searched is said in `missing`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from copilot.domain.access import Viewer, Visibility
from copilot.domain.documents import DocumentKind
from copilot.domain.evidence import Evidence
from copilot.domain.language import Language, detect
from copilot.errors import InputError, UnavailableError
from copilot.llm.embeddings.port import Embedder, Vectors
from copilot.retrieval.fusion import Weights, fuse
from copilot.store.database import UnitOfWork
from copilot.store.lexical import has_identifier_or_quotes, query_lexemes
from copilot.store.lexical_plan import LexemeStatistics, LexicalQuery
from copilot.store.passage_search import FoundPassage, PassageSearch, Scope
from copilot.store.passages import PassageRepository
from copilot.store.vectors import SharedVectors
from copilot.telemetry import get_logger

_log = get_logger(__name__)
_CANDIDATES = 30
"""Taken from each side at least; more changed nothing that could be measured."""
_FILTERED_CANDIDATES = 400
"""Shared vectors asked for when a filter on documents will drop some of them."""
_NO_WORD = 0.01
"""Rounding leaves a passage without a common word a score of this size at most."""
MAX_QUERY_CHARACTERS = 2_000
MAX_LIMIT = 100


class SearchRequest(BaseModel):
    """What to look for and where. `account_ids` None: every account the viewer may see."""

    model_config = ConfigDict(frozen=True)

    query: str
    account_ids: tuple[str, ...] | None = None
    include_shared: bool = True
    kinds: tuple[DocumentKind, ...] = ()
    since: date | None = None
    until: date | None = None
    """Both days included; compared with the document's own date, else the day it was imported."""
    limit: int = Field(default=10, ge=1, le=MAX_LIMIT)
    language: Language | None = None
    """Language of the query; None: recognised from it."""


class Hit(BaseModel):
    """A passage found. `score` orders the hits of one search and means nothing across searches."""

    model_config = ConfigDict(frozen=True)

    evidence: Evidence
    passage_id: str
    document_id: str
    score: float
    language: str


class SearchNotice(BaseModel):
    """Something this search could not take into account."""

    model_config = ConfigDict(frozen=True)

    code: str
    es: str
    en: str

    def text(self, language: str) -> str:
        """The notice in `es`, else in English."""
        return self.es if language == Language.ES else self.en


class SearchResult(BaseModel):
    """Hits, best first, and what is missing."""

    model_config = ConfigDict(frozen=True)

    hits: tuple[Hit, ...]
    missing: tuple[SearchNotice, ...] = ()

    @property
    def passing(self) -> tuple[SearchNotice, ...]:
        """Of what is missing, what will not be before long: the same search may find more then."""
        return tuple(notice for notice in self.missing if notice.code in _PASSING)


@dataclass(frozen=True, slots=True)
class _Question:
    """The analysed query."""

    language: Language
    lexical: LexicalQuery | None
    lexical_share: float


class Search:
    """Searches for any number of threads; keeps only a connection to Chroma and a cache of word counts."""

    def __init__(
        self,
        *,
        embedder: Embedder | None,
        shared: SharedVectors,
        unavailable: UnavailableError | None = None,
        weights: Weights | None = None,
    ) -> None:
        """`embedder` None: words only; `unavailable` is then the reason that is logged."""
        self._embedder = embedder
        self._shared = shared
        self._weights = weights or Weights()
        self._statistics = LexemeStatistics()
        if embedder is None:
            _log.warning("search.words_only", reason=unavailable.code if unavailable else "not_configured")

    def search(self, request: SearchRequest, *, viewer: Viewer, uow: UnitOfWork) -> SearchResult:
        """Find passages that the viewer may read.

        Raises InputError when there is nothing to look for.
        """
        query = request.query.strip()[:MAX_QUERY_CHARACTERS]
        if not query:
            raise InputError("The search is empty.", hint="Write a few words to look for.")
        vector, failed = self._embed(query, language=request.language or detect(query))
        return self.search_with_vector(request, vector, viewer=viewer, uow=uow, notices=failed)

    def search_with_vector(
        self,
        request: SearchRequest,
        vector: Vectors | None,
        *,
        viewer: Viewer,
        uow: UnitOfWork,
        notices: Sequence[SearchNotice] = (),
    ) -> SearchResult:
        """`search` for a query whose vector is known already (None: words only)."""
        # PostgreSQL looks for vectors while this thread analyses the words, and for both while it asks Chroma.
        scope = _scope(request, viewer)
        missing = list(notices)
        wanted = max(_CANDIDATES, request.limit)
        with PassageSearch(uow, scope, model_id=self._model_id, limit=wanted) as found:
            if vector is not None:
                found.ask_by_meaning(vector)
            question = self._understand(request, found)
            if question.lexical is not None:
                found.ask_by_words(question.lexical)
            shared = self._nearest_shared(scope, vector, missing, limit=wanted) if vector is not None else {}
            candidates = found.candidates()
            dense = {**candidates.dense, **shared}
            ranked = _rank(found, scope, question, candidates.lexical, dense, limit=request.limit)
        if vector is not None and candidates.any_pending:
            missing.extend(self._pending_notice(uow))
        return SearchResult(hits=tuple(ranked), missing=tuple(missing))

    @property
    def _model_id(self) -> str:
        return self._embedder.model_id if self._embedder else ""

    def _embed(self, query: str, *, language: str) -> tuple[Vectors | None, list[SearchNotice]]:
        if self._embedder is None:
            return None, [_NO_MODEL]
        try:
            return self._embedder.embed_query(query, language), []
        except UnavailableError as error:
            _log.warning("search.embedding_failed", reason=error.code)
            return None, [_NO_MODEL]

    def _understand(self, request: SearchRequest, found: PassageSearch) -> _Question:
        query = request.query.strip()[:MAX_QUERY_CHARACTERS]
        language = request.language or detect(query)
        exact = has_identifier_or_quotes(query)
        return _Question(
            language=language,
            lexical=found.plan(query_lexemes(query, language), statistics=self._statistics),
            lexical_share=self._weights.exact_words if exact else self._weights.plain,
        )

    def _nearest_shared(
        self, scope: Scope, vector: Vectors, missing: list[SearchNotice], *, limit: int
    ) -> dict[str, float]:
        """Candidates from Chroma; a class that fails costs its candidates, not the search."""
        if scope.filters_documents:
            limit = max(limit, _FILTERED_CANDIDATES)
        dense: dict[str, float] = {}
        for name in scope.classes:
            try:
                found = self._shared.nearest(Visibility(name), model_id=self._model_id, vector=vector, limit=limit)
            except UnavailableError as error:
                _log.warning("search.shared_vectors_failed", reason=error.code)
                if _NO_SHARED_VECTORS not in missing:
                    missing.append(_NO_SHARED_VECTORS)
                continue
            dense.update({item.passage_id: item.similarity for item in found})
        return dense

    def _pending_notice(self, uow: UnitOfWork) -> list[SearchNotice]:
        counts = PassageRepository(uow).counts(model_id=self._model_id)
        if not counts.pending:
            return []
        return [pending_notice(pending=counts.pending, passages=counts.passages)]


def shared_hits(passage_ids: Sequence[str], *, viewer: Viewer, uow: UnitOfWork) -> list[Hit]:
    """Shared passages by their ids as a search would give them, without a score; those that may be read, in order."""
    scope = Scope(viewer=viewer, classes=tuple(item.value for item in viewer.visibility_classes), accounts=())
    with PassageSearch(uow, scope, model_id="", limit=len(passage_ids)) as found:
        rows = found.fetch(passage_ids, lexical=None)
    return [_hit(rows[item], 0.0) for item in passage_ids if item in rows]


def _scope(request: SearchRequest, viewer: Viewer) -> Scope:
    classes = tuple(item.value for item in viewer.visibility_classes) if request.include_shared else ()
    return Scope(
        viewer=viewer,
        classes=classes,
        accounts=request.account_ids,
        kinds=tuple(kind.value for kind in request.kinds),
        since=request.since,
        until=request.until,
    )


def _rank(
    found: PassageSearch,
    scope: Scope,
    question: _Question,
    lexical: dict[str, float],
    dense: dict[str, float],
    *,
    limit: int,
) -> list[Hit]:
    """Fetch the rows of the most promising candidates, score those exactly, keep the best."""
    provisional = fuse(lexical, dense, lexical_share=question.lexical_share)
    pool = len(provisional) if scope.filters_documents else limit
    # Besides the best of both, some of the best of each: exact scores and languages may move them up.
    promising = dict.fromkeys([*_best(provisional, pool), *_best(lexical, pool), *_best(dense, pool)])
    rows = found.fetch(list(promising), lexical=question.lexical)
    if len(rows) < min(limit, len(promising)):
        # Rows gone since they were embedded took places: look at every candidate once.
        rows = found.fetch(list(provisional), lexical=question.lexical)
    scores = _final_scores(question, lexical, dense, rows)
    return [_hit(rows[passage_id], scores[passage_id]) for passage_id in _best(scores, limit)]


def _final_scores(
    question: _Question, lexical: dict[str, float], dense: dict[str, float], rows: dict[str, FoundPassage]
) -> dict[str, float]:
    exact = {**lexical, **{key: row.lexical for key, row in rows.items() if row.lexical > _NO_WORD}}
    foreign = {key for key, row in rows.items() if row.language != question.language}
    scores = fuse(exact, dense, lexical_share=question.lexical_share, foreign=foreign)
    return {key: scores[key] for key in rows if key in scores}


def _best(scores: dict[str, float], count: int) -> list[str]:
    """Ids by score; equal scores by id, so that the same search gives the same order."""
    return [key for _, key in sorted([(-score, key) for key, score in scores.items()])[:count]]


def _hit(row: FoundPassage, score: float) -> Hit:
    return Hit(
        evidence=row.evidence(),
        passage_id=row.passage_id,
        document_id=row.document_id,
        score=score,
        language=row.language,
    )


def pending_notice(*, pending: int, passages: int) -> SearchNotice:
    """Says how many passages can so far be found by their words only."""
    return SearchNotice(
        code="vectors_pending",
        es=f"Faltan por indexar por significado {pending} de {passages} pasajes: hasta entonces se encuentran solo por "
        "sus palabras y las respuestas son peores.",
        en=f"{pending} of {passages} passages are still to be indexed by meaning: until then only their words find "
        "them and answers are poorer.",
    )


_PASSING = frozenset({"vectors_pending", "shared_vectors_unavailable"})
_NO_MODEL = SearchNotice(
    code="no_embedding_model",
    es="No hay ningún modelo de significado disponible: se busca solo por palabras y no entre idiomas. "
    "Quien administra la instalación puede ver por qué.",
    en="No embedding model is available: search goes by words only and not across languages. "
    "Whoever runs the installation can see why.",
)
_NO_SHARED_VECTORS = SearchNotice(
    code="shared_vectors_unavailable",
    es="El índice por significado del conocimiento común no responde: esos documentos se buscan solo por palabras.",
    en="The meaning index of shared knowledge does not answer: those documents are searched by words only.",
)
