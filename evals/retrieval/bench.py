"""Speed of search at 100,000 passages against a bare Chroma query in the same run, and of indexing.

Half the passages are shared knowledge, half belong to 10,000 accounts; the user may see 200 of them. How the
collection is made: `evals.retrieval.synthetic`. Both systems are asked the same questions in turn, in one process,
in alternating order, after a warm-up; embedding time is outside both. No question is asked twice. The bare query is
`collection.query` with its default answer (ids, distances, documents, metadata) over all vectors in one collection;
the figure against a query for ids and distances alone is given beside it.

A ratio is taken within each round and the median round is reported, so that a busy spell of the machine costs one
round, for both sides. Processor time is reported too: it counts what the database's process works beside this one.

Run: python -m evals.retrieval.bench [--data DIR] [--passages N]
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from copilot.domain.access import Role, Viewer
from copilot.domain.language import Language
from copilot.llm.embeddings.port import Embedder, Vectors
from copilot.retrieval.fusion import Weights
from copilot.retrieval.indexing import embed_pending
from copilot.retrieval.search import Search, SearchRequest
from copilot.settings import load_settings
from copilot.store.database import UnitOfWork
from evals.figures import Figure, Goal, describe, record, today
from evals.retrieval.collection import Collection, SourceDocument, models, open_collection
from evals.retrieval.datasets import read_xquad
from evals.retrieval.synthetic import SELLER, Base, Synthetic, derive, fill, read_base
from evals.run import SKIPPED

_COMMAND = "python -m evals.retrieval.bench"
_SEED = 7
_BASE_TEXTS = 2_000
_WARM_UP = 100
_ROUNDS = 11
_PER_ROUND = 200
_DRAWS = 2_000
_ACCOUNTS = 10_000
_VISIBLE_ACCOUNTS = 200
_INDEXED_PARAGRAPHS = 40
_USER = Viewer(user_id="bench", email=SELLER, name="Seller", role=Role.AE)


@dataclass(frozen=True, slots=True)
class Round:
    """Milliseconds of each question, in the same order for each system, and processor time of all of them."""

    search: list[float]
    bare: list[float]
    bare_ids: list[float]
    search_processor: float
    """Milliseconds of this process and of the database's process that serves it."""
    bare_processor: float


