"""Files that people hand in.

Invariant: no more of a file is held in memory than a questionnaire may have; whatever is larger is refused unread.
"""

from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated

from fastapi import File, UploadFile

from copilot.domain.document_messages import DocumentMessage
from knowledge.parsers.text_building import unreadable
from knowledge.questionnaires.reading import MAX_BYTES

_LONGEST_NAME = 200
_MEGABYTE = 1_048_576

SentFile = Annotated[UploadFile, File(description="XLSX, DOCX, PDF, CSV, Markdown, VSAQ JSON or plain text.")]


def content_of(sent: UploadFile) -> tuple[str, bytes]:
    """Name without folders, and bytes. Raises UnreadableFile."""
    content = sent.file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        limit = f"{MAX_BYTES / _MEGABYTE:.1f}"
        raise unreadable(DocumentMessage.TOO_LARGE, megabytes=f"> {limit}", limit=limit)
    name = PurePosixPath(PureWindowsPath(sent.filename or "").name).name
    return "".join(char for char in name if char.isprintable())[-_LONGEST_NAME:], content
