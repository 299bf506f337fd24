"""The portfolio's table: every customer with health, revenue, renewal and what is at stake; views of it.

Invariant: any address is understood; what means nothing narrows nothing. An address that asks for nothing opens the
viewer's own view, if they chose one.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import ApplicationDep, LanguageDep, UnitOfWorkDep, ViewerDep
from api.errors import Failure, failure_of
from api.portfolio_asked import Owner, Segment, part_of
from api.web import flash, plots
from api.web.links import member, with_query
from api.web.portfolio_view import chance_in
from api.web.templating import render
from copilot.approvals.saved_views import LONGEST_NAME
from copilot.bootstrap import Application
from copilot.domain.access import Role, Viewer
from copilot.domain.language import Language
from copilot.domain.portfolio import BandChoice
from copilot.errors import Conflict, InputError
from copilot.store.database import UnitOfWork
from copilot.store.portfolio import PortfolioRepository
from copilot.workflows.portfolio.customers import RENEWAL_DAYS, CustomerSort, Wanted, customer_table
from copilot.workflows.portfolio.views import PortfolioViews, TableView, opened_first

router = APIRouter(include_in_schema=False)
_ADDRESS = "/portfolio/customers"
_PAGE = 50
_views = PortfolioViews()

Word = Annotated[str, Query(max_length=20)]
NamedView = Annotated[str, Query(alias="view", max_length=64)]
Sent = Annotated[str, Form(max_length=320)]
ViewId = Annotated[str, Path(max_length=64)]


@router.get(_ADDRESS)
def customers(
    request: Request,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    language: LanguageDep,
    owner: Owner = "",
    segment: Segment = "",
    band: Word = "",
    renewal: Word = "",
    currency: Word = "",
    sort: Word = "",
    offset: Word = "",
    named: NamedView = "",
) -> Response:
    """The customers in order; an address without a question opens the default view."""
    views = _views.all(viewer=viewer, uow=uow)
    if not any(name != flash.PARAMETER for name in request.query_params):
        default = opened_first(views)
        if default is not None:
            asked = default.wanted(viewer)
            return _opened(request, asked, views, viewer=viewer, uow=uow, language=language, named=default.id)
    wanted = _wanted(owner, segment, band, renewal, currency, sort)
    start = int(offset) if offset.isascii() and offset.isdigit() and len(offset) < 8 else 0
    return _opened(request, wanted, views, viewer=viewer, uow=uow, language=language, offset=start, named=named)


@router.post(f"{_ADDRESS}/views")
def keep_view(
    request: Request,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
    name: Sent = "",
    owner: Sent = "",
    segment: Sent = "",
    band: Sent = "",
    renewal: Sent = "",
    currency: Sent = "",
    sort: Sent = "",
    shared: Sent = "",
    default: Sent = "",
) -> Response:
    """Keep filters and order under a name."""
    wanted = _wanted(owner, segment, band, renewal, currency, sort)
    try:
        with uow.savepoint():
            view = _views.create(name, wanted, shared=bool(shared), viewer=viewer, uow=uow)
            if default:
                _views.open_with(view.id, viewer=viewer, uow=uow)
    except (InputError, Conflict) as error:
        failure, views = failure_of(request, error), _views.all(viewer=viewer, uow=uow)
        return _opened(request, wanted, views, viewer=viewer, uow=uow, language=language, failure=failure, name=name)
    return _done(_address_of(view, viewer), "view_saved", application, name=view.name)


@router.post(f"{_ADDRESS}/views/{{table_view_id}}")
def change_view(
    request: Request,
    table_view_id: ViewId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
    name: Sent = "",
    shared: Sent = "",
) -> Response:
    """Rename an own view, share it or stop sharing it."""
    wanted = _views.get(table_view_id, viewer=viewer, uow=uow).wanted(viewer)
    try:
        with uow.savepoint():
            view = _views.change(table_view_id, name=name, shared=bool(shared), viewer=viewer, uow=uow)
    except (InputError, Conflict) as error:
        failure, views = failure_of(request, error), _views.all(viewer=viewer, uow=uow)
        named = table_view_id
        return _opened(
            request, wanted, views, viewer=viewer, uow=uow, language=language, failure=failure, name=name, named=named
        )
    return _done(_address_of(view, viewer), "view_changed", application, name=view.name)


@router.post(f"{_ADDRESS}/views/{{table_view_id}}/default")
def open_first(
    table_view_id: ViewId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep, on: Sent = ""
) -> Response:
    """Let the table open with this view, or with none."""
    view = _views.get(table_view_id, viewer=viewer, uow=uow)
    _views.open_with(view.id if on else None, viewer=viewer, uow=uow)
    told = "table_default" if on else "table_no_default"
    return _done(_address_of(view, viewer), told, application, name=view.name)


@router.post(f"{_ADDRESS}/views/{{table_view_id}}/delete")
def delete_view(table_view_id: ViewId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Response:
    """Remove an own view, for the team too."""
    view = _views.get(table_view_id, viewer=viewer, uow=uow)
    _views.delete(table_view_id, viewer=viewer, uow=uow)
    address = with_query(_ADDRESS, _asked(view.wanted(viewer)))
    return _done(address, "table_view_deleted", application, name=view.name)


def _wanted(owner: str, segment: str, band: str, renewal: str, currency: str, sort: str) -> Wanted:
    days = int(renewal) if renewal in {str(choice) for choice in RENEWAL_DAYS} else None
    plain = currency.upper() if len(currency) == len("EUR") and currency.isascii() and currency.isalpha() else None
    return Wanted(
        part_of(owner, segment, member(BandChoice, band)),
        renewal_days=days,
        currency=plain,
        sort=member(CustomerSort, sort) or CustomerSort.AT_STAKE,
    )


def _asked(wanted: Wanted) -> dict[str, str | list[str] | None]:
    """The address's words for it; the order is always said, so that the address asks for something."""
    chosen = wanted.chosen
    return {
        "owner": chosen.owner,
        "segment": chosen.segment,
        "band": chosen.band.value if chosen.band else None,
        "renewal": str(wanted.renewal_days) if wanted.renewal_days else None,
        "currency": wanted.currency,
        "sort": wanted.sort.value,
    }


