"""Drafts: what the copilot proposes, and the digest that an approval is bound to.

Invariant: a segment carries the ids of its evidence; the digest covers every byte that can be released,
so any change to text, order, citation or rendering voids an approval.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from copilot.domain.destinations import Attachment, CrmUpdate, Destination, Email
from copilot.domain.evidence import Evidence
from copilot.domain.language import Language


class DraftKind(StrEnum):
    BRIEF = "brief"
    MEETING_PREP = "meeting_prep"
    FOLLOW_UP = "follow_up"
    RFP_ANSWER = "rfp_answer"
    CHURN_ALERT = "churn_alert"
    CHAT_ANSWER = "chat_answer"
    AFTER_MEETING = "after_meeting"
    CRM_UPDATE = "crm_update"


class Audience(StrEnum):
    INTERNAL = "internal"
    EXTERNAL = "external"


class Segment(BaseModel):
    """One sentence (or list item) and what it rests on."""

    model_config = ConfigDict(frozen=True)

    id: str
    """Unique within the draft: `<section key>.<n>`."""
    text: str
    evidence_ids: tuple[str, ...] = ()
    uncited_reason: str | None = None
    """Only for text that states no fact (a lead-in); checked by the guardrails."""


class Section(BaseModel):
    model_config = ConfigDict(frozen=True)

    key: str
    title: str
    segments: tuple[Segment, ...]


class Provenance(BaseModel):
    """How a draft came to be; enough to reproduce it."""

    model_config = ConfigDict(frozen=True)

    writer: str
    """`offline` or `model`."""
    model: str | None = None
    prompt_id: str | None = None
    prompt_version: int | None = None
    prompt_sha256: str | None = None
    parameters: dict[str, str] = Field(default_factory=dict)
    evidence_hashes: dict[str, str] = Field(default_factory=dict)
    """Evidence id -> content hash at the time of writing."""
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal | None = None
    code_version: str
    notes: tuple[str, ...] = ()
    """What went differently, e.g. that the model failed and the offline writer took over."""


class Draft(BaseModel):
    """One version of one proposal. Editing makes a new version."""

    model_config = ConfigDict(frozen=True)

    kind: DraftKind
    audience: Audience
    language: Language
    title: str
    account_id: str | None
    account_name: str | None
    as_of: date
    """Business date its figures are computed for."""
    written_at: datetime
    sections: tuple[Section, ...]
    evidence: tuple[Evidence, ...]
    """Snapshot of every evidence item cited, in citation order: index + 1 is the citation number."""
    provenance: Provenance
    recipients: tuple[str, ...] = ()
    """Ids of the contacts to whom it goes; chosen by a person or by code, never by a text that somebody else wrote."""
    destination: Destination = Destination.FILES
    email: Email | None = None
    """Required when the destination is email."""
    crm: CrmUpdate | None = None
    """Required when the destination is the CRM."""
    files: tuple[Attachment, ...] = ()
    """Files of its own beside the rendered text, such as a questionnaire filled in; an email names its own. They were
    made before the draft from what had been approved, so an edit of the draft's words leaves them as they are."""

    @model_validator(mode="after")
    def _says_what_its_destination_needs(self) -> Self:
        if (self.destination is Destination.EMAIL) != (self.email is not None):
            raise ValueError("an email needs its envelope, and nothing else has one")
        if (self.destination is Destination.CRM) != (self.crm is not None):
            raise ValueError("a CRM update says which record, and nothing else does")
        if self.files and (self.email is not None or self.crm is not None):
            raise ValueError("an email names its attachments itself, and a CRM update has no files")
        return self

    @model_serializer(mode="wrap")
    def _without_defaults_added_later(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What was added to drafts later is written only if it is set, so that the digest of older ones holds."""
        written: dict[str, Any] = write(self)
        added: dict[str, bool] = {
            "recipients": bool(self.recipients),
            "destination": self.destination is not Destination.FILES,
            "email": self.email is not None,
            "crm": self.crm is not None,
            "files": bool(self.files),
        }
        return {key: value for key, value in written.items() if added.get(key, True)}

    def segments(self) -> Iterator[Segment]:
        """All segments in reading order."""
        for section in self.sections:
            yield from section.segments

    @property
    def evidence_by_id(self) -> dict[str, Evidence]:
        return {item.id: item for item in self.evidence}


def cited_ids(sections: Iterable[Section]) -> tuple[str, ...]:
    """Ids of the evidence that the sections cite, in the order of first citation, each once."""
    cited = (key for section in sections for segment in section.segments for key in segment.evidence_ids)
    return tuple(dict.fromkeys(cited))


def cited_evidence(sections: Iterable[Section], gathered: Mapping[str, Evidence]) -> tuple[Evidence, ...]:
    """What the sections cite of what was gathered, in the order in which a draft numbers it."""
    return tuple(gathered[key] for key in cited_ids(sections) if key in gathered)


def content_hashes(evidence: Iterable[Evidence]) -> dict[str, str]:
    """Evidence id -> content hash, for the provenance."""
    return {item.id: item.content_hash for item in sorted(evidence, key=lambda item: item.id)}


def content_digest(draft: Draft, *, deliverables: dict[str, bytes]) -> str:
    """SHA-256 (hex) that an approval is bound to.

    `deliverables` maps a file name to the exact bytes that a release may send.
    """
    hasher = hashlib.sha256()
    canonical = json.dumps(draft.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    # Half a surrogate pair has a digest too; the queue then refuses it in words.
    content_of_draft = canonical.encode(errors="surrogatepass")
    for name, content in [("draft.json", content_of_draft), *sorted(deliverables.items())]:
        hasher.update(len(name.encode()).to_bytes(8, "big") + name.encode())
        hasher.update(len(content).to_bytes(8, "big") + content)
    return hasher.hexdigest()
