"""Signals that were kept when accounts were scored say what computing them now would say, or they are not read."""

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest

from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.language import Language
from copilot.domain.scores import ScoreKind
from copilot.domain.signals import Signal, TextSignalKind
from copilot.scoring.comparison_days import before_leaving, half_a_year_ago
from copilot.store.database import Database
from copilot.store.erasure_retention import RetentionRepository
from copilot.store.signals import SignalsRepository, SignalTable
from copilot.store.signals_kept import KeptSignals
from copilot.store.tables.records import AccountRow, OpportunityRow, TicketRow
from copilot.store.tables.scores import AccountSignalsRow, SignalSnapshotRow, TextSignalRow
from copilot.store.text_signals import TextSignal, TextSignalRepository
from copilot.workflows.scores import alike
from copilot.workflows.scores.explaining import Explanations
from copilot.workflows.scores.story import AccountStory
from tests import signal_worlds
from tests.conftest import MakeUser
from tests.score_worlds import TODAY, add_customer, add_ticket, service

THEN = half_a_year_ago(TODAY)
LEFT_ON = date(2026, 9, 20)
FALLING = [100] * 12 + [60] * 29


@pytest.fixture
def csm(make_user: MakeUser) -> Viewer:
    return make_user(role=Role.CSM)


def add_gone(database: Database, name: str, *, owner: str) -> None:
    """One whose use fell and that left."""
    add_customer(database, name, owner=owner, users=FALLING, nps=None, lifecycle="churned", churned_on=LEFT_ON)


def kept(database: Database, *account_ids: str, day: date = TODAY) -> SignalTable | None:
    with database.unit_of_work() as uow:
        return KeptSignals(uow).read([(account_id, day) for account_id in account_ids]).get(day)


def kept_ids(database: Database, *account_ids: str, day: date = TODAY) -> tuple[str, ...]:
    table = kept(database, *account_ids, day=day)
    return () if table is None else table.account_ids


def explained(database: Database, account_id: str, viewer: Viewer) -> AccountStory:
    with database.unit_of_work() as uow:
        return Explanations(service()).explain(account_id, viewer=viewer, language=Language.EN, uow=uow)


def is_as_computed(database: Database, table: SignalTable) -> bool:
    with database.unit_of_work() as uow:
        now = SignalsRepository(uow).of_day(table.day, account_ids=table.account_ids)
    same = all(np.array_equal(column, now.values[signal], equal_nan=True) for signal, column in table.values.items())
    return (
        same
        and np.array_equal(table.arr, now.arr, equal_nan=True)
        and (table.account_ids, table.attributes, table.currency) == (now.account_ids, now.attributes, now.currency)
    )


@pytest.mark.parametrize("seed", range(4))
def test_what_is_kept_is_what_computing_it_again_says(database: Database, seed: int) -> None:
    make, ids = signal_worlds.Records(seed), signal_worlds.ACCOUNTS
    days = np.random.default_rng(seed).integers(0, 400, size=(2, len(signal_worlds.KINDS), len(ids)))

    def happen(turn: int) -> None:
        with database.unit_of_work() as uow:
            places = [(kind, of) for kind in range(len(signal_worlds.KINDS)) for of in range(len(ids) - 2 * turn)]
            made = [
                make.of(signal_worlds.KINDS[kind], ids[of], TODAY - timedelta(days=int(days[turn, kind, of])))
                for kind, of in places
            ]
            signal_worlds.add_records(uow.session, made)

    with database.unit_of_work() as uow:
        signal_worlds.add_accounts(uow.session)
        uow.session.get_one(AccountRow, ids[0]).churned_on = TODAY + timedelta(days=20)
    happen(0)
    service(at_once=3).recompute(database)
    for day in (TODAY, THEN):
        table = kept(database, *ids, day=day)
        assert table is not None
        assert table.account_ids == ids
        assert is_as_computed(database, table)
    happen(1)
    table = kept(database, *ids)
    assert table is not None
    assert table.account_ids == ids[2:]
    assert is_as_computed(database, table)
    service(at_once=3).recompute(database)
    for day in (TODAY, THEN):
        table = kept(database, *ids, day=day)
        assert table is not None
        assert table.account_ids == ids
        assert is_as_computed(database, table)


def test_a_change_takes_what_is_kept_of_its_own_day_and_later(database: Database) -> None:
    add_customer(database, "a", urgent=1)
    service().recompute(database)
    add_ticket(database, "a", number=1)
    assert (kept_ids(database, "a"), kept_ids(database, "a", day=THEN)) == ((), ("a",))
    with database.unit_of_work() as uow:
        ticket = uow.session.get_one(TicketRow, "a:ticket:1")
        ticket.opened_at -= timedelta(days=400)
    assert kept_ids(database, "a", day=THEN) == ()
    service().recompute(database)
    assert (kept_ids(database, "a"), kept_ids(database, "a", day=THEN)) == (("a",), ("a",))


