"""Saved views of the queue over HTTP. `me` as requester or assignee stands for whoever uses the view."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from copilot.approvals.saved_views import LONGEST_NAME, SavedView, StoredFilters
from copilot.domain.access import Viewer
from copilot.store.queue_filters import Sort

_EXAMPLE: dict[str, Any] = {
    "name": "Risky and mine",
    "filters": {"risks": ["high"], "assignee_id": "me"},
    "sort": "deadline",
}


class ViewRequest(BaseModel):
    """A view to keep."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    filters: StoredFilters = StoredFilters()
    sort: Sort = Sort.RISK
    shared: bool = False


class ViewChange(BaseModel):
    """What is to be otherwise; what is left out stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"shared": True}]})

    name: str | None = Field(default=None, min_length=1, max_length=LONGEST_NAME)
    filters: StoredFilters | None = None
    sort: Sort | None = None
    shared: bool | None = None


class OrderRequest(BaseModel):
    """Ids of views, the first one first."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"ids": ["view_1", "view_2"]}]})

    ids: list[str] = Field(max_length=100)


class SavedViewOut(BaseModel):
    """A view as you may use it."""

    id: str
    name: str
    owner_name: str
    own: bool
    shared: bool
    is_default: bool
    filters: StoredFilters
    sort: Sort
    problem: str | None
    """What of it no longer means anything and was left out; null: nothing."""

    @classmethod
    def of(cls, view: SavedView, viewer: Viewer) -> "SavedViewOut":
        """A view as stored."""
        return cls(
            id=view.id,
            name=view.name,
            owner_name=view.owner_name,
            own=view.own,
            shared=view.shared,
            is_default=view.is_default,
            filters=StoredFilters.of(view.filters, viewer=viewer),
            sort=view.sort,
            problem=view.problem,
        )
