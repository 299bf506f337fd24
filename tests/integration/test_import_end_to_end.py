"""A folder of plain exports ends up in PostgreSQL, every row accounted for."""

from pathlib import Path

from copilot.store.database import Database
from knowledge.importing import import_folder
from knowledge.planning import ImportOptions

OPTIONS = ImportOptions(max_bytes=50 * 1024 * 1024)


def test_plain_accounts_and_opportunities(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "accounts.csv").write_text(
        "account id,name,country,sector,ARR,currency\n"
        "1,Ascensores Lira,España,Technology,12000,EUR\n2,Norte,Chile,retail,,\n",
        encoding="utf-8",
    )
    (folder / "opportunities.csv").write_text(
        "id,account id,opportunity name,stage,amount,currency,close date\n"
        "o1,1,Ampliación,Negotiation,5000.50,EUR,2026-12-01\no2,9,Nueva,Closed Won,,EUR,2026-10-01\n",
        encoding="utf-8",
    )

    report = import_folder(folder, database=database, actor_id="tester", options=OPTIONS)
    again = import_folder(folder, database=database, actor_id="tester", options=OPTIONS)

    assert (report.rows, report.records["account"]["imported"], report.records["opportunity"]["imported"]) == (4, 2, 2)
    assert report.issues["reference.unknown_account"] == 1
    assert report.issues["opportunity.won_without_amount"] == 1
    assert again.nothing_changed
    assert not report.nothing_changed
