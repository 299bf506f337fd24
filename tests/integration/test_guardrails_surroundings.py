"""What the detectors are told about the world around a draft."""

from datetime import date

import pytest

from copilot.domain.access import Role, Viewer
from copilot.domain.language import Language
from copilot.guardrails.surroundings import Surroundings, read_surroundings
from copilot.store.database import Database
from copilot.store.tables.records import AccountRow, ContactRow, ProductRow
from tests import approvals_builders as world
from tests.conftest import MakeUser


def read(database: Database, viewer: Viewer, *, language: Language = Language.ES) -> Surroundings:
    with database.unit_of_work() as uow:
        return read_surroundings(world.draft_about((), (), language=language), viewer=viewer, uow=uow)


@pytest.fixture
def owner(database: Database, make_user: MakeUser) -> Viewer:
    viewer = make_user("Lucía Prueba", role=Role.AE)
    world.add_account(database, owner=viewer)
    world.add_account(database, owner=viewer, account_id=world.OTHER_ACCOUNT, name="Otra Empresa")
    common = {"source_system": "test", "as_of": date(2026, 11, 13), "content_hash": "x"}
    with database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, world.ACCOUNT).country = "cl"
        uow.session.add_all(
            [
                ContactRow(id="c1", source_id="1", name="Marta Ruiz Gil", account_id=world.ACCOUNT, **common),
                ContactRow(id="c2", source_id="2", name="Pedro Otro", account_id=world.OTHER_ACCOUNT, **common),
                ProductRow(id="p1", source_id="1", name="Tramontia Dispatch", **common),
            ]
        )
    return viewer


def test_people_companies_and_countries_around_the_account_are_known(database: Database, owner: Viewer) -> None:
    found = read(database, owner)
    assert found.known_names == {"Marta Ruiz Gil", "Lucía Prueba"}
    assert found.organisations == {"Aceros Tormes", "Tramontia Dispatch"}
    assert found.countries == ("CL", "ES", "MX", "GB", "US")
    assert read(database, owner, language=Language.EN).countries[:2] == ("CL", "GB")


def test_an_account_that_the_viewer_may_not_see_tells_nothing(
    database: Database, owner: Viewer, make_user: MakeUser
) -> None:
    found = read(database, make_user("Extraña", role=Role.AE, team="south"))
    assert found.known_names == {"Lucía Prueba", "Extraña"}
    assert found.organisations == {"Tramontia Dispatch"}
    assert found.countries[0] == "ES"


def test_a_country_that_is_no_code_is_left_out(database: Database, owner: Viewer) -> None:
    with database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, world.ACCOUNT).country = "Tierra del Fuego"
    assert read(database, owner).countries == ("ES", "MX", "GB", "US")