def _address_of(view: TableView, viewer: Viewer) -> str:
    """Its filters, and its name: two views may ask for the same."""
    return with_query(_ADDRESS, _asked(view.wanted(viewer)) | {"view": view.id})


def _current(views: Sequence[TableView], wanted: Wanted, *, named: str, viewer: Viewer) -> TableView | None:
    """The view that the page shows: the one that was opened, as long as the filters are its own."""
    fitting = [view for view in views if view.wanted(viewer) == wanted]
    return next((view for view in fitting if view.id == named), next(iter(fitting), None))


def _opened(
    request: Request,
    wanted: Wanted,
    views: Sequence[TableView],
    *,
    viewer: Viewer,
    uow: UnitOfWork,
    language: Language,
    offset: int = 0,
    failure: Failure | None = None,
    name: str = "",
    named: str = "",
) -> Response:
    table = customer_table(wanted, viewer=viewer, uow=uow, offset=offset, limit=_PAGE)
    chosen = wanted.chosen
    frame: dict[str, Any] = {
        "facets": PortfolioRepository(uow).facets(viewer=viewer),
        "chosen": chosen,
        "asked": {key: value for key, value in _asked(wanted).items() if key in {"owner", "segment", "band"}},
        "extra": {},
        "bands": list(BandChoice),
        "manages": viewer.role in {Role.MANAGER, Role.ADMIN},
        "width": "portfolio",
    }
    return render(
        request,
        "portfolio_customers.html",
        status=failure.status if failure else HTTPStatus.OK,
        **frame,
        table=table,
        wanted=wanted,
        question=_asked(wanted),
        next_offset=offset + _PAGE if offset + _PAGE < table.total else None,
        previous_offset=max(0, offset - _PAGE) if offset else None,
        sorts=list(CustomerSort),
        renewal_days=RENEWAL_DAYS,
        views=[(view, _address_of(view, viewer)) for view in views],
        current=_current(views, wanted, named=named, viewer=viewer),
        address=_ADDRESS,
        failure=failure,
        name=name,
        longest=LONGEST_NAME,
        chance=chance_in(language),
        spark=lambda line: plots.sparkline(line.series, until=table.day),
        spark_of_use=lambda line: plots.sparkline(
            line.use, until=table.day, top=max((people for _, people in line.use), default=0.0) or 1.0
        ),
    )


def _done(address: str, code: str, application: Application, **values: str) -> Response:
    response = RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)
    flash.leave(response, code, secure=application.settings.secure_cookies, **values)
    return response