def test_a_deal_without_a_date_says_something_about_every_day(database: Database) -> None:
    add_customer(database, "a", urgent=1)
    service().recompute(database)
    told = {"source_system": "test", "as_of": TODAY, "content_hash": "x", "account_id": "a", "account_source_id": "a"}
    with database.unit_of_work() as uow:
        uow.session.add(OpportunityRow(id="d", source_id="d", name="d", kind="expansion", status="open", **told))
    assert kept_ids(database, "a", day=THEN) == ()


def test_the_first_record_of_a_kind_changes_what_is_known_of_everybody(database: Database) -> None:
    add_customer(database, "a")
    add_customer(database, "b")
    service().recompute(database)
    add_ticket(database, "b")
    assert kept_ids(database, "a") == ()
    service().recompute(database)
    table = kept(database, "a")
    assert table is not None
    assert table.values[Signal.TICKETS_OPEN][0] == 0


def test_what_texts_say_otherwise_counts_from_its_day_on(database: Database) -> None:
    add_customer(database, "a")
    said = TextSignal(TextSignalKind.COMPLAINT, evidence_id="e", day=TODAY - timedelta(days=3))

    def read(*signals: TextSignal) -> None:
        with database.unit_of_work() as uow:
            TextSignalRepository(uow).keep("a", signals, digest=str(signals), first_day=date(2024, 1, 1))

    read()
    service().recompute(database)
    read()
    assert kept_ids(database, "a") == ("a",)
    read(said)
    assert (kept_ids(database, "a"), kept_ids(database, "a", day=THEN)) == ((), ("a",))
    with database.unit_of_work() as uow:
        assert uow.session.query(TextSignalRow).count() == 1


