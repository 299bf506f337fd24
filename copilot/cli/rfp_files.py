"""Files that the commands for questionnaires read and write.

Invariant: nothing that is there is overwritten.
"""

from pathlib import Path

from copilot.cli.rfp_words import say
from copilot.domain.access import Viewer
from copilot.errors import InputError


def content_of(path: Path, viewer: Viewer) -> bytes:
    """The bytes of a file. Raises InputError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise _because("unreadable", path, error, viewer) from error


def write_new(path: Path, content: bytes, viewer: Viewer) -> None:
    """Write a file that was not there. Raises InputError."""
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise InputError(say("exists", viewer, path=path), hint=say("exists_hint", viewer)) from error
    except OSError as error:
        raise _because("unwritable", path, error, viewer) from error


def _because(what: str, path: Path, error: OSError, viewer: Viewer) -> InputError:
    why = (error.strerror or type(error).__name__).lower()
    return InputError(say(what, viewer, path=path, why=why), hint=say("another", viewer))
