"""The demo company and, where they are, the public exports import whole."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from copilot.settings import load_settings
from copilot.store.database import Database
from copilot.store.tables import records as rows
from evals.imports import accounted_rows, dirt_named, expectations
from knowledge.importing import import_folder
from knowledge.planning import ImportOptions

DEMO = Path(__file__).parents[2] / "knowledge" / "demo"


OPTIONS = ImportOptions(max_bytes=50_000_000, as_of=date(2026, 11, 13))


def test_the_demo_company_imports_whole_and_twice_the_same(database: Database) -> None:
    report = import_folder(DEMO, database=database, actor_id="tester", options=OPTIONS)
    assert sum(report.skipped.values()) == 0
    assert set(report.without_account.values()) == {0}
    assert {table.system for table in report.tables} >= {"hubspot", "salesforce"}
    assert all(table.confidence >= 0.85 for table in report.tables)
    assert {document.outcome for document in report.documents} == {"imported"}
    assert {item["rule"] for item in report.ignored} == {"ignored.company_file", "ignored.evaluation_data"}
    assert not any(code.startswith(("reference.unknown_account", "value.invalid")) for code in report.issues)
    again = import_folder(DEMO, database=database, actor_id="tester", options=OPTIONS)
    assert again.nothing_changed
    assert again.issues == report.issues


@pytest.mark.parametrize("name", ["maven_crm", "workbench"])
def test_public_exports_import_whole_with_their_dirt_named(database: Database, name: str) -> None:
    folder = load_settings().benchmarks_dir / name
    if not folder.is_dir():
        pytest.skip(f"the benchmark folder {name} is not here (COPILOT_BENCHMARKS)")
    expected = expectations(folder)
    report = import_folder(folder, database=database, actor_id="tester", options=OPTIONS)
    assert accounted_rows(report, expected) == sum(expected.rows.values())
    assert dirt_named(database, report, expected) == expected.dirt
    assert import_folder(folder, database=database, actor_id="tester", options=OPTIONS).nothing_changed


def test_dates_and_amounts_of_the_public_pipeline(database: Database) -> None:
    folder = load_settings().benchmarks_dir / "maven_crm"
    if not folder.is_dir():
        pytest.skip("the benchmark folder maven_crm is not here (COPILOT_BENCHMARKS)")
    import_folder(folder, database=database, actor_id="tester", options=OPTIONS)
    with database.unit_of_work() as uow:
        deal = uow.session.scalars(select(rows.OpportunityRow).where(rows.OpportunityRow.source_id == "1C1I7A6R")).one()
        assert (deal.created_on, deal.close_date) == (date(2016, 10, 20), date(2017, 3, 1))
        assert (deal.status, deal.product_name, deal.currency) == ("won", "GTX Plus Basic", None)
        assert int(deal.amount or 0) == 1054