def measure_search(folder: Path, *, passages: int) -> list[Figure]:
    """Fill a collection of `passages`, time both systems, compare with exact search."""
    embedder = models()["e5"]
    questions = _WARM_UP + _ROUNDS * _PER_ROUND
    _say(f"embedding {_BASE_TEXTS} base texts and {questions} questions")
    base = read_base(folder, embedder, texts=_BASE_TEXTS, questions=questions, seed=_SEED)
    accounts = min(_ACCOUNTS, max(passages // 10, 1))
    synthetic = derive(base, passages=passages, accounts=accounts, seed=_SEED)
    with open_collection() as collection:
        _say(f"storing {passages} passages in the product")
        ids = fill(collection, synthetic, model_id=embedder.model_id, visible=_VISIBLE_ACCOUNTS)
        _say(f"storing {passages} vectors in a bare collection")
        bare = _bare_collection(collection, synthetic, ids)
        _say("asking")
        rounds = _time_both(collection, bare, base, embedder)
        recall = _recall_against_exact(collection, base, synthetic, ids, embedder)
    return _search_figures(rounds, recall, passages=passages)


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


def _time_both(collection: Collection, bare: Any, base: Base, embedder: Embedder) -> list[Round]:
    search = Search(embedder=embedder, shared=collection.shared)
    questions = list(zip(base.questions, base.question_vectors, strict=True))
    with collection.database.unit_of_work() as uow:
        server = psutil.Process(uow.driver_connection().info.backend_pid)
        _time_round(search, bare, questions[:_WARM_UP], uow, server)
        return [
            _time_round(search, bare, questions[start : start + _PER_ROUND], uow, server)
            for start in range(_WARM_UP, len(questions), _PER_ROUND)
        ]


def _time_round(
    search: Search,
    bare: Any,
    questions: Sequence[tuple[tuple[str, Language], Vectors]],
    uow: UnitOfWork,
    server: psutil.Process,
) -> Round:
    times: dict[str, list[float]] = {"search": [], "bare": [], "bare_ids": []}
    processor = dict.fromkeys(times, 0.0)
    server_before = sum(server.cpu_times()[:2])
    for number, ((text, language), vector) in enumerate(questions):
        request = SearchRequest(query=text, language=language)
        asked: list[tuple[str, Callable[[], object]]] = [
            ("search", partial(search.search_with_vector, request, vector, viewer=_USER, uow=uow)),
            ("bare", partial(bare.query, query_embeddings=[vector], n_results=10)),
            ("bare_ids", partial(bare.query, query_embeddings=[vector], n_results=10, include=["distances"])),
        ]
        turn = number % len(asked)
        for name, ask in [*asked[turn:], *asked[:turn]]:
            worked, started = time.process_time(), time.perf_counter()
            ask()
            times[name].append((time.perf_counter() - started) * 1000)
            processor[name] += (time.process_time() - worked) * 1000
    server_worked = (sum(server.cpu_times()[:2]) - server_before) * 1000
    return Round(
        **times,
        search_processor=processor["search"] + server_worked,
        bare_processor=processor["bare"],
    )


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


def _search_figures(rounds: list[Round], recall: list[float], *, passages: int) -> list[Figure]:
    note = f"{passages:,} passages, half shared, half over {_ACCOUNTS:,} accounts, user sees {_VISIBLE_ACCOUNTS}"
    asked = sum(len(item.search) for item in rounds)
    goal = Goal(comparison="<=", threshold=1.5)
    middle = f"{note}; median of {len(rounds)} rounds; this machine, busy or not; compare ratios"
    return [
        _ratio("search.p95_ratio_to_bare_chroma", [_p95_ratio(item.search, item.bare) for item in rounds], goal, note),
        _ratio(
            "search.p95_ratio_to_bare_chroma_ids_only",
            [_p95_ratio(item.search, item.bare_ids) for item in rounds],
            None,
            note,
        ),
        _ratio(
            "search.processor_time_ratio_to_bare_chroma",
            [item.search_processor / item.bare_processor for item in rounds],
            None,
            f"{note}; of this process and the database's process that serves it",
        ),
        _plain("search.p50", _middle([item.search for item in rounds], 50), asked, middle),
        _plain("search.p95", _middle([item.search for item in rounds], 95), asked, middle),
        _plain("search.p50_of_bare_chroma", _middle([item.bare for item in rounds], 50), asked, middle),
        _plain("search.p95_of_bare_chroma", _middle([item.bare for item in rounds], 95), asked, middle),
        Figure(
            name="search.recall_at_10_against_exact",
            language="-",
            value=float(np.mean(recall)),
            n=len(recall),
            goal=Goal(comparison=">=", threshold=0.98),
            command=_COMMAND,
            measured_on=today(),
            note=f"{note}; by meaning alone, against comparing every visible vector",
        ),
    ]


def _ratio(name: str, ratios: list[float], goal: Goal | None, note: str) -> Figure:
    generator = np.random.default_rng(_SEED)
    drawn = np.median(generator.choice(ratios, (_DRAWS, len(ratios))), axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Figure(
        name=name,
        language="-",
        value=float(np.median(ratios)),
        unit="x",
        n=len(ratios) * _PER_ROUND,
        interval=(float(low), float(high)),
        interval_method=f"bootstrap over {len(ratios)} rounds (median), {_DRAWS:,} draws, seed {_SEED}",
        goal=goal,
        command=_COMMAND,
        measured_on=today(),
        note=note,
    )


def _p95_ratio(ours: list[float], theirs: list[float]) -> float:
    return float(np.percentile(ours, 95) / np.percentile(theirs, 95))


def _middle(rounds: list[list[float]], share: int) -> float:
    """The percentile of each round, of which the median."""
    return float(np.median([np.percentile(times, share) for times in rounds]))


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
