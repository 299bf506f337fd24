"""A CRM update as the data that is written.

Invariant: it names the record and the field and carries the approved text, nothing else: no citations, which are
for us.
"""

import json

from copilot.domain.destinations import CrmUpdate
from copilot.domain.drafts import Draft
from copilot.domain.rendering_email import plain_text

CRM_FILE = "crm-update.json"


def render_crm_update(draft: Draft, update: CrmUpdate) -> bytes:
    """JSON with sorted keys: the record, and either `note` or `field`, `value_before` and `value`."""
    content: dict[str, str | None] = {
        "source_system": update.source_system,
        "record_type": update.record_type,
        "source_id": update.source_id,
    }
    if update.field is None:
        content |= {"title": draft.title, "note": plain_text(draft)}
    else:
        content |= {"field": update.field, "value_before": update.value_before, "value": update.value}
    return (json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
