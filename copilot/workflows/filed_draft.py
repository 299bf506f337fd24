"""How a workflow files its draft, and what it hands back once the draft is in the queue.

Invariant: the three belong together: the report is of this draft, and the item is the entry of both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from copilot.domain.access import Viewer
from copilot.domain.drafts import Draft
from copilot.domain.findings import GuardrailReport
from copilot.domain.review_items import ReviewItem
from copilot.store.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class FiledDraft:
    """The draft, what the guardrails saw, and its queue entry."""

    draft: Draft
    report: GuardrailReport
    item: ReviewItem


class Submits(Protocol):
    """Where finished drafts go; see `copilot.approvals.service.ApprovalService`."""

    def submit(
        self,
        draft: Draft,
        report: GuardrailReport,
        *,
        viewer: Viewer,
        uow: UnitOfWork,
        attachments: Mapping[str, bytes] = ...,
    ) -> ReviewItem:
        """Put the draft in the queue."""
        ...
