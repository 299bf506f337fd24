"""What is approved to be relied on and not to go anywhere, such as an answer in the chat.

Invariant: nothing is written; the receipt depends on the approval alone, so delivering again changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from copilot.approvals.sinks import Delivery, nothing_to_begin


@dataclass(frozen=True, slots=True)
class StaysHere:
    """Ends a release where it began, after the gate has checked it like any other."""

    channel: str = "here"
    repeatable: bool = True
    tried_again: bool = False

    def delivered(self, delivery: Delivery) -> dict[str, str] | None:  # noqa: ARG002
        """See Sink; nothing could have been left elsewhere."""
        return None

    def deliver(self, delivery: Delivery, *, begin: Callable[[], None] = nothing_to_begin) -> dict[str, str]:  # noqa: ARG002
        """See Sink."""
        begin()
        return {"channel": self.channel}
