"""Drafts for tests of what is shown of them; nothing is stored."""

from datetime import UTC, date, datetime
from typing import Any

from copilot.domain.drafts import Audience, Draft, DraftKind, Provenance, Section, Segment
from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.language import Language


def sample_evidence(**values: Any) -> Evidence:
    """A field of an account."""
    defaults: dict[str, Any] = {
        "id": "record:acc_1:arr",
        "kind": EvidenceKind.RECORD,
        "text": "arr: 84000 EUR",
        "label": "HubSpot",
        "as_of": date(2026, 11, 13),
        "account_id": "acc_1",
    }
    return Evidence(**(defaults | values))


def sample_draft(*segments: Segment, evidence: tuple[Evidence, ...] = (), **values: Any) -> Draft:
    """A draft of one section."""
    defaults: dict[str, Any] = {
        "kind": DraftKind.BRIEF,
        "audience": Audience.INTERNAL,
        "language": Language.ES,
        "title": "Cuenta",
        "account_id": "acc_1",
        "account_name": "Cuenta",
        "as_of": date(2026, 11, 16),
        "written_at": datetime(2026, 11, 16, 9, tzinfo=UTC),
        "sections": (Section(key="s", title="Resumen", segments=segments),),
        "evidence": evidence,
        "provenance": Provenance(writer="offline", code_version="test"),
    }
    return Draft(**(defaults | values))
