"""Embeds what is not embedded yet, in the background, and keeps Chroma in step with SQL.

Invariant: work is done in small batches, each durable before it is marked, so a process killed at any point
loses at most the batch it was on, and running it again, even twice at once, changes nothing that is done.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from copilot.domain.access import Visibility
from copilot.llm.embeddings.port import Embedder, Vectors
from copilot.store.database import Database
from copilot.store.passages import PassageRepository, PendingPassage
from copilot.store.vectors import SharedVectors
from copilot.telemetry import get_logger

_log = get_logger(__name__)
_TOMBSTONES = 1000


@dataclass(frozen=True, slots=True)
class IndexingProgress:
    """Passages embedded by this run, and those it set out to embed."""

    done: int
    total: int


ProgressCallback = Callable[[IndexingProgress], None]


def embed_pending(
    database: Database,
    embedder: Embedder | None,
    *,
    shared: SharedVectors,
    batch: int = 64,
    progress: ProgressCallback | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> int:
    """Bring the index up to date. Returns the number of passages embedded.

    `should_stop` is asked after every batch; what is left then waits for the next run. Without an embedder only
    word statistics are refreshed. Raises UnavailableError when the model, Chroma or the database cannot be reached;
    what was done until then stays done.
    """
    with database.unit_of_work() as uow:
        PassageRepository(uow).refresh_statistics()
    if embedder is None:
        return 0
    bury(database, shared=shared, model_id=embedder.model_id)
    reconcile(database, shared=shared, model_id=embedder.model_id)
    with database.unit_of_work() as uow:
        total = PassageRepository(uow).counts(model_id=embedder.model_id).pending
    done = 0
    while embedded := _embed_batch(database, embedder, shared=shared, batch=batch):
        done += embedded
        if progress is not None:
            progress(IndexingProgress(done=done, total=max(total, done)))
        if should_stop():
            break
    if done:
        _log.info("index.embedded", passages=done, model=embedder.model_id)
    return done


def reindex(
    database: Database,
    embedder: Embedder,
    *,
    shared: SharedVectors,
    batch: int = 64,
    progress: ProgressCallback | None = None,
) -> int:
    """Rebuild every vector with this model; words stay searchable meanwhile. Returns the passages embedded."""
    with database.unit_of_work() as uow:
        repository = PassageRepository(uow)
        repository.mark_all_pending()
        repository.refresh_statistics(force=True)
    done = embed_pending(database, embedder, shared=shared, batch=batch, progress=progress)
    shared.drop_other_models(model_id=embedder.model_id)
    return done


def bury(database: Database, *, shared: SharedVectors, model_id: str) -> int:
    """Take removed shared passages out of Chroma. Returns how many."""
    removed = 0
    while True:
        with database.unit_of_work() as uow:
            repository = PassageRepository(uow)
            tombstones = repository.tombstones(limit=_TOMBSTONES)
            if not tombstones:
                return removed
            alive = repository.still_shared(tombstones)
            for visibility in Visibility:
                gone = [
                    item.passage_id
                    for item in tombstones
                    if item.visibility == visibility.value and (item.passage_id, item.visibility) not in alive
                ]
                if gone:
                    shared.remove(visibility, model_id=model_id, passage_ids=gone)
                    removed += len(gone)
            repository.clear_tombstones(tombstones)


def reconcile(database: Database, *, shared: SharedVectors, model_id: str) -> int:
    """Compare Chroma with SQL where their counts differ; SQL wins. Returns how many passages were out of step.

    They differ after a crash between two writes, or when somebody removed or restored one of the folders.
    """
    corrected = 0
    for visibility in Visibility:
        with database.unit_of_work() as uow:
            repository = PassageRepository(uow)
            expected = repository.embedded_shared_count(visibility, model_id=model_id)
            if expected == 0 or shared.count(visibility, model_id=model_id) == expected:
                continue
            in_sql = repository.embedded_shared_ids(visibility, model_id=model_id)
            in_chroma = shared.passage_ids(visibility, model_id=model_id)
            repository.mark_pending(sorted(in_sql - in_chroma))
            shared.remove(visibility, model_id=model_id, passage_ids=sorted(in_chroma - in_sql))
            corrected += len(in_sql ^ in_chroma)
    if corrected:
        _log.warning("index.reconciled", passages=corrected)
    return corrected


def _embed_batch(database: Database, embedder: Embedder, *, shared: SharedVectors, batch: int) -> int:
    with database.unit_of_work() as uow:
        pending = PassageRepository(uow).pending(model_id=embedder.model_id, limit=batch)
    if not pending:
        return 0
    # No transaction is open while the model works: it takes seconds.
    vectors = embedder.embed_passages([item.text for item in pending], [item.language for item in pending])
    for visibility in Visibility:
        chosen = [index for index, item in enumerate(pending) if item.visibility == visibility.value]
        if chosen:
            ids = [pending[index].passage_id for index in chosen]
            shared.put(visibility, model_id=embedder.model_id, passage_ids=ids, vectors=vectors[chosen])
    with database.unit_of_work() as uow:
        repository = PassageRepository(uow)
        same = [index for index, fits in enumerate(repository.unchanged(pending)) if fits]
        kept, vectors = [pending[index] for index in same], vectors[np.array(same, dtype=int)]
        repository.store_account_vectors(*_of_accounts(kept, vectors), model_id=embedder.model_id)
        repository.mark_embedded([item.passage_id for item in kept], model_id=embedder.model_id)
    return len(pending)


def _of_accounts(pending: Sequence[PendingPassage], vectors: Vectors) -> tuple[list[PendingPassage], Vectors]:
    chosen = [index for index, item in enumerate(pending) if item.account_id is not None]
    return [pending[index] for index in chosen], vectors[np.array(chosen, dtype=int)]
