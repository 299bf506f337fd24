"""What a step that filed a draft found, in a form that can be kept with the turn.

Invariant: a step that filed something is never carried out twice; what it said is taken from here, with its evidence
read again as the viewer may see it now. What it said is kept until the turn is over; then the answer has it.
"""

from collections.abc import Mapping
from typing import Any

from copilot.domain.access import Viewer
from copilot.store.database import UnitOfWork
from copilot.store.evidence import EvidenceRepository
from copilot.workflows.chat.contract import Filed, Found, Line


def to_keep(number: int, found: Found) -> dict[str, Any]:
    """The step at this place of the plan, as JSON."""
    return {
        "step": number,
        "key": found.key,
        "title": found.title,
        "lines": [
            {"text": line.text, "evidence_ids": list(line.evidence_ids), "uncited_reason": line.uncited_reason}
            for line in found.lines
        ],
        "account_ids": list(found.account_ids),
        "filed": [{"item_id": each.item_id, "kind": each.kind, "title": each.title} for each in found.filed],
        "suggestions": list(found.suggestions),
    }


def from_kept(kept: Mapping[str, Any], *, viewer: Viewer, uow: UnitOfWork) -> Found:
    """What the step found."""
    lines = tuple(
        Line(text=line["text"], evidence_ids=tuple(line["evidence_ids"]), uncited_reason=line["uncited_reason"])
        for line in kept["lines"]
    )
    cited = dict.fromkeys(evidence_id for line in lines for evidence_id in line.evidence_ids)
    current = EvidenceRepository(uow).read(cited, viewer=viewer) if cited else {}
    return Found(
        key=kept["key"],
        title=kept["title"],
        lines=lines,
        evidence=tuple(current[evidence_id] for evidence_id in cited if evidence_id in current),
        account_ids=tuple(kept["account_ids"]),
        by_rules=True,
        filed=filed_by(kept),
        suggestions=tuple(kept["suggestions"]),
    )


def when_over(kept: Mapping[str, Any]) -> dict[str, Any]:
    """What is left of it when the turn is over: what was filed, without a word of it."""
    return {"step": kept["step"], "filed": kept["filed"]}


def filed_by(kept: Mapping[str, Any]) -> tuple[Filed, ...]:
    """What the step put into the queue."""
    return tuple(Filed(item_id=each["item_id"], kind=each["kind"], title=each["title"]) for each in kept["filed"])
