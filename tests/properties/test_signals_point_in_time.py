"""Whatever happens after a day, the dated signals of that day stay what they were."""

from datetime import timedelta
from itertools import count

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copilot.domain.signals import SIGNALS
from copilot.store.database import Database
from copilot.store.signals import SignalsRepository
from tests.signal_worlds import ACCOUNTS, KINDS, TODAY, Records, add_accounts, add_records

_seeds = count(1)
_HAPPENINGS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.sampled_from(ACCOUNTS[:2]), st.integers(min_value=0, max_value=400)),
    max_size=30,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=_HAPPENINGS, after=_HAPPENINGS, days_ago=st.sampled_from((0, 1, 30, 200)))
def test_what_comes_later_changes_no_dated_signal(
    database: Database, before: list[tuple[str, str, int]], after: list[tuple[str, str, int]], days_ago: int
) -> None:
    day = TODAY - timedelta(days=days_ago)
    make = Records(next(_seeds))
    with database.unit_of_work() as uow:
        add_accounts(uow.session, ACCOUNTS[:2])
        add_records(uow.session, (make.of(kind, of, day - timedelta(days=back)) for kind, of, back in before))
        # That a person is known at all has no date, only that they left has.
        add_records(uow.session, (make.of("contact", of, day + timedelta(days=900)) for of in ACCOUNTS[:2]))
        table = SignalsRepository(uow).of_day(day)
        add_records(uow.session, (make.of(kind, of, day + timedelta(days=1 + ahead)) for kind, of, ahead in after))
        again = SignalsRepository(uow).of_day(day)
        for signal, kind in SIGNALS.items():
            if kind.dated:
                assert np.array_equal(table.values[signal], again.values[signal], equal_nan=True), signal
        uow.session.rollback()
