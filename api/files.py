"""Released files as downloads.

Invariant: a file is never shown inside this site: it is saved, and should a browser open it all the same, it can
run nothing and reach nothing.
"""

from urllib.parse import quote

from fastapi import Response

_MEDIA_TYPES = {"md": "text/markdown", "html": "text/html", "json": "application/json", "pdf": "application/pdf"}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def file_response(content: bytes, *, name: str) -> Response:
    """The bytes, to be saved as `name`."""
    media_type = _MEDIA_TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    plain = "".join(char for char in name if char.isascii() and (char.isalnum() or char in "._-"))
    return Response(
        content,
        media_type=media_type + charset,
        headers={
            "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}",
            "Content-Security-Policy": _POLICY,
        },
    )
