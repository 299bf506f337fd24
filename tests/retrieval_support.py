"""A small world for retrieval tests: documents, accounts and an embedding model that costs nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from copilot.domain.documents import Passage
from copilot.llm.embeddings.port import Vectors, unit_rows
from copilot.store.database import Database
from copilot.store.passages import PassageRepository
from copilot.store.tables.documents import DocumentRow
from copilot.store.tables.records import AccountRow, SourceFileRow

MEANINGS = {
    "contrato": "contract",
    "renovar": "renew",
    "renovación": "renew",
    "renewal": "renew",
    "cifrado": "encryption",
    "encrypted": "encryption",
    "factura": "invoice",
}
"""Words of both languages that mean the same to `WordEmbedder`."""


@dataclass
class WordEmbedder:
    """Deterministic: a text is the sum of a fixed random direction for each word's meaning."""

    model_id: str = "words-1"
    dimension: int = 64
    calls: list[int] = field(default_factory=list)

    def embed_passages(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        assert len(texts) == len(languages)
        self.calls.append(len(texts))
        return unit_rows(np.stack([self._vector(text) for text in texts]))

    def embed_query(self, text: str, language: str) -> Vectors:  # noqa: ARG002 - the port's
        vector: Vectors = unit_rows(self._vector(text)[None])[0]
        return vector

    def _vector(self, text: str) -> Vectors:
        words = [word.strip(".,¿?!").lower() for word in text.split()]
        directions = [self._direction(MEANINGS.get(word, word)) for word in words if len(word) > 3]
        total: Vectors = np.sum([self._direction("~"), *directions], axis=0, dtype=np.float32)
        return total

    def _direction(self, meaning: str) -> Vectors:
        seed = int.from_bytes(hashlib.sha256(f"{self.model_id}{meaning}".encode()).digest()[:8])
        return np.random.default_rng(seed).normal(size=self.dimension).astype(np.float32)


def add_account(database: Database, account_id: str, *, owner: str | None) -> None:
    with database.unit_of_work() as uow:
        uow.session.add(
            AccountRow(
                id=account_id,
                source_system="test",
                source_id=account_id,
                as_of=uow.clock.today(),
                content_hash="",
                name=account_id,
                owner_email=owner,
                search_key=account_id,
            )
        )


def add_document(
    database: Database,
    document_id: str,
    texts: Sequence[str],
    *,
    account_id: str | None = None,
    visibility: str | None = None,
    language: str = "en",
    kind: str = "knowledge",
) -> None:
    """A document with one passage for each text."""
    with database.unit_of_work() as uow:
        uow.session.merge(
            SourceFileRow(
                id="file", root="r", path="p", sha256="", media_type="", size_bytes=1, imported_at=uow.clock.now()
            )
        )
        uow.flush()
        uow.session.add(
            DocumentRow(
                id=document_id,
                source_file_id="file",
                account_id=account_id,
                visibility=visibility,
                title=f"Title {document_id}",
                kind=kind,
                text="\n".join(texts),
                text_sha256="",
                blocks=[],
                media_type="text/plain",
                origin="internal",
                imported_at=uow.clock.now(),
            )
        )
        PassageRepository(uow).add(
            document_id, passages_of(texts, language=language), account_id=account_id, visibility=visibility
        )


def passages_of(texts: Sequence[str], *, language: str) -> list[Passage]:
    passages = []
    position = 0
    for ordinal, text in enumerate(texts):
        end = position + len(text)
        passages.append(Passage(ordinal=ordinal, start=position, end=end, text=text, language=language))
        position = end + 1
    return passages
