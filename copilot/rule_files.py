"""Reads files of rules that an installation may replace with its own.

Invariant: a file is used whole or not at all, and what is wrong with it is named: every fault, with its place.
"""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from copilot.errors import ConfigurationError

Rules = TypeVar("Rules", bound=BaseModel)
Location = tuple[int | str, ...]
"""Where in a file a fault is, as pydantic tells it."""


def dotted(location: Location, _content: dict[str, Any]) -> str:
    """`rule.2.roles`; the whole file has no place in itself."""
    return ".".join(map(str, location)) or "file"


def read_rules(
    model: type[Rules],
    source: Path,
    *,
    called: str,
    hint: str,
    verb: str = "is",
    place: Callable[[Location, dict[str, Any]], str] = dotted,
) -> Rules:
    """Read and check a TOML file. `called`: what it is, as in "The scorecard"; `verb` goes with it.

    Raises ConfigurationError with `hint`.
    """
    try:
        content = tomllib.loads(source.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{called} {source.name} cannot be read.", hint=hint) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{called} {source.name} {verb} not valid TOML: {error}.", hint=hint) from error
    try:
        return model.model_validate(content)
    except ValidationError as error:
        problems = "; ".join(f"{place(item['loc'], content)}: {item['msg']}" for item in error.errors())
        raise ConfigurationError(f"{called} {source.name} cannot be used: {problems}.", hint=hint) from error
