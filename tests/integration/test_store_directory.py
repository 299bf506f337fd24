"""Names that a viewer may see, found in what they write, on a real database."""

from datetime import date
from typing import Any

import pytest

from copilot.agent.planner import Directory
from copilot.agent.planner.spelling import common
from copilot.domain.access import Role
from copilot.store.database import Database, UnitOfWork
from copilot.store.directory import AccountDirectory
from copilot.store.tables.records import AccountRow, ContactRow
from tests.planner_world import account_executive

SOURCE: dict[str, Any] = {"source_system": "hubspot", "as_of": date(2026, 11, 13), "content_hash": "x"}
NAMES = {
    "acc-k": ("Kestrel Rail Services", "ana@tramontia.example"),
    "acc-v": ("Frigoríficos Valdemora", "ana@tramontia.example"),
    "acc-z": ("Zafralia Norte", "otro@tramontia.example"),
}


@pytest.fixture
def world(database: Database) -> Database:
    with database.unit_of_work() as uow:
        for account_id, (name, owner) in NAMES.items():
            given = {"name": name, "owner_email": owner, "search_key": name.lower(), "country": "ES"}
            uow.session.add(AccountRow(id=account_id, source_id=account_id, **given, **SOURCE))
        uow.session.flush()
        for contact_id, name, account_id in (
            ("con-1", "Siobhán Considine", "acc-k"), ("con-2", "Brunilda Sáez", "acc-z"),
        ):  # fmt: skip
            uow.session.add(ContactRow(id=contact_id, source_id=contact_id, name=name, account_id=account_id, **SOURCE))
    return database


def directory_of(uow: UnitOfWork, *, role: Role = Role.AE) -> Directory:
    return AccountDirectory(uow, viewer=account_executive(email="ana@tramontia.example", role=role))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("when does kestrel renew?", ["acc-k"]),
        ("uso de VALDEMORA", ["acc-v"]),
        ("compara Kestrl con Baldemora", ["acc-k", "acc-v"]),
        ("rail services in Spain", []),
        ("brief on Zafralia", []),
    ],
)
def test_accounts_are_found_by_part_of_their_name_among_the_visible_ones(
    world: Database, text: str, found: list[str]
) -> None:
    with world.unit_of_work() as uow:
        mentions = directory_of(uow).find(text, common=common())
    assert [account.id for mention in mentions.accounts for account in mention.accounts] == found


def test_people_are_found_without_accents_and_only_at_visible_accounts(world: Database) -> None:
    with world.unit_of_work() as uow:
        own = directory_of(uow).find("call Siobhan and Brunilda", common=common())
        every = directory_of(uow, role=Role.ADMIN).find("call Siobhan and Brunilda", common=common())
    assert [contact.id for mention in own.people for contact in mention.contacts] == ["con-1"]
    assert [contact.id for mention in every.people for contact in mention.contacts] == ["con-1", "con-2"]


def test_what_is_not_visible_is_not_named_by_its_id_either(world: Database) -> None:
    with world.unit_of_work() as uow:
        directory = directory_of(uow)
        assert [account.id for account in directory.accounts(["acc-z", "acc-v"])] == ["acc-v"]
        assert directory.contacts(["con-2"]) == ()
        assert {account.id for account in directory.some_accounts(limit=9)} == {"acc-k", "acc-v"}


def test_a_renamed_account_is_found_by_its_new_name(world: Database) -> None:
    with world.unit_of_work() as uow:
        assert directory_of(uow).find("brief on Kestrel", common=common()).accounts
        row = uow.session.get_one(AccountRow, "acc-k")
        row.name = "Merlin Track Works"
        uow.session.flush()
        assert not directory_of(uow).find("brief on Kestrel", common=common()).accounts
        assert directory_of(uow).find("brief on merlin track", common=common()).accounts
