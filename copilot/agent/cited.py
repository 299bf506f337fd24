"""What an answer that its asker may read rests on, as it was when it was written.

Invariant: it is that of the version which is shown, so that whoever may not see something that it cites gets none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from copilot.domain.conversation_view import TurnView
from copilot.domain.drafts import Draft
from copilot.domain.evidence import Evidence
from copilot.domain.language import Language


@dataclass(frozen=True, slots=True)
class Cited:
    """The language of an answer and its sources by id."""

    language: Language
    evidence: Mapping[str, Evidence]


def cited_by(view: TurnView, draft: Draft | None) -> Cited | None:
    """Of an answer that is shown; None: none is."""
    if draft is None or view.item_id is None or not view.sections:
        return None
    return Cited(draft.language, draft.evidence_by_id)
