"""Scores are computed once for a day and again for what changed; nothing is lost when a process dies."""

from datetime import date, timedelta

import numpy as np
import pytest

from copilot.clock import FixedClock
from copilot.domain.scores import CHURN_DAYS, AccountScore, Band, Missing, ScoreKind
from copilot.domain.signals import Signal
from copilot.scoring.shapes import probability
from copilot.store.database import Database, UnitOfWork
from copilot.store.score_due import ScoreDueRepository
from copilot.store.scores import IN_FULL, ScoreRepository
from copilot.store.tables.records import AccountRow, ContactRow, TicketRow, UsagePointRow
from copilot.store.tables.scores import AccountScoreRow
from tests.score_worlds import TODAY, add_customer, add_ticket, keep_model, service

FALLING = [100] * 14 + [60] * 6


def latest(database: Database, kind: ScoreKind, *, on: date = TODAY) -> dict[str, AccountScore]:
    with database.unit_of_work() as uow:
        ids = [row.id for row in uow.session.query(AccountRow)]
        return ScoreRepository(uow).latest(kind, account_ids=ids, on=on)


def due(database: Database) -> set[str]:
    with database.unit_of_work() as uow:
        return set(ScoreDueRepository(uow).due(limit=1_000))


def adds_up(score: AccountScore) -> bool:
    told = score.base + sum(part.effect for part in score.parts)
    if score.kind is not ScoreKind.HEALTH:
        told = float(probability(np.array([told]))[0])
    return score.value == pytest.approx(told, abs=1e-9)


def test_customers_have_a_health_with_its_reasons_and_no_probability_without_a_model(database: Database) -> None:
    add_customer(database, "well")
    add_customer(database, "ill", users=FALLING, nps=3, urgent=2)
    add_customer(database, "prospect", lifecycle="prospect")
    done = service().recompute(database)
    assert (done.whole, done.accounts, done.finished) == (True, 3, True)
    health = latest(database, ScoreKind.HEALTH)
    assert set(health) == {"well", "ill"}
    assert all(adds_up(score) for score in health.values())
    assert health["ill"].band is Band.BAD
    assert health["ill"].parts[0].signal is Signal.USAGE_CHANGE
    assert health["ill"].parts[0].effect < 0
    assert health["well"].band is not Band.BAD
    assert latest(database, ScoreKind.CHURN_90)["ill"].missing is Missing.NO_MODEL


def test_an_account_of_which_little_is_known_says_so(database: Database) -> None:
    add_customer(database, "unknown", users=(), nps=None, seats_licensed=None)
    service().recompute(database)
    score = latest(database, ScoreKind.HEALTH)["unknown"]
    assert (score.value, score.missing) == (None, Missing.FEW_SIGNALS)


def test_probabilities_rise_with_the_days_looked_ahead_and_add_up(database: Database) -> None:
    for account_id, users in (("calm", [100] * 20), ("falling", FALLING), ("rising", [50] * 14 + [90] * 6)):
        add_customer(database, account_id, users=users, urgent=1)
    keep_model(database, ScoreKind.CHURN_30, base=-2.0, slopes={Signal.USAGE_CHANGE: -0.09, Signal.NPS: 0.05})
    keep_model(database, ScoreKind.CHURN_90, base=-1.9)
    keep_model(database, ScoreKind.CHURN_180, base=-1.8, slopes={Signal.TICKETS_OPEN_URGENT: -0.4})
    service().recompute(database)
    scores = [latest(database, kind) for kind in CHURN_DAYS]
    for account_id in ("calm", "falling", "rising"):
        values = [of_kind[account_id].value or 0.0 for of_kind in scores]
        assert values == sorted(values)
        assert values[0] > 0
        assert all(adds_up(of_kind[account_id]) for of_kind in scores)


def test_only_what_changed_is_computed_again_and_a_new_day_means_all(database: Database, clock: FixedClock) -> None:
    for account_id in ("a", "b", "c"):
        add_customer(database, account_id, urgent=1)
    scores = service()
    scores.recompute(database)
    assert due(database) == set()
    assert scores.recompute(database).accounts == 0
    before = latest(database, ScoreKind.HEALTH)
    add_ticket(database, "b", number=7)
    done = scores.recompute(database)
    assert (done.whole, done.accounts) == (False, 1)
    after = latest(database, ScoreKind.HEALTH)
    assert {one for one in after if after[one] != before[one]} == {"b"}
    clock.advance(timedelta(days=1))
    assert scores.recompute(database).accounts == 3


def test_a_part_computed_is_what_a_whole_pass_would_have_made_of_it(database: Database, clock: FixedClock) -> None:
    for number in range(12):
        add_customer(database, f"c{number}", users=[100] * 14 + [100 - 9 * number] * 6, urgent=number % 3)
    for kind in CHURN_DAYS:
        keep_model(database, kind, base=-2 + 0.1 * CHURN_DAYS[kind] / 90)
    service().recompute(database)
    add_ticket(database, "c4", number=8)
    service().recompute(database)
    parts = {kind: latest(database, kind) for kind in (ScoreKind.HEALTH, *CHURN_DAYS)}
    keep_model(database, ScoreKind.EXPANSION)  # another model: everything is computed again
    assert service(at_once=5).recompute(database).accounts == 12
    assert parts == {kind: latest(database, kind) for kind in (ScoreKind.HEALTH, *CHURN_DAYS)}


