"""Token counts without a network."""

import socket
from pathlib import Path

import pytest

from copilot.llm import tokens


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_arguments: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setenv("COPILOT_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR", raising=False)
    tokens.token_counter.cache_clear()


@pytest.mark.usefixtures("offline")
def test_exact_counts() -> None:
    # Worked out with the published o200k_base vocabulary.
    assert tokens.count_tokens("hello world") == 2
    assert tokens.count_tokens("") == 0
    assert tokens.count_tokens("<|endoftext|>") > 1


@pytest.mark.usefixtures("offline")
def test_estimate_when_the_vocabulary_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_vocabulary", lambda: None)
    assert tokens.token_counter() is tokens.estimated_tokens
    tokens.token_counter.cache_clear()


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize(
    "text",
    [
        "Renovación del contrato",
        "El año que viene, 12.500 €",
        "Señal: ✔✔✔ 🎉🎉",
        "aaaaaaaaaaaaaaaa",
        "\n\n\t 1 2 3 4 5",
        "漢字かな",
    ],
)
def test_estimate_never_counts_too_little(text: str) -> None:
    assert tokens.estimated_tokens(text) >= tokens.count_tokens(text)


def test_a_damaged_cache_file_is_replaced(tmp_path: Path) -> None:
    assert tokens.prepare_tiktoken_cache(tmp_path)
    (cached,) = tmp_path.iterdir()
    whole = cached.read_bytes()
    cached.write_bytes(whole[:100])
    assert tokens.prepare_tiktoken_cache(tmp_path)
    assert cached.read_bytes() == whole
