"""Loads, validates and renders the prompts of `prompts/`.

Invariant: a released prompt never changes (its SHA-256 is in the manifest and checked on every load); rendering needs
every declared variable and no other; what is inserted is never read as a template.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from copilot.domain.language import Language
from copilot.errors import PromptError

PROMPTS_FOLDER = Path(__file__).resolve().parent.parent / "prompts"
_VARIABLE = re.compile(r"\{\{\s*([a-z][a-z0-9_]*)\s*\}\}")
_PARTS = re.compile(r"^=== (system|user) ===$", re.M)


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version of one prompt in one language."""

    id: str
    version: int
    language: Language
    sha256: str
    variables: frozenset[str]
    system: str
    user: str

    def render(self, **values: str) -> "RenderedPrompt":
        """Fill in the variables. Raises PromptError naming those that are missing or unknown."""
        missing, unknown = self.variables - values.keys(), values.keys() - self.variables
        if missing or unknown:
            problems = [f"missing: {', '.join(sorted(missing))}"] if missing else []
            problems += [f"unknown: {', '.join(sorted(unknown))}"] if unknown else []
            raise PromptError(f"Prompt {self.id} v{self.version} cannot be rendered ({'; '.join(problems)}).")
        return RenderedPrompt(prompt=self, system=_filled(self.system, values), user=_filled(self.user, values))


@dataclass(frozen=True, slots=True)
class RenderedPrompt:
    """A prompt with its variables filled in."""

    prompt: Prompt
    system: str
    user: str


class PromptRegistry:
    """The prompts of one folder."""

    def __init__(self, folder: Path = PROMPTS_FOLDER) -> None:
        self._folder = folder

    def ids(self) -> tuple[str, ...]:
        """Every prompt id, sorted."""
        return tuple(sorted(self._manifest()))

    def versions(self, prompt_id: str) -> tuple[int, ...]:
        """Version numbers of a prompt, ascending. Raises PromptError if there is no such prompt."""
        return tuple(sorted(int(name.removeprefix("v")) for name in self._entry(prompt_id)))

    def load(self, prompt_id: str, *, language: Language, version: int | None = None) -> Prompt:
        """Load a version (default: the newest).

        Raises PromptError if it does not exist, was altered, or uses other variables than it declares.
        """
        number = self.versions(prompt_id)[-1] if version is None else version
        entry = self._entry(prompt_id).get(f"v{number:04d}")
        if entry is None:
            raise PromptError(f"Prompt {prompt_id} has no version {number}.", hint="See prompts/manifest.toml.")
        path = self._folder / prompt_id / f"v{number:04d}.{language.value}.md"
        try:
            content = path.read_bytes()
        except OSError as error:
            raise PromptError(f"The file of prompt {prompt_id} v{number} ({language.value}) is missing.") from error
        sha256 = hashlib.sha256(content).hexdigest()
        if entry.get("sha256", {}).get(language.value) != sha256:
            raise PromptError(
                f"Prompt {prompt_id} v{number} ({language.value}) is not what was released (its SHA-256 is {sha256}).",
                hint="A released prompt never changes: restore the file, or add a new version to the manifest.",
            )
        return _parsed(
            content.decode(), prompt_id=prompt_id, version=number, language=language, sha256=sha256,
            declared=frozenset(entry.get("variables", ())),
        )  # fmt: skip

    def _entry(self, prompt_id: str) -> dict[str, Any]:
        entry = self._manifest().get(prompt_id)
        if not entry:
            raise PromptError(f"There is no prompt {prompt_id}.", hint="See prompts/manifest.toml.")
        return dict(entry)

    def _manifest(self) -> dict[str, Any]:
        try:
            return _read_manifest((self._folder / "manifest.toml").read_text())
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise PromptError(
                "The manifest of the prompts cannot be read.", hint="See prompts/manifest.toml."
            ) from error


@lru_cache(maxsize=8)
def _read_manifest(text: str) -> dict[str, Any]:
    """Parsed once for each content. Not to be changed by who is handed it."""
    return tomllib.loads(text)


def _parsed(
    text: str, *, prompt_id: str, version: int, language: Language, sha256: str, declared: frozenset[str]
) -> Prompt:
    pieces = _PARTS.split(text)
    parts = dict(zip(pieces[1::2], (piece.strip() for piece in pieces[2::2]), strict=True))
    if set(parts) != {"system", "user"} or len(pieces) != 5:
        raise PromptError(f"Prompt {prompt_id} v{version} needs one system part and one user part.")
    used = frozenset(_VARIABLE.findall(parts["system"] + parts["user"]))
    if used != declared:
        raise PromptError(
            f"Prompt {prompt_id} v{version} ({language.value}) uses {', '.join(sorted(used)) or 'no variables'} "
            f"but declares {', '.join(sorted(declared)) or 'none'}."
        )
    return Prompt(
        id=prompt_id, version=version, language=language, sha256=sha256, variables=declared,
        system=parts["system"], user=parts["user"],
    )  # fmt: skip


def _filled(template: str, values: Mapping[str, str]) -> str:
    """One pass: what a value contains is not looked at again."""
    return _VARIABLE.sub(lambda match: values[match.group(1)], template)
