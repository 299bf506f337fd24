"""Whom a request for a follow-up names, and whom it only seems to."""

import pytest

from copilot.domain.records import Contact
from copilot.workflows.follow_up.recipients import contacts_called
from tests import brief_builders as build

PEOPLE = tuple(
    build.contact(name).model_copy(update={"id": name})
    for name in ("Clara Ruiz", "Will Byers", "Grace Okafor", "Pedro Gil Santos")
)


def called(text: str, account_name: str, people: tuple[Contact, ...] = PEOPLE) -> list[str]:
    return [item.name for item in contacts_called(text, people, account_name=account_name)]


@pytest.mark.parametrize(
    ("text", "account_name", "expected"),
    [
        ("Redacta un seguimiento para Clínicas Santa Clara", "Clínicas Santa Clara", []),
        ("Redacta un seguimiento para Santa Clara", "Clínicas Santa Clara, S.L.", []),
        ("REDACTA UN SEGUIMIENTO PARA CLINICAS SANTA CLARA", "Clínicas Santa Clara", []),
        ("Escribe a Clara, de Clínicas Santa Clara", "Clínicas Santa Clara", ["Clara Ruiz"]),
        ("Escribe a Clara", "Clínicas Santa Clara", ["Clara Ruiz"]),
        ("Escribe a Clara Ruiz", "Clara Ruiz Abogados", ["Clara Ruiz"]),
        ("Escribe a Clara Ruiz Abogados", "Clara Ruiz Abogados", []),
        ("Draft something for Grace", "Grace", []),
        ("Will you draft a follow-up on the last call?", "Kestrel Rail", []),
        ("Thanks. Will you draft a follow-up?", "Kestrel Rail", []),
        ("Draft it.\nGrace notes would be nice.", "Kestrel Rail", []),
        ("Will Byers needs a follow-up", "Kestrel Rail", ["Will Byers"]),
        ("Draft a follow-up to Will", "Kestrel Rail", ["Will Byers"]),
        ("Will", "Kestrel Rail", ["Will Byers"]),
        ("Pedro espera un correo", "Kestrel Rail", ["Pedro Gil Santos"]),
        ("¿Clara espera un correo?", "", ["Clara Ruiz"]),
        ("we will send it", "", []),
    ],
)
def test_whom_a_request_names(text: str, account_name: str, expected: list[str]) -> None:
    assert called(text, account_name) == expected
