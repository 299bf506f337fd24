"""Runs a model file inside this process, behind an address only this machine reaches.

Invariants: one server per file and process, started at the first question and stopped when the process ends; without
the extra that runs it, a typed error says what to install.
"""

import atexit
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pydantic import SecretStr

from copilot.clock import SystemClock
from copilot.errors import ConfigurationError, ModelUnavailable
from copilot.settings import Settings
from copilot.telemetry import get_logger

_log = get_logger(__name__)
_GGUF = b"GGUF"
_ERRORS = 1


class RunningServer(Protocol):
    """A started server."""

    @property
    def listening_address(self) -> str: ...


@dataclass(frozen=True, slots=True)
class LocalAddress:
    """Where the server listens, and the key it asks for: any page in a browser on this machine could else use it."""

    url: str
    api_key: SecretStr


class LocalRuntime:
    """Starts the server when it is first needed. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._servers: dict[tuple[Path, int], RunningServer] = {}
        self._key = SecretStr(SystemClock().new_token())

    def address(self, settings: Settings) -> LocalAddress:
        """Where the model of the settings listens. Raises ConfigurationError or ModelUnavailable."""
        file = settings.local_model
        if file is None:
            raise ConfigurationError("There is no local model.", hint="Set COPILOT_LOCAL_MODEL.")
        key = (file.resolve(), settings.local_context_tokens)
        with self._lock:
            if key not in self._servers:
                self._servers[key] = _start(file, settings, key=self._key)
                atexit.register(self.stop)
            return LocalAddress(f"{self._servers[key].listening_address}/v1", self._key)

    def stop(self) -> None:
        """Stop every server; the next question starts one again."""
        with self._lock:
            self._servers.clear()


RUNTIME = LocalRuntime()
"""Of this process: two copies of the weights would take twice the memory."""


def check_file(file: Path) -> None:
    """Raises ConfigurationError if it is no model file, before memory is filled with it."""
    try:
        with file.open("rb") as stream:
            found = stream.read(len(_GGUF))
    except OSError as error:
        raise ConfigurationError("The file of COPILOT_LOCAL_MODEL cannot be read.", hint=f"Check {file}.") from error
    if found != _GGUF:
        raise ConfigurationError("The file of COPILOT_LOCAL_MODEL is no GGUF file.", hint=f"Check {file}.")


def missing_extra() -> ConfigurationError:
    """The local runtime is not installed."""
    return ConfigurationError(
        "COPILOT_LOCAL_MODEL is set, but what runs it is not installed.",
        hint="Run `pip install 'sales-copilot[local]'`, or unset it.",
    )


def _start(file: Path, settings: Settings, *, key: SecretStr) -> RunningServer:
    check_file(file)
    try:
        # Imported here: compiled code of an extra that most installations do without.
        import xllamacpp
    except ImportError as error:
        raise missing_extra() from error
    parameters: Any = xllamacpp.CommonParams()
    parameters.model.path = str(file)
    parameters.n_ctx = settings.local_context_tokens
    parameters.n_parallel = 1
    parameters.port = 0
    parameters.api_keys = [key.get_secret_value()]
    parameters.ui = False
    parameters.endpoint_slots = False
    parameters.verbosity = _ERRORS
    if settings.local_threads is not None:
        parameters.cpuparams.n_threads = settings.local_threads
    _log.info("model.local_starting", context_tokens=settings.local_context_tokens)
    try:
        server: RunningServer = xllamacpp.Server(parameters)
    except (RuntimeError, ValueError, OSError) as error:
        raise ModelUnavailable(
            "The local model cannot be started.", hint="Is there enough memory, and is the file whole?"
        ) from error
    return server
