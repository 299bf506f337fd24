"""Words of shared passages are made once, in the background, and forgotten with the text that they were made of."""

from types import SimpleNamespace
from typing import Any, NoReturn, cast

import numpy as np
import pytest

from copilot.domain.access import Role, Viewer, Visibility
from copilot.domain.language import Language
from copilot.guardrails.grounding.states import WORD_STATES
from copilot.retrieval.search import shared_hits
from copilot.store.database import Database, UnitOfWork
from copilot.store.documents import DocumentRepository
from copilot.store.passage_words import PassageWords, PassageWordsRepository
from copilot.store.passages import PassageRepository
from copilot.store.tables.records import AccountRow, SourceFileRow
from copilot.workflows.chat import kept_sentences, kept_words, matching
from copilot.workflows.chat.answering import in_full, in_place, passage_text
from copilot.workflows.chat.contract import Scene
from copilot.workflows.chat.kept_sentences import KeptSentences
from copilot.workflows.chat.kept_words import KeptWords, Packed, Seen
from copilot.workflows.chat.reading_ahead import read_ahead
from copilot.workflows.chat.told import Told, tell
from copilot.workflows.rfp.answering import likeness
from copilot.workflows.rfp.answering.likeness import Likeness
from knowledge.chunking import cut
from knowledge.parsers.markdown import parse_markdown
from tests.retrieval_support import WordEmbedder

TEXT = b"# Backups\n\nBackups are encrypted with AES-256. They are kept for 35 days in Frankfurt."
QUESTIONS = b"# Backups\n\nWhere are backups kept?\n\nIn Frankfurt.\n\nThey are encrypted with AES-256 every night."
READER = Viewer(user_id="reader", email="", name="", role=Role.AE)

pytestmark = pytest.mark.skipif(not WORD_STATES.available, reason="the weights are not installed")


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    _forget(monkeypatch)


