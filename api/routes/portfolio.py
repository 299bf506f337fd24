"""The portfolio of the customers whom the caller may see."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from api.deps import ApplicationDep, LanguageDep, UnitOfWorkDep, ViewerDep
from api.portfolio_asked import KIND_OF_DAYS, Owner, Segment, part_of
from api.schemas.common import PROBLEMS
from api.schemas.leads import LeadsOut
from api.schemas.portfolio import ExpansionOut, ForecastOut, PortfolioOut, RenewalsOut
from copilot.domain.portfolio import BandChoice
from copilot.scoring.lead_rules import load_lead_rules
from copilot.scoring.lifetime import load_lifetime_rules
from copilot.workflows.portfolio.book import model_use, read_book
from copilot.workflows.portfolio.expansion import expansion_board
from copilot.workflows.portfolio.leads import MOST_SHOWN, lead_board
from copilot.workflows.portfolio.movement import movement
from copilot.workflows.portfolio.outlook import Until, sales_forecast
from copilot.workflows.portfolio.renewals import renewals
from copilot.workflows.portfolio.risk import revenue_at_risk

router = APIRouter(prefix="/api/v1/portfolio", tags=["portfolio"], responses=PROBLEMS)
Health = Annotated[BandChoice | None, Query(description="Only customers with a health of this band.")]


@router.get("")
def read_portfolio(
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    owner: Owner = "",
    segment: Segment = "",
    band: Health = None,
    days: Annotated[Literal["30", "90", "180"], Query(description="Leaving within so many days.")] = "90",
) -> PortfolioOut:
    """Revenue at risk with its interval, health, and what moved since last week."""
    kind = KIND_OF_DAYS[int(days)]
    book = read_book(part_of(owner, segment, band), kind=kind, viewer=viewer, uow=uow)
    return PortfolioOut.of(
        revenue_at_risk(book, model=model_use(kind, uow=uow), viewer=viewer, uow=uow),
        movement(book, viewer=viewer, uow=uow),
        day=book.day,
        customers=book.customers,
    )


@router.get("/renewals")
def read_renewals(
    viewer: ViewerDep, uow: UnitOfWorkDep, owner: Owner = "", segment: Segment = "", band: Health = None
) -> RenewalsOut:
    """What comes up for renewal in the next twelve months."""
    return RenewalsOut.of(renewals(part_of(owner, segment, band), viewer=viewer, uow=uow))


@router.get("/expansion")
def read_expansion(
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    owner: Owner = "",
    segment: Segment = "",
    band: Health = None,
    *,
    everybody: Annotated[bool, Query(alias="all", description="Also who is unlikely to, or not known.")] = False,
) -> ExpansionOut:
    """Who may buy more, what is open, what each is worth and what others like them bought."""
    chosen, rules = part_of(owner, segment, band), load_lifetime_rules(application.settings.lifetime_file)
    return ExpansionOut.of(expansion_board(chosen, rules=rules, viewer=viewer, uow=uow, everybody=everybody))


@router.get("/leads")
def read_leads(
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
    owner: Owner = "",
    segment: Segment = "",
    limit: Annotated[int, Query(ge=1, le=500)] = MOST_SHOWN,
) -> LeadsOut:
    """Prospects by how well each fits and how much it shows, and who could look after it. Nobody is assigned."""
    rules = load_lead_rules(application.settings.leads_file)
    board = lead_board(part_of(owner, segment, None), rules=rules, viewer=viewer, uow=uow, limit=limit)
    return LeadsOut.of(board, language=language)


@router.get("/forecast")
def read_forecast(
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    owner: Owner = "",
    segment: Segment = "",
    until: Annotated[Until | date, Query(description="A name, or the last day.")] = Until.QUARTER,
) -> ForecastOut:
    """What the open deals will bring in, against what their owners say."""
    return ForecastOut.of(sales_forecast(part_of(owner, segment, None), until=until, viewer=viewer, uow=uow))
