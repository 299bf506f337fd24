"""Customers with scores, for the tests of the portfolio. Everything is invented."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from copilot.domain.identity import stable_id
from copilot.domain.scores import AccountScore, Band, Missing, ScoreKind, ScoreModel
from copilot.store.accounts import fold
from copilot.store.database import UnitOfWork
from copilot.store.scores import ScoreRepository
from copilot.store.tables.records import AccountRow, OpportunityRow

TODAY = date(2026, 11, 16)
LAST_WEEK = date(2026, 11, 9)


@dataclass(frozen=True)
class Made:
    """What an account is made with, where it is not the usual."""

    owner: str | None = None
    arr: str | None = "10000"
    currency: str | None = "EUR"
    segment: str | None = "mid-market"
    renewal: date | None = date(2027, 1, 31)
    lifecycle: str | None = "customer"
    since: date | None = date(2024, 2, 1)
    churned_on: date | None = None


def customer(uow: UnitOfWork, name: str, made: Made | None = None) -> str:
    """Write an account and return its id."""
    made = made or Made()
    account_id = stable_id("account", "hubspot", name)
    uow.session.add(
        AccountRow(
            id=account_id,
            source_system="hubspot",
            source_id=name,
            as_of=TODAY,
            content_hash=name,
            name=name,
            owner_email=made.owner,
            segment=made.segment,
            lifecycle=made.lifecycle,
            arr=Decimal(made.arr) if made.arr is not None else None,
            currency=made.currency,
            customer_since=made.since,
            renewal_date=made.renewal,
            churned_on=made.churned_on,
            search_key=fold(name),
        )
    )
    uow.flush()
    return account_id


def scores(
    uow: UnitOfWork,
    account_id: str,
    values: Mapping[ScoreKind, float | None],
    *,
    day: date = TODAY,
    version: str | None = None,
) -> None:
    """Put scores of a day; None as a value is one that could not be computed."""
    ScoreRepository(uow).put(made_scores(account_id, values, day=day, version=version))


def made_scores(
    account_id: str, values: Mapping[ScoreKind, float | None], *, day: date, version: str | None = None
) -> list[AccountScore]:
    """The same, to be put."""
    found = []
    for kind, value in values.items():
        made_by = version or f"{kind.value}-1"
        band = None if value is None else _band(kind, value)
        missing = Missing.FEW_SIGNALS if value is None else None
        found.append(
            AccountScore(
                account_id=account_id, kind=kind, day=day, value=value, band=band, missing=missing, version=made_by
            )
        )
    return found


def _band(kind: ScoreKind, value: float) -> Band:
    low, high = {ScoreKind.HEALTH: (40, 70), ScoreKind.EXPANSION: (0.2, 0.5)}.get(kind, (-0.4, -0.15))
    news = value if kind in {ScoreKind.HEALTH, ScoreKind.EXPANSION} else -value
    return Band.GOOD if news >= high else Band.WATCH if news >= low else Band.BAD


def model(uow: UnitOfWork, kind: ScoreKind, *, refusal: str | None = None) -> None:
    """A model in use, or the refusal to have one."""
    ScoreRepository(uow).keep(
        ScoreModel(
            id=f"{kind.value}-{'refused' if refusal else 1}",
            kind=kind,
            trained_at=datetime(2026, 11, 1, tzinfo=UTC),
            trained_on=date(2026, 10, 31),
            refusal=refusal,
            model=None if refusal else {"base": 0.0},
            report={},
        )
    )


def deal(
    uow: UnitOfWork,
    account_id: str,
    name: str,
    *,
    amount: str | None = "5000",
    currency: str | None = "EUR",
    kind: str = "expansion",
    status: str = "open",
    probability: int | None = 50,
    created: date | None = date(2026, 6, 1),
    close: date | None = date(2026, 12, 15),
    product: str | None = None,
) -> str:
    """Write an opportunity and return its id."""
    source_id = f"{name} {account_id}"
    deal_id = stable_id("opportunity", "hubspot", source_id)
    uow.session.add(
        OpportunityRow(
            id=deal_id,
            source_system="hubspot",
            source_id=source_id,
            as_of=TODAY,
            content_hash=source_id,
            account_id=account_id,
            account_source_id=account_id,
            name=name,
            kind=kind,
            stage="Propuesta",
            status=status,
            amount=Decimal(amount) if amount is not None else None,
            currency=currency,
            probability=probability,
            product_name=product,
            owner_name="Lucía Ferrer",
            created_on=created,
            close_date=close,
        )
    )
    uow.flush()
    return deal_id
