"""How an import says how far it is, without knowing what it is shown on."""

from typing import Protocol


class Progress(Protocol):
    """Told about the stages of an import: `looking`, `writing`, `documents`."""

    def start(self, stage: str, *, total: int) -> None:
        """A stage begins; `total` is in units that `advance` counts."""
        ...

    def advance(self, amount: int) -> None:
        """Some units are done."""
        ...

    def end(self) -> None:
        """The stage is done."""
        ...


class Silent:
    """Says nothing."""

    def start(self, stage: str, *, total: int) -> None:
        """Say nothing."""

    def advance(self, amount: int) -> None:
        """Say nothing."""

    def end(self) -> None:
        """Say nothing."""
