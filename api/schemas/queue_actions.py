"""What is asked of an item over HTTP.

Invariant: who acts is never in the body; a decision and an edit name the digest of the content that was seen.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas.queue import MAX_COMMENT, MAX_SEGMENT, MAX_SEGMENTS
from copilot.approvals.bulk import MOST_AT_ONCE, BulkResult
from copilot.domain.review_items import ReviewState, Verdict

_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_ITEM = "review_5f0c6f1e9b0a4a1f8a64d7f1c2b3a4d5"

Digest = Annotated[str, StringConstraints(max_length=64)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DecisionRequest(_Request):
    """Approve, reject or request changes of what was seen as `digest`. The latter two need a comment."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"verdict": "approve", "digest": _DIGEST},
                {"verdict": "request_changes", "digest": _DIGEST, "comment": "Name the renewal date."},
            ]
        },
    )

    verdict: Verdict
    digest: Digest
    comment: str | None = Field(default=None, max_length=MAX_COMMENT)
    accepted_segments: list[Annotated[str, StringConstraints(max_length=100)]] = Field(
        default_factory=list, max_length=MAX_SEGMENTS
    )
    """Sentences without support that are accepted by name."""


class EditRequest(_Request):
    """New text by segment id; an empty text takes the segment out."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"digest": _DIGEST, "texts": {"summary.1": "They renew in January 2027."}}]},
    )

    digest: Digest
    texts: dict[str, Annotated[str, StringConstraints(max_length=MAX_SEGMENT)]] = Field(
        min_length=1, max_length=MAX_SEGMENTS
    )


class AssignRequest(_Request):
    """Who is asked to decide."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"to": "user-1"}, {"to": None}]})

    to: str | None = Field(max_length=64)
    """Id of a person, see `GET /api/v1/queue/{item_id}/assignable`. Null: nobody in particular."""


class CommentRequest(_Request):
    """A remark."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"text": "Who told them that?"}]})

    text: str = Field(min_length=1, max_length=MAX_COMMENT)


class BulkRequest(_Request):
    """Items to approve together, with the digest of what was seen of each."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"digests": {_ITEM: _DIGEST}, "dry_run": True}]}
    )

    digests: dict[Annotated[str, StringConstraints(max_length=64)], Digest] = Field(
        min_length=1, max_length=MOST_AT_ONCE
    )
    dry_run: bool
    """True: say what would become of each, and change nothing."""


class BulkOutcome(BaseModel):
    """What became, or in a rehearsal would become, of one item."""

    item_id: str
    approved: bool
    state: ReviewState | None
    title: str | None
    code: str | None
    """Machine name of the refusal; null: approved."""
    problem: str | None
    hint: str | None

    @classmethod
    def of(cls, result: BulkResult) -> "BulkOutcome":
        """A result of the service."""
        return cls(
            item_id=result.item_id,
            approved=result.approved,
            state=result.state,
            title=result.title,
            code=result.code,
            problem=result.problem,
            hint=result.hint,
        )


class BulkAnswer(BaseModel):
    """What became of each item, in the order asked."""

    dry_run: bool
    approved: int
    results: list[BulkOutcome]
