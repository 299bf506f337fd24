"""Cards about customers: open alerts, renewals that are near, what moved since last week.

Invariant: read as the pages of alerts and of the portfolio read them.
"""

from datetime import date, timedelta

from copilot.domain.access import Viewer
from copilot.domain.portfolio import Customer, Slice
from copilot.domain.scores import ScoreKind
from copilot.store.alerts import AlertFilters, AlertRepository
from copilot.store.database import UnitOfWork
from copilot.store.portfolio_sums import PortfolioSums
from copilot.workflows.portfolio.book import read_book
from copilot.workflows.portfolio.movement import Move, movement
from copilot.workflows.portfolio.renewals import Listed, renewals
from copilot.workflows.today.view import AlertLine, Card, CardKind, MoveLine, RenewalLine

NEAR = timedelta(days=90)
_SHOWN = 5


def alerts_card(*, viewer: Viewer, uow: UnitOfWork) -> Card:
    """Open alerts of the viewer's accounts, the newest first."""
    page = AlertRepository(uow).page(AlertFilters(), viewer=viewer, limit=_SHOWN)
    lines = tuple(
        AlertLine(
            id=one.alert.id,
            account_name=one.account_name,
            kind=one.alert.kind,
            day=one.alert.day,
            owner_name=one.owner_name,
            address=f"/alerts/{one.alert.id}",
        )
        for one in page.alerts
    )
    return Card(kind=CardKind.ALERTS, total=page.total, address="/alerts", lines=lines)


def customer_cards(*, viewer: Viewer, uow: UnitOfWork, with_movement: bool) -> tuple[Card, ...]:
    """Renewals, and what moved."""
    cards = (_renewals_card(viewer=viewer, uow=uow),)
    return (*cards, _movement_card(viewer=viewer, uow=uow)) if with_movement else cards


def _renewals_card(*, viewer: Viewer, uow: UnitOfWork) -> Card:
    """Those of the next 90 days, and those whose day has passed."""
    calendar = renewals(Slice(), viewer=viewer, uow=uow, listed=Listed(past=_SHOWN, ahead=_SHOWN))
    sums, last = PortfolioSums(Slice(), viewer=viewer, uow=uow), calendar.day + NEAR
    near = sums.count_renewing(since=calendar.day, until=last)
    ahead = [one for month in calendar.months for one in month.customers if _day(one) <= last]
    lines = tuple(_renewal(one, today=calendar.day) for one in (*calendar.past, *ahead))
    return Card(
        kind=CardKind.RENEWALS,
        total=calendar.past_customers + near,
        address="/portfolio/renewals",
        lines=lines[:_SHOWN],
        counts={"past": calendar.past_customers, "ahead": near},
    )


def _day(one: Customer) -> date:
    return one.renewal_date or date.max


def _renewal(one: Customer, *, today: date) -> RenewalLine:
    return RenewalLine(
        account_id=one.account_id,
        account_name=one.name,
        day=_day(one),
        is_past=_day(one) < today,
        arr=one.arr,
        currency=one.currency,
        band=one.band(ScoreKind.HEALTH),
        address=f"/accounts/{one.account_id}",
    )


def _movement_card(*, viewer: Viewer, uow: UnitOfWork) -> Card:
    """Who is in another band than a week ago, those who fell first."""
    moved = movement(read_book(Slice(), viewer=viewer, uow=uow), viewer=viewer, uow=uow)
    lines = tuple(_move(one) for one in (*moved.fell, *moved.rose) if one.steps)
    counts = {"worse": moved.worse.customers, "better": moved.better.customers}
    return Card(
        kind=CardKind.MOVEMENT,
        total=sum(counts.values()),
        address="/portfolio",
        lines=lines[:_SHOWN],
        counts=counts,
    )


def _move(one: Move) -> MoveLine:
    account_id = one.customer.account_id
    return MoveLine(
        account_id=account_id,
        account_name=one.customer.name,
        before=one.before,
        now=one.now,
        address=f"/accounts/{account_id}",
    )
