"""Exports end up in PostgreSQL with every row accounted for, and nothing happens twice."""

import os
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from copilot.errors import InputError, MappingError, UnreadableFile
from copilot.store.database import Database, UnitOfWork
from copilot.store.tables import records as rows
from copilot.store.tables.base import Base
from knowledge.importing import import_folder
from knowledge.planning import ImportOptions
from knowledge.report import ImportReport
from tests.conftest import MakeUser

OPTIONS = ImportOptions(max_bytes=50_000_000, as_of=date(2026, 11, 13))
ACCOUNTS = (
    "account id,name,country,sector,ARR,currency\n"
    "1,Ascensores Lira,España,Technology,12000,EUR\n2,Norte Frío,Chile,retail,,\n"
)
DEALS = (
    "opportunity id,account id,opportunity name,stage,amount,currency,close date\n"
    "o1,1,Ampliación,Negotiation,5000.50,EUR,2026-12-01\no2,2,Nueva,Proposal,100,EUR,2026-12-01\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two accounts and two deals."""
    export = tmp_path / "export"
    write(export, {"accounts.csv": ACCOUNTS, "opportunities.csv": DEALS})
    return export


def write(folder: Path, files: dict[str, str], encoding: str = "utf-8") -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding=encoding)


def run(folder: Path, database: Database, **options: Any) -> ImportReport:
    return import_folder(folder, database=database, actor_id="tester", options=replace(OPTIONS, **options))


def count(database: Database, table: type[Base]) -> int:
    with database.unit_of_work() as uow:
        return uow.session.scalar(select(func.count()).select_from(table)) or 0


def test_rows_are_stored_accounted_for_and_stay_as_they_are(database: Database, folder: Path) -> None:
    report = run(folder, database)
    assert {name: dict(counts) for name, counts in report.records.items()} == {
        "account": {"imported": 2},
        "opportunity": {"imported": 2},
    }
    assert report.to_dict()["totals"]["rows"] == 4
    again = run(folder, database)
    assert again.nothing_changed
    assert [table.unchanged for table in again.tables] == [2, 2]
    assert count(database, rows.ImportRunRow) == 2


def test_a_changed_row_changes_only_itself(database: Database, folder: Path) -> None:
    run(folder, database)
    write(folder, {"opportunities.csv": DEALS.replace("5000.50", "6000")})
    report = run(folder, database)
    deals = next(table for table in report.tables if table.record_type == "opportunity")
    assert (deals.changed, deals.unchanged) == (1, 1)
    with database.unit_of_work() as uow:
        amounts = uow.session.scalars(select(rows.OpportunityRow.amount).order_by(rows.OpportunityRow.source_id))
        assert list(amounts) == [Decimal(6000), Decimal(100)]


def test_a_later_export_that_says_the_same_moves_only_the_date(database: Database, folder: Path) -> None:
    run(folder, database)
    report = run(folder, database, as_of=date(2026, 11, 15))
    assert report.nothing_changed
    run(folder, database, as_of=date(2026, 11, 1))
    with database.unit_of_work() as uow:
        assert set(uow.session.scalars(select(rows.AccountRow.as_of))) == {date(2026, 11, 15)}


def test_the_day_of_the_data_is_in_the_name_or_is_the_files(database: Database, tmp_path: Path) -> None:
    write(tmp_path / "a", {"accounts_2026-10-02.csv": ACCOUNTS, "contacts.csv": "name,account id\nEva,1\n"})
    instant = 1_790_000_000  # 2026-09-21
    os.utime(tmp_path / "a" / "contacts.csv", (instant, instant))
    run(tmp_path / "a", database, as_of=None)
    with database.unit_of_work() as uow:
        assert set(uow.session.scalars(select(rows.AccountRow.as_of))) == {date(2026, 10, 2)}
        assert set(uow.session.scalars(select(rows.ContactRow.as_of))) == {date(2026, 9, 21)}