def test_an_explanation_of_a_scored_company_computes_no_signals(
    database: Database, csm: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_customer(database, "ill", owner=csm.email, users=[100] * 14 + [60] * 6, nps=None)
    add_gone(database, "gone", owner=csm.email)
    for number in range(6):
        add_customer(database, f"well{number}", owner=csm.email, users=[80] * 35 + [90] * 6, nps=9, urgent=number % 2)
    with database.unit_of_work() as uow:  # since there are tickets at all, having none is known
        uow.session.get_one(TicketRow, "well1:ticket:0").opened_at -= timedelta(days=400)
    before = explained(database, "ill", csm)
    service().recompute(database)

    def computed(*_: object, **__: object) -> SignalTable:
        pytest.fail("signals were computed for a page")

    monkeypatch.setattr(SignalsRepository, "of_day", computed)
    after = explained(database, "ill", csm)
    assert after.scores == before.scores
    assert [one.account_id for one in after.alike] == [one.account_id for one in before.alike] != []


def test_of_an_account_that_is_due_nothing_old_is_told(database: Database, csm: Viewer) -> None:
    add_customer(database, "ill", owner=csm.email, urgent=1)
    for number in range(6):
        add_customer(database, f"well{number}", owner=csm.email, users=[80] * 14 + [90] * 6, nps=9)
    service().recompute(database)
    first = explained(database, "ill", csm).of(ScoreKind.HEALTH)
    add_ticket(database, "ill", number=5)
    with database.unit_of_work() as uow:
        for number in range(6):
            uow.session.get_one(AccountRow, f"well{number}").seats_licensed = 90
    told = explained(database, "ill", csm).of(ScoreKind.HEALTH)
    service().recompute(database)
    again = explained(database, "ill", csm).of(ScoreKind.HEALTH)
    assert told is not None
    assert told != first
    assert told == again


def test_nobody_is_compared_with_accounts_of_another_team(database: Database, csm: Viewer) -> None:
    other = "otra@tramontia.example"
    add_customer(database, "ill", owner=csm.email, users=[100] * 14 + [60] * 6, nps=None)
    for name, owner in (("gone", csm.email), ("secret", other)):
        add_gone(database, name, owner=owner)
    for number in range(6):
        add_customer(database, f"hidden{number}", users=[10] * 35 + [90] * 6, nps=10, owner=other)
    add_customer(database, "calm", owner=csm.email, nps=None, urgent=1, customer_since=TODAY)
    with database.unit_of_work() as uow:  # since there are tickets at all, having none is known
        uow.session.get_one(TicketRow, "calm:ticket:0").opened_at -= timedelta(days=400)
    service().recompute(database)
    assert kept_ids(database, "secret", day=before_leaving(LEFT_ON)) == ("secret",)
    story = explained(database, "ill", csm)
    assert [one.account_id for one in story.alike] == ["gone"]
    health = story.of(ScoreKind.HEALTH)
    assert health is not None
    assert not any(change.of_healthy for change in health.changes)


def test_a_pass_that_was_stopped_goes_on_and_keeps_every_account(database: Database) -> None:
    ids = tuple(f"a{number}" for number in range(5))
    for account_id in ids:
        add_customer(database, account_id)
    asked = iter((False, False, True))
    assert not service(at_once=2).recompute(database, should_stop=lambda: next(asked)).finished
    assert kept_ids(database, *ids) == ids[:4]
    assert service(at_once=2).recompute(database).finished
    for day in (TODAY, THEN):
        assert kept_ids(database, *ids, day=day) == ids


def test_only_the_days_that_are_compared_stay(database: Database, clock: FixedClock) -> None:
    add_customer(database, "a")
    add_customer(database, "gone", lifecycle="churned", churned_on=LEFT_ON)
    service().recompute(database)
    clock.advance(timedelta(days=40))
    service().recompute(database)
    with database.unit_of_work() as uow:
        found = {(row.account_id, row.day) for row in uow.session.query(AccountSignalsRow)}
    today = TODAY + timedelta(days=40)
    assert found == {("a", today), ("a", half_a_year_ago(today)), ("gone", before_leaving(LEFT_ON))}


def test_what_is_kept_goes_with_its_account_and_with_what_it_rests_on(database: Database, clock: FixedClock) -> None:
    add_customer(database, "a")
    add_customer(database, "b")
    service().recompute(database)
    with database.unit_of_work() as uow:
        uow.session.delete(uow.session.get_one(AccountRow, "a"))
    with database.unit_of_work() as uow:
        RetentionRepository(uow).signal_snapshots(before=clock.now() - timedelta(days=30))
    assert (kept_ids(database, "a"), kept_ids(database, "b"), kept_ids(database, "b", day=THEN)) == ((), ("b",), ())


def test_what_is_kept_goes_with_the_snapshot_that_told_it(database: Database, clock: FixedClock) -> None:
    add_customer(database, "a")
    add_customer(database, "b")
    taken = THEN - timedelta(days=20)
    with database.unit_of_work() as uow:
        uow.session.add(SignalSnapshotRow(account_id="a", day=taken, values={"arr": 12_000.0}))
    service().recompute(database)
    clock.advance(timedelta(days=1))
    assert kept_ids(database, "a", "b", day=THEN) == ("a", "b")
    with database.unit_of_work() as uow:
        moment = datetime.combine(taken + timedelta(days=1), time(), tzinfo=UTC)
        RetentionRepository(uow).signal_snapshots(before=moment)
    assert kept_ids(database, "a", "b", day=THEN) == ("b",)
    service().recompute(database)
    table = kept(database, "a", "b", day=THEN)
    assert table is not None
    assert is_as_computed(database, table)


def test_what_is_kept_goes_with_what_was_found_in_texts(database: Database) -> None:
    before = THEN - timedelta(days=30)
    for name, first_day in (("a", before - timedelta(days=400)), ("b", THEN + timedelta(days=30))):
        add_customer(database, name)
        said = TextSignal(TextSignalKind.COMPLAINT, evidence_id=name, day=first_day)
        with database.unit_of_work() as uow:
            TextSignalRepository(uow).keep(name, [said], digest="", first_day=first_day)
    service().recompute(database)
    with database.unit_of_work() as uow:
        RetentionRepository(uow).text_signals(before=datetime.combine(before, time(), tzinfo=UTC))
    assert kept_ids(database, "a", "b", day=THEN) == ("b",)
    assert kept_ids(database, "a", "b") == ("a", "b")
    for day in (TODAY, THEN):
        table = kept(database, "a", "b", day=day)
        assert table is not None
        assert is_as_computed(database, table)


def test_only_accounts_that_were_looked_at_are_counted(
    database: Database, csm: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alike, "_ENOUGH_STAYED", 2)
    monkeypatch.setattr(alike, "_MOST_APART", -1.0)
    add_customer(database, "ill", owner=csm.email, nps=None)
    for number in range(4):
        add_customer(database, f"well{number}", owner=csm.email)
    assert "history to compare (2)" in explained(database, "ill", csm).alike_note
    service().recompute(database)
    assert "history to compare (4)" in explained(database, "ill", csm).alike_note
