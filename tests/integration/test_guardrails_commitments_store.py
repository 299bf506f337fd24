"""Prices, documents and domains as the detectors get them from the database, and a draft checked with them."""

from datetime import date
from decimal import Decimal

import pytest

from copilot.domain.access import Role, Viewer
from copilot.domain.documents import DocumentKind
from copilot.domain.evidence import Origin
from copilot.store.commitment_sources import CommitmentSourcesRepository
from copilot.store.database import Database
from copilot.store.tables.documents import DocumentRow
from copilot.store.tables.records import PriceBookEntryRow, ProductRow
from tests import approvals_builders as world
from tests.conftest import MakeUser

COMMON = {"source_system": "test", "as_of": date(2026, 11, 13), "content_hash": "x", "currency": "EUR"}
DOCUMENT, SHARED_DOCUMENT = world.PASSAGE.replace("psg", "doc"), world.SHARED_PASSAGE.replace("psg", "doc")


@pytest.fixture
def owner(database: Database, make_user: MakeUser) -> Viewer:
    viewer = make_user("Lucía Prueba", role=Role.AE)
    world.add_account(database, owner=viewer)
    world.add_email(database)
    world.add_email(
        database, passage_id=world.SHARED_PASSAGE, account_id=None, visibility="managers", origin=Origin.INTERNAL
    )
    with database.unit_of_work() as uow:
        uow.session.get_one(DocumentRow, SHARED_DOCUMENT).kind = "contract"
        uow.session.add_all(
            [
                ProductRow(id="p1", source_id="1", name="Dispatch", list_price=Decimal(38), **COMMON),
                ProductRow(id="p2", source_id="2", name="Pack", list_price=Decimal(7500), **COMMON),
                ProductRow(id="p3", source_id="3", name="Vision", list_price=None, **COMMON),
                PriceBookEntryRow(
                    id="b1",
                    source_id="1",
                    product_name="Dispatch",
                    price_book="standard",
                    unit="seat/month",
                    unit_price=Decimal(38),
                    valid_from=date(2025, 1, 1),
                    **COMMON,
                ),
            ]
        )
    return viewer


def test_prices_come_from_the_book_and_from_products_it_does_not_name(database: Database, owner: Viewer) -> None:
    with database.unit_of_work() as uow:
        prices = CommitmentSourcesRepository(uow).prices()
    assert [(item.record_id, item.product, item.amount) for item in prices] == [
        ("b1", "Dispatch", Decimal(38)),
        ("p2", "Pack", Decimal(7500)),
    ]
    assert prices[0].valid_on(date(2025, 1, 1))
    assert not prices[0].valid_on(date(2024, 12, 31))
    assert owner.email


def test_documents_that_the_viewer_may_not_read_are_not_described(
    database: Database, owner: Viewer, make_user: MakeUser
) -> None:
    wanted = [DOCUMENT, SHARED_DOCUMENT, "doc_of_nobody"]
    boss, stranger = make_user("Jefa", role=Role.ADMIN), make_user("Extraña", role=Role.AE, team="south")
    with database.unit_of_work() as uow:
        sources = CommitmentSourcesRepository(uow)
        assert set(sources.documents(wanted, viewer=owner)) == {DOCUMENT}
        assert sources.documents(wanted, viewer=stranger) == {}
        seen = sources.documents(wanted, viewer=boss)
        assert {key: item.kind for key, item in seen.items()} == {
            DOCUMENT: DocumentKind.EMAIL,
            SHARED_DOCUMENT: DocumentKind.CONTRACT,
        }
        assert sources.documents([], viewer=boss) == {}


def test_our_domains_are_those_of_our_people(database: Database, owner: Viewer) -> None:
    with database.unit_of_work() as uow:
        assert CommitmentSourcesRepository(uow).own_domains() == {owner.email.split("@")[1]}
