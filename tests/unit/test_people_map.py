"""The map of an account's people: who of us talks to whom, what a title says, who may be written to."""

from datetime import date

import pytest

from copilot.domain.people_map import Department, Influence, Touch, department_of, influence_of, people_map
from copilot.domain.records import Contact

_STAFF = {"tom@tramontia.example": "Tom Whitlock", "ines@tramontia.example": "Inés Robledo"}


def contact(name: str, email: str | None = None, **values: object) -> Contact:
    """Of the account."""
    return Contact.model_validate(
        {"source_system": "hubspot", "source_id": name, "as_of": date(2026, 11, 13), "name": name, "email": email}
        | values
    )


@pytest.mark.parametrize(
    ("title", "department", "influence"),
    [
        ("Director Financiero", Department.FINANCE, Influence.DECIDES),
        ("Chief Information Security Officer", Department.IT, Influence.DECIDES),
        ("Gerente General", Department.MANAGEMENT, Influence.DECIDES),
        ("General Manager", Department.MANAGEMENT, Influence.DECIDES),
        ("Group Information Security Manager", Department.IT, Influence.LEADS),
        ("Subgerenta de Operaciones", Department.OPERATIONS, Influence.LEADS),
        ("Jefa de planta, Fraga", Department.OPERATIONS, Influence.LEADS),
        ("Assistant to the CEO", Department.MANAGEMENT, Influence.WORKS),
        ("Compras", Department.PURCHASING, Influence.WORKS),
        ("Ingeniero de fiabilidad", Department.OPERATIONS, Influence.WORKS),
        ("Astrologist", Department.OTHER, Influence.WORKS),
        (None, Department.UNKNOWN, Influence.UNKNOWN),
    ],
)
def test_a_title_says_where_and_how_high(title: str | None, department: Department, influence: Influence) -> None:
    assert (department_of(title), influence_of(title)) == (department, influence)


def test_ties_are_told_by_names_and_addresses_with_the_last_conversation() -> None:
    marta = contact("Marta Ruiz Gil", "marta@cliente.example", title="CEO")
    touches = [
        Touch(date(2026, 10, 1), ("Tom Whitlock", "Marta Ruiz"), "/a"),
        Touch(date(2026, 11, 2), ("Marta <MARTA@cliente.example>", "tom@tramontia.example"), "/b"),
        Touch(date(2026, 9, 1), ("dan@tramontia.example", "marta@cliente.example"), "/c"),
        Touch(date(2026, 11, 9), ("somebody@else.example", "Nadie"), "/d"),
    ]
    [person] = people_map([marta], touches, staff=_STAFF).everybody
    assert [(tie.name, tie.count, tie.last, tie.path) for tie in person.ties] == [
        ("Tom Whitlock", 2, date(2026, 11, 2), "/b"),
        ("dan@tramontia.example", 1, date(2026, 9, 1), "/c"),
    ]
    assert (person.last, person.last_path) == (date(2026, 11, 2), "/b")


def test_a_name_that_two_contacts_have_is_nobodys() -> None:
    two = [contact("Ana López", "a@c.example"), contact("Ana López", "b@c.example", source_id="other")]
    found = people_map(two, [Touch(date(2026, 11, 2), ("Ana López", "Tom Whitlock"), "/a")], staff=_STAFF)
    assert [person.last for person in found.everybody] == [None, None]


def test_who_left_stands_apart_and_who_may_be_contacted_is_said() -> None:
    contacts = [
        contact("Uno", "1@c.example"),
        contact("Dos", "2@c.example", do_not_contact=True),
        contact("Tres", "3@c.example", left_on=date(2026, 5, 1)),
        contact("Cuatro", "4@c.example"),
    ]
    found = people_map(contacts, [], staff=_STAFF, refused=frozenset({contacts[3].id}))
    assert [person.contact.name for person in found.left] == ["Tres"]
    assert {one.contact.name: one.may_be_contacted for one in found.everybody} == {
        "Uno": True, "Dos": False, "Tres": False, "Cuatro": False,
    }  # fmt: skip
