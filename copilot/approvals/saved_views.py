"""Named views of the queue: kept per person, shown to the team, ordered, one of them opened first.

Invariant: a view stores filters, never items, so whoever uses it sees what they may see and nothing else. What a
stored filter no longer means is left out and said; it never narrows less than a reader is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from copilot.approvals import queue_texts
from copilot.domain.access import Viewer
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import Risk
from copilot.domain.language import Language
from copilot.domain.review_items import ReviewState
from copilot.errors import Conflict, InputError, NotFound
from copilot.store.database import UnitOfWork
from copilot.store.queue_filters import LONGEST_QUERY, QueueFilters, Sort
from copilot.store.saved_views import SavedViewRepository, StoredView

ME = "me"
"""Stands for whoever uses the view, as requester or assignee."""
MOST_VIEWS = 50
"""Of one person."""
LONGEST_NAME = 80
_RULE = r"^[a-z_.]{1,100}$"
_LONGEST_ID = 64


class StoredFilters(BaseModel):
    """`QueueFilters` as they are written down; `ME` instead of the id of the person who uses them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    states: tuple[ReviewState, ...] = ()
    risks: tuple[Risk, ...] = ()
    kinds: tuple[DraftKind, ...] = ()
    account_id: str | None = Field(default=None, max_length=_LONGEST_ID)
    requester_id: str | None = Field(default=None, max_length=_LONGEST_ID)
    rules: tuple[str, ...] = Field(default=(), max_length=50)
    assignee_id: str | None = Field(default=None, max_length=_LONGEST_ID)
    for_me: bool = False
    audience: Audience | None = None
    language: Language | None = None
    overdue: bool = False
    value_from: Decimal | None = Field(default=None, ge=0, lt=Decimal(10) ** 16)
    value_below: Decimal | None = Field(default=None, ge=0, lt=Decimal(10) ** 16)
    q: str | None = Field(default=None, max_length=LONGEST_QUERY)

    @classmethod
    def of(cls, filters: QueueFilters, *, viewer: Viewer) -> "StoredFilters":
        """What to write down. Raises ValidationError."""
        content = {name: getattr(filters, name) for name in cls.model_fields}
        for name in ("requester_id", "assignee_id"):
            content[name] = ME if content[name] == viewer.user_id else content[name]
        return cls.model_validate(content)

    def filters(self, viewer: Viewer) -> QueueFilters:
        """What to list for this person."""
        content = {name: getattr(self, name) for name in type(self).model_fields}
        for name in ("requester_id", "assignee_id"):
            content[name] = viewer.user_id if content[name] == ME else content[name]
        return QueueFilters(**content)


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view as one person may use it."""

    id: str
    name: str
    owner_id: str
    owner_name: str
    own: bool
    """Whether the reader may rename, change and delete it."""
    shared: bool
    is_default: bool
    """Whether the reader's queue opens with it."""
    filters: QueueFilters
    sort: Sort
    problem: str | None
    """What of it no longer means anything and was left out, in the reader's language; None: nothing."""


