"""What an account is worth, as policy reads it when a draft about it is filed."""

from datetime import date
from decimal import Decimal

import pytest

from copilot.domain.access import Role, Viewer
from copilot.store.database import Database, UnitOfWork
from copilot.store.tables.records import AccountRow, OpportunityRow
from copilot.store.value_at_stake import value_at_stake
from tests import approvals_builders as world
from tests.conftest import MakeUser


@pytest.fixture
def requester(database: Database, make_user: MakeUser) -> Viewer:
    return world.account_owner(database, make_user("Ana", role=Role.AE))


def _opportunity(uow: UnitOfWork, number: int, amount: int | None, *, currency: str | None, status: str) -> None:
    uow.session.add(
        OpportunityRow(
            id=f"opp_{number}",
            source_system="test",
            source_id=f"opp_{number}",
            as_of=date(2026, 11, 13),
            content_hash="x",
            account_id=world.ACCOUNT,
            name="Más licencias",
            status=status,
            amount=None if amount is None else Decimal(amount),
            currency=currency,
        )
    )


@pytest.mark.parametrize(
    ("arr", "opportunities", "value"),
    [
        (84_000, (), 84_000),
        (84_000, ((16_000, "EUR", "open"), (5, "EUR", "won"), (None, None, "open")), 100_000),
        (None, ((16_000, "EUR", "open"),), 16_000),
        (None, (), None),
        (84_000, ((16_000, "USD", "open"),), None),
        (84_000, ((16_000, None, "open"),), None),
        (84_000, ((16_000, "USD", "lost"),), 84_000),
    ],
    ids=["revenue", "and open", "only open", "nothing", "another currency", "no currency", "lost elsewhere"],
)
def test_what_an_account_is_worth_is_known_or_not_known(
    database: Database,
    requester: Viewer,
    arr: int | None,
    opportunities: tuple[tuple[int | None, str | None, str], ...],
    value: int | None,
) -> None:
    with database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, world.ACCOUNT).arr = None if arr is None else Decimal(arr)
        for number, (amount, currency, status) in enumerate(opportunities):
            _opportunity(uow, number, amount, currency=currency, status=status)
    with database.unit_of_work() as uow:
        found = value_at_stake(world.ACCOUNT, currency="EUR", uow=uow)
        assert found == (None if value is None else Decimal(value))
        assert value_at_stake(None, currency="EUR", uow=uow) is None
    item = world.submit(database, world.good_draft(database, viewer=requester), viewer=requester)
    assert item.value_at_stake == found
