"""Groups of a query about figures: one for each value, however it is written, and one for what is not recorded."""

from decimal import Decimal

import pytest

from copilot.domain.access import Viewer
from copilot.domain.figure_queries import FigureQuery, Measure, Subject
from copilot.domain.figure_results import FigureResult
from copilot.store.database import Database
from copilot.store.figure_queries import FigureQueries
from copilot.store.tables.records import AccountRow
from tests import approvals_builders as world
from tests.conftest import MakeUser


@pytest.fixture
def ana(make_user: MakeUser) -> Viewer:
    return make_user()


def _companies(database: Database, owner: Viewer, **columns: tuple[object, ...]) -> None:
    """Accounts with those values, one account for each place."""
    for place in range(len(next(iter(columns.values())))):
        account_id = f"acc_{place:020}"
        world.add_account(database, owner=owner, account_id=account_id, name=f"Empresa {place}")
        with database.unit_of_work() as uow:
            row = uow.session.get_one(AccountRow, account_id)
            for name, values in columns.items():
                setattr(row, name, values[place])


def _run(database: Database, viewer: Viewer, measure: Measure, field: str | None, group_by: str) -> FigureResult:
    query = FigureQuery(subject=Subject.ACCOUNTS, measure=measure, field=field, group_by=group_by)
    with database.unit_of_work() as uow:
        return FigureQueries(uow).run(query, viewer=viewer, today=world.TODAY)


def test_what_is_empty_and_what_is_missing_is_one_group(database: Database, ana: Viewer) -> None:
    _companies(database, ana, country=("", None, "  ", "PT"))
    found = _run(database, ana, Measure.COUNT, None, "country")
    assert [(item.value, item.count) for item in found.groups] == [(None, 3), ("PT", 1)]
    assert found.text == "accounts: 4; country (empty): 3; country PT: 1"


def test_one_value_in_several_writings_is_one_group(database: Database, ana: Viewer) -> None:
    _companies(database, ana, industry=("Logística", "logistica", "Logística ", "Salud", "SALUD"))
    found = _run(database, ana, Measure.COUNT, None, "industry")
    assert [(item.value, item.count) for item in found.groups] == [("Logística", 3), ("SALUD", 2)]


@pytest.mark.parametrize(("measure", "number"), [(Measure.SUM, 70), (Measure.MEAN, 35)], ids=["sum", "mean"])
def test_a_group_of_several_writings_is_added_up_per_currency(
    database: Database, ana: Viewer, measure: Measure, number: int
) -> None:
    amounts = tuple(map(Decimal, (20, 50, 8)))
    _companies(database, ana, country=("es", "ES", "es"), arr=amounts, currency=("EUR", "EUR", "USD"))
    found = _run(database, ana, measure, "arr", "country")
    told = [(item.value, item.currency, int(item.number or 0), item.sample) for item in found.groups]
    assert told == [("es", "EUR", number, 2), ("es", "USD", 8, 1)]
    assert found.total == 3
