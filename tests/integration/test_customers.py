"""Who is a customer: one condition, whoever asks."""

from datetime import date, timedelta

from copilot.domain.access import Role
from copilot.domain.portfolio import Slice
from copilot.store.database import Database
from copilot.store.lead_facts import LeadFactsRepository
from copilot.store.signals import Population, SignalsRepository
from copilot.workflows.portfolio.customers import Wanted, customer_table
from tests.conftest import MakeUser
from tests.portfolio_builders import TODAY, Made, customer

BEFORE, LATER = TODAY - timedelta(days=30), TODAY + timedelta(days=30)
COURSES: dict[str, tuple[str | None, date | None, date | None]] = {
    "stays": ("customer", BEFORE, None),
    "nobody knows since when": ("customer", None, None),
    "leaves later": ("customer", BEFORE, LATER),
    "has said so": ("churned", BEFORE, LATER),
    "comes later": ("customer", LATER, None),
    "left": ("churned", BEFORE, BEFORE),
    "left nobody knows when": ("churned", BEFORE, None),
    "left though listed": ("customer", BEFORE, TODAY),
    "prospect": ("prospect", None, None),
    "unclear": (None, None, None),
}
CUSTOMERS = {"stays", "nobody knows since when", "leaves later", "has said so"}


def test_everybody_who_asks_who_is_a_customer_gets_the_same(database: Database, make_user: MakeUser) -> None:
    admin = make_user(role=Role.ADMIN)
    with database.unit_of_work() as uow:
        ids = {
            customer(uow, name, Made(lifecycle=lifecycle, since=since, churned_on=gone)): name
            for name, (lifecycle, since, gone) in COURSES.items()
        }
    with database.unit_of_work() as uow:
        signals = SignalsRepository(uow)
        scored = signals.of_day(TODAY, population=Population.CUSTOMERS)
        listed = customer_table(Wanted(Slice()), viewer=admin, uow=uow, offset=0, limit=50).lines
        prospects = signals.of_day(TODAY, population=Population.PROSPECTS)
        leads = LeadFactsRepository(uow).prospects(viewer=admin)
    assert {ids[one] for one in scored.account_ids} == {one.customer.name for one in listed} == CUSTOMERS
    assert {ids[one] for one in prospects.account_ids} == {ids[one] for one in leads} == {"prospect", "comes later"}
