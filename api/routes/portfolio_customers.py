"""The portfolio's table of customers, and the views that people keep of it."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response

from api.deps import UnitOfWorkDep, ViewerDep
from api.portfolio_asked import Owner, Segment, part_of
from api.schemas.common import CONFLICT, PROBLEMS
from api.schemas.portfolio_customers import TableOut, TableViewChange, TableViewOut, TableViewRequest
from copilot.domain.portfolio import BandChoice
from copilot.workflows.portfolio.customers import CustomerSort, Wanted, customer_table
from copilot.workflows.portfolio.views import PortfolioViews

router = APIRouter(prefix="/api/v1/portfolio", tags=["portfolio"], responses=PROBLEMS)
_views = PortfolioViews()

ViewId = Annotated[str, Path(max_length=64)]


@router.get("/customers")
def list_customers(
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    owner: Owner = "",
    segment: Segment = "",
    band: Annotated[BandChoice | None, Query(description="Only customers with a health of this band.")] = None,
    renewal_days: Annotated[int | None, Query(ge=1, le=3650, description="Renewing within so many days.")] = None,
    currency: Annotated[str, Query(max_length=3)] = "",
    sort: CustomerSort = CustomerSort.AT_STAKE,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> TableOut:
    """Health, revenue, renewal and what is at stake, customer by customer."""
    wanted = Wanted(part_of(owner, segment, band), renewal_days=renewal_days, currency=currency or None, sort=sort)
    return TableOut.of(customer_table(wanted, viewer=viewer, uow=uow, offset=offset, limit=limit))


@router.get("/views")
def list_views(viewer: ViewerDep, uow: UnitOfWorkDep) -> list[TableViewOut]:
    """Your own views of the table, then those that your team shares."""
    return [TableViewOut.of(view) for view in _views.all(viewer=viewer, uow=uow)]


@router.post("/views", status_code=201, responses=CONFLICT)
def create_view(
    wanted: Annotated[TableViewRequest, Body()], response: Response, viewer: ViewerDep, uow: UnitOfWorkDep
) -> TableViewOut:
    """Keep a view under a name."""
    listed = wanted.filters.wanted(wanted.sort, viewer=viewer)
    made = _views.create(wanted.name, listed, shared=wanted.shared, viewer=viewer, uow=uow)
    response.headers["Location"] = f"/api/v1/portfolio/views/{made.id}"
    return TableViewOut.of(made)


@router.get("/views/{table_view_id}")
def read_view(table_view_id: ViewId, viewer: ViewerDep, uow: UnitOfWorkDep) -> TableViewOut:
    """One view that you may use."""
    return TableViewOut.of(_views.get(table_view_id, viewer=viewer, uow=uow))


@router.patch("/views/{table_view_id}", responses=CONFLICT)
def change_view(
    table_view_id: ViewId, wanted: Annotated[TableViewChange, Body()], viewer: ViewerDep, uow: UnitOfWorkDep
) -> TableViewOut:
    """Rename one of your own, share it or stop sharing it; what is left out stays."""
    changed = _views.change(table_view_id, name=wanted.name, shared=wanted.shared, viewer=viewer, uow=uow)
    return TableViewOut.of(changed)


@router.delete("/views/{table_view_id}", status_code=204)
def delete_view(table_view_id: ViewId, viewer: ViewerDep, uow: UnitOfWorkDep) -> None:
    """Remove one of your own, for the team too."""
    _views.delete(table_view_id, viewer=viewer, uow=uow)


@router.put("/views/{table_view_id}/default")
def open_with(table_view_id: ViewId, viewer: ViewerDep, uow: UnitOfWorkDep) -> TableViewOut:
    """Open your table with this view."""
    _views.open_with(table_view_id, viewer=viewer, uow=uow)
    return TableViewOut.of(_views.get(table_view_id, viewer=viewer, uow=uow))


@router.delete("/views/{table_view_id}/default", status_code=204)
def open_with_none(table_view_id: ViewId, viewer: ViewerDep, uow: UnitOfWorkDep) -> None:
    """Open your table with no view, if it opened with this one."""
    if _views.get(table_view_id, viewer=viewer, uow=uow).is_default:
        _views.open_with(None, viewer=viewer, uow=uow)
