"""Findings about the data while an import runs, before they are stored.

Invariant: a finding's id follows from what it is about, so that importing the same data again finds the same.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Finding:
    """One thing noticed. `file_index` points into the run's files; None for what no single file shows."""

    code: str
    details: Mapping[str, str | int | None] = field(default_factory=dict)
    record_type: str | None = None
    record_id: str | None = None
    account_id: str | None = None
    file_index: int | None = None
    row_number: int | None = None


def finding_id(finding: Finding, *, file_id: str | None) -> str:
    """Stable id of a finding."""
    parts = [
        finding.code,
        finding.record_id or "",
        file_id or "",
        str(finding.row_number or ""),
        json.dumps(dict(finding.details), sort_keys=True, ensure_ascii=False, default=str),
    ]
    return "iss_" + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:20]
