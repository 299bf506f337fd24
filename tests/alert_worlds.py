"""Accounts with scores of two days, for the tests of alerts."""

from collections.abc import Mapping
from datetime import date, timedelta

from copilot.domain.access import Viewer
from copilot.domain.alert_rules import AlertRules
from copilot.domain.alerts import Alert, AlertKind, AlertState
from copilot.domain.scores import AccountScore, Band, Part, ScoreKind
from copilot.domain.signals import Signal
from copilot.store.alerts import AlertFilters, AlertRepository
from copilot.store.database import Database
from copilot.store.scores import ScoreRepository
from copilot.store.tables.records import AccountRow
from copilot.workflows.alerts.playbooks import load_playbooks
from copilot.workflows.alerts.raising import Raising
from tests import approvals_builders as world

DAY = date(2026, 11, 16)
A_WEEK_AGO = DAY - timedelta(days=7)
RAISING = Raising(AlertRules(), load_playbooks())
_BANDS = ((0.3, Band.BAD), (0.15, Band.WATCH), (-1.0, Band.GOOD))


def account_id(number: int) -> str:
    """The id of the world's n-th account."""
    return f"acc_{number:020d}"


def add_customer(database: Database, *, owner: Viewer, number: int = 1) -> str:
    """A customer with the facts of `approvals_builders.add_account`."""
    world.add_account(database, owner=owner, account_id=account_id(number), name=f"Aceros {number}")
    with database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, account_id(number)).lifecycle = "customer"
    return account_id(number)


def churn(
    account: str,
    value: float,
    *,
    day: date,
    parts: Mapping[Signal, tuple[float, float]] | None = None,
    version: str = "model_1",
) -> AccountScore:
    """A probability of leaving within 90 days; `parts`: signal -> its value and effect."""
    return AccountScore(
        account_id=account,
        kind=ScoreKind.CHURN_90,
        day=day,
        value=value,
        band=next(band for least, band in _BANDS if value > least),
        base=-2.0,
        parts=tuple(
            Part(name=name.value, value=known, effect=effect) for name, (known, effect) in (parts or {}).items()
        ),
        version=version,
    )


def put(database: Database, *scores: AccountScore) -> None:
    """Write scores as the score job would."""
    with database.unit_of_work() as uow:
        ScoreRepository(uow).put(scores)


def got_worse(database: Database, account: str, *, by: float = 0.3, signal: Signal = Signal.DAYS_SINCE_INBOUND) -> None:
    """From a good probability a week ago to a bad one, because of one signal."""
    put(database, churn(account, 0.1, day=A_WEEK_AGO, parts={signal: (5.0, -0.2)}))
    put(database, churn(account, 0.1 + by, day=DAY, parts={signal: (60.0, 1.6)}))


def raise_due(database: Database, day: date = DAY, *, raising: Raising = RAISING) -> int:
    """The daily run."""
    with database.unit_of_work() as uow:
        return raising.raise_due(uow, day)


def all_alerts(database: Database, viewer: Viewer) -> list[Alert]:
    """Every alert that the viewer may see."""
    with database.unit_of_work() as uow:
        page = AlertRepository(uow).page(AlertFilters(states=()), viewer=viewer, limit=1_000)
    return [item.alert for item in page.alerts]


def one_alert(database: Database, viewer: Viewer) -> Alert:
    """The only alert that the viewer may see."""
    [alert] = all_alerts(database, viewer)
    return alert


def an_alert(
    database: Database, owner: Viewer, *, number: int = 1, signal: Signal = Signal.DAYS_SINCE_INBOUND
) -> Alert:
    """An open alert of a customer of this owner."""
    account = add_customer(database, owner=owner, number=number)
    got_worse(database, account, signal=signal)
    raise_due(database)
    [alert] = [item for item in all_alerts(database, owner) if item.account_id == account]
    assert (alert.kind, alert.state) == (AlertKind.CHURN_RISK, AlertState.OPEN)
    return alert
