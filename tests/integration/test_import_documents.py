"""Documents are filed with the right account or audience, or not at all."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from copilot.domain.access import Visibility
from copilot.errors import InputError, UnreadableFile
from copilot.store.database import Database
from copilot.store.tables.documents import DocumentRow
from copilot.store.tables.records import AccountRow, DataIssueRow
from knowledge.importing import import_folder
from knowledge.planning import ImportOptions
from knowledge.report import ImportReport

ACCOUNTS = (
    "account id,name,website\n1,Clínicas Bahía Serena,https://www.bahiaserena.example\n"
    "2,Kestrel Rail,https://kestrelrail.example\n3,Kestrel Rail (UK),https://kestrelrail.example\n"
)
CONTACTS = "contact id,name,email,account id\nc1,Eva Pons,eva.pons@gmail.com,1\n"


def mail(sender: str, subject: str = "Renovación") -> str:
    return (
        f"From: {sender}\nTo: lucia.ferrer@tramontia.example\nSubject: {subject}\n"
        "Date: Mon, 02 Nov 2026 10:00:00 +0100\nMessage-ID: <m1@x.example>\n"
        "Content-Type: text/plain; charset=utf-8\n\nHola, ¿podemos hablar de la renovación?\n"
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An import root with three accounts and one contact."""
    root = tmp_path / "root"
    root.mkdir()
    put(root, "crm/accounts.csv", ACCOUNTS)
    put(root, "crm/contacts.csv", CONTACTS)
    return root


