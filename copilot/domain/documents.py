"""Parsed documents and the passages cut from them.

Invariant: `document.text[passage.start:passage.end] == passage.text`, always; a citation opens exactly
the characters it quotes.
"""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from copilot.domain.evidence import Origin


class DocumentKind(StrEnum):
    """What a document is to the business, not its file format."""

    KNOWLEDGE = "knowledge"
    EMAIL = "email"
    TRANSCRIPT = "transcript"
    NOTE = "note"
    CONTRACT = "contract"


class BlockKind(StrEnum):
    """Role of a stretch of the parsed text."""

    BODY = "body"
    HEADING = "heading"
    TABLE = "table"
    QUOTED = "quoted"
    """Quoted history of an email: kept, addressable, but not indexed a second time."""
    SIGNATURE = "signature"


class Block(BaseModel):
    """A stretch `[start, end)` of the parsed text, in characters."""

    model_config = ConfigDict(frozen=True)

    kind: BlockKind
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    page: int | None = None
    """1-based page, slide or sheet number in the source file, where it has such."""
    heading: str | None = None
    """Nearest heading above (for a sheet: its name)."""
    speaker: str | None = None
    """Who says it, in a transcript."""
    seconds: int | None = None
    """When it is said, in seconds from the start of the recording."""


class ParsedDocument(BaseModel):
    """A source file as text. Offsets everywhere are into `text`."""

    model_config = ConfigDict(frozen=True)

    title: str
    kind: DocumentKind
    text: str
    blocks: tuple[Block, ...]
    media_type: str
    language: str | None = None
    origin: Origin = Origin.INTERNAL
    authored_at: datetime | None = None
    """Sent date of an email, date of a call, date stated in the document; None if unknown."""
    author: str | None = None
    participants: tuple[str, ...] = ()
    """Email addresses or speaker names."""
    direction: str | None = None
    """`inbound` / `outbound` / `internal` for emails."""
    message_id: str | None = None
    in_reply_to: str | None = None
    warnings: tuple[str, ...] = ()
    """What could not be read (an image-only page, an attachment left out), in plain words."""


class Passage(BaseModel):
    """What is indexed: `text` is `document.text[start:end]`."""

    model_config = ConfigDict(frozen=True)

    ordinal: int = Field(ge=0)
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    text: str
    page: int | None = None
    heading: str | None = None
    speaker: str | None = None
    language: str


class StoredDocumentHead(BaseModel):
    """A document as listed: everything but its text. Belongs to one account or to one visibility class."""

    model_config = ConfigDict(frozen=True)

    id: str
    account_id: str | None
    visibility: str | None
    source_file_id: str
    source_path: str
    """Path of the source file below its import root."""
    title: str
    kind: DocumentKind
    media_type: str
    language: str | None
    origin: Origin
    authored_at: datetime | None
    author: str | None
    participants: tuple[str, ...]
    direction: str | None
    message_id: str | None
    in_reply_to: str | None
    warnings: tuple[str, ...]
    imported_at: datetime


class StoredDocument(StoredDocumentHead):
    """A document with its text; the offsets of blocks and passages are into `text`."""

    text: str
    blocks: tuple[Block, ...]
