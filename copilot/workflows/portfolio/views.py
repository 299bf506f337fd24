"""Named views of the portfolio's table: kept per person, shown to the team, one of them opened first.

Invariant: as for views of the queue, a view stores filters, never customers, so whoever uses it sees what they may see
and nothing else. What a stored filter no longer means is left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from copilot.approvals import queue_texts
from copilot.approvals.saved_views import LONGEST_NAME, MOST_VIEWS
from copilot.domain.access import Viewer
from copilot.domain.portfolio import BandChoice, Slice
from copilot.errors import Conflict, InputError, NotFound
from copilot.store.database import UnitOfWork
from copilot.store.saved_views import PORTFOLIO, SavedViewRepository, StoredView
from copilot.workflows.portfolio.customers import CustomerSort, Wanted

ME = "me"
"""Stands for whoever uses the view, as owner."""


class TableFilters(BaseModel):
    """`Wanted` as it is written down, without its order; `ME` instead of the address of who uses it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    owner: str | None = Field(default=None, max_length=320)
    segment: str | None = Field(default=None, max_length=200)
    band: BandChoice | None = None
    renewal_days: int | None = Field(default=None, ge=1, le=3650)
    currency: str | None = Field(default=None, max_length=3)

    @classmethod
    def of(cls, wanted: Wanted, *, viewer: Viewer) -> "TableFilters":
        """What to write down."""
        chosen = wanted.chosen
        return cls(
            owner=ME if chosen.owner == viewer.email.lower() else chosen.owner,
            segment=chosen.segment,
            band=chosen.band,
            renewal_days=wanted.renewal_days,
            currency=wanted.currency,
        )

    def wanted(self, sort: CustomerSort, *, viewer: Viewer) -> Wanted:
        """What to list for this person."""
        owner = viewer.email.lower() if self.owner == ME else self.owner
        return Wanted(
            Slice(owner=owner, segment=self.segment, band=self.band),
            renewal_days=self.renewal_days,
            currency=self.currency,
            sort=sort,
        )


@dataclass(frozen=True, slots=True)
class TableView:
    """A view as one person may use it."""

    id: str
    name: str
    owner_name: str
    own: bool
    shared: bool
    is_default: bool
    filters: TableFilters
    sort: CustomerSort

    def wanted(self, viewer: Viewer) -> Wanted:
        """What it lists for this person."""
        return self.filters.wanted(self.sort, viewer=viewer)


def opened_first(views: Iterable[TableView]) -> TableView | None:
    """The one that the viewer's table opens with."""
    return next((view for view in views if view.is_default), None)


class PortfolioViews:
    """Works inside the caller's unit of work. Errors are in the viewer's language."""

    def all(self, *, viewer: Viewer, uow: UnitOfWork) -> tuple[TableView, ...]:
        """The viewer's own in their order, then those that the team shares."""
        return tuple(_read(view, viewer) for view in _kept(uow).visible(viewer))

    def get(self, view_id: str, *, viewer: Viewer, uow: UnitOfWork) -> TableView:
        """One view that the viewer may use. Raises NotFound."""
        found = _kept(uow).visible(viewer, view_id=view_id)
        if not found:
            raise queue_texts.error(NotFound, "view_not_found", viewer)
        return _read(found[0], viewer)

    def create(self, name: str, wanted: Wanted, *, shared: bool, viewer: Viewer, uow: UnitOfWork) -> TableView:
        """Keep a view. Raises InputError for a bad name or one view too many, Conflict for a taken name."""
        repository = _kept(uow)
        if repository.count_own(viewer) >= MOST_VIEWS:
            raise queue_texts.error(InputError, "too_many_views", viewer)
        view_id = f"view_{uow.clock.new_id().hex}"
        values = {
            "name": _name(name, viewer=viewer, uow=uow),
            "filters": TableFilters.of(wanted, viewer=viewer).model_dump(mode="json", exclude_defaults=True),
            "sort": wanted.sort.value,
            "shared": shared,
        }
        repository.add(view_id, values, viewer=viewer)
        return self.get(view_id, viewer=viewer, uow=uow)

    def change(
        self, view_id: str, *, viewer: Viewer, uow: UnitOfWork, name: str | None = None, shared: bool | None = None
    ) -> TableView:
        """Rename an own view, share it or stop sharing it. Raises NotFound, InputError, Conflict."""
        repository = _kept(uow)
        repository.count_own(viewer)
        values: dict[str, Any] = {}
        if name is not None:
            values["name"] = _name(name, viewer=viewer, uow=uow, but=view_id)
        if shared is not None:
            values["shared"] = shared
        if not repository.change(view_id, values, viewer=viewer):
            raise queue_texts.error(NotFound, "view_not_yours", viewer)
        return self.get(view_id, viewer=viewer, uow=uow)

    def delete(self, view_id: str, *, viewer: Viewer, uow: UnitOfWork) -> None:
        """Remove an own view, for the team too. Raises NotFound."""
        if not _kept(uow).remove(view_id, viewer=viewer):
            raise queue_texts.error(NotFound, "view_not_yours", viewer)

    def open_with(self, view_id: str | None, *, viewer: Viewer, uow: UnitOfWork) -> None:
        """Choose the view that the viewer's table opens with, or none. Raises NotFound."""
        if view_id is not None:
            self.get(view_id, viewer=viewer, uow=uow)
        _kept(uow).open_with(view_id, viewer=viewer)


def _kept(uow: UnitOfWork) -> SavedViewRepository:
    return SavedViewRepository(uow, page=PORTFOLIO)


def _name(name: str, *, viewer: Viewer, uow: UnitOfWork, but: str | None = None) -> str:
    plain = " ".join(name.split())
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise queue_texts.error(InputError, "bad_view_name", viewer)
    if _kept(uow).name_is_taken(plain, viewer=viewer, but=but):
        raise queue_texts.error(Conflict, "view_name_taken", viewer)
    return plain


def _read(stored: StoredView, viewer: Viewer) -> TableView:
    return TableView(
        id=stored.id,
        name=stored.name,
        owner_name=stored.owner_name,
        own=stored.owner_id == viewer.user_id,
        shared=stored.shared,
        is_default=stored.is_default,
        filters=_understood(dict(stored.filters)),
        sort=next((sort for sort in CustomerSort if sort.value == stored.sort), CustomerSort.AT_STAKE),
    )


def _understood(written: dict[str, Any]) -> TableFilters:
    try:
        return TableFilters.model_validate(written)
    except ValidationError as error:
        bad = {str(item["loc"][0]) for item in error.errors() if item["loc"]}
        return TableFilters.model_validate({name: value for name, value in written.items() if name not in bad})
