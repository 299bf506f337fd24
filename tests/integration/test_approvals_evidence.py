"""Evidence read again by id: every kind, and only for who may see it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from copilot.domain.access import Role, Viewer
from copilot.domain.evidence import Origin
from copilot.store.database import Database
from copilot.store.evidence import ACCOUNT_TABLES, EvidenceRepository
from copilot.store.tables import records
from tests import approvals_builders as world
from tests.conftest import MakeUser

WHEN = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
ROWS: dict[str, tuple[type[Any], str, dict[str, Any], str, str, Origin]] = {
    "contact": (records.ContactRow, "con_1", {"name": "Eva"}, "title", "title: (empty)", Origin.INTERNAL),
    "opportunity": (
        records.OpportunityRow,
        "opp_1",
        {"name": "Ampliación", "status": "open", "amount": Decimal("48000.00"), "currency": "EUR"},
        "amount",
        "amount: 48000 EUR",
        Origin.INTERNAL,
    ),
    "activity": (
        records.ActivityRow,
        "act_1",
        {"kind": "email", "occurred_at": WHEN, "direction": "inbound", "body": "Hola", "participants": ["a", "b"]},
        "body",
        "body: Hola",
        Origin.CUSTOMER,
    ),
    "ticket": (
        records.TicketRow,
        "tic_1",
        {"subject": "No carga", "status": "open", "opened_at": WHEN},
        "opened_at",
        "opened_at: 2026-11-02T08:30:00+00:00",
        Origin.INTERNAL,
    ),
    "usage_point": (
        records.UsagePointRow,
        "use_1",
        {"metric": "active_users", "period_start": date(2026, 11, 2), "value": Decimal("143.5000")},
        "value",
        "value: 143.5",
        Origin.INTERNAL,
    ),
    "survey": (
        records.SurveyRow,
        "sur_1",
        {"kind": "NPS", "score": Decimal("4.00"), "comment": "Regular", "answered_on": date(2026, 10, 16)},
        "comment",
        "comment: Regular",
        Origin.CUSTOMER,
    ),
    "invoice": (
        records.InvoiceRow,
        "inv_1",
        {"number": "F-1", "amount": Decimal("9639.00"), "currency": "USD", "due_on": date(2026, 10, 1)},
        "amount",
        "amount: 9639 USD",
        Origin.INTERNAL,
    ),
}


@pytest.fixture
def owner(database: Database, make_user: MakeUser) -> Viewer:
    viewer = make_user(role=Role.AE)
    world.add_account(database, owner=viewer)
    return viewer


def read(database: Database, evidence_id: str, viewer: Viewer) -> tuple[str, Origin] | None:
    with database.unit_of_work() as uow:
        found = EvidenceRepository(uow).read([evidence_id], viewer=viewer)
    assert set(found) <= {evidence_id}
    return (found[evidence_id].text, found[evidence_id].origin) if found else None


def test_every_record_type_of_an_account_is_here() -> None:
    assert set(ROWS) == set(ACCOUNT_TABLES)


@pytest.mark.parametrize("record_type", ROWS)
def test_records_of_an_account(database: Database, make_user: MakeUser, owner: Viewer, record_type: str) -> None:
    table, row_id, columns, field, text, origin = ROWS[record_type]
    common = {"source_system": "test", "source_id": row_id, "as_of": world.TODAY, "content_hash": "x"}
    with database.unit_of_work() as uow:
        uow.session.add(table(id=row_id, account_id=world.ACCOUNT, **common, **columns))
        uow.flush()
        uow.session.add(table(id=f"{row_id}2", account_id=None, **(common | {"source_id": "2"}), **columns))
    stranger = make_user(role=Role.MANAGER, team="south")
    assert read(database, f"record:{row_id}:{field}", owner) == (text, origin)
    assert read(database, f"record:{row_id}:{field}", stranger) is None
    assert read(database, f"record:{row_id}2:{field}", make_user(role=Role.ADMIN)) is None
    assert read(database, f"record:{row_id}:no_such_field", owner) is None
    assert read(database, f"record:{row_id}:__table__", owner) is None


def test_products_and_prices_are_for_everyone(database: Database, make_user: MakeUser) -> None:
    with database.unit_of_work() as uow:
        uow.session.add(
            records.ProductRow(
                id="pro_1",
                source_system="test",
                source_id="1",
                as_of=world.TODAY,
                content_hash="x",
                name="Dispatch",
                list_price=Decimal("38.00"),
                currency="EUR",
            )
        )
    found = read(database, "record:pro_1:list_price", make_user(role=Role.CSM))
    assert found == ("list_price: 38 EUR", Origin.INTERNAL)


@pytest.mark.parametrize(
    ("visibility", "roles"),
    [
        ("staff", {Role.AE, Role.CSM, Role.MANAGER, Role.ADMIN}),
        ("managers", {Role.MANAGER, Role.ADMIN}),
        ("admins", {Role.ADMIN}),
    ],
)
def test_shared_passages_by_class(database: Database, make_user: MakeUser, visibility: str, roles: set[Role]) -> None:
    world.add_email(database, account_id=None, visibility=visibility)
    seen = {role for role in Role if read(database, world.EMAIL, make_user(role=role))}
    assert seen == roles


def test_a_span_is_exactly_its_characters(database: Database, owner: Viewer) -> None:
    world.add_email(database, text="Uno. Dos tres.")
    assert read(database, f"{world.EMAIL}:5-14", owner) == ("Dos tres.", Origin.CUSTOMER)
    for outside in ("5-15", "9-9", "9-5"):
        assert read(database, f"{world.EMAIL}:{outside}", owner) is None
