"""The background index: resumable, idempotent, in step with SQL."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from copilot.domain.access import Role, Visibility
from copilot.llm.embeddings.port import Vectors
from copilot.retrieval.indexing import IndexingProgress, bury, embed_pending, reconcile, reindex
from copilot.retrieval.search import Search, SearchRequest
from copilot.store.database import Database
from copilot.store.passages import PassageRepository
from copilot.store.vectors import SharedVectors
from tests.conftest import MakeUser
from tests.retrieval_support import WordEmbedder, add_account, add_document, passages_of

_TEXTS = [f"Passage number {number} about refunds." for number in range(10)]


@pytest.fixture
def shared(tmp_path: Path) -> SharedVectors:
    return SharedVectors(folder=tmp_path / "chroma")


def _pending(database: Database, model_id: str) -> int:
    with database.unit_of_work() as uow:
        return PassageRepository(uow).counts(model_id=model_id).pending


def _fill(database: Database) -> None:
    add_account(database, "acc_a", owner=None)
    add_document(database, "owned", _TEXTS, account_id="acc_a")
    add_document(database, "common", _TEXTS, visibility="staff")


def test_progress_is_counted_and_work_is_done_once(database: Database, shared: SharedVectors) -> None:
    embedder = WordEmbedder()
    _fill(database)
    seen: list[IndexingProgress] = []
    assert embed_pending(database, embedder, shared=shared, batch=6, progress=seen.append) == 20
    assert [item.done for item in seen] == [6, 12, 18, 20]
    assert {item.total for item in seen} == {20}
    assert embed_pending(database, embedder, shared=shared) == 0
    assert sum(embedder.calls) == 20


class _Interrupted(WordEmbedder):
    """Breaks off at its third batch."""

    def embed_passages(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        if len(self.calls) == 2:
            raise KeyboardInterrupt
        return super().embed_passages(texts, languages)


def test_an_interrupted_run_goes_on_where_it_stopped(database: Database, shared: SharedVectors) -> None:
    _fill(database)
    with pytest.raises(KeyboardInterrupt):
        embed_pending(database, _Interrupted(), shared=shared, batch=4)
    assert _pending(database, "words-1") == 12
    assert embed_pending(database, WordEmbedder(), shared=shared, batch=4) == 12


_KILLED_CHILD = """
import sys, time
from pathlib import Path
from copilot.retrieval.indexing import embed_pending
from copilot.store.database import Database
from copilot.store.vectors import SharedVectors
from tests.retrieval_support import WordEmbedder

class Slow(WordEmbedder):
    def embed_passages(self, texts, languages):
        if len(self.calls) == 2:
            print("third batch", flush=True)
            time.sleep(60)
        return super().embed_passages(texts, languages)

