"""Invoices and the last day of a customer come in as they are written, once, and what cannot be is named."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from copilot.domain.records import InvoiceStatus, Lifecycle
from copilot.store.database import Database
from copilot.store.tables.records import AccountRow, DataIssueRow, InvoiceRow
from knowledge.demo_company import EXPORTED_ON, FOLDER
from knowledge.importing import import_folder
from knowledge.planning import ImportOptions
from knowledge.report import ImportReport

OPTIONS = ImportOptions(max_bytes=50_000_000, as_of=date(2026, 11, 13))
SPANISH = (
    "id cuenta;cuenta;cliente desde;fecha de baja;estado\n"
    "1;Ascensores Lira;01/02/2024;31/03/2026;\n2;Norte Frío;01/02/2024;01/01/2023;Cliente\n"
    "3;Valle Sur;01/02/2024;31/12/2026;Cliente\n"
)
INVOICES = (
    "Nº factura;Id cliente;Fecha de emisión;Fecha de vencimiento;Pagada el;Importe;Saldo pendiente;Moneda;Estado\n"
    "F-1;1;01/02/2026;03/03/2026;20/03/2026;1.200,50;;EUR;Pagada\n"
    "F-2;1;01/03/2026;31/03/2026;;900,00;900,00;EUR;Vencida\n"
    "F-3;1;01/04/2026;01/05/2026;;50,00;0,00;EUR;\n"
    "F-4;2;01/05/2026;01/04/2026;30/04/2026;-10,00;;EUR;Pagada\n"
    "F-5;2;01/06/2026;01/07/2026;;70,00;;EUR;Anulada\n"
)
ENGLISH = (
    "invoice number,account,invoice date,due date,paid on,total amount,currency,payment status\n"
    "US-1,Harbour Lifts,2026-09-01,2026-10-01,,9639.00,USD,overdue\n"
)


def load(folder: Path, database: Database, files: dict[str, str]) -> ImportReport:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    return import_folder(folder, database=database, actor_id="tester", options=replace(OPTIONS))


def test_a_spanish_export_with_its_doubts_and_again(database: Database, tmp_path: Path) -> None:
    files = {"cuentas.csv": SPANISH, "facturas.csv": INVOICES}
    report = load(tmp_path / "x", database, files)
    assert dict(report.records["invoice"]) == {"imported": 5}
    with database.unit_of_work() as uow:
        rows = {row.number: row for row in uow.session.scalars(select(InvoiceRow))}
        accounts = {row.source_id: row for row in uow.session.scalars(select(AccountRow))}
        issues = {(row.code, row.record_id) for row in uow.session.scalars(select(DataIssueRow)) if row.record_id}
    first = rows["F-1"]
    assert (first.amount, first.currency, first.account_id) == (Decimal("1200.50"), "EUR", accounts["1"].id)
    assert (first.issued_on, first.due_on, first.paid_on) == (date(2026, 2, 1), date(2026, 3, 3), date(2026, 3, 20))
    assert {number: row.status for number, row in rows.items()} == {
        "F-1": InvoiceStatus.PAID,
        "F-2": InvoiceStatus.OPEN,
        "F-3": InvoiceStatus.PAID,  # nothing is left to pay
        "F-4": InvoiceStatus.PAID,
        "F-5": InvoiceStatus.VOID,
    }
    assert [accounts[key].churned_on for key in "123"] == [date(2026, 3, 31), date(2023, 1, 1), date(2026, 12, 31)]
    assert [accounts[key].lifecycle for key in "13"] == [Lifecycle.CHURNED, Lifecycle.CUSTOMER]
    assert {(code, key) for code, key in issues if code.startswith(("invoice.", "account."))} == {
        ("invoice.paid_without_date", rows["F-3"].id),
        ("invoice.due_before_issued", rows["F-4"].id),
        ("invoice.paid_before_issued", rows["F-4"].id),
        ("invoice.negative_amount", rows["F-4"].id),
        ("account.left_before_start", accounts["2"].id),
        ("account.left_but_customer", accounts["2"].id),
    }
    assert load(tmp_path / "x", database, files).nothing_changed

    paid = INVOICES.replace(";;900,00;900,00;EUR;Vencida", ";05/05/2026;900,00;0,00;EUR;Pagada")
    assert dict(load(tmp_path / "x", database, {"facturas.csv": paid}).records["invoice"]) == {
        "changed": 1,
        "unchanged": 4,
    }
    kept = "".join(paid.splitlines(keepends=True)[:-1])
    assert dict(load(tmp_path / "x", database, {"facturas.csv": kept}).records["invoice"]) == {
        "unchanged": 4,
        "removed": 1,
    }


def test_an_english_export_names_accounts(database: Database, tmp_path: Path) -> None:
    accounts = "account id,name,churn date\n9,Harbour Lifts,\n"
    load(tmp_path / "x", database, {"accounts.csv": accounts, "invoices.csv": ENGLISH})
    with database.unit_of_work() as uow:
        row = uow.session.scalars(select(InvoiceRow)).one()
        account = uow.session.scalars(select(AccountRow)).one()
    assert (row.number, row.amount, row.currency, row.status) == ("US-1", Decimal(9639), "USD", "open")
    assert (row.account_id, row.issued_on, row.due_on, row.paid_on) == (
        account.id,
        date(2026, 9, 1),
        date(2026, 10, 1),
        None,
    )
    assert account.churned_on is None


@pytest.mark.parametrize("system", ["hubspot", "salesforce"])
def test_the_demos_invoices_are_those_its_documents_speak_of(database: Database, system: str) -> None:
    options = ImportOptions(max_bytes=50_000_000, as_of=EXPORTED_ON)
    report = import_folder(FOLDER / "crm" / system, database=database, actor_id="tester", options=options)
    assert not [code for code in report.issues if code.startswith(("invoice.", "account.left"))]
    with database.unit_of_work() as uow:
        query = select(InvoiceRow.number, InvoiceRow.amount, InvoiceRow.due_on, AccountRow.name)
        joined = query.join(AccountRow, AccountRow.id == InvoiceRow.account_id)
        owed = {tuple(row) for row in uow.session.execute(joined.where(InvoiceRow.status == "open"))}
        left = uow.session.scalars(select(AccountRow).where(AccountRow.churned_on.is_not(None))).all()
    assert (
        owed
        == {
            "hubspot": {("TS-2026-0934", Decimal(9639), date(2026, 10, 1), "Logística Andina del Maipo")},
            "salesforce": {("TS-IE-2210", Decimal(112713), date(2026, 11, 16), "Kestrel Rail Services")},
        }[system]
    )
    assert left
    assert all(row.lifecycle == "churned" for row in left)
