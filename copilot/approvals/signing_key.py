"""The file of the key that signs checkpoints.

Invariant: it is created once, whole, readable by its owner only, and never overwritten but by a key that took over.
"""

import contextlib
import os
import stat
from pathlib import Path

from copilot.domain.checkpoints import SigningKey
from copilot.errors import ConfigurationError, UnavailableError

_HINT = "Set COPILOT_AUDIT_KEY_FILE to a PKCS 8 file of an Ed25519 key, or to where one can be created."
_READABLE_BY_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeyFile:
    """One path, and beside it the key that is to take over."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._next = path.with_name(f"{path.name}.next")

    def read(self) -> SigningKey | None:
        """The key, or None if there is no file. Raises ConfigurationError or UnavailableError."""
        return _read(self._path)

    def create(self) -> SigningKey:
        """Make a key; if another process was faster, theirs. Raises UnavailableError."""
        _write_new(self._path, SigningKey.generate())
        key = self.read()
        if key is None:
            raise UnavailableError("The key that signs the audit chain cannot be created.", hint=_HINT)
        return key

    def prepare_next(self) -> SigningKey:
        """Make the key that is to take over. Raises UnavailableError."""
        self._next.unlink(missing_ok=True)
        key = SigningKey.generate()
        _write_new(self._next, key)
        return key

    def next(self) -> SigningKey | None:
        """The key that is to take over, if one is prepared."""
        return _read(self._next)

    def take_over(self) -> None:
        """Put the prepared key in the place of the one before, which is gone then."""
        self._next.replace(self._path)

    @property
    def exposed(self) -> bool:
        """Whether others on this machine may read it."""
        return os.name == "posix" and self._path.exists() and bool(self._path.stat().st_mode & _READABLE_BY_OTHERS)


def _read(path: Path) -> SigningKey | None:
    try:
        return SigningKey.from_pem(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise ConfigurationError(f"{path.name} holds no Ed25519 key that can be used.", hint=_HINT) from error
    except OSError as error:
        raise UnavailableError(f"{path.name} cannot be read.", hint=_HINT) from error


def _write_new(path: Path, key: SigningKey) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(key.to_pem())
            stream.flush()
            os.fsync(stream.fileno())
        # A link, not a rename: it never replaces what another process put there.
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
    except OSError as error:
        raise UnavailableError("The key that signs the audit chain cannot be written.", hint=_HINT) from error
    finally:
        aside.unlink(missing_ok=True)
