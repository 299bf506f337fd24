"""What is kept of a forecast is never what was: every change of a deal or a stage is another history."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, update

from copilot.domain.access import Role
from copilot.domain.portfolio import Slice
from copilot.scoring.forecast import won_by_currency
from copilot.scoring.forecast_kept import kept_draws, kept_lessons
from copilot.store.database import Database, UnitOfWork
from copilot.store.deal_sums import SummedDeals
from copilot.store.deals_history import DealsRepository
from copilot.store.records import RecordRepository
from copilot.store.tables.records import OpportunityRow
from copilot.store.tables.scores import DealStageRow
from tests.conftest import MakeUser
from tests.portfolio_builders import TODAY, Made, customer, deal

UNTIL = TODAY + timedelta(days=30)


@pytest.fixture
def deals(database: Database) -> list[str]:
    """Ids: 80 closed ones, and last an open one, of two accounts."""
    with database.unit_of_work() as uow:
        accounts = [customer(uow, name, Made(owner="one@here.example")) for name in ("Alfa", "Beta")]
        ids = []
        for number in range(80):
            closed = TODAY - timedelta(days=10 + number * 6)
            status = "won" if number % 3 else "lost"
            begun = closed - timedelta(days=40 + number % 30)
            ids.append(deal(uow, accounts[0], f"Vieja {number}", status=status, created=begun, close=closed))
        ids.append(deal(uow, accounts[1], "Nueva", close=UNTIL))
    return ids


def _name(uow: UnitOfWork) -> str:
    return kept_lessons(until=UNTIL, uow=uow)[0]


def test_each_change_of_what_a_forecast_learns_from_is_another_history(database: Database, deals: list[str]) -> None:
    def change(**values: object) -> Callable[[UnitOfWork], object]:
        return lambda uow: uow.session.execute(
            update(OpportunityRow).where(OpportunityRow.id == deals[4]).values(values)
        )

    stage = {"opportunity_id": deals[-1], "since": TODAY, "stage": "Oferta"}
    changes: list[Callable[[UnitOfWork], object]] = [
        change(status="open"),
        change(kind="renewal"),
        change(stage="Otra"),
        change(created_on=TODAY - timedelta(days=900)),
        change(close_date=None),
        lambda uow: uow.session.execute(insert(DealStageRow).values(stage)),
        lambda uow: uow.session.execute(update(DealStageRow).values(stage="Cierre")),
        lambda uow: uow.session.execute(delete(OpportunityRow).where(OpportunityRow.id == deals[7])),
        lambda uow: deal(uow, uow.session.get_one(OpportunityRow, deals[0]).account_id or "", "Otra más"),
    ]
    with database.unit_of_work() as uow:
        names = [_name(uow)]
    for made in changes:
        with database.unit_of_work() as uow:
            made(uow)
        with database.unit_of_work() as uow:
            names.append(_name(uow))
    assert len(set(names)) == len(names)


def test_what_teaches_nothing_new_and_what_is_taken_back_is_the_same_history(
    database: Database, deals: list[str]
) -> None:
    with database.unit_of_work() as uow:
        name = _name(uow)
    for values in ({"amount": 7, "owner_name": "Otra Prueba"}, {"stage": "Otra"}, {"stage": None}):
        with database.unit_of_work() as uow:
            stage = uow.session.get_one(OpportunityRow, deals[4]).stage
            uow.session.execute(update(OpportunityRow).where(OpportunityRow.id == deals[4]).values(values))
            uow.session.execute(update(OpportunityRow).where(OpportunityRow.id == deals[4]).values(stage=stage))
    with database.unit_of_work() as uow:
        assert _name(uow) == name
        SummedDeals(uow).fold()
        assert _name(uow) == name


def test_the_deals_of_an_account_that_goes_still_teach(database: Database, deals: list[str]) -> None:
    with database.unit_of_work() as uow:
        name = _name(uow)
        account_id = uow.session.get_one(OpportunityRow, deals[0]).account_id or ""
        RecordRepository(uow).remove("account", [account_id])
    with database.unit_of_work() as uow:
        assert _name(uow) == name


def test_what_is_drawn_is_of_the_deals_as_they_are_and_as_the_viewer_sees_them(
    database: Database, deals: list[str], make_user: MakeUser
) -> None:
    admin, nobody = make_user("Inés Admin", role=Role.ADMIN), make_user("Nadie Suyo", team="east")
    won = []
    for amount in (5_000, 9_000):
        with database.unit_of_work() as uow:
            uow.session.execute(update(OpportunityRow).where(OpportunityRow.id == deals[-1]).values(amount=amount))
        with database.unit_of_work() as uow:
            name, lessons = kept_lessons(until=UNTIL, uow=uow)
            won.append(kept_draws(name, lessons, Slice(), viewer=admin, uow=uow))
            assert kept_draws(name, lessons, Slice(), viewer=admin, uow=uow) is won[-1]
            assert won[-1] == won_by_currency(DealsRepository(uow).open(viewer=admin), lessons)
            assert kept_draws(name, lessons, Slice(), viewer=nobody, uow=uow) == {}
    assert won[0]["EUR"].expected < won[1]["EUR"].expected
