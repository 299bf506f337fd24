"""The portfolio: what is at risk and what moved, renewals, expansion, leads, forecast.

Invariant: any address is understood; what means nothing narrows nothing.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api.deps import ApplicationDep, LanguageDep, UnitOfWorkDep, ViewerDep
from api.portfolio_asked import KIND_OF_DAYS, USUAL, Owner, Segment, month_of, part_of
from api.web import portfolio_view as view
from api.web.links import member
from api.web.noted_step import noting
from api.web.templating import render
from copilot.domain.access import Role, Viewer
from copilot.domain.first_steps import Step
from copilot.domain.portfolio import BandChoice, Slice
from copilot.domain.scores import CHURN_DAYS
from copilot.scoring.lead_rules import load_lead_rules
from copilot.scoring.lifetime import load_lifetime_rules
from copilot.store.database import UnitOfWork
from copilot.store.portfolio import PortfolioRepository
from copilot.workflows.portfolio.book import model_use, read_book
from copilot.workflows.portfolio.expansion import expansion_board
from copilot.workflows.portfolio.leads import lead_board
from copilot.workflows.portfolio.movement import movement
from copilot.workflows.portfolio.outlook import Until, sales_forecast
from copilot.workflows.portfolio.renewals import Listed, renewals
from copilot.workflows.portfolio.risk import revenue_at_risk
from copilot.workflows.scores.lead_story import lead_signs

router = APIRouter(include_in_schema=False, dependencies=[Depends(noting(Step.PORTFOLIO))])
Word = Annotated[str, Query(max_length=20)]


@router.get("/portfolio")
def portfolio(
    request: Request,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    language: LanguageDep,
    owner: Owner = "",
    segment: Segment = "",
    band: Word = "",
    days: Word = "",
) -> Response:
    """Revenue at risk, health, and what moved since last week."""
    chosen = part_of(owner, segment, member(BandChoice, band))
    kind = KIND_OF_DAYS.get(int(days), USUAL) if days.isascii() and days.isdigit() else USUAL
    book = read_book(chosen, kind=kind, viewer=viewer, uow=uow)
    risk = revenue_at_risk(book, model=model_use(kind, uow=uow), viewer=viewer, uow=uow)
    moved = movement(book, viewer=viewer, uow=uow)
    named = [one.customer.account_id for one in risk.largest]
    named += [one.customer.account_id for one in (*moved.fell, *moved.rose)]
    return render(
        request,
        "portfolio.html",
        **_frame(chosen, viewer=viewer, uow=uow, extra={"days": str(CHURN_DAYS[kind]) if kind is not USUAL else ""}),
        book=book,
        risk=risk,
        moved=moved,
        alerted=PortfolioRepository(uow).with_alerts(named, viewer=viewer),
        periods=sorted(KIND_OF_DAYS),
        plots=view.overview_plots(risk),
        spark=view.spark,
        chance=view.chance_in(language),
    )


@router.get("/portfolio/renewals")
def renewal_calendar(
    request: Request,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    language: LanguageDep,
    owner: Owner = "",
    segment: Segment = "",
    band: Word = "",
    month: Word = "",
) -> Response:
    """What comes up for renewal in the next twelve months."""
    chosen = part_of(owner, segment, member(BandChoice, band))
    first = month_of(month)
    listed = Listed(past=view.MOST_PAST, ahead=view.MOST_RENEWALS, month=first)
    calendar = renewals(chosen, viewer=viewer, uow=uow, listed=listed)
    opened = calendar.month(first) if first else None
    return render(
        request,
        "portfolio_renewals.html",
        **_frame(chosen, viewer=viewer, uow=uow, extra={"month": month if opened else ""}),
        calendar=calendar,
        opened=opened,
        shown=view.shown_renewals(calendar, opened=opened),
        plots=view.renewal_plots(calendar, language=language),
    )


@router.get("/portfolio/expansion")
def expansion(
    request: Request,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
    owner: Owner = "",
    segment: Segment = "",
    band: Word = "",
) -> Response:
    """Who may buy more, and what is open."""
    chosen = part_of(owner, segment, member(BandChoice, band))
    rules = load_lifetime_rules(application.settings.lifetime_file)
    board = expansion_board(chosen, rules=rules, viewer=viewer, uow=uow)
    return render(
        request,
        "portfolio_expansion.html",
        **_frame(chosen, viewer=viewer, uow=uow),
        board=board,
        chance=view.chance_in(language),
    )


@router.get("/portfolio/leads")
def leads(
    request: Request,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
    owner: Owner = "",
    segment: Segment = "",
) -> Response:
    """Prospects, the best first: how well each fits, how much it shows, who could look after it."""
    chosen = part_of(owner, segment, None)
    rules = load_lead_rules(application.settings.leads_file)
    return render(
        request,
        "portfolio_leads.html",
        **_frame(chosen, viewer=viewer, uow=uow, leads=True),
        board=lead_board(chosen, rules=rules, viewer=viewer, uow=uow),
        signs=lambda lead: lead_signs(lead.score, language),
    )


@router.get("/portfolio/forecast")
def forecast(
    request: Request,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    owner: Owner = "",
    segment: Segment = "",
    until: Word = "",
) -> Response:
    """What the open deals will bring in, against what their owners say."""
    chosen = part_of(owner, segment, None)
    wanted = member(Until, until) or Until.QUARTER
    outlooks = sales_forecast(chosen, until=wanted, viewer=viewer, uow=uow)
    return render(
        request,
        "portfolio_forecast.html",
        **_frame(chosen, viewer=viewer, uow=uow, extra={"until": wanted.value if until else ""}),
        outlooks=outlooks,
        until=wanted,
        choices=list(Until),
        plots=view.forecast_plots(outlooks.forecast),
    )


def _frame(
    chosen: Slice, *, viewer: Viewer, uow: UnitOfWork, extra: dict[str, str] | None = None, leads: bool = False
) -> dict[str, Any]:
    """What every page of the portfolio shows: the filters and what they are set to."""
    asked = {
        "owner": chosen.owner,
        "segment": chosen.segment,
        "band": chosen.band.value if chosen.band else None,
    }
    return {
        "facets": PortfolioRepository(uow).facets(viewer=viewer, leads=leads),
        "chosen": chosen,
        "asked": asked,
        "extra": {name: value for name, value in (extra or {}).items() if value},
        "bands": list(BandChoice),
        "manages": viewer.role in {Role.MANAGER, Role.ADMIN},
        "width": "portfolio",
    }
