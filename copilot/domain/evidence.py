"""Evidence: one addressable fact that a sentence can rest on.

Invariant: an evidence id is stable for the same fact, and `content_hash` changes when the fact does, so
a draft can be found stale. Text whose `origin` is not internal is data, never instruction.
"""

import hashlib
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class EvidenceKind(StrEnum):
    RECORD = "record"
    PASSAGE = "passage"
    METRIC = "metric"


class Origin(StrEnum):
    """Who wrote the text."""

    INTERNAL = "internal"
    CUSTOMER = "customer"
    WEB = "web"


class Evidence(BaseModel):
    """One fact as the viewer may see it.

    `id` is `record:<record id>:<field>`, `passage:<passage id>` (`passage:<passage id>:<start>-<end>` for a sentence
    within it, in characters of the document's text) or `metric:<name>:<account id>`.
    `text` is what the fact says: for records and metrics in canonical form (ISO dates, plain decimals,
    ISO currency codes: `renewal_date: 2027-01-31`), for passages the exact source characters.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    kind: EvidenceKind
    text: str
    label: str
    """Where it is from, for a person: `HubSpot · Opportunity “Ampliación Assets”`, an email's subject."""
    as_of: date
    origin: Origin = Origin.INTERNAL
    account_id: str | None = None
    visibility: str | None = None
    """Visibility class if it belongs to no account."""
    document_id: str | None = None
    start: int | None = None
    end: int | None = None
    inputs: tuple[str, ...] = ()
    """For a metric: ids of what it was computed from (or a query's name)."""
    formula: str | None = None
    """For a metric: how it was computed, in words."""

    @property
    def content_hash(self) -> str:
        """SHA-256 over what the fact says and when; equal hash means the same fact."""
        # Half a surrogate pair has a hash too: a text that somebody broke is compared like any other.
        return hashlib.sha256(f"{self.id}\x1f{self.text}".encode(errors="surrogatepass")).hexdigest()

    @property
    def source_path(self) -> str:
        """Path of the page that shows the source, at the passage where there is one."""
        if self.kind is EvidenceKind.PASSAGE and self.document_id:
            return f"/documents/{self.document_id}?start={self.start}&end={self.end}#passage"
        if self.account_id:
            return f"/accounts/{self.account_id}/evidence/{self.id}"
        return f"/evidence/{self.id}"
