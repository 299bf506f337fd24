"""What a brief is measured against: a bare retrieve-and-fill chain.

One retrieval per section over one Chroma collection with the product's own embedder, the CRM row, and a filled prompt.
No guardrails, no queue, no visibility, no figures, no model call: the least that could be called a brief.
"""

from collections.abc import Callable, Sequence

import chromadb
import numpy as np
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings as ChromaSettings
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from copilot.llm.embeddings.port import Vectors
from copilot.store.database import Database

TOP = 6
_BATCH = 5_000
_QUESTIONS = (
    "who is this company and how is the relationship",
    "what has changed in the last months",
    "who are the people and what do they think of us",
    "what are the open opportunities and their real status",
    "support tickets, usage and satisfaction",
    "what was promised and was it kept",
    "renewal date and risk signals",
    "what should be done next",
    "what is missing or contradictory",
)
_PROMPT = ChatPromptTemplate.from_messages(
    [
        ("system", "You write account briefs. Use only the context."),
        ("user", "Account: {row}\n\nContext:\n{context}\n\nWrite the brief."),
    ]
)


class ChromaRetriever(BaseRetriever):
    """Nearest passages by the embedder's vector, in the whole collection: a filter would make Chroma far slower."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    collection: Collection
    embed: Callable[[str], Vectors]

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:  # noqa: ARG002
        found = self.collection.query(query_embeddings=[self.embed(query).tolist()], n_results=TOP)
        return [Document(page_content=text) for text in (found["documents"] or [[]])[0]]


def collection_of(texts: Sequence[str], *, passages: int, dimension: int, seed: int) -> Collection:
    """A collection of as many passages as the product holds. Vectors are random: timing does not depend on them."""
    client = chromadb.EphemeralClient(settings=ChromaSettings(anonymized_telemetry=False))
    collection = client.get_or_create_collection("bench", embedding_function=None, metadata={"hnsw:space": "cosine"})
    generator = np.random.default_rng(seed)
    for start in range(0, passages, _BATCH):
        numbers = range(start, min(start + _BATCH, passages))
        vectors = generator.normal(size=(len(numbers), dimension)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        collection.add(
            ids=[str(number) for number in numbers],
            embeddings=vectors,
            documents=[texts[number % len(texts)] for number in numbers],
        )
    return collection


def bare_brief(account_id: str, *, retriever: ChromaRetriever, database: Database) -> str:
    """Retrieve once per section, read the CRM row, fill the prompt."""
    with database.unit_of_work() as uow:
        row = uow.session.connection().exec_driver_sql(
            "select * from accounts where id = %(id)s", {"id": account_id}
        ).mappings().one()  # fmt: skip
    pieces = [
        f"## {question}\n" + "\n".join(item.page_content for item in retriever.invoke(f"{row['name']}: {question}"))
        for question in _QUESTIONS
    ]
    return str(_PROMPT.format(row=dict(row), context="\n\n".join(pieces)))