embed_pending(Database(sys.argv[1]), Slow(), shared=SharedVectors(folder=Path(sys.argv[2])), batch=4)
"""


def test_a_killed_process_loses_only_the_batch_it_was_on(
    database: Database, tmp_path: Path, make_user: MakeUser
) -> None:
    _fill(database)
    command = [sys.executable, "-c", _KILLED_CHILD, database.url, str(tmp_path / "chroma")]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "third batch"
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert _pending(database, "words-1") == 12
    shared = SharedVectors(folder=tmp_path / "chroma")
    assert embed_pending(database, WordEmbedder(), shared=shared) == 12
    assert shared.count(Visibility.STAFF, model_id="words-1") == 10
    search = Search(embedder=WordEmbedder(), shared=shared)
    with database.unit_of_work() as uow:
        request = SearchRequest(query="refunds", limit=50)
        assert len(search.search(request, viewer=make_user(role=Role.ADMIN), uow=uow).hits) == 20


def test_removed_shared_passages_leave_chroma(database: Database, shared: SharedVectors) -> None:
    embedder = WordEmbedder()
    _fill(database)
    embed_pending(database, embedder, shared=shared)
    with database.unit_of_work() as uow:
        PassageRepository(uow).remove_document("common")
    assert shared.count(Visibility.STAFF, model_id=embedder.model_id) == 10
    assert bury(database, shared=shared, model_id=embedder.model_id) == 10
    assert shared.count(Visibility.STAFF, model_id=embedder.model_id) == 0
    assert bury(database, shared=shared, model_id=embedder.model_id) == 0


def test_text_imported_again_is_not_buried(database: Database, shared: SharedVectors) -> None:
    embedder = WordEmbedder()
    _fill(database)
    embed_pending(database, embedder, shared=shared)
    with database.unit_of_work() as uow:
        repository = PassageRepository(uow)
        repository.remove_document("common")
        repository.add("common", passages_of(_TEXTS, language="en"), account_id=None, visibility="staff")
    assert embed_pending(database, embedder, shared=shared) == 10
    assert shared.count(Visibility.STAFF, model_id=embedder.model_id) == 10


def test_a_passage_that_changes_class_leaves_the_old_collection(database: Database, shared: SharedVectors) -> None:
    embedder = WordEmbedder()
    add_document(database, "common", _TEXTS, visibility="staff")
    embed_pending(database, embedder, shared=shared)
    with database.unit_of_work() as uow:
        repository = PassageRepository(uow)
        repository.remove_document("common")
        repository.add("common", passages_of(_TEXTS, language="en"), account_id=None, visibility="admins")
    embed_pending(database, embedder, shared=shared)
    assert shared.count(Visibility.STAFF, model_id=embedder.model_id) == 0
    assert shared.count(Visibility.ADMINS, model_id=embedder.model_id) == 10


def test_a_lost_vector_folder_is_noticed_and_filled_again(database: Database, tmp_path: Path) -> None:
    embedder = WordEmbedder()
    add_document(database, "common", _TEXTS, visibility="staff")
    embed_pending(database, embedder, shared=SharedVectors(folder=tmp_path / "lost"))
    empty = SharedVectors(folder=tmp_path / "new")
    assert embed_pending(database, embedder, shared=empty) == 10
    assert empty.count(Visibility.STAFF, model_id=embedder.model_id) == 10


def test_orphans_in_chroma_are_removed(database: Database, shared: SharedVectors) -> None:
    embedder = WordEmbedder()
    add_document(database, "common", _TEXTS, visibility="staff")
    embed_pending(database, embedder, shared=shared)
    vectors = embedder.embed_passages(["orphan"], ["en"])
    shared.put(Visibility.STAFF, model_id=embedder.model_id, passage_ids=["psg_orphan"], vectors=vectors)
    assert reconcile(database, shared=shared, model_id=embedder.model_id) == 1
    assert "psg_orphan" not in shared.passage_ids(Visibility.STAFF, model_id=embedder.model_id)


def test_another_model_is_pending_until_reindexed(database: Database, shared: SharedVectors) -> None:
    _fill(database)
    embed_pending(database, WordEmbedder(), shared=shared)
    wider = WordEmbedder(model_id="words-2", dimension=32)
    assert _pending(database, "words-2") == 20
    assert reindex(database, wider, shared=shared) == 20
    assert _pending(database, "words-2") == 0
    assert shared.count(Visibility.STAFF, model_id="words-2") == 10
    assert shared.count(Visibility.STAFF, model_id="words-1") == 0


def test_search_with_a_new_model_ignores_old_vectors(
    database: Database, shared: SharedVectors, make_user: MakeUser
) -> None:
    _fill(database)
    embed_pending(database, WordEmbedder(), shared=shared)
    search = Search(embedder=WordEmbedder(model_id="words-2", dimension=32), shared=shared)
    with database.unit_of_work() as uow:
        result = search.search(SearchRequest(query="refunds"), viewer=make_user(role=Role.ADMIN), uow=uow)
    assert len(result.hits) == 10
    assert [notice.code for notice in result.missing] == ["vectors_pending"]


def test_an_account_that_is_deleted_takes_its_vectors_along(database: Database, shared: SharedVectors) -> None:
    from copilot.store.tables.documents import PassageVectorRow
    from copilot.store.tables.records import AccountRow

    _fill(database)
    embed_pending(database, WordEmbedder(), shared=shared)
    with database.unit_of_work() as uow:
        assert uow.session.query(PassageVectorRow).count() == 10
        uow.session.delete(uow.session.get(AccountRow, "acc_a"))
    with database.unit_of_work() as uow:
        assert uow.session.query(PassageVectorRow).count() == 0


def test_adding_the_same_passages_twice_changes_nothing(database: Database, shared: SharedVectors) -> None:
    add_document(database, "common", _TEXTS, visibility="staff")
    embed_pending(database, WordEmbedder(), shared=shared)
    with database.unit_of_work() as uow:
        PassageRepository(uow).add("common", passages_of(_TEXTS, language="en"), account_id=None, visibility="staff")
    assert _pending(database, "words-1") == 0


def test_a_passage_has_exactly_one_home(database: Database) -> None:
    with database.unit_of_work() as uow, pytest.raises(ValueError, match="either"):
        PassageRepository(uow).add("d", [], account_id="a", visibility="staff")


def test_wide_viewers_are_served_by_the_approximate_index(
    database: Database, shared: SharedVectors, make_user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from copilot.store import passage_search

    embedder = WordEmbedder(model_id="words-384", dimension=384)
    add_account(database, "acc_a", owner=None)
    add_document(database, "owned", ["About refunds.", *(f"Other {n}." for n in range(30))], account_id="acc_a")
    embed_pending(database, embedder, shared=shared)
    monkeypatch.setattr(passage_search, "_EXACT_VECTORS", 5)
    search = Search(embedder=embedder, shared=shared)
    started = time.monotonic()
    with database.unit_of_work() as uow:
        result = search.search(SearchRequest(query="refunds"), viewer=make_user(role=Role.ADMIN), uow=uow)
    assert result.hits[0].evidence.text == "About refunds."
    assert len(result.hits) == 10
    assert time.monotonic() - started < 60


_OTHER_PROCESS = """
import sys
from pathlib import Path
import numpy as np
from copilot.domain.access import Visibility
from copilot.store.vectors import SharedVectors

vectors = np.eye(8, dtype=np.float32)[4:]
SharedVectors(folder=Path(sys.argv[1])).put(
    Visibility.STAFF, model_id="m", passage_ids=["p4", "p5", "p6", "p7"], vectors=vectors
)
"""


def test_what_another_process_embedded_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from copilot.store import vectors as module

    monkeypatch.setattr(module, "_FRESHNESS_SECONDS", 0.0)
    shared = SharedVectors(folder=tmp_path)
    vectors = np.eye(8, dtype=np.float32)
    shared.put(Visibility.STAFF, model_id="m", passage_ids=["p0", "p1", "p2", "p3"], vectors=vectors[:4])
    assert len(shared.nearest(Visibility.STAFF, model_id="m", vector=vectors[5], limit=8)) == 4
    subprocess.run([sys.executable, "-c", _OTHER_PROCESS, str(tmp_path)], check=True)
    found = shared.nearest(Visibility.STAFF, model_id="m", vector=vectors[5], limit=8)
    assert len(found) == 8
    assert found[0].passage_id == "p5"
