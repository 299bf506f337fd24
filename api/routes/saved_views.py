"""Named views of the queue: kept, shown to the team, put in order, one of them opened first.

Invariant: a view stores filters, never items; whoever uses it sees what they may see.
"""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Response

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.schemas.common import CONFLICT, PROBLEMS
from api.schemas.saved_views import OrderRequest, SavedViewOut, ViewChange, ViewRequest

router = APIRouter(prefix="/api/v1/saved-views", tags=["queue"], responses=PROBLEMS)

ViewId = Annotated[str, Path(max_length=64)]


@router.get("")
def list_views(viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> list[SavedViewOut]:
    """Your own in their order, then those that your team shares."""
    return [SavedViewOut.of(view, viewer) for view in application.saved_views.all(viewer=viewer, uow=uow)]


@router.post("", status_code=201, responses=CONFLICT)
def create(
    wanted: Annotated[ViewRequest, Body()],
    response: Response,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> SavedViewOut:
    """Keep a view under a name."""
    made = application.saved_views.create(
        wanted.name,
        wanted.filters.filters(viewer),
        sort=wanted.sort,
        shared=wanted.shared,
        viewer=viewer,
        uow=uow,
    )
    response.headers["Location"] = f"/api/v1/saved-views/{made.id}"
    return SavedViewOut.of(made, viewer)


@router.put("/order")
def put_in_order(
    wanted: Annotated[OrderRequest, Body()], viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> list[SavedViewOut]:
    """Order your own views: those named first. What is not yours is passed over."""
    views = application.saved_views.put_in_order(wanted.ids, viewer=viewer, uow=uow)
    return [SavedViewOut.of(view, viewer) for view in views]


@router.get("/{view_id}")
def read(view_id: ViewId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> SavedViewOut:
    """One view that you may use."""
    return SavedViewOut.of(application.saved_views.get(view_id, viewer=viewer, uow=uow), viewer)


@router.patch("/{view_id}", responses=CONFLICT)
def change(
    view_id: ViewId,
    wanted: Annotated[ViewChange, Body()],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> SavedViewOut:
    """Rename, narrow otherwise, share or stop sharing one of your own; what is left out stays."""
    changed = application.saved_views.change(
        view_id,
        name=wanted.name,
        filters=None if wanted.filters is None else wanted.filters.filters(viewer),
        sort=wanted.sort,
        shared=wanted.shared,
        viewer=viewer,
        uow=uow,
    )
    return SavedViewOut.of(changed, viewer)


@router.delete("/{view_id}", status_code=204)
def delete(view_id: ViewId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> None:
    """Remove one of your own, for the team too."""
    application.saved_views.delete(view_id, viewer=viewer, uow=uow)


@router.put("/{view_id}/default")
def open_with(view_id: ViewId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> SavedViewOut:
    """Open your queue with this view."""
    application.saved_views.open_with(view_id, viewer=viewer, uow=uow)
    return SavedViewOut.of(application.saved_views.get(view_id, viewer=viewer, uow=uow), viewer)


@router.delete("/{view_id}/default", status_code=204)
def open_with_none(view_id: ViewId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> None:
    """Open your queue with no view, if it opened with this one."""
    if application.saved_views.get(view_id, viewer=viewer, uow=uow).is_default:
        application.saved_views.open_with(None, viewer=viewer, uow=uow)