class SavedViews:
    """Works inside the caller's unit of work. Errors are in the viewer's language."""

    def all(self, *, viewer: Viewer, uow: UnitOfWork) -> tuple[SavedView, ...]:
        """The viewer's own in their order, then those that the team shares."""
        return tuple(_read(view, viewer) for view in SavedViewRepository(uow).visible(viewer))

    def get(self, view_id: str, *, viewer: Viewer, uow: UnitOfWork) -> SavedView:
        """One view that the viewer may use. Raises NotFound."""
        found = SavedViewRepository(uow).visible(viewer, view_id=view_id)
        if not found:
            raise queue_texts.error(NotFound, "view_not_found", viewer)
        return _read(found[0], viewer)

    def default(self, *, viewer: Viewer, uow: UnitOfWork) -> SavedView | None:
        """The view that the viewer's queue opens with."""
        return next((view for view in self.all(viewer=viewer, uow=uow) if view.is_default), None)

    def create(
        self,
        name: str,
        filters: QueueFilters,
        *,
        viewer: Viewer,
        uow: UnitOfWork,
        sort: Sort = Sort.RISK,
        shared: bool = False,
    ) -> SavedView:
        """Keep a view. Raises InputError for a bad name or filter or one view too many, Conflict for a taken name."""
        repository = SavedViewRepository(uow)
        if repository.count_own(viewer) >= MOST_VIEWS:
            raise queue_texts.error(InputError, "too_many_views", viewer)
        view_id = f"view_{uow.clock.new_id().hex}"
        values = {
            "name": _name(name, viewer=viewer, uow=uow),
            "filters": _written(filters, viewer=viewer),
            "sort": sort.value,
            "shared": shared,
        }
        repository.add(view_id, values, viewer=viewer)
        return self.get(view_id, viewer=viewer, uow=uow)

    def change(
        self,
        view_id: str,
        *,
        viewer: Viewer,
        uow: UnitOfWork,
        name: str | None = None,
        filters: QueueFilters | None = None,
        sort: Sort | None = None,
        shared: bool | None = None,
    ) -> SavedView:
        """Rename, narrow otherwise, share or stop sharing an own view. Raises NotFound, InputError, Conflict."""
        values: dict[str, Any] = {}
        repository = SavedViewRepository(uow)
        repository.count_own(viewer)
        if name is not None:
            values["name"] = _name(name, viewer=viewer, uow=uow, but=view_id)
        if filters is not None:
            values["filters"] = _written(filters, viewer=viewer)
        if sort is not None:
            values["sort"] = sort.value
        if shared is not None:
            values["shared"] = shared
        if not repository.change(view_id, values, viewer=viewer):
            raise queue_texts.error(NotFound, "view_not_yours", viewer)
        return self.get(view_id, viewer=viewer, uow=uow)

    def delete(self, view_id: str, *, viewer: Viewer, uow: UnitOfWork) -> None:
        """Remove an own view, for the team too. Raises NotFound."""
        if not SavedViewRepository(uow).remove(view_id, viewer=viewer):
            raise queue_texts.error(NotFound, "view_not_yours", viewer)

    def put_in_order(self, view_ids: Sequence[str], *, viewer: Viewer, uow: UnitOfWork) -> tuple[SavedView, ...]:
        """Order the own views: those named first. What is not the viewer's own is passed over."""
        SavedViewRepository(uow).put_in_order(view_ids, viewer=viewer)
        return self.all(viewer=viewer, uow=uow)

    def open_with(self, view_id: str | None, *, viewer: Viewer, uow: UnitOfWork) -> None:
        """Choose the view that the viewer's queue opens with, or none. Raises NotFound."""
        if view_id is not None:
            self.get(view_id, viewer=viewer, uow=uow)
        SavedViewRepository(uow).open_with(view_id, viewer=viewer)


def _name(name: str, *, viewer: Viewer, uow: UnitOfWork, but: str | None = None) -> str:
    wanted = " ".join(name.split())
    if not wanted or len(wanted) > LONGEST_NAME or not wanted.isprintable():
        raise queue_texts.error(InputError, "bad_view_name", viewer)
    if SavedViewRepository(uow).name_is_taken(wanted, viewer=viewer, but=but):
        raise queue_texts.error(Conflict, "view_name_taken", viewer)
    return wanted


def _written(filters: QueueFilters, *, viewer: Viewer) -> dict[str, Any]:
    try:
        return StoredFilters.of(filters, viewer=viewer).model_dump(mode="json", exclude_defaults=True)
    except ValidationError as error:
        raise queue_texts.error(InputError, "bad_view_filters", viewer, names=_fields(error)) from error


def _read(stored: StoredView, viewer: Viewer) -> SavedView:
    filters, dropped = _understood(stored.filters)
    sort = next((item for item in Sort if item.value == stored.sort), None)
    dropped += () if sort else ("sort",)
    problem = queue_texts.text("view_outdated", viewer, names=", ".join(dropped))[0] if dropped else None
    return SavedView(
        id=stored.id,
        name=stored.name,
        owner_id=stored.owner_id,
        owner_name=stored.owner_name,
        own=stored.owner_id == viewer.user_id,
        shared=stored.shared,
        is_default=stored.is_default,
        filters=filters.filters(viewer),
        sort=sort or Sort.RISK,
        problem=problem,
    )


def _understood(written: Mapping[str, Any]) -> tuple[StoredFilters, tuple[str, ...]]:
    """What of stored filters still means something, and the names of what does not."""
    try:
        return StoredFilters.model_validate(dict(written)), ()
    except ValidationError as error:
        bad = {str(item["loc"][0]) for item in error.errors() if item["loc"]}
        kept = {name: value for name, value in written.items() if name not in bad}
        return StoredFilters.model_validate(kept), tuple(sorted(bad))


def _fields(error: ValidationError) -> str:
    return ", ".join(sorted({str(item["loc"][0]) for item in error.errors() if item["loc"]}))
