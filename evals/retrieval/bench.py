"""Speed of search at 100,000 passages against a bare Chroma query in the same run, and of indexing.

Half the passages are shared knowledge, half belong to 10,000 accounts; the user may see 200 of them. How the
collection is made: `evals.retrieval.synthetic`. Both systems are asked the same questions in turn, in one process,
in alternating order, after a warm-up; embedding time is outside both. The bare query is `collection.query` with
its default answer (ids, distances, documents, metadata) over all vectors in one collection; the figure against a
query for ids and distances alone is given beside it.

Run: python -m evals.retrieval.bench [--data DIR] [--passages N]
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from copilot.domain.access import Role, Viewer
from copilot.llm.embeddings.port import Embedder, Vectors
from copilot.retrieval.fusion import Weights
from copilot.retrieval.indexing import embed_pending
from copilot.retrieval.search import Search, SearchRequest
from copilot.settings import load_settings
from evals.figures import Figure, Goal, describe, record, today
from evals.retrieval.collection import Collection, SourceDocument, models, open_collection
from evals.retrieval.datasets import read_xquad
from evals.retrieval.synthetic import SELLER, Base, Synthetic, derive, fill, read_base
from evals.run import SKIPPED

_COMMAND = "python -m evals.retrieval.bench"
_SEED = 7
_BASE_TEXTS = 2_000
_QUESTIONS = 500
_WARM_UP = 100
_ACCOUNTS = 10_000
_VISIBLE_ACCOUNTS = 200
_INDEXED_PARAGRAPHS = 40
_USER = Viewer(user_id="bench", email=SELLER, name="Seller", role=Role.AE)


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds of each question, in the same order for each system."""

    search: list[float]
    bare: list[float]
    bare_ids: list[float]


