"""Vaults between turns and processes: what is kept, what is forgotten, who may read it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.personal_data import DataClass
from copilot.domain.pseudonyms import STAFF, PseudonymChanges, PseudonymEntry, PseudonymState, typed_by
from copilot.errors import Conflict
from copilot.store.database import Database
from copilot.store.pseudonyms import PseudonymRepository
from copilot.store.tables.records import AccountRow, ContactRow

MakeUser = Callable[..., Viewer]
MARTA = PseudonymEntry("PERSON_1", DataClass.PERSON, "Marta Ruiz Gil", frozenset({"acc_1"}))
PHONE = PseudonymEntry("PHONE_1", DataClass.PHONE, "+34 600 111 222", frozenset({"acc_1"}))
QUOTED = PseudonymEntry("QUOTED_2", None, "PERSON_1", frozenset())


def changes(*added: PseudonymEntry, seen_again: tuple[PseudonymEntry, ...] = (), number: int = 2) -> PseudonymChanges:
    return PseudonymChanges(added=added, seen_again=seen_again, last_number=number, masked={"person": 3})


def save(database: Database, written: PseudonymChanges, *, conversation: str = "c1", keep_days: int = 30) -> None:
    with database.unit_of_work() as uow:
        PseudonymRepository(uow).save(conversation, written, keep_days=keep_days)


def load(database: Database, conversation: str = "c1") -> PseudonymState:
    with database.unit_of_work() as uow:
        return PseudonymRepository(uow).load(conversation)


def test_what_one_process_saves_another_reads_and_counts_add_up(database: Database) -> None:
    assert load(database) == PseudonymState()
    save(database, changes(MARTA, PHONE))
    save(database, changes(QUOTED))
    state = load(database)
    assert set(state.entries) == {MARTA, PHONE, QUOTED}
    assert state.last_number == 2
    assert state.masked == {"person": 6}
    assert load(database, "c2").entries == ()


def test_a_placeholder_keeps_its_value_and_a_second_process_is_refused(database: Database) -> None:
    save(database, changes(MARTA))
    save(database, changes(MARTA))
    other = PseudonymEntry("PERSON_1", DataClass.PERSON, "Ana Vega", frozenset({"acc_1"}))
    with pytest.raises(Conflict, match="somewhere else"):
        save(database, changes(other))
    assert load(database).entries == (MARTA,)


def test_a_value_with_characters_that_no_database_takes_costs_nothing_else(database: Database) -> None:
    odd = PseudonymEntry("ADDRESS_3", DataClass.ADDRESS, "c/ Mayor\x00 \ud800 3", frozenset({"acc_1"}))
    for _ in range(2):
        save(database, changes(MARTA, odd))
    assert {entry.placeholder: entry.value for entry in load(database).entries} == {
        "PERSON_1": MARTA.value,
        "ADDRESS_3": "c/ Mayor ? 3",
    }


def test_a_source_seen_later_is_kept(database: Database) -> None:
    save(database, changes(MARTA))
    wider = PseudonymEntry("PERSON_1", DataClass.PERSON, "Marta Ruiz Gil", frozenset({"acc_1", "acc_2"}))
    save(database, changes(seen_again=(wider,)))
    assert load(database).entries == (wider,)


@pytest.mark.parametrize(
    ("values", "gone"),
    [
        (["marta RUIZ  gil"], {"PERSON_1", "PERSON_4"}),
        (["600111222"], {"PHONE_1"}),
        (["0034 600-111-222"], {"PHONE_1"}),
        (["Marta"], set()),
        (["Somebody Else", ""], set()),
        ([], set()),
    ],
)
def test_forgetting_reaches_every_spelling_and_conversation(
    database: Database, values: list[str], gone: set[str]
) -> None:
    short = PseudonymEntry("PERSON_4", DataClass.PERSON, "Marta Ruiz", frozenset())
    save(database, changes(MARTA, PHONE))
    save(database, changes(short), conversation="c2")
    with database.unit_of_work() as uow:
        assert PseudonymRepository(uow).forget(values) == len(gone)
    left = {entry.placeholder for name in ("c1", "c2") for entry in load(database, name).entries}
    assert left == {"PERSON_1", "PHONE_1", "PERSON_4"} - gone


def test_a_forgotten_entry_is_not_written_again_by_a_process_that_still_had_it(database: Database) -> None:
    save(database, changes(MARTA))
    with database.unit_of_work() as uow:
        PseudonymRepository(uow).forget([MARTA.value])
    save(database, changes(seen_again=(MARTA,)))
    assert load(database).entries == ()
    assert load(database).last_number == 2, "its number is not given to anybody else"


def test_entries_expire_after_the_last_use_and_the_counts_stay(database: Database, clock: FixedClock) -> None:
    save(database, changes(MARTA), keep_days=10)
    clock.advance(timedelta(days=9))
    save(database, changes(PHONE), keep_days=10)
    clock.advance(timedelta(days=9))
    with database.unit_of_work() as uow:
        assert PseudonymRepository(uow).purge() == 0
    clock.advance(timedelta(days=1))
    assert load(database).entries == (), "expired, though not yet purged"
    with database.unit_of_work() as uow:
        assert PseudonymRepository(uow).purge() == 2
        assert PseudonymRepository(uow).masked("c1") == {"person": 6}
        assert uow.session.scalar(text("select count(*) from pseudonym_entries")) == 0


def test_people_and_sources_are_those_the_viewer_may_see(database: Database, make_user: MakeUser) -> None:
    owner, stranger = make_user("Lucía Prado", team=None), make_user("Tom Field", team=None)
    admin = make_user("Root", role=Role.ADMIN, team=None)
    with database.unit_of_work() as uow:
        columns = {"source_system": "crm", "as_of": date(2026, 11, 13), "content_hash": "x"}
        uow.session.add(
            AccountRow(
                id="acc_1", source_id="1", name="Valdemora", search_key="v", owner_email=owner.email, **columns
            )
        )  # fmt: skip
        uow.flush()
        uow.session.add(
            ContactRow(
                id="con_1", source_id="1", name=MARTA.value, email="marta@valdemora.example", account_id="acc_1",
                **columns,
            )
        )  # fmt: skip
    sources = {"acc_1", "acc_9", STAFF, typed_by(owner.user_id), "managers", "acc_1&acc_9", "acc_1&staff"}
    with database.unit_of_work() as uow:
        repository = PseudonymRepository(uow)
        names = [{person.name for person in repository.known_people(viewer=who)} for who in (owner, stranger)]
        seen = [repository.visible_sources(sources, viewer=who) for who in (owner, stranger, admin)]
        contact = next(person for person in repository.known_people(viewer=owner) if person.name == MARTA.value)
        assert repository.known_people(viewer=owner, account_ids=[])[0].is_contact is False
    assert names == [{MARTA.value, "Lucía Prado", "Tom Field", "Root"}, {"Lucía Prado", "Tom Field", "Root"}]
    assert seen == [
        {"acc_1", STAFF, typed_by(owner.user_id), "acc_1&staff"},
        {STAFF},
        {"acc_1", STAFF, "managers", "acc_1&staff"},
    ]
    assert contact.emails == ("marta@valdemora.example",)
    assert contact.sources == {"acc_1"}