def test_spanish_export(database: Database, tmp_path: Path, make_user: MakeUser) -> None:
    make_user("Lucía Ferrer")
    export = (
        "ID de registro;Nombre de la empresa;País/región;Etapa del ciclo de vida;ARR;Divisa;Fecha de renovación;"
        "Licencias contratadas;Propietario de la empresa\n"
        "77001;Clínicas Bahía Serena;España;Cliente;84.000,00;EUR;31/01/2027;190;Lucia Ferrer\n"
        "77002;Agro Molina;Méjico;Excliente;1.250;MXN;05/06/2026;12;Nadie Conocido\n"
    )
    write(tmp_path / "hs", {"empresas.csv": export}, encoding="utf-8-sig")
    report = run(tmp_path / "hs", database)
    with database.unit_of_work() as uow:
        first, second = uow.session.scalars(select(rows.AccountRow).order_by(rows.AccountRow.source_id))
        assert (first.source_system, first.country, first.lifecycle) == ("hubspot", "ES", "customer")
        assert (first.arr, first.renewal_date, first.seats_licensed) == (Decimal(84000), date(2027, 1, 31), 190)
        assert first.owner_email is not None
        assert first.owner_email.startswith("user-")
        assert (second.arr, second.renewal_date) == (Decimal(1250), date(2026, 6, 5))
        assert (second.country, second.lifecycle, second.owner_email) == ("MX", "churned", None)
    assert report.issues["reference.unknown_owner"] == 1


def test_unreadable_cells_leave_the_field_empty_and_are_named(database: Database, tmp_path: Path) -> None:
    accounts = "account id,name,country,employees,renewal date,owner email\n1,Lira,Philipines,muchos,31/31/2026,sin@\n"
    write(tmp_path / "x", {"accounts.csv": accounts, "contacts.csv": "contact id,name,account id\nc1,,1\n"})
    report = run(tmp_path / "x", database)
    with database.unit_of_work() as uow:
        account = uow.session.scalars(select(rows.AccountRow)).one()
        assert (account.country, account.employees, account.renewal_date) == ("Philipines", None, None)
        issues = {issue.code: issue for issue in uow.session.scalars(select(rows.DataIssueRow))}
        assert issues["value.unknown_country"].details["suggestion"] == "Philippines"
        assert issues["value.invalid_number"].account_id == account.id
        assert issues["value.invalid_date"].row_number == 2
    assert report.issues["value.invalid_email"] == 1
    contacts = next(table for table in report.tables if table.record_type == "contact")
    assert dict(contacts.skipped) == {"required.name": 1}


def test_accounts_are_found_by_id_or_exact_name_and_never_guessed(database: Database, tmp_path: Path) -> None:
    deals = (
        "opportunity id,account,opportunity name,stage,amount,currency\n"
        "a,1,By id,Won,1,EUR\nb,NORTE FRIO,By name,Won,1,EUR\nc,Ascensores Liras,Near,Won,1,EUR\nd,,None,Won,1,EUR\n"
    )
    write(tmp_path / "x", {"accounts.csv": ACCOUNTS, "deals.csv": deals})
    report = run(tmp_path / "x", database)
    with database.unit_of_work() as uow:
        query = select(rows.OpportunityRow.source_id, rows.AccountRow.name).outerjoin(
            rows.AccountRow, rows.AccountRow.id == rows.OpportunityRow.account_id
        )
        assert {row.source_id: row.name for row in uow.session.execute(query)} == {
            "a": "Ascensores Lira", "b": "Norte Frío", "c": None, "d": None,
        }  # fmt: skip
    assert report.without_account["opportunity"] == 2
    assert report.issues["opportunity.without_account"] == 1
    assert report.examples["reference.unknown_account"][0]["details"]["suggestion"] == "Ascensores Lira"


def test_the_last_row_of_an_id_counts_in_one_file_and_across_files(database: Database, tmp_path: Path) -> None:
    head = "account id,name,sector\n"
    files = {
        "accounts_a.csv": head + "1,Lira,retail\n1,Lira,retail\n2,Old,retail\n2,New,retail\n3,First,retail\n",
        "accounts_b.csv": head + "3,Second,retail\n",
    }
    write(tmp_path / "x", files)
    report = run(tmp_path / "x", database)
    with database.unit_of_work() as uow:
        names = uow.session.scalars(select(rows.AccountRow.name).order_by(rows.AccountRow.source_id))
        assert list(names) == ["Lira", "New", "Second"]
    assert dict(report.skipped) == {"duplicate.identical": 1, "duplicate.superseded": 2}
    assert report.issues["record.duplicate_id"] == 2
    assert run(tmp_path / "x", database).nothing_changed


