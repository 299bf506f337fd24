"""Media types by file name, the same on every machine.

Invariant: the system's own table of types is not asked, so that an import is the same everywhere.
"""

from pathlib import PurePosixPath

_OFFICE = "application/vnd.openxmlformats-officedocument"
_TYPES = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".tab": "text/tab-separated-values",
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".ndjson": "application/jsonl",
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    ".xlsm": "application/vnd.ms-excel.sheet.macroenabled.12",
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".pptx": f"{_OFFICE}.presentationml.presentation",
    ".pdf": "application/pdf",
    ".eml": "message/rfc822",
    ".vtt": "text/vtt",
    ".srt": "application/x-subrip",
}


def media_type(path: PurePosixPath) -> str:
    """Media type of a file by its name."""
    return _TYPES.get(path.suffix.casefold(), "application/octet-stream")
