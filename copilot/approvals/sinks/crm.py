"""Approved notes and values for records of a CRM.

Invariant: a connector is handed the approved update with its approval's id as the key, and what it wrote once under a
key it does not write again.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from copilot.approvals.sinks import Delivery, nothing_to_begin
from copilot.approvals.sinks.journal import Journal
from copilot.domain.destinations import CrmUpdate
from copilot.domain.rendering_crm import CRM_FILE
from copilot.errors import InputError


class CrmConnector(Protocol):
    """How the copilot writes to one CRM."""

    def written(self, key: str) -> dict[str, str] | None:
        """The receipt of what was written under this key, or None."""
        ...

    def write(self, update: CrmUpdate, *, content: bytes, key: str) -> dict[str, str]:
        """Write the note or the field in `content` (JSON, see `copilot.domain.rendering_crm`) and return a receipt.

        Under a key of before it changes nothing. Raises Conflict if the field no longer holds `value_before`,
        UnavailableError if the CRM cannot be reached and nothing was written, OutcomeUnknown if nobody can know.
        """
        ...


@dataclass(frozen=True, slots=True)
class RecordedCrm:
    """Stands in until a real connector is configured: a line of JSON for each update, for a person to carry over."""

    journal: Journal

    def written(self, key: str) -> dict[str, str] | None:
        """See CrmConnector."""
        return self.journal.find(key)

    def write(self, update: CrmUpdate, *, content: bytes, key: str) -> dict[str, str]:
        """See CrmConnector."""
        entry = {
            "system": update.source_system,
            "record": f"{update.record_type}:{update.source_id}",
            "sha256": hashlib.sha256(content).hexdigest(),
            "update": content.decode(),
        }
        self.journal.add(key, entry)
        return entry


@dataclass(frozen=True, slots=True)
class CrmSink:
    """Hands an update to the connector of its system."""

    connector: CrmConnector
    channel: str = "crm_journal"
    repeatable: bool = True
    tried_again: bool = True

    def deliver(self, delivery: Delivery, *, begin: Callable[[], None] = nothing_to_begin) -> dict[str, str]:
        """Write once; see CrmConnector for what it raises."""
        update, content = delivery.crm, delivery.files.get(CRM_FILE)
        if update is None or content is None:
            raise InputError("This draft says of no record what to write to it.")
        begin()
        written = self.connector.written(delivery.review_item_id)
        return self._receipt(written or self.connector.write(update, content=content, key=delivery.review_item_id))

    def delivered(self, delivery: Delivery) -> dict[str, str] | None:
        """The receipt if the connector wrote it before."""
        written = self.connector.written(delivery.review_item_id)
        return None if written is None else self._receipt(written)

    def _receipt(self, written: dict[str, str]) -> dict[str, str]:
        return {"channel": self.channel} | {key: value for key, value in written.items() if key != "update"}


def recorded_crm(exports: Path) -> CrmSink:
    """Updates as lines of `crm-updates.jsonl` in the folder for approved drafts."""
    return CrmSink(RecordedCrm(Journal(exports / "crm-updates.jsonl")))