def test_what_was_read_ahead_is_what_would_be_made(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = _stored(database, TEXT)
    assert read_ahead(database) == len(shared)
    with database.unit_of_work() as uow:
        made = _seen(shared, uow)
    _forget(monkeypatch)
    monkeypatch.setattr(WORD_STATES, "of", _never)
    with database.unit_of_work() as uow:
        again = _seen(shared, uow)
    assert [item.words for item in again] == [item.words for item in made]
    assert all(np.array_equal(one.packed.states(), two.packed.states()) for one, two in zip(made, again, strict=True))
    assert read_ahead(database) == 0


def test_vectors_of_sentences_are_made_ahead_alone_and_never_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = _stored(database, QUESTIONS)
    assert read_ahead(database) == len(shared)
    embedder = WordEmbedder(model_id=kept_sentences.MODEL, dimension=kept_sentences.WIDTH)
    assert read_ahead(database, WordEmbedder()) == 0, "by another model nothing is compared"
    assert read_ahead(database, embedder) == len(shared), "as soon as there is a model"
    assert set(embedder.calls) == {1}
    assert read_ahead(database, embedder) == 0
    made = len(embedder.calls)
    retrieval = cast("Any", SimpleNamespace(model=SimpleNamespace(embedder=embedder)))
    _forget(monkeypatch)
    with database.unit_of_work() as uow:
        told = _told(shared, uow)
    asking = next(item for item in told if item.text == "Where are backups kept?")
    reply = next(item for item in told if item.text == "In Frankfurt.")
    wanted = [in_place(item) for item in (*(item for item in told if item is not asking), in_full(reply, asking))]
    question = embedder.embed_query("Are backups encrypted?", "en")
    ahead = Likeness(retrieval).of(question, wanted)
    assert len(embedder.calls) == made
    _forget(monkeypatch)
    assert Likeness(retrieval).of(question, wanted) == ahead, "made now or read, it is the same"
    assert len(embedder.calls) == made + len(wanted)


def test_stored_sentences_of_another_width_are_refused() -> None:
    vectors = {bytes([place] * 16): np.full(4, place, np.float16) for place in range(3)}
    content = kept_sentences.packed(vectors)
    again = kept_sentences.unpacked(content, width=4)
    assert {key: value.tolist() for key, value in again.items()} == {
        key: value.tolist() for key, value in vectors.items()
    }
    assert kept_sentences.unpacked(content, width=5) == {}


def test_texts_of_accounts_are_not_read_ahead(database: Database) -> None:
    mine = _stored(database, TEXT, account="acc_one")
    assert read_ahead(database) == 0
    with database.unit_of_work() as uow:
        PassageWordsRepository(uow).put([PassageWords(mine[0], TEXT.decode(), "digest", b"content")])
        assert PassageWordsRepository(uow).of(mine) == {}


def test_words_go_when_the_text_has_to_be_indexed_anew(database: Database) -> None:
    shared = _stored(database, TEXT)
    read_ahead(database)
    with database.unit_of_work() as uow:
        assert set(PassageWordsRepository(uow).of(shared)) == set(shared)
        PassageRepository(uow).mark_pending(shared)
        assert PassageWordsRepository(uow).of(shared) == {}
        assert PassageWordsRepository(uow).lacking(limit=9) == []
        PassageRepository(uow).mark_embedded(shared, model_id="any")
        assert PassageWordsRepository(uow).lacking(limit=9) == shared


def test_words_of_a_text_that_was_changed_meanwhile_are_not_kept(database: Database) -> None:
    shared = _stored(database, TEXT)
    with database.unit_of_work() as uow:
        PassageWordsRepository(uow).put([PassageWords(shared[0], "What it said before.", "digest", b"content")])
        assert PassageWordsRepository(uow).of(shared) == {}


def test_rounding_is_small_and_stored_words_of_another_length_are_refused() -> None:
    states = np.random.default_rng(7).normal(size=(2, 5, 16)).astype(np.float32)
    packed = Packed.of(states)
    stored = Packed.read(packed.content(), words=5)
    assert stored is not None
    assert np.array_equal(stored.states(), packed.states())
    assert np.abs(packed.states() - states).max() <= np.abs(states).max() / 200
    assert Packed.read(packed.content()[:-1], words=5) is None
    assert Packed.read(b"", words=0) is None


def _stored(database: Database, text: bytes, *, account: str | None = None) -> list[str]:
    with database.unit_of_work() as uow:
        now = uow.clock.now()
        if account:
            uow.session.add(
                AccountRow(id=account, source_system="t", source_id=account, as_of=now.date(), content_hash="",
                           name=account, search_key=account)
            )  # fmt: skip
        uow.session.add(
            SourceFileRow(id="one", root="t", path="one.md", sha256="", media_type="text/markdown", size_bytes=0,
                          imported_at=now)
        )  # fmt: skip
        uow.flush()
        parsed = parse_markdown(text, "one.md")
        DocumentRepository(uow).replace(
            parsed,
            cut(parsed),
            source_file_id="one",
            account_id=account,
            visibility=None if account else Visibility.STAFF,
        )
        pending = [item.passage_id for item in PassageRepository(uow).pending(model_id="any", limit=9)]
        PassageRepository(uow).mark_embedded(pending, model_id="any")
    assert pending
    return pending


def _told(passage_ids: list[str], uow: UnitOfWork) -> tuple[Told, ...]:
    scene = Scene(viewer=READER, uow=uow, today=uow.clock.today(), language=Language.EN, message="")
    return tell(shared_hits(passage_ids, viewer=READER, uow=uow), scene).sentences


def _seen(passage_ids: list[str], uow: UnitOfWork) -> list[Seen]:
    told = _told(passage_ids, uow)
    groups = [[item for item in told if item.passage_id == passage_id] for passage_id in passage_ids]
    return [matching.seen(passage_text(group)[0]) for group in groups]


def _forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a new process begins."""
    empty = KeptWords()
    monkeypatch.setattr(kept_words, "KEPT_WORDS", empty)
    monkeypatch.setattr(matching, "KEPT_WORDS", empty)
    none = KeptSentences()
    monkeypatch.setattr(kept_words, "KEPT_SENTENCES", none)
    monkeypatch.setattr(likeness, "KEPT_SENTENCES", none)


def _never(_words: object) -> NoReturn:
    raise AssertionError("the network was asked again")
