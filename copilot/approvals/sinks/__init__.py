"""Where approved drafts go. Only the release gate imports this package."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is delivered: the approved bytes, and the approval they belong to."""

    review_item_id: str
    """Idempotency key: one approval, one delivery."""
    digest: str
    name: str
    """Short readable name, safe as part of a file name."""
    files: Mapping[str, bytes]


class Sink(Protocol):
    """One way out."""

    @property
    def repeatable(self) -> bool:
        """Whether delivering the same thing twice has the effect of once. If not, a cut-off delivery is parked."""
        ...

    def delivered(self, delivery: Delivery) -> dict[str, str] | None:
        """The receipt if exactly this was delivered before, else None."""
        ...

    def deliver(self, delivery: Delivery) -> dict[str, str]:
        """Deliver and return a receipt. Raises a CopilotError only if nothing was delivered."""
        ...
