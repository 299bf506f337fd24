"""Search on a real database and a real Chroma, with a model that costs nothing."""

import math
from datetime import timedelta
from pathlib import Path

import pytest

from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer, Visibility
from copilot.domain.documents import DocumentKind
from copilot.domain.language import Language
from copilot.errors import InputError, ModelUnavailable, UnavailableError
from copilot.retrieval.indexing import embed_pending
from copilot.retrieval.search import Search, SearchRequest, SearchResult
from copilot.store.database import Database
from copilot.store.passages import PassageRepository
from copilot.store.tables.people import AccountGrantRow
from copilot.store.vectors import Neighbour, SharedVectors
from tests.conftest import MakeUser
from tests.retrieval_support import WordEmbedder, add_account, add_document


@pytest.fixture
def shared(tmp_path: Path) -> SharedVectors:
    return SharedVectors(folder=tmp_path / "chroma")


@pytest.fixture
def embedder() -> WordEmbedder:
    return WordEmbedder()


def _find(database: Database, search: Search, query: str, *, viewer: Viewer, **options: object) -> SearchResult:
    with database.unit_of_work() as uow:
        return search.search(SearchRequest.model_validate({"query": query, **options}), viewer=viewer, uow=uow)


def _documents(result: SearchResult) -> list[str]:
    return [hit.document_id for hit in result.hits]


def test_words_find_a_passage_before_any_vector_exists(
    database: Database, shared: SharedVectors, embedder: WordEmbedder, make_user: MakeUser
) -> None:
    add_document(database, "d1", ["Data at rest is encrypted with AES-256."], visibility="staff")
    result = _find(database, Search(embedder=embedder, shared=shared), "aes-256", viewer=make_user())
    assert _documents(result) == ["d1"]
    (notice,) = result.missing
    assert notice.code == "vectors_pending"
    assert "1 of 1" in notice.en
    assert "1 de 1" in notice.es


def test_meaning_finds_what_words_do_not(
    database: Database, shared: SharedVectors, embedder: WordEmbedder, make_user: MakeUser
) -> None:
    viewer = make_user()
    add_account(database, "acc_a", owner=viewer.email)
    add_document(database, "d1", ["The renewal comes in March."], account_id="acc_a")
    add_document(database, "d2", ["Lunch was pleasant again."], account_id="acc_a")
    search = Search(embedder=embedder, shared=shared)
    assert "d1" not in _documents(_find(database, search, "renovación", viewer=viewer))
    embed_pending(database, embedder, shared=shared)
    result = _find(database, search, "renovación", viewer=viewer)
    assert _documents(result)[0] == "d1"
    assert result.missing == ()


def test_account_passages_need_the_account(
    database: Database, shared: SharedVectors, embedder: WordEmbedder, make_user: MakeUser
) -> None:
    mine, other, boss, admin = (
        make_user("Mine"),
        make_user("Other", team="south"),
        make_user("Boss", role=Role.MANAGER),
        make_user("Root", role=Role.ADMIN),
    )
    add_account(database, "acc_a", owner=mine.email.upper())
    add_document(database, "secret", ["The invoice of March is overdue."], account_id="acc_a")
    embed_pending(database, embedder, shared=shared)
    search = Search(embedder=embedder, shared=shared)
    for viewer, sees in ((mine, True), (other, False), (boss, True), (admin, True)):
        assert bool(_find(database, search, "invoice overdue", viewer=viewer).hits) is sees, viewer.name
    with database.unit_of_work() as uow:
        uow.session.add(AccountGrantRow(account_id="acc_a", user_id=other.user_id))
    assert _documents(_find(database, search, "invoice overdue", viewer=other)) == ["secret"]


def test_shared_knowledge_needs_the_class(
    database: Database, shared: SharedVectors, embedder: WordEmbedder, make_user: MakeUser
) -> None:
    for name in Visibility:
        add_document(database, f"for_{name}", ["Price floor for every product."], visibility=name.value)
    embed_pending(database, embedder, shared=shared)
    search = Search(embedder=embedder, shared=shared)
    expected = {
        Role.AE: {"for_staff"},
        Role.CSM: {"for_staff"},
        Role.MANAGER: {"for_staff", "for_managers"},
        Role.ADMIN: {"for_staff", "for_managers", "for_admins"},
    }
    for role, documents in expected.items():
        assert set(_documents(_find(database, search, "price floor", viewer=make_user(role=role)))) == documents


class _Leaking(SharedVectors):
    """Chroma as it must not be: it hands out a passage of another class and one that no longer exists."""

    def __init__(self, passage_ids: list[str]) -> None:
        self.passage_ids_leaked = passage_ids

    def nearest(self, *_: object, **__: object) -> list[Neighbour]:
        return [Neighbour(passage_id, 1.0) for passage_id in self.passage_ids_leaked]