def test_the_column_decides_not_the_cell(database: Database, tmp_path: Path) -> None:
    deals = (
        "opportunity id,name,stage,amount,currency,close date,created\n"
        'a,A,Won,"1.500",EUR,03/04/2026,05/12/2026\nb,B,Won,"2,75",EUR,25/04/2026,06/11/2026\n'
    )
    write(tmp_path / "x", {"opportunities.csv": deals})
    report = run(tmp_path / "x", database)
    with database.unit_of_work() as uow:
        first = uow.session.scalars(select(rows.OpportunityRow).order_by(rows.OpportunityRow.source_id)).first()
        assert first is not None
        assert (first.amount, first.close_date) == (Decimal(1500), date(2026, 4, 3))
        assert first.created_on == date(2026, 12, 5)
    assumed = {item["code"]: item for table in report.tables for item in table.assumptions}
    assert (assumed["assumed.date_order"]["taken"], assumed["assumed.date_order"]["reason"]) == (
        "dmy", "neighbour_columns",
    )  # fmt: skip


def test_what_left_the_folder_leaves_the_database(database: Database, folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "other", {"contacts.csv": "contact id,name,account\nc1,Eva,Norte Frío\n"})
    run(folder, database)
    run(tmp_path / "other", database)
    write(folder, {"accounts.csv": ACCOUNTS.rpartition("2,")[0]})
    (folder / "opportunities.csv").unlink()
    report = run(folder, database)
    assert report.records["account"]["removed"] == 1
    assert report.records["opportunity"]["removed"] == 2
    assert report.files_removed == ["opportunities.csv"]
    with database.unit_of_work() as uow:
        contact = uow.session.scalars(select(rows.ContactRow)).one()
        assert (contact.name, contact.account_id) == ("Eva", None)
        assert {row.path for row in uow.session.scalars(select(rows.SourceFileRow))} == {"accounts.csv", "contacts.csv"}


def test_removing_most_of_a_folder_needs_a_yes(database: Database, folder: Path) -> None:
    many = ACCOUNTS + "".join(f"{number},Cuenta {number},Chile,retail,,\n" for number in range(3, 60))
    write(folder, {"accounts.csv": many})
    run(folder, database)
    write(folder, {"accounts.csv": ACCOUNTS})
    with pytest.raises(InputError, match="remove 57 records"):
        run(folder, database)
    assert count(database, rows.AccountRow) == 59
    run(folder, database, confirm_removals=True)
    assert count(database, rows.AccountRow) == 2


def test_a_dry_run_reports_the_same_and_saves_nothing(database: Database, folder: Path) -> None:
    rehearsed = run(folder, database, dry_run=True)
    assert count(database, rows.AccountRow) == 0
    assert count(database, rows.ImportRunRow) == 0
    real = run(folder, database)
    assert rehearsed.records == real.records
    assert rehearsed.issues == real.issues
    assert rehearsed.run_id is None
    assert real.run_id is not None


def test_a_failure_at_the_end_rolls_everything_back(database: Database, folder: Path) -> None:
    def fails(_: UnitOfWork) -> int:
        raise InputError("the hook failed")

    with pytest.raises(InputError, match="the hook failed"):
        import_folder(folder, database=database, actor_id="tester", options=OPTIONS, after_import=fails)
    assert count(database, rows.AccountRow) == 0
    assert count(database, rows.SourceFileRow) == 0


def test_the_hook_runs_in_the_transaction_and_counts_stale_drafts(database: Database, folder: Path) -> None:
    def marks(uow: UnitOfWork) -> int:
        return uow.session.scalar(select(func.count()).select_from(rows.AccountRow)) or 0

    report = import_folder(folder, database=database, actor_id="tester", options=OPTIONS, after_import=marks)
    assert report.drafts_made_stale == 2


def test_bad_files_and_mappings_stop_before_anything_is_written(database: Database, folder: Path) -> None:
    write(folder, {"broken.csv": 'id,name\n1,"cut'})
    (folder / "nothing.csv").write_bytes(b"")
    with pytest.raises(UnreadableFile, match=r"(?s)cannot be read: 2.*broken\.csv.*nothing\.csv"):
        run(folder, database)
    report = run(folder, database, skip_unreadable=True)
    assert {item["file"] for item in report.unreadable} == {"broken.csv", "nothing.csv"}
    write(folder, {"mapping.toml": "[[file]]\nmatch='accounts.csv'\ntype='account'\n[file.columns]\nname='Nome'\n"})
    with pytest.raises(MappingError, match="no column Nome"):
        run(folder, database, skip_unreadable=True)


def test_what_a_file_brought_stays_while_it_cannot_be_read(database: Database, folder: Path) -> None:
    run(folder, database)
    before = count(database, rows.AccountRow)
    (folder / "accounts.csv").write_bytes(b'id,name\n1,"cut')
    report = run(folder, database, skip_unreadable=True)
    assert [item["file"] for item in report.unreadable] == ["accounts.csv"]
    assert count(database, rows.AccountRow) == before
    (folder / "accounts.csv").unlink()
    run(folder, database, confirm_removals=True)
    assert count(database, rows.AccountRow) == 0


