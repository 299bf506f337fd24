"""What an answer that its asker may read rests on, as it was when it was written.

Invariant: it is read through the queue for one viewer, so that whoever may not see something that it cites gets none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from copilot.approvals.entries import find_readable
from copilot.domain.access import Viewer
from copilot.domain.conversation_view import TurnView
from copilot.domain.evidence import Evidence
from copilot.domain.language import Language
from copilot.errors import NotFound
from copilot.store.database import UnitOfWork
from copilot.store.drafts import DraftRepository


@dataclass(frozen=True, slots=True)
class Cited:
    """The language of an answer and its sources by id."""

    language: Language
    evidence: Mapping[str, Evidence]


def cited_by(view: TurnView, *, viewer: Viewer, uow: UnitOfWork) -> Cited | None:
    """Of an answer that is shown; None: none is."""
    if view.item_id is None or not view.sections:
        return None
    try:
        entry, _ = find_readable(view.item_id, viewer=viewer, uow=uow)
    except NotFound:
        return None
    draft = DraftRepository(uow).version(entry.item.draft_id, entry.item.version).draft
    return Cited(draft.language, draft.evidence_by_id)
