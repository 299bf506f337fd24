"""Writing a draft once more by the offline writer, to compare it with what was written then.

Invariant: nothing is filed; what is read is what the person who looks may see.
"""

from copilot.approvals.feedback.drafting import with_style
from copilot.domain.access import Viewer
from copilot.domain.drafts import Draft, DraftKind
from copilot.store.database import UnitOfWork
from copilot.workflows.brief.workflow import OfflineComposer, assemble, gather


def write_again(draft: Draft, viewer: Viewer, author: Viewer, uow: UnitOfWork) -> Draft | None:
    """The draft from the evidence of now, for the day it was written for, in the style of `author`.

    None if the offline writer does not make such drafts. Raises NotFound if `viewer` may not see the account.
    """
    if draft.kind is not DraftKind.BRIEF or draft.account_id is None:
        return None
    context = gather(draft.account_id, viewer=viewer, language=draft.language, uow=uow, as_of=draft.as_of)
    return with_style(assemble(context, OfflineComposer().compose(context), uow=uow), viewer=author, uow=uow)
