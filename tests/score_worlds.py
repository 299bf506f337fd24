"""Customers with the records that scores rest on, and models that were not learnt but written down."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from copilot.domain.records import Priority, TicketStatus
from copilot.domain.scores import ScoreKind, ScoreModel
from copilot.domain.signals import Signal
from copilot.scoring.bands import load_bands
from copilot.scoring.health import load_scorecard
from copilot.scoring.service import ScoreService
from copilot.scoring.shapes import AdditiveModel, Curve
from copilot.store.database import Database
from copilot.store.scores import ScoreRepository
from copilot.store.tables.records import AccountRow, SurveyRow, TicketRow, UsagePointRow

TODAY = date(2026, 11, 16)
USAGE_WEEKS = 20


def service(**changes: object) -> ScoreService:
    """With the scorecard and bands of the product."""
    return ScoreService(load_scorecard(), bands=load_bands(), **changes)  # type: ignore[arg-type]


def add_customer(
    database: Database,
    account_id: str,
    *,
    owner: str = "ana@tramontia.example",
    users: Sequence[int] = (100,) * USAGE_WEEKS,
    nps: int | None = 8,
    urgent: int = 0,
    **columns: object,
) -> None:
    """A customer; `users` are the active users of the last weeks, oldest first."""
    told = {"source_system": "test", "as_of": TODAY, "content_hash": "x"}
    of = told | {"account_id": account_id, "account_source_id": account_id}
    with database.unit_of_work() as uow:
        values = {
            "name": f"Compañía {account_id}", "lifecycle": "customer", "owner_email": owner, "segment": "Mid-Market",
            "country": "ES", "industry": "Industria", "arr": 60_000, "currency": "EUR", "seats_licensed": 120,
            "customer_since": TODAY - timedelta(days=800), "renewal_date": TODAY + timedelta(days=120),
            "search_key": account_id,
        }  # fmt: skip
        uow.session.add(AccountRow(id=account_id, source_id=account_id, **told, **values | columns))
        uow.flush()
        for back, value in enumerate(reversed(users)):
            start = TODAY - timedelta(days=7 * (back + 1))
            key = f"{account_id}:usage:{back}"
            uow.session.add(
                UsagePointRow(id=key, source_id=key, metric="active_users", period_start=start, value=value, **of)
            )
        if nps is not None:
            key, day = f"{account_id}:nps", TODAY - timedelta(days=40)
            uow.session.add(SurveyRow(id=key, source_id=key, kind="NPS", score=nps, answered_on=day, **of))
    for number in range(urgent):
        add_ticket(database, account_id, number=number)


def add_ticket(database: Database, account_id: str, *, number: int = 0, priority: Priority = Priority.P1) -> None:
    """An open ticket of ten days ago."""
    key = f"{account_id}:ticket:{number}"
    with database.unit_of_work() as uow:
        uow.session.add(
            TicketRow(
                id=key,
                source_id=key,
                source_system="test",
                as_of=TODAY,
                content_hash="x",
                account_id=account_id,
                account_source_id=account_id,
                subject="No se puede entrar",
                priority=priority.value,
                status=TicketStatus.OPEN.value,
                opened_at=datetime(2026, 11, 6, 9, tzinfo=UTC),
            )
        )


def keep_model(
    database: Database,
    kind: ScoreKind = ScoreKind.CHURN_90,
    *,
    base: float = -2.0,
    slopes: Mapping[Signal, float] | None = None,
    refusal: str | None = None,
    model_id: str | None = None,
) -> None:
    """A model of straight lines over -100 to 100, or a refusal."""
    slopes = slopes or {Signal.USAGE_CHANGE: -0.03, Signal.TICKETS_OPEN_URGENT: 0.8}
    curves = tuple(
        Curve(name=signal.value, knots=(-100.0, 100.0), effects=(-100 * slope, 100 * slope))
        for signal, slope in slopes.items()
    )
    with database.unit_of_work() as uow:
        ScoreRepository(uow).keep(
            ScoreModel(
                id=model_id or f"model-{kind.value}",
                kind=kind,
                trained_at=uow.clock.now(),
                trained_on=TODAY,
                refusal=refusal,
                model=None if refusal else AdditiveModel(base=base, shapes=curves).model_dump(mode="json"),
                report={},
            )
        )
