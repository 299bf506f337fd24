"""Cards about customers: open alerts, renewals that are near, what moved since last week.

Invariant: read as the pages of alerts and of the portfolio read them.
"""

from datetime import date, timedelta

from copilot.domain.access import Viewer
from copilot.domain.portfolio import Customer, Slice
from copilot.domain.scores import ScoreKind
from copilot.store.alerts import AlertFilters, AlertRepository
from copilot.store.database import UnitOfWork
from copilot.workflows.portfolio.book import WEEK, Book, read_book
from copilot.workflows.portfolio.movement import Move, movement
from copilot.workflows.portfolio.renewals import renewals
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
    """Renewals, and what moved; the customers are read once."""
    before = uow.clock.today() - WEEK if with_movement else None
    book = read_book(Slice(), kinds=(), viewer=viewer, uow=uow, before=before)
    cards = (_renewals_card(book),)
    return (*cards, _movement_card(book, viewer=viewer, uow=uow)) if with_movement else cards


def _renewals_card(book: Book) -> Card:
    """Those of the next 90 days, and those whose day has passed."""
    calendar = renewals(book)
    ahead = [one for month in calendar.months for one in month.customers if _day(one) <= book.day + NEAR]
    lines = tuple(_renewal(one, today=book.day) for one in (*calendar.past, *ahead))
    return Card(
        kind=CardKind.RENEWALS,
        total=len(lines),
        address="/portfolio/renewals",
        lines=lines[:_SHOWN],
        counts={"past": len(calendar.past), "ahead": len(ahead)},
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


def _movement_card(book: Book, *, viewer: Viewer, uow: UnitOfWork) -> Card:
    """Who is in another band than a week ago, those who fell first."""
    moved = movement(book, viewer=viewer, uow=uow)
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