def test_what_the_vector_index_leaks_is_not_shown(
    database: Database, shared: SharedVectors, embedder: WordEmbedder, make_user: MakeUser
) -> None:
    add_account(database, "acc_a", owner="someone@else.example")
    add_document(database, "secret", ["Salaries of everybody."], visibility="admins")
    add_document(database, "owned", ["Their budget is low."], account_id="acc_a")
    with database.unit_of_work() as uow:
        ids = [item.passage_id for item in PassageRepository(uow).pending(model_id=embedder.model_id, limit=10)]
    search = Search(embedder=embedder, shared=_Leaking([*ids, "psg_gone"]))
    assert len(ids) == 2
    assert _find(database, search, "salaries budget", viewer=make_user()).hits == ()


def test_a_removed_document_disappears_at_once(
    database: Database, shared: SharedVectors, embedder: WordEmbedder, make_user: MakeUser
) -> None:
    add_document(database, "d1", ["Disaster recovery takes four hours."], visibility="staff")
    add_document(database, "d2", ["Disaster recovery is tested yearly."], visibility="staff")
    embed_pending(database, embedder, shared=shared)
    with database.unit_of_work() as uow:
        PassageRepository(uow).remove_document("d1")
    search = Search(embedder=embedder, shared=shared)
    assert _documents(_find(database, search, "disaster recovery", viewer=make_user())) == ["d2"]
    assert shared.count(Visibility.STAFF, model_id=embedder.model_id) == 2


def test_filters_narrow_accounts_kinds_and_days(
    database: Database, shared: SharedVectors, embedder: WordEmbedder, make_user: MakeUser, clock: FixedClock
) -> None:
    viewer = make_user(role=Role.ADMIN)
    for name in ("acc_a", "acc_b"):
        add_account(database, name, owner=None)
        add_document(database, f"mail_{name}", ["The rollout starts soon."], account_id=name, kind="email")
    add_document(database, "note", ["The rollout starts soon, says the note."], account_id="acc_a", kind="note")
    add_document(database, "guide", ["How the rollout starts."], visibility="staff")
    clock.advance(timedelta(days=3))
    add_document(database, "later", ["The rollout starts, later."], account_id="acc_a", kind="email")
    embed_pending(database, embedder, shared=shared)
    search = Search(embedder=embedder, shared=shared)

    def found(**options: object) -> set[str]:
        return set(_documents(_find(database, search, "rollout starts", viewer=viewer, **options)))

    assert found() == {"mail_acc_a", "mail_acc_b", "note", "guide", "later"}
    assert found(account_ids=("acc_a",)) == {"mail_acc_a", "note", "guide", "later"}
    assert found(account_ids=("acc_a",), include_shared=False) == {"mail_acc_a", "note", "later"}
    assert found(account_ids=()) == {"guide"}
    assert found(kinds=(DocumentKind.EMAIL,)) == {"mail_acc_a", "mail_acc_b", "later"}
    assert found(kinds=(DocumentKind.KNOWLEDGE,)) == {"guide"}
    assert found(since="2026-11-17") == {"later"}
    assert found(until="2026-11-16") == {"mail_acc_a", "mail_acc_b", "note", "guide"}
    assert found(since="2026-11-16", until="2026-11-16") == {"mail_acc_a", "mail_acc_b", "note", "guide"}


def test_asking_for_an_invisible_account_finds_nothing(
    database: Database, shared: SharedVectors, embedder: WordEmbedder, make_user: MakeUser
) -> None:
    add_account(database, "acc_a", owner="someone@else.example")
    add_document(database, "secret", ["Their budget is low."], account_id="acc_a")
    embed_pending(database, embedder, shared=shared)
    search = Search(embedder=embedder, shared=shared)
    assert _find(database, search, "budget", viewer=make_user(), account_ids=("acc_a",)).hits == ()


def test_without_a_model_it_says_so_and_uses_words(
    database: Database, shared: SharedVectors, make_user: MakeUser
) -> None:
    add_document(database, "d1", ["Refunds within thirty days."], visibility="staff")
    search = Search(embedder=None, shared=shared, unavailable=ModelUnavailable("gone"))
    result = _find(database, search, "refunds", viewer=make_user())
    assert _documents(result) == ["d1"]
    assert [notice.code for notice in result.missing] == ["no_embedding_model"]


class _Down(SharedVectors):
    def __init__(self) -> None:
        pass

    def nearest(self, *_: object, **__: object) -> list[Neighbour]:
        raise UnavailableError("down")


