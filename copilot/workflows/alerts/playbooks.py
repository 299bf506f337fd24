"""Playbooks: what to do about an alert, by its cause; reviewed data, loaded strictly.

Invariant: every kind of alert has a playbook for a change that no signal stands out of, so there is one for every
alert; no cause has two; every text is there in both languages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from copilot.domain.alerting import NO_SIGNAL
from copilot.domain.alerts import AlertKind
from copilot.domain.language import Language
from copilot.domain.signals import Signal
from copilot.rule_files import read_rules

DEFAULT_PLAYBOOKS = Path(__file__).with_name("playbooks.toml")
_HINT = "Correct the file of playbooks (COPILOT_PLAYBOOKS), or unset it to use those that come with the product."
_KEY = r"^[a-z0-9][a-z0-9_]*$"


class Words(BaseModel):
    """A text in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    es: str = Field(min_length=1, max_length=400)
    en: str = Field(min_length=1, max_length=400)

    def in_language(self, language: Language) -> str:
        """The text to show."""
        return self.es if language is Language.ES else self.en


class PlayStep(Words):
    """One thing to do. `within_days`: counted from the day of the alert."""

    key: str = Field(pattern=_KEY, max_length=60)
    within_days: int = Field(default=7, strict=True, ge=0, le=365)


class Playbook(BaseModel):
    """What to do about alerts of one kind with one of these causes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(pattern=_KEY, max_length=60)
    kind: AlertKind
    causes: tuple[str, ...] = Field(min_length=1)
    """Signals, or `score` for everything that no other playbook names."""
    name: Words
    goal: Words
    step: tuple[PlayStep, ...] = Field(min_length=1, max_length=20)

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        unknown = [cause for cause in self.causes if cause != NO_SIGNAL and cause not in Signal.__members__.values()]
        if unknown:
            raise ValueError(f"these are no signals: {', '.join(unknown)}")
        keys = [step.key for step in self.step]
        if len(set(keys)) < len(keys):
            raise ValueError("two steps have the same key")
        return self


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = Field(strict=True, ge=1, le=1)
    playbook: tuple[Playbook, ...]

    @model_validator(mode="after")
    def _covers_every_alert(self) -> Self:
        seen: set[tuple[AlertKind, str]] = set()
        for playbook in self.playbook:
            causes = {(playbook.kind, cause) for cause in playbook.causes}
            if seen & causes:
                named = ", ".join(sorted(cause for _, cause in seen & causes))
                raise ValueError(f"`{playbook.key}` names causes that another playbook has: {named}")
            seen |= causes
        missing = [kind.value for kind in AlertKind if (kind, NO_SIGNAL) not in seen]
        if missing:
            raise ValueError(f"no playbook with the cause `{NO_SIGNAL}` for: {', '.join(missing)}")
        keys = [playbook.key for playbook in self.playbook]
        if len(set(keys)) < len(keys):
            raise ValueError("two playbooks have the same key")
        return self


@dataclass(frozen=True, slots=True)
class Playbooks:
    """All of them."""

    by_key: Mapping[str, Playbook]

    def of(self, kind: AlertKind, cause: str) -> Playbook:
        """The playbook of a cause, or the general one of the kind."""
        of_kind = [playbook for playbook in self.by_key.values() if playbook.kind is kind]
        named = [playbook for playbook in of_kind if cause in playbook.causes]
        return (named or [playbook for playbook in of_kind if NO_SIGNAL in playbook.causes])[0]

    def current(self, key: str, kind: AlertKind, cause: str) -> Playbook:
        """The one an alert was raised with; one that was edited away gives way to that of the cause."""
        found = self.by_key.get(key)
        return found if found is not None and found.kind is kind else self.of(kind, cause)


def load_playbooks(path: Path | None = None) -> Playbooks:
    """Read and check a file of playbooks (None: those that come with the product).

    Raises ConfigurationError that names every fault.
    """
    read = read_rules(_File, path or DEFAULT_PLAYBOOKS, called="The file of playbooks", hint=_HINT)
    return Playbooks({playbook.key: playbook for playbook in read.playbook})
