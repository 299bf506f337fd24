"""What a workflow hands back once its draft is in the queue.

Invariant: the three belong together: the report is of this draft, and the item is the entry of both.
"""

from dataclasses import dataclass

from copilot.domain.drafts import Draft
from copilot.domain.findings import GuardrailReport
from copilot.domain.review_items import ReviewItem


@dataclass(frozen=True, slots=True)
class FiledDraft:
    """The draft, what the guardrails saw, and its queue entry."""

    draft: Draft
    report: GuardrailReport
    item: ReviewItem