def put(root: Path, name: str, content: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def run(root: Path, database: Database, **options: Any) -> ImportReport:
    chosen = ImportOptions(max_bytes=50_000_000, **options)
    return import_folder(root, database=database, actor_id="tester", options=chosen)


def outcomes(report: ImportReport) -> dict[str, str]:
    return {document.file: document.outcome for document in report.documents}


def homes(database: Database) -> dict[str, tuple[str | None, str | None]]:
    with database.unit_of_work() as uow:
        query = select(DocumentRow.title, AccountRow.name, DocumentRow.visibility).outerjoin(
            AccountRow, AccountRow.id == DocumentRow.account_id
        )
        return {title: (name, visibility) for title, name, visibility in uow.session.execute(query)}


def test_folders_say_whose_a_document_is(database: Database, folder: Path) -> None:
    put(folder, "accounts/clinicas-bahia-serena/notes/visita.md", "# Visita\n\nTodo bien.\n")
    put(folder, "accounts/2/plan.md", "# Plan\n\nUno.\n")
    put(folder, "accounts/nadie/otro.md", "# Otro\n\nDos.\n")
    put(folder, "knowledge/es/precios.md", "# Precios\n\nTres.\n")
    put(folder, "knowledge-managers/en/floor.md", "# Floor\n\nFour.\n")
    put(folder, "sueltos/algo.md", "# Algo\n\nCinco.\n")
    report = run(folder, database)
    assert homes(database) == {
        "Visita": ("Clínicas Bahía Serena", None),
        "Plan": ("Kestrel Rail", None),
        "Precios": (None, "staff"),
        "Floor": (None, "managers"),
    }
    assert outcomes(report)["accounts/nadie/otro.md"] == "unassigned.unknown_folder"
    assert outcomes(report)["sueltos/algo.md"] == "unassigned.no_audience"
    again = run(folder, database, visibility=Visibility.STAFF)
    assert outcomes(again)["sueltos/algo.md"] == "imported"
    assert outcomes(again)["knowledge-managers/en/floor.md"] == "unchanged"


def test_mail_goes_by_its_people_and_never_to_all_staff(database: Database, folder: Path) -> None:
    put(folder, "mail/contact.eml", mail("Eva Pons <eva.pons@gmail.com>", "Por contacto"))
    put(folder, "mail/domain.eml", mail("Joan <joan@bahiaserena.example>", "Por dominio"))
    put(folder, "mail/two.eml", mail("Ann <ann@kestrelrail.example>", "Two accounts"))
    put(folder, "mail/stranger.eml", mail("Eve <eve@gmail.com>", "Stranger"))
    put(folder, "knowledge/leak.eml", mail("Zoe <zoe@unknown.example>", "In the knowledge folder"))
    report = run(folder, database, visibility=Visibility.STAFF)
    assert homes(database) == {
        "Por contacto": ("Clínicas Bahía Serena", None),
        "Por dominio": ("Clínicas Bahía Serena", None),
    }
    told = outcomes(report)
    assert told["mail/two.eml"] == "unassigned.several_accounts"
    assert told["mail/stranger.eml"] == told["knowledge/leak.eml"] == "unassigned.no_account"
    two = next(document for document in report.documents if document.file == "mail/two.eml")
    assert sorted(two.candidates) == ["Kestrel Rail", "Kestrel Rail (UK)"]
    assert report.issues["document.unassigned"] == 3


def test_the_mapping_file_and_the_option_name_the_account(database: Database, folder: Path) -> None:
    put(folder, "mail/two.eml", mail("Ann <ann@kestrelrail.example>", "Two accounts"))
    put(folder, "mail/other.eml", mail("Eve <eve@gmail.com>", "Other"))
    put(folder, "mapping.toml", "[[document]]\nmatch='mail/two.eml'\naccount='kestrel rail'\n")
    run(folder, database, account="1")
    assert homes(database) == {"Two accounts": ("Kestrel Rail", None), "Other": ("Clínicas Bahía Serena", None)}
    with pytest.raises(InputError, match="No account is called Nadie"):
        run(folder, database, account="Nadie")


def test_changed_and_removed_documents(database: Database, folder: Path) -> None:
    put(folder, "knowledge/a.md", "# A\n\nUno.\n")
    put(folder, "knowledge/b.md", "# B\n\nDos.\n")
    run(folder, database)
    put(folder, "knowledge/a.md", "# A\n\nUno y medio.\n")
    (folder / "knowledge" / "b.md").unlink()
    report = run(folder, database)
    assert outcomes(report) == {"knowledge/a.md": "changed"}
    assert (report.documents_removed, report.files_removed) == (1, ["knowledge/b.md"])
    assert set(homes(database)) == {"A"}
    assert run(folder, database).nothing_changed


def test_a_document_that_loses_its_account_is_taken_out(database: Database, folder: Path) -> None:
    put(folder, "accounts/1/plan.md", "# Plan\n\nUno.\n")
    run(folder, database)
    put(folder, "crm/accounts.csv", ACCOUNTS.replace("1,Clínicas Bahía Serena,https://www.bahiaserena.example\n", ""))
    report = run(folder, database)
    assert outcomes(report) == {"accounts/1/plan.md": "unassigned.unknown_folder"}
    assert homes(database) == {}


def test_an_unreadable_document_rolls_the_records_back(database: Database, folder: Path) -> None:
    (folder / "knowledge").mkdir()
    (folder / "knowledge" / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing more")
    with pytest.raises(UnreadableFile, match=r"broken\.pdf"):
        run(folder, database)
    with database.unit_of_work() as uow:
        assert uow.session.scalars(select(AccountRow)).all() == []
    report = run(folder, database, skip_unreadable=True)
    assert [item["file"] for item in report.unreadable] == ["knowledge/broken.pdf"]
    assert report.records["account"]["imported"] == 3


def test_a_document_that_cannot_be_read_this_time_stays_as_it_was(database: Database, folder: Path) -> None:
    put(folder, "accounts/1/plan.html", "<p>Uno.</p>")
    run(folder, database)
    known = homes(database)
    (folder / "accounts/1/plan.html").write_bytes(b"")
    for _ in range(2):
        report = run(folder, database, skip_unreadable=True)
        assert ([item["file"] for item in report.unreadable], report.documents_removed) == (["accounts/1/plan.html"], 0)
    assert homes(database) == known


def test_what_rules_leave_out_is_counted(database: Database, folder: Path) -> None:
    put(folder, ".hidden/x.csv", "a,b\n1,2\n")
    put(folder, "crm/~$accounts.xlsx", "lock")
    put(folder, "company.toml", "name = 'Demo'\n")
    put(folder, "truth/x.toml", "a = 1\n")
    put(folder, "program.exe.bin", "x")
    (folder / "link.csv").symlink_to(folder / "crm" / "accounts.csv")
    report = run(folder, database)
    assert {item["rule"] for item in report.ignored} == {
        "ignored.hidden", "ignored.lock_file", "ignored.company_file", "ignored.evaluation_data", "ignored.link",
    }  # fmt: skip
    assert outcomes(report)["program.exe.bin"] == "skipped.unsupported_type"


def test_warnings_of_a_document_stay_when_it_is_unchanged(database: Database, folder: Path) -> None:
    page = "<html><body><p>Visible</p><p style='display:none'>hidden words</p></body></html>"
    put(folder, "knowledge/page.html", page)
    first = run(folder, database)
    second = run(folder, database)
    assert first.issues["document.warning"] == second.issues["document.warning"] == 1
    with database.unit_of_work() as uow:
        codes = uow.session.scalars(select(DataIssueRow.code).where(DataIssueRow.code == "document.warning"))
        assert len(codes.all()) == 1
