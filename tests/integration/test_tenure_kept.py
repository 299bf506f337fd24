"""How long customers stay is kept with the scores, and never told as it was before records changed."""

from datetime import date, timedelta

import pytest

from copilot.clock import FixedClock
from copilot.scoring.tenure_kept import tenure_today
from copilot.store.courses import CourseRepository, CustomerCourse
from copilot.store.database import Database
from copilot.store.tables.records import AccountRow
from tests.score_worlds import add_customer, service


def left(database: Database) -> int:
    with database.unit_of_work() as uow:
        return tenure_today(uow).left


def test_tenure_is_kept_until_records_change_or_the_day_is_over(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        add_customer(database, name)
    service().recompute(database)
    computed: list[date] = []
    customers = CourseRepository.customers

    def counted(self: CourseRepository, *, until: date) -> list[CustomerCourse]:
        computed.append(until)
        return customers(self, until=until)

    monkeypatch.setattr(CourseRepository, "customers", counted)
    assert (left(database), computed) == (0, [])
    with database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, "a").churned_on = clock.today() - timedelta(days=3)
    assert left(database) == 1
    assert computed == [clock.today()]
    service().recompute(database)
    computed.clear()
    assert (left(database), computed) == (1, [])
    clock.advance(timedelta(days=1))
    assert left(database) == 1
    assert computed == [clock.today()]