def test_whoever_is_no_customer_any_more_has_no_score(database: Database) -> None:
    add_customer(database, "gone", urgent=1)
    service().recompute(database)
    with database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, "gone").churned_on = TODAY
        uow.session.get_one(AccountRow, "gone").lifecycle = "churned"
    service().recompute(database)
    assert latest(database, ScoreKind.HEALTH)["gone"].missing is Missing.NOT_A_CUSTOMER


def test_a_stopped_pass_goes_on_where_it_was(database: Database) -> None:
    for number in range(7):
        add_customer(database, f"c{number}")
    rounds = iter([False, False, True])
    first = service(at_once=2).recompute(database, should_stop=lambda: next(rounds))
    assert (first.accounts, first.finished) == (4, False)
    assert service(at_once=2).recompute(database).accounts == 3
    assert len(latest(database, ScoreKind.HEALTH)) == 7


def test_those_who_wait_for_scores_are_told_after_them_and_again_if_that_failed(database: Database) -> None:
    add_customer(database, "a")
    told: list[date] = []

    def fail(uow: UnitOfWork, day: date) -> int:
        raise RuntimeError("cut off")

    def tell(uow: UnitOfWork, day: date) -> int:
        assert ScoreRepository(uow).latest(ScoreKind.HEALTH, account_ids=["a"], on=day)
        told.append(day)
        return 2

    with pytest.raises(RuntimeError):
        service(after=fail).recompute(database)
    assert service(after=tell).recompute(database).raised == 2
    assert service(after=tell).recompute(database).raised == 0
    assert told == [TODAY]


def test_what_changes_while_scores_are_computed_stays_due(database: Database) -> None:
    add_customer(database, "a", urgent=1)
    service().recompute(database)

    def meanwhile(account_ids: object, day: date, uow: UnitOfWork) -> list[AccountScore]:
        add_ticket(database, "a", number=9)
        return []

    add_ticket(database, "a", number=8)
    rounds = iter([False, True])
    service(more=[meanwhile]).recompute(database, should_stop=lambda: next(rounds))
    assert due(database) == {"a"}


def test_texts_are_read_before_the_scores_and_a_stop_between_loses_nothing(database: Database) -> None:
    add_customer(database, "a")
    read: list[object] = []
    scores, rounds = service(read_first=lambda ids, _: read.append(ids)), iter([False, True])
    stopped = scores.recompute(database, should_stop=lambda: next(rounds))
    assert (read, stopped.accounts, stopped.finished) == ([], 0, False)
    assert scores.recompute(database).accounts == 1
    assert read == [("a",)]


def test_every_change_of_a_record_makes_its_account_due_and_a_new_date_alone_does_not(database: Database) -> None:
    for account_id in ("a", "b"):
        add_customer(database, account_id, urgent=1)
    service().recompute(database)
    with database.unit_of_work() as uow:
        ticket = uow.session.get_one(TicketRow, "a:ticket:0")
        ticket.as_of, ticket.content_hash = TODAY + timedelta(days=1), "y"
    assert due(database) == set()
    with database.unit_of_work() as uow:
        uow.session.get_one(TicketRow, "a:ticket:0").account_id = "b"
    assert due(database) == {"a", "b"}
    service().recompute(database)
    with database.unit_of_work() as uow:
        uow.session.delete(uow.session.get_one(UsagePointRow, "b:usage:0"))
        uow.session.get_one(AccountRow, "a").seats_licensed = 10
    assert due(database) == {"a", "b"}
    with database.unit_of_work() as uow:
        uow.session.add(
            ContactRow(id="k", source_id="k", source_system="test", as_of=TODAY, content_hash="x", name="K")
        )
        uow.session.delete(uow.session.get_one(AccountRow, "a"))
    assert due(database) == {"b"}


def test_one_process_computes_at_a_time(database: Database) -> None:
    add_customer(database, "a")
    with database.unit_of_work() as uow:
        assert ScoreDueRepository(uow).take_turn()
        assert service().recompute(database).accounts == 0
    assert service().recompute(database).accounts == 1


def test_of_weeks_long_past_the_last_score_stays(database: Database, clock: FixedClock) -> None:
    add_customer(database, "a")
    with database.unit_of_work() as uow:
        repository = ScoreRepository(uow)
        for back in range(120):
            day = TODAY - timedelta(days=back)
            score = AccountScore(
                account_id="a", kind=ScoreKind.HEALTH, day=day, value=float(back), band=Band.GOOD, version="1"
            )
            repository.put([score])
    service().recompute(database)
    with database.unit_of_work() as uow:
        days = [row.day for row in uow.session.query(AccountScoreRow).filter_by(kind="health")]
    border = TODAY - IN_FULL
    border -= timedelta(days=border.weekday())
    assert sorted(day for day in days if day >= border) == [
        TODAY - timedelta(days=back) for back in reversed(range((TODAY - border).days + 1))
    ]
    before = [day for day in days if day < border]
    assert len(before) >= 3
    assert all(day.isoweekday() == 7 for day in before)
    midweek = border - timedelta(days=4)
    assert latest(database, ScoreKind.HEALTH, on=midweek)["a"].day == border - timedelta(days=8)