def test_without_chroma_it_says_so_and_uses_words(
    database: Database, embedder: WordEmbedder, make_user: MakeUser
) -> None:
    add_document(database, "d1", ["Refunds within thirty days."], visibility="staff")
    result = _find(database, Search(embedder=embedder, shared=_Down()), "refunds", viewer=make_user())
    assert _documents(result) == ["d1"]
    assert "shared_vectors_unavailable" in [notice.code for notice in result.missing]


def test_evidence_is_exactly_the_passage(
    database: Database, shared: SharedVectors, embedder: WordEmbedder, make_user: MakeUser
) -> None:
    texts = ["First passage about refunds.", "Second passage about refunds."]
    add_document(database, "d1", texts, visibility="staff")
    result = _find(database, Search(embedder=embedder, shared=shared), "second refunds", viewer=make_user())
    best = result.hits[0]
    assert best.evidence.text == texts[1]
    assert best.evidence.id == f"passage:{best.passage_id}"
    assert (best.evidence.start, best.evidence.end) == (len(texts[0]) + 1, len(texts[0]) + 1 + len(texts[1]))
    assert best.evidence.visibility == "staff"


@pytest.mark.parametrize("query", ["", "   ", "\n"])
def test_an_empty_search_is_refused(
    database: Database, shared: SharedVectors, embedder: WordEmbedder, make_user: MakeUser, query: str
) -> None:
    with pytest.raises(InputError):
        _find(database, Search(embedder=embedder, shared=shared), query, viewer=make_user())


@pytest.mark.parametrize(
    "query",
    [
        "'; drop table passages; --",
        "\\' | & ! ( <->",
        "a" * 10_000,
        "%(limit)s %s {0}",
        "the of and",
        "\ud800 broken",
        "¿?",
    ],
)
def test_hostile_and_odd_queries_are_just_words(
    database: Database, shared: SharedVectors, embedder: WordEmbedder, make_user: MakeUser, query: str
) -> None:
    add_document(database, "d1", ["It's O'Brien's \\ call %s {0}."], visibility="staff")
    embed_pending(database, embedder, shared=shared)
    result = _find(database, Search(embedder=embedder, shared=shared), query, viewer=make_user())
    assert set(_documents(result)) <= {"d1"}


def test_same_search_gives_the_same_order(
    database: Database, shared: SharedVectors, embedder: WordEmbedder, make_user: MakeUser
) -> None:
    for number in range(8):
        add_document(database, f"d{number}", ["Exactly the same words."], visibility="staff")
    embed_pending(database, embedder, shared=shared)
    viewer = make_user()
    search = Search(embedder=embedder, shared=shared)
    first = _find(database, search, "same words", viewer=viewer)
    assert _find(database, search, "same words", viewer=viewer) == first
    assert len(_find(database, search, "same words", viewer=viewer, limit=3).hits) == 3


def test_rarer_words_and_shorter_passages_rank_higher(
    database: Database, shared: SharedVectors, make_user: MakeUser
) -> None:
    filler = "customers report many different things about their work every week"
    for number in range(20):
        add_document(database, f"common{number}", [f"The invoice: {filler}."], visibility="staff")
    add_document(database, "rare", [f"The zeppelin: {filler}."], visibility="staff")
    add_document(database, "rare_long", [f"The zeppelin: {filler} {filler} {filler} {filler}."], visibility="staff")
    add_document(database, "rare_twice", [f"The zeppelin, a zeppelin: {filler}."], visibility="staff")
    embed_pending(database, None, shared=shared)
    result = _find(
        database, Search(embedder=None, shared=shared), "zeppelin invoice", viewer=make_user(), language=Language.EN
    )
    assert _documents(result)[:3] == ["rare_twice", "rare", "rare_long"]


def test_bm25_in_the_database_equals_the_formula(
    database: Database, shared: SharedVectors, make_user: MakeUser
) -> None:
    texts = ["apple banana apple", "banana cherry", "cherry cherry cherry apple", "plum plum"]
    for number, text in enumerate(texts):
        add_document(database, f"t{number}", [text], visibility="staff", language="en")
    embed_pending(database, None, shared=shared)
    result = _find(
        database, Search(embedder=None, shared=shared), "apple cherry", viewer=make_user(), language=Language.EN
    )
    # Each passage is indexed under its title ("Title t0": two more words).
    lengths = [len(text.split()) + 2 for text in texts]
    average = sum(lengths) / len(lengths)

    def expected(number: int) -> float:
        score = 0.0
        for word in ("apple", "cherry"):
            frequency = texts[number].split().count(word)
            holding = sum(word in text.split() for text in texts)
            idf = math.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
            score += idf * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * lengths[number] / average))
        return score

    scores = {hit.document_id: hit.score for hit in result.hits}
    assert set(scores) == {"t0", "t1", "t2"}
    for number in range(3):
        assert scores[f"t{number}"] == pytest.approx(expected(number), rel=0.05)
