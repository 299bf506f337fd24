"""Where approved drafts go. Only the release gate imports this package."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from copilot.domain.destinations import CrmUpdate, Email


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is delivered: the approved bytes, and the approval they belong to."""

    review_item_id: str
    """Idempotency key: one approval, one delivery."""
    digest: str
    name: str
    """Short readable name, safe as part of a file name."""
    files: Mapping[str, bytes]
    email: Email | None = None
    """Envelope of an email, from the approved draft."""
    crm: CrmUpdate | None = None
    """Which record and field, from the approved draft."""


def nothing_to_begin() -> None:
    """For who delivers without a gate."""


class Sink(Protocol):
    """One way out."""

    @property
    def channel(self) -> str:
        """What a delivery goes through, e.g. `smtp`; stands in the receipt and with a delivery begun."""
        ...

    @property
    def repeatable(self) -> bool:
        """Whether delivering the same thing twice has the effect of once. If not, a cut-off delivery is parked."""
        ...

    @property
    def tried_again(self) -> bool:
        """Whether to come back by itself when the other side cannot be reached."""
        ...

    def delivered(self, delivery: Delivery) -> dict[str, str] | None:
        """The receipt if exactly this was delivered before, else None."""
        ...

    def deliver(self, delivery: Delivery, *, begin: Callable[[], None] = nothing_to_begin) -> dict[str, str]:
        """Deliver and return a receipt: identifiers, codes and hashes.

        `begin` is called once, immediately before the first step that cannot be taken back; if it raises, nothing
        is delivered. Raises OutcomeUnknown if nobody can know whether it was delivered, any other CopilotError only
        if nothing was.
        """
        ...