def test_salesforce_ids_of_15_and_18_characters_are_the_same(database: Database, tmp_path: Path) -> None:
    files = {
        "Account.csv": "Id,Name,OwnerId\n001Qx00000AbCdEIAV,Kestrel,005\n",
        "Opportunity.csv": "Id,AccountId,Name,StageName,Amount,CurrencyIsoCode\n"
        "006A,001Qx00000AbCdE,Deal,Prospecting,5,GBP\n",
    }
    write(tmp_path / "sf", files)
    report = run(tmp_path / "sf", database)
    assert report.without_account["opportunity"] == 0


def test_a_row_with_more_cells_than_columns_is_not_shifted_in(database: Database, tmp_path: Path) -> None:
    write(tmp_path / "x", {"accounts.csv": "account id,name,country\n1,Lira, S.L.,ES\n2,Norte,CL\n3,Sur\n"})
    report = run(tmp_path / "x", database)
    assert dict(report.skipped) == {"row.too_long": 1}
    assert report.issues["row.too_short"] == 1
    assert count(database, rows.AccountRow) == 2


@pytest.mark.parametrize(
    ("cells", "expected"), [(("0.4", "1"), [40, 100]), (("1", "40"), [1, 40]), (("40%", "0.5%"), [40, 1])]
)
def test_a_column_of_shares_is_told_from_one_of_percentages(
    database: Database, tmp_path: Path, cells: tuple[str, str], expected: list[int]
) -> None:
    deals = "opportunity id,name,stage,amount,probability\n"
    deals += "".join(f"{number},N,Proposal,1,{cell}\n" for number, cell in enumerate(cells))
    write(tmp_path / "x", {"opportunities.csv": deals})
    run(tmp_path / "x", database)
    with database.unit_of_work() as uow:
        found = uow.session.scalars(select(rows.OpportunityRow.probability).order_by(rows.OpportunityRow.source_id))
        assert list(found) == expected


def test_text_that_the_database_cannot_hold_is_replaced(database: Database, tmp_path: Path) -> None:
    write(tmp_path / "x", {"accounts.jsonl": '{"account id": "1", "name": "Li\\u0000ra \\ud800"}\n'})
    run(tmp_path / "x", database)
    with database.unit_of_work() as uow:
        assert uow.session.scalars(select(rows.AccountRow.name)).one() == "Li\ufffdra \ufffd"


def test_a_tampered_sum_is_noticed(database: Database, folder: Path) -> None:
    report = run(folder, database)
    report.check()
    report.tables[0].imported += 1
    with pytest.raises(AssertionError, match="do not add up"):
        report.check()


def test_doubtful_records_are_named(database: Database, tmp_path: Path) -> None:
    accounts = (
        "account id,name,website,customer since,renewal date,parent\n"
        "1,Ascensores Lira S.L.,lira.example,2025-01-01,2024-01-01,Grupo Nadie\n2,Ascensores Lira SA,,,,\n"
        "3,Norte Frío,https://www.norte.example,,,\n4,Frío Norte,norte.example/es,,,\n"
        "5,Sucursal 101,,,,\n6,Sucursal 102,,,,\n"
    )
    deals = (
        "opportunity id,account id,name,stage,amount,currency,created date,close date,product\n"
        "a,1,A,Closed Won,,EUR,2026-05-01,2026-04-01,Tramontia Dispach\n"
        "b,1;3,B,Fase X,-5,EUR,2026-12-24,2027-04-01,Uno\n"
    )
    files = {
        "accounts.csv": accounts,
        "deals.csv": deals,
        "products.csv": "name,list price\nTramontia Dispatch,1\nUno,2\n",
    }
    write(tmp_path / "x", files)
    report = run(tmp_path / "x", database)
    assert {code: count for code, count in report.issues.items() if not code.startswith("assumed.currency")} == {
        "account.renewal_before_start": 1,
        "account.possible_duplicate": 4,
        "reference.unknown_parent": 1,
        "reference.unknown_product": 1,
        "reference.several_accounts": 1,
        "opportunity.closed_before_created": 1,
        "opportunity.won_without_amount": 1,
        "opportunity.negative_amount": 1,
        "value.future_date": 1,
        "assumed.stage_open": 1,
    }
    assert report.examples["reference.unknown_product"][0]["details"]["suggestion"] == "Tramontia Dispatch"
