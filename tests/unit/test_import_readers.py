"""Export files of every encoding, delimiter and format, and those that cannot be read."""

import io
import json
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from copilot.errors import UnreadableFile
from knowledge.connectors.lexicon import is_known_header
from knowledge.connectors.reading import open_tables
from knowledge.connectors.table import Table

LIMIT = 5_000_000
OPENED = datetime(2026, 3, 4, 10, 30)  # noqa: DTZ001 - a workbook holds no zones
SPANISH = "Nombre de la empresa;País/región;Ingresos anuales\nPeñíscola S.L.;España;1.234,50\n"


def one_table(path: Path) -> Table:
    tables = open_tables(path, max_bytes=LIMIT, known=is_known_header)
    assert len(tables) == 1
    return tables[0]


def read_all(path: Path) -> None:
    for table in open_tables(path, max_bytes=LIMIT, known=is_known_header):
        list(table.rows())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "empresas.csv"
    path.write_bytes(SPANISH.encode(encoding))
    table = one_table(path)
    assert table.headers == ("Nombre de la empresa", "País/región", "Ingresos anuales")
    assert [list(row.cells) for row in table.rows()] == [["Peñíscola S.L.", "España", "1.234,50"]]
    assert table.delimiter == ";"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "accounts.csv"
    lines = [["account id", "name", "notes"], ["1", "Lira", '"uno, dos; tres\ncuatro"'], ["2", "Norte", ""]]
    path.write_text("\n".join(delimiter.join(line) for line in lines) + "\n", encoding="utf-8")
    rows = list(one_table(path).rows())
    assert rows[0].cells[2] == "uno, dos; tres\ncuatro"
    assert [row.number for row in rows] == [2, 4]
    assert rows[1].cells[2] is None


def test_excel_separator_line(tmp_path: Path) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text("sep=;\naccount id;name\n1;Lira\n", encoding="utf-8")
    table = one_table(path)
    assert table.headers == ("account id", "name")
    assert [list(row.cells) for row in table.rows()] == [["1", "Lira"]]


def test_report_titles_ragged_rows_and_footers(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_text(
        "Pipeline report\nFiltered by: mine,,\nOpportunity ID,Opportunity Name,Stage\n1,Uno,Won\n2,Dos\n"
        "3,Tres,Lost,extra\n,,\nGrand Total,3,\nCopyright (c) somebody,,\n",
        encoding="utf-8",
    )
    table = one_table(path)
    assert (table.header_row, table.rows_above) == (3, 2)
    assert [row.problem for row in table.rows()] == [
        None, "row.too_short", "row.too_long", "row.blank", "row.footer", "row.footer",
    ]  # fmt: skip


def test_workbook_with_titles_and_typed_cells(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Informe de incidencias"])
    sheet.append([])
    sheet.append(["CaseNumber", "Subject", "CreatedDate", "Priority"])
    sheet.append([1.0, "Sin conexión", OPENED, "High"])
    book.create_sheet("Vacía")
    path = tmp_path / "cases.xlsx"
    book.save(path)
    table = one_table(path)
    assert (table.header_row, table.name) == (3, "cases.xlsx#Sheet")
    assert [list(row.cells) for row in table.rows()] == [[1, "Sin conexión", OPENED, "High"]]


def test_json_lines_and_arrays_with_nested_fields(tmp_path: Path) -> None:
    records = [
        {"attributes": {"type": "Opportunity", "url": "/x"}, "Id": "1", "Account": {"Name": "Lira"}},
        {"Id": "2", "Tags": ["a", "b"]},
    ]
    lines = tmp_path / "a.jsonl"
    lines.write_text("\n".join(json.dumps(record) for record in records) + "\n", encoding="utf-8")
    wrapped = tmp_path / "b.json"
    wrapped.write_text(json.dumps({"totalSize": 2, "records": records}), encoding="utf-8")
    for path in (lines, wrapped):
        table = one_table(path)
        assert table.headers == ("Id", "Account.Name", "Tags")
        assert [list(row.cells) for row in table.rows()] == [["1", "Lira", None], ["2", None, "a; b"]]


def _zip(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", "empty"),
        ("blank.csv", b"\n\n  \n", "no rows"),
        ("book.csv", _zip(a=b"x"), "XLSX / ZIP"),
        ("page.csv", b"%PDF-1.7 etc", "PDF"),
        ("zeros.csv", b"a,b\n\x00\x00\x00\x01,2\n", "zero bytes"),
        ("cut.csv", b'id,name\n1,"Lira\n2,Norte\n', "quoted cell"),
        ("protected.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "password"),
        ("text.xlsx", b"id,name\n1,Lira\n", "is not one"),
        ("cut.xlsx", _zip(a=b"x" * 500)[:60], "damaged"),
        ("other.xlsx", _zip(a=b"x"), "damaged"),
        ("bomb.xlsx", _zip(a=b"\x00" * (LIMIT * 21)), "unpacks"),
        ("cut.jsonl", b'{"id": 1}\n{"id": 2', "line 2"),
        ("numbers.json", b"[1, 2]", "list of JSON objects"),
        ("cut.json", b'[{"id": 1}, {"id"', "not valid JSON"),
        ("large.csv", b"id,name\n" + b"1,x\n" * 1_300_000, "larger than 5 MB"),
    ],
    # Names of their own: the bytes of an archive hold the second it was made in.
    ids=lambda value: value if isinstance(value, str) else "content",
)
def test_files_that_cannot_be_read_say_why_and_what_to_do(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=words) as caught:
        read_all(path)
    assert caught.value.hint


def test_a_quotation_mark_inside_a_cell_is_no_cut_off_file(tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text('name,description\nTubo,5" de acero\n', encoding="utf-8")
    assert [list(row.cells) for row in one_table(path).rows()] == [["Tubo", '5" de acero']]
