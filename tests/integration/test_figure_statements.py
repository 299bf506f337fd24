"""How many statements a query about figures takes does not grow with what it matches, except for computed figures."""

from itertools import pairwise

import pytest

from copilot.domain.access import Viewer
from copilot.domain.figure_queries import FigureQuery, Subject
from copilot.store.database import Database
from copilot.store.figure_queries import FigureQueries
from tests import approvals_builders as world
from tests.conftest import MakeUser
from tests.statements import counted


def _statements(database: Database, query: FigureQuery, viewer: Viewer) -> int:
    with counted() as sent, database.unit_of_work() as uow:
        FigureQueries(uow).run(query, viewer=viewer, today=world.TODAY)
    return len(sent)


@pytest.mark.parametrize(
    ("metrics", "more_for_each_account"), [((), 0), (("tickets_open",), 1)], ids=["fields", "computed"]
)
def test_statements_grow_only_with_the_accounts_whose_figures_are_computed(
    database: Database, make_user: MakeUser, metrics: tuple[str, ...], more_for_each_account: int
) -> None:
    viewer = make_user()
    query = FigureQuery(subject=Subject.ACCOUNTS, show=("arr",), metrics=metrics, limit=5)
    counts = []
    for place in range(8):
        world.add_account(database, owner=viewer, account_id=f"acc_{place:020}", name=f"Empresa {place}")
        counts.append(_statements(database, query, viewer))
    grown = [later - earlier for earlier, later in pairwise(counts)]
    assert all(step % max(more_for_each_account, 1) == 0 for step in grown)
    assert (max(grown) > 0) is (more_for_each_account > 0)
    assert grown[4:] == [0, 0, 0]
