"""Documents and passages. Vectors: see the class docstrings for which home holds which."""

from datetime import datetime
from typing import Any

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from copilot.store.tables.base import Base

INDEXED_DIMENSIONS = (384, 512, 1536)
"""Vector lengths with an approximate index; viewers who see very many accounts need one."""


class DocumentRow(Base):
    """A parsed source file. Belongs to one account, or (account_id None) to one visibility class."""

    __tablename__ = "documents"
    __table_args__ = (
        CheckConstraint("(account_id is null) <> (visibility is null)", name="one_home"),
        Index(
            "ix_documents_of_accounts_authored_at", "authored_at", postgresql_where=sql_text("account_id is not null")
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    source_file_id: Mapped[str] = mapped_column(ForeignKey("source_files.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    visibility: Mapped[str | None]
    title: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str]
    text_sha256: Mapped[str]
    blocks: Mapped[list[Any]] = mapped_column(JSONB)
    media_type: Mapped[str]
    language: Mapped[str | None]
    origin: Mapped[str]
    authored_at: Mapped[datetime | None]
    author: Mapped[str | None]
    participants: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default=sql_text("'{}'"))
    direction: Mapped[str | None]
    message_id: Mapped[str | None] = mapped_column(index=True)
    in_reply_to: Mapped[str | None]
    warnings: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default=sql_text("'{}'"))
    imported_at: Mapped[datetime]


class PassageRow(Base):
    """An indexed stretch of a document; `start`/`end` are characters of the document's text.

    `account_id` and `visibility` repeat the document's, so that the visibility filter needs no join.
    `search` is the lexical index: lexemes of the passage's language over accent-folded text.
    """

    __tablename__ = "passages"
    __table_args__ = (
        UniqueConstraint("document_id", "ordinal"),
        Index("ix_passages_search", "search", postgresql_using="gin"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    visibility: Mapped[str | None] = mapped_column(index=True)
    ordinal: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    text: Mapped[str]
    page: Mapped[int | None]
    heading: Mapped[str | None]
    speaker: Mapped[str | None]
    language: Mapped[str]
    search: Mapped[Any] = mapped_column(TSVECTOR)
    words: Mapped[int] = mapped_column(server_default="0")
    """Number of lexemes with repetitions: the length that the lexical score is normalised by."""
    embedded_with: Mapped[str | None] = mapped_column(index=True)
    """Id of the embedding model whose vector is stored; None: still to be embedded."""


class PassageVectorRow(Base):
    """Vector of a passage that belongs to an account (shared knowledge: in Chroma), in half precision.

    `account_id` repeats the passage's, so that the visibility filter reads one table. Approximate indexes exist
    for the dimensions that models commonly have (see the migration `0003`).
    """

    __tablename__ = "passage_vectors"

    passage_id: Mapped[str] = mapped_column(ForeignKey("passages.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    model_id: Mapped[str]
    embedding: Mapped[Any] = mapped_column(HALFVEC)

    __table_args__ = (
        Index("ix_passage_vectors_account_id", "account_id", postgresql_using="hash"),
        *(
            Index(
                f"ix_passage_vectors_hnsw_{dimension}",
                sql_text(f"(embedding::halfvec({dimension})) halfvec_ip_ops"),
                postgresql_using="hnsw",
                postgresql_where=sql_text(f"vector_dims(embedding) = {dimension}"),
            )
            for dimension in INDEXED_DIMENSIONS
        ),
    )


class PassageWordsRow(Base):
    """Vectors of the words of a shared passage, as `copilot.workflows.chat.kept_words` packs them.

    A trigger removes the row with what it was made of: whenever a passage has to be indexed anew.
    """

    __tablename__ = "passage_words"

    passage_id: Mapped[str] = mapped_column(ForeignKey("passages.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str]
    """Of the text whose words they are; empty where the passage says nothing."""
    content: Mapped[bytes]
    sentences: Mapped[bytes | None]
    """Vectors of its sentences, see `kept_sentences`; None: not made yet, or the model is not the one they are of."""


class VectorTombstoneRow(Base):
    """A shared passage that is gone from SQL and may still be in Chroma. Written by a trigger, so that no way of
    removing a passage can forget it."""

    __tablename__ = "vector_tombstones"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    passage_id: Mapped[str]
    visibility: Mapped[str]


class LexemeStatisticRow(Base):
    """In how many passages a lexeme occurs. Refreshed in the background."""

    __tablename__ = "lexeme_statistics"

    lexeme: Mapped[str] = mapped_column(primary_key=True)
    passages: Mapped[int]
