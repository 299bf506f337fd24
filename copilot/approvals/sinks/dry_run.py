"""What stands in for every sink in a dry run of a whole deployment.

Invariant: nothing leaves. What would have left is named in one line for each approval, and the receipt says that it
was a dry run.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from copilot.approvals.sinks import Delivery, nothing_to_begin
from copilot.approvals.sinks.journal import Journal
from copilot.domain.rendering_email import MESSAGE_FILE


@dataclass(frozen=True, slots=True)
class Recorder:
    """Stands in for the sink that would have gone through `instead_of`."""

    journal: Journal
    instead_of: str
    channel: str = "dry_run"
    repeatable: bool = True
    tried_again: bool = False

    def deliver(self, delivery: Delivery, *, begin: Callable[[], None] = nothing_to_begin) -> dict[str, str]:
        """Note down what would have been delivered."""
        begin()
        recorded = self.journal.find(delivery.review_item_id)
        if recorded is None:
            recorded = self._entry(delivery)
            self.journal.add(delivery.review_item_id, recorded)
        return recorded

    def delivered(self, delivery: Delivery) -> dict[str, str] | None:
        """What stands in the journal."""
        return self.journal.find(delivery.review_item_id)

    def _entry(self, delivery: Delivery) -> dict[str, str]:
        entry = {"channel": self.channel, "instead_of": self.instead_of, "digest": delivery.digest}
        files = dict(delivery.files)
        if delivery.email is not None:
            entry["message_id"] = delivery.email.message_id
            # What is attached is in the message; its names are the author's words.
            files = {MESSAGE_FILE: files[MESSAGE_FILE]} if MESSAGE_FILE in files else {}
        return entry | {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
