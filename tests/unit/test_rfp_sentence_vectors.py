"""The vectors of sentences that several questions share."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from copilot.domain.language import Language
from copilot.llm.embeddings.port import Vectors
from copilot.workflows.chat import kept_sentences
from copilot.workflows.rfp.answering import likeness

QUESTION: Vectors = np.ones(2, dtype=np.float32)


class SlowEmbedder:
    """Lets somebody else have a turn while it works."""

    model_id = kept_sentences.MODEL

    def __init__(self) -> None:
        self.meanwhile: list[Callable[[], object]] = []

    def embed_passages(self, texts: list[str], languages: list[str]) -> Vectors:
        assert len(texts) == len(languages)
        while self.meanwhile:
            self.meanwhile.pop()()
        return np.ones((len(texts), 2), dtype=np.float32)


def sentence(text: str) -> Any:
    return SimpleNamespace(text=text, language=Language.EN)


def test_what_another_question_pushes_out_meanwhile_is_still_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_sentences, "_MOST_KEPT", 1)
    monkeypatch.setattr(likeness, "KEPT_SENTENCES", kept_sentences.KeptSentences())
    embedder = SlowEmbedder()
    retrieval: Any = SimpleNamespace(model=SimpleNamespace(embedder=embedder))
    kept = likeness.Likeness(retrieval)
    kept.of(QUESTION, [sentence("a")])
    embedder.meanwhile.append(lambda: kept.of(QUESTION, [sentence("c")]))
    assert kept.of(QUESTION, [sentence("a"), sentence("b")]) == (2.0, 2.0)
