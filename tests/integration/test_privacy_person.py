"""Who is meant: one person and their duplicates, never somebody with the same name, number or mailbox."""

from datetime import date

import pytest

from copilot.errors import InputError, NotFound
from copilot.privacy.person import Person, resolve
from copilot.store.database import Database
from copilot.store.erasure_people import PersonRepository
from copilot.store.tables.records import AccountRow, ContactRow
from tests.conftest import MakeUser


@pytest.fixture
def contacts(database: Database) -> Database:
    add(database, "a1", "Talleres Prado", [
        ("c1", "Begoña Arrieta Salvo", "begona@prado.example", "+34 911 222 333"),
        ("c2", "Juan Prado Ruiz", "compras@prado.example", "911 222 333"),
        ("c3", "Marta Gil", "compras@prado.example", None),
        ("c4", "Begoña Ruiz", "b.ruiz@prado.example", None),
    ])  # fmt: skip
    add(database, "a2", "Kestrel Rail", [
        ("c5", "Ana García", "ana@kestrel.example", "+44 20 7946 0958"),
        ("c6", "Begona Arrieta", "begona@prado.example", None),
    ])  # fmt: skip
    add(database, "a3", "Puerto Norte", [("c7", "Ana García", "ana@puerto.example", None)])
    return database


def add(database: Database, account_id: str, name: str, people: list[tuple[str, str, str | None, str | None]]) -> None:
    common = {"source_system": "test", "as_of": date(2026, 11, 13), "content_hash": "x"}
    with database.unit_of_work() as uow:
        uow.session.add(AccountRow(id=account_id, source_id=account_id, name=name, search_key=name.lower(), **common))
        uow.flush()
        for key, person, email, phone in people:
            uow.session.add(
                ContactRow(
                    id=f"con_{key}",
                    source_id=key,
                    account_id=account_id,
                    name=person,
                    email=email,
                    phone=phone,
                    **common,
                )
            )


def who(database: Database, query: str, *, account: str | None = None) -> Person:
    with database.unit_of_work() as uow:
        return resolve(query, account=account, language="en", people=PersonRepository(uow))


def ids(person: Person) -> set[str]:
    return {contact.source_id for contact in person.contacts}


def test_records_of_the_same_person_belong_together(contacts: Database) -> None:
    assert ids(who(contacts, "begona@prado.example")) == {"c1", "c6"}
    assert ids(who(contacts, "con_c1")) == {"c1", "c6"}


@pytest.mark.parametrize("query", ["compras@prado.example", "911 222 333", "Ana García"])
def test_several_people_are_asked_about(contacts: Database, query: str) -> None:
    with pytest.raises(InputError, match="con_"):
        who(contacts, query)


def test_an_account_says_which(contacts: Database) -> None:
    assert ids(who(contacts, "ana garcia", account="puerto norte")) == {"c7"}


def test_what_others_have_too_is_no_trace(contacts: Database) -> None:
    person = who(contacts, "con_c1")
    keys = person.marks.of("a1").keys
    assert "phone:911222333" not in keys
    assert "part:begona" not in keys
    assert {"part:arrieta", "name:begona arrieta", "email:begona@prado.example"} <= keys
    assert set(person.shared) >= {"+34 911 222 333", "begona"}
    juan = who(contacts, "con_c2")
    assert "part:prado" not in juan.marks.of("a1").keys
    assert "email:compras@prado.example" not in juan.marks.keys


def test_a_name_that_somebody_else_has_counts_in_its_own_account_only(contacts: Database) -> None:
    person = who(contacts, "con_c7")
    assert "name:ana garcia" not in person.marks.everywhere
    assert "name:ana garcia" in person.marks.of("a3").keys
    assert "name:ana garcia" not in person.marks.of("a2").keys


def test_a_colleague_of_the_same_first_name_keeps_it(contacts: Database, make_user: MakeUser) -> None:
    make_user("Ana Staff")
    assert "part:ana" not in who(contacts, "con_c5").marks.keys


def test_somebody_only_named_in_texts_needs_an_account(contacts: Database) -> None:
    with pytest.raises(NotFound):
        who(contacts, "Elvira Montes")
    person = who(contacts, "Elvira Montes", account="Kestrel Rail")
    assert "part:elvira" in person.marks.of("a2").keys
    assert who(contacts, "nobody@elsewhere.example").emails == ("nobody@elsewhere.example",)


@pytest.mark.parametrize("query", ["", " ", "Begoña", "con_c99", "12"])
def test_nobody_is_meant_by_too_little(contacts: Database, query: str) -> None:
    with pytest.raises(NotFound):
        who(contacts, query)