def measure_search(folder: Path, *, passages: int) -> list[Figure]:
    """Fill a collection of `passages`, time both systems, compare with exact search."""
    embedder = models()["e5"]
    _say(f"embedding {_BASE_TEXTS} base texts and {_QUESTIONS} questions")
    base = read_base(folder, embedder, texts=_BASE_TEXTS, questions=_QUESTIONS, seed=_SEED)
    accounts = min(_ACCOUNTS, max(passages // 10, 1))
    synthetic = derive(base, passages=passages, accounts=accounts, seed=_SEED)
    with open_collection() as collection:
        _say(f"storing {passages} passages in the product")
        ids = fill(collection, synthetic, model_id=embedder.model_id, visible=_VISIBLE_ACCOUNTS)
        _say(f"storing {passages} vectors in a bare collection")
        bare = _bare_collection(collection, synthetic, ids)
        _say("asking")
        timings = _time_both(collection, bare, base, embedder)
        recall = _recall_against_exact(collection, base, synthetic, ids, embedder)
    return _search_figures(timings, recall, passages=passages)


def _bare_collection(collection: Collection, synthetic: Synthetic, ids: list[str]) -> Any:
    import chromadb

    client = chromadb.PersistentClient(
        str(collection.folder / "bare"), settings=chromadb.config.Settings(anonymized_telemetry=False)
    )
    bare = client.create_collection("bare", embedding_function=None, configuration={"hnsw": {"space": "cosine"}})
    for start in range(0, len(ids), 5_000):
        part = slice(start, start + 5_000)
        bare.add(
            ids=ids[part],
            embeddings=synthetic.vectors[part],
            documents=synthetic.texts[part],
            metadatas=[{"language": code} for code in synthetic.languages[part]],
        )
    return bare


def _time_both(collection: Collection, bare: Any, base: Base, embedder: Embedder) -> Timings:
    search = Search(embedder=embedder, shared=collection.shared)
    timings = Timings([], [], [])
    with collection.database.unit_of_work() as uow:
        for number, ((text, language), vector) in enumerate(zip(base.questions, base.question_vectors, strict=True)):
            request = SearchRequest(query=text, language=language)
            asked: list[tuple[list[float], Callable[[], object]]] = [
                (timings.search, partial(search.search_with_vector, request, vector, viewer=_USER, uow=uow)),
                (timings.bare, partial(bare.query, query_embeddings=[vector], n_results=10)),
                (timings.bare_ids, partial(bare.query, query_embeddings=[vector], n_results=10, include=["distances"])),
            ]
            turn = number % len(asked)
            for times, ask in [*asked[turn:], *asked[:turn]]:
                started = time.perf_counter()
                ask()
                times.append((time.perf_counter() - started) * 1000)
    return Timings(*(times[_WARM_UP:] for times in (timings.search, timings.bare, timings.bare_ids)))


def _recall_against_exact(
    collection: Collection, base: Base, synthetic: Synthetic, ids: list[str], embedder: Embedder
) -> list[float]:
    """Share of the ten truly nearest visible passages that search by meaning alone returns, per question."""
    search = Search(embedder=embedder, shared=collection.shared, weights=Weights(plain=0.0, exact_words=0.0))
    seller = _visible_numbers(synthetic)
    visible = synthetic.vectors[seller]
    shares = []
    with collection.database.unit_of_work() as uow:
        for (text, language), vector in zip(base.questions[:200], base.question_vectors, strict=False):
            request = SearchRequest(query=text, language=language)
            found = search.search_with_vector(request, vector, viewer=_USER, uow=uow)
            nearest = np.argsort(-(visible @ vector))[:10]
            exact = {ids[seller[index]] for index in nearest}
            shares.append(len(exact & {hit.passage_id for hit in found.hits}) / len(exact))
    return shares


def _visible_numbers(synthetic: Synthetic) -> Vectors:
    step = max(len(synthetic.accounts) // _VISIBLE_ACCOUNTS, 1)
    own = set(synthetic.accounts[::step])
    visible = [n for n in range(len(synthetic.texts)) if n < synthetic.shared or synthetic.account_of(n) in own]
    return np.array(visible)


def _search_figures(timings: Timings, recall: list[float], *, passages: int) -> list[Figure]:
    p50, p95 = (float(np.percentile(timings.search, share)) for share in (50, 95))
    note = f"{passages:,} passages, half shared, half over {_ACCOUNTS:,} accounts, user sees {_VISIBLE_ACCOUNTS}"
    figures = [
        _ratio(
            "search.p95_ratio_to_bare_chroma", timings.search, timings.bare, Goal(comparison="<=", threshold=1.5), note
        ),
        _ratio("search.p95_ratio_to_bare_chroma_ids_only", timings.search, timings.bare_ids, None, note),
        _plain("search.p50", p50, len(timings.search), f"{note}; this machine, busy; compare ratios"),
        _plain("search.p95", p95, len(timings.search), f"{note}; this machine, busy; compare ratios"),
    ]
    figures.append(
        Figure(
            name="search.recall_at_10_against_exact",
            language="-",
            value=float(np.mean(recall)),
            n=len(recall),
            goal=Goal(comparison=">=", threshold=0.98),
            command=_COMMAND,
            measured_on=today(),
            note=f"{note}; by meaning alone, against comparing every visible vector",
        )
    )
    return figures


def _ratio(name: str, ours: list[float], theirs: list[float], goal: Goal | None, note: str) -> Figure:
    pairs = np.array([ours, theirs]).T
    generator = np.random.default_rng(_SEED)
    draws = [_p95_ratio(pairs[generator.integers(0, len(pairs), len(pairs))]) for _ in range(2000)]
    low, high = np.percentile(draws, [2.5, 97.5])
    return Figure(
        name=name,
        language="-",
        value=_p95_ratio(pairs),
        unit="x",
        n=len(pairs),
        interval=(float(low), float(high)),
        interval_method="bootstrap over timed pairs, 2,000 draws, seed 7",
        goal=goal,
        command=_COMMAND,
        measured_on=today(),
        note=note,
    )


def _p95_ratio(pairs: Any) -> float:
    return float(np.percentile(pairs[:, 0], 95) / np.percentile(pairs[:, 1], 95))


def _plain(name: str, value: float, count: int, note: str) -> Figure:
    return Figure(
        name=name, language="-", value=value, unit=" ms", n=count, command=_COMMAND, measured_on=today(), note=note
    )


def measure_indexing(folder: Path) -> list[Figure]:
    """Time the background task on real documents, and the bare embedder on the same texts."""
    embedder = _Recording(models()["e5"])
    with open_collection() as collection:
        documents = [
            SourceDocument(f"{language}-{number}", "", context, language, account="acc_x" if number % 2 else None)
            for language, paragraphs in read_xquad(folder / "xquad").items()
            for number, (context, _) in enumerate(paragraphs[:_INDEXED_PARAGRAPHS])
        ]
        collection.add(documents)
        embedder.embed_query("warm-up", "en")
        started = time.perf_counter()
        count = embed_pending(collection.database, embedder, shared=collection.shared)
        indexing = time.perf_counter() - started
    texts, languages = embedder.texts, embedder.languages
    started = time.perf_counter()
    embedder.inner.embed_passages(texts, languages)
    bare = time.perf_counter() - started
    return [
        Figure(
            name="search.indexing_throughput_share_of_bare_embedder",
            language="-",
            value=bare / indexing,
            n=count,
            goal=Goal(comparison=">=", threshold=0.9),
            command=_COMMAND,
            measured_on=today(),
            note=f"{count / indexing:.1f} passages/s indexed (vectors stored and marked), {count / bare:.1f} embedded",
        )
    ]


class _Recording:
    """Passes calls on and remembers the texts."""

    def __init__(self, inner: Embedder) -> None:
        self.inner = inner
        self.model_id = inner.model_id
        self.dimension = inner.dimension
        self.texts: list[str] = []
        self.languages: list[str] = []

    def embed_passages(self, texts: Any, languages: Any) -> Vectors:
        self.texts += texts
        self.languages += languages
        return self.inner.embed_passages(texts, languages)

    def embed_query(self, text: str, language: str) -> Vectors:
        return self.inner.embed_query(text, language)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Measure, print and record."""
    parser = argparse.ArgumentParser(description="Speed of search and of indexing.")
    parser.add_argument("--data", type=Path, default=load_settings().benchmarks_dir)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--dry-run", action="store_true", help="Print, do not record.")
    arguments = parser.parse_args()
    if not (arguments.data / "xquad").is_dir():
        _say(f"Skipped: no benchmark data in {arguments.data}.")
        return SKIPPED
    figures = [*measure_indexing(arguments.data), *measure_search(arguments.data, passages=arguments.passages)]
    for figure in figures:
        _say(describe(figure))
    if not arguments.dry_run:
        record(figures)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
