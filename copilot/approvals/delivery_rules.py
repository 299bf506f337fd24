"""What a manager sets about deliveries: the section `delivery` of the policy."""

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class DeliveryRules(BaseModel):
    """When to come back where the other side takes nothing now."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    retry_minutes: tuple[Annotated[int, Field(strict=True, ge=1, le=24 * 60)], ...] = Field(
        default=(1, 5, 15, 60, 180, 360), max_length=20
    )
    """Minutes to wait after the first, second ... refusal that passes. After the last the delivery has failed."""

    def wait_after(self, tries: int) -> timedelta | None:
        """How long to wait when so many tries came to nothing before this one; None: it has failed."""
        return timedelta(minutes=self.retry_minutes[tries]) if tries < len(self.retry_minutes) else None
