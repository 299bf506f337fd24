"""What the chat's routes take.

Invariant: who asks and which account is meant are never taken from here: the first is the session's, the second the
planner's.
"""

from pydantic import BaseModel, ConfigDict, Field

from copilot.domain.conversation import LONGEST_MESSAGE

LONGEST_TITLE = 120
LONGEST_REASON = 2_000
MOST_EDITS = 200


class Question(BaseModel):
    """What is asked."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"message": "Which of my renewals are due in 90 days?"}]}
    )

    message: str = Field(max_length=LONGEST_MESSAGE * 2, description=f"At most {LONGEST_MESSAGE} characters.")


class Rename(BaseModel):
    """What a conversation is called."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"title": "Renewals of November"}]})

    title: str = Field(max_length=LONGEST_TITLE * 4)


class Correction(BaseModel):
    """Other words for sentences of an answer."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"texts": {"brief.1": "The account renews in January."}}]}
    )

    texts: dict[str, str] = Field(
        min_length=1, max_length=MOST_EDITS, description="Sentence id -> its text; an empty text takes it out."
    )


class Report(BaseModel):
    """What is wrong with an answer."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "The renewal is in March."}]})

    reason: str = Field(max_length=LONGEST_REASON)
