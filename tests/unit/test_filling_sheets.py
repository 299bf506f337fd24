"""Sheets written in every way that the standard allows: what is read in them, and where a new cell goes."""

import io
import zipfile

import pytest
from lxml import etree

from copilot.domain.language import Language
from copilot.domain.questionnaires import AnswerForm, Place, Question, Questionnaire, QuestionnaireFormat
from copilot.domain.rfp_answers import RfpAnswer, ShortForm
from copilot.errors import UnreadableFile
from copilot.workflows.rfp.filling import Filled, fill
from copilot.workflows.rfp.filling.sheet_formats import Formats, Shown
from copilot.workflows.rfp.filling.sheet_places import Area, Cell, area, areas, cell, letters
from evals.rfp.breakable import parts, rebuilt
from tests.filling_builders import answer

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_STYLES = (
    '<numFmts count="1"><numFmt numFmtId="170" formatCode="[$-40A]d\\-mmm\\-yyyy;@"/></numFmts>'
    '<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="10"/><xf numFmtId="49"/></cellXfs>'
)


def book(
    rows: str,
    *,
    after: str = "",
    workbook: str = "",
    before: str = "",
    columns: str = "",
    other: str = "",
    strict: bool = False,
    macros: bool = False,
) -> bytes:
    """A workbook of the sheets `It's` and `Lists` from the XML of their rows."""
    main, office = (_STRICT, _STRICT_OFFICE) if strict else (_MAIN, _OFFICE)
    sheets = '<sheet name="It\'s" sheetId="1" r:id="a"/><sheet name="Lists" sheetId="2" r:id="b"/>'
    links = "".join(
        f'<Relationship Id="{key}" Type="{office}/{kind}" Target="{target}"/>'
        for key, kind, target in (
            ("a", "worksheet", "/xl/worksheets/one.xml"),
            ("b", "worksheet", "worksheets/two.xml"),
            ("c", "styles", "styles.xml"),
        )
    )
    contents = {
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="x" Type="{office}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}">{before}<sheets>{sheets}</sheets>{workbook}'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{links}</Relationships>',
        "xl/worksheets/one.xml": f'<worksheet xmlns="{main}">{columns}<sheetData>{rows}</sheetData>{after}</worksheet>',
        "xl/worksheets/two.xml": f'<worksheet xmlns="{main}"><sheetData>{other}</sheetData></worksheet>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}">{_STYLES}</styleSheet>',
    } | ({"xl/vbaProject.bin": "macros"} if macros else {})
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in contents.items():
            archive.writestr(name, text)
    return stream.getvalue()


def filled(content: bytes, place: str, given: RfpAnswer, *, form: AnswerForm = AnswerForm.TEXT) -> Filled:
    question = Question(
        id="q",
        text="?",
        place=Place(address="A1", part="It's"),
        answer_place=Place(address=place, part="It's"),
        form=form,
        language=Language.EN,
    )
    asked = Questionnaire(title="Q", format=QuestionnaireFormat.XLSX, language=Language.EN, questions=(question,))
    return fill(asked, content, answers={"q": given})


def rows_of(content: bytes) -> str:
    root = etree.fromstring(parts(content)["xl/worksheets/one.xml"])
    data = root.find("{*}sheetData")
    assert data is not None
    text = "".join(etree.tostring(row, encoding="unicode") for row in data)
    for namespace in (_MAIN, _STRICT):
        text = text.replace(f' xmlns="{namespace}"', "")
    return text


def said(text: str) -> str:
    return f't="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


@pytest.mark.parametrize(
    ("rows", "place", "expected"),
    [
        pytest.param("", "B2", f'<row r="2"><c r="B2" {said("x")}</row>', id="no-rows"),
        pytest.param(
            '<row r="1"/><row r="5"/>', "B3", f'<row r="1"/><row r="3"><c r="B3" {said("x")}</row><row r="5"/>',
            id="row-between",
        ),
        pytest.param(
            '<row r="1"><c r="A1"><v>1</v></c><c r="D1"/></row>', "B1",
            f'<row r="1"><c r="A1"><v>1</v></c><c r="B1" {said("x")}<c r="D1"/></row>', id="cell-between",
        ),
        pytest.param(
            '<row r="1"><c r="Z1"/></row>', "AA1", f'<row r="1"><c r="Z1"/><c r="AA1" {said("x")}</row>', id="after-z"
        ),
        pytest.param(
            "<row><c><v>1</v></c><c/></row><row><c/></row>", "B1",
            f'<row><c><v>1</v></c><c {said("x")}</row><row><c/></row>', id="without-addresses",
        ),
        pytest.param(
            '<row r="1" spans="1:2"><c r="A1"/></row>', "C1",
            f'<row r="1" spans="1:3"><c r="A1"/><c r="C1" {said("x")}</row>', id="spans",
        ),
        pytest.param(
            '<row r="1" s="3" customFormat="1"/>', "B1",
            f'<row r="1" s="3" customFormat="1"><c r="B1" s="3" {said("x")}</row>', id="format-of-the-row",
        ),
        pytest.param(
            '<row r="1"><c r="B1" s="2" t="str" vm="1"><v></v><extLst/></c></row>', "B1",
            '<row r="1"><c r="B1" s="2" t="inlineStr"><is><t xml:space="preserve">x</t></is><extLst/></c></row>',
            id="over-a-value",
        ),
    ],
)  # fmt: skip
def test_a_cell_is_made_in_its_place(rows: str, place: str, expected: str) -> None:
    assert rows_of(filled(book(rows), place, answer("q", "x")).content) == expected


def test_a_new_cell_has_the_format_of_its_column() -> None:
    content = book("", columns='<cols><col min="2" max="3" style="2"/></cols>')
    assert '<c r="C4" s="2" t=' in rows_of(filled(content, "C4", answer("q", "x")).content)


def test_the_strict_edition_of_the_standard_is_written_in_its_own_names() -> None:
    done = filled(book('<row r="1"><c r="A1"><f>1</f></c></row>', strict=True), "B1", answer("q", "x"))
    assert said("x") in rows_of(done.content)
    assert f'xmlns="{_STRICT}"' in parts(done.content)["xl/worksheets/one.xml"].decode()


@pytest.mark.parametrize(
    ("workbook", "expected"),
    [
        ("<calcPr calcId='1'/>", b'<calcPr calcId="1" fullCalcOnLoad="1"/>'),
        ("<definedNames/><extLst/>", b'<definedNames/><calcPr fullCalcOnLoad="1"/><extLst/>'),
        ("", b'</sheets><calcPr fullCalcOnLoad="1"/></workbook>'),
    ],
    ids=["there", "before-extensions", "at-the-end"],
)
def test_a_workbook_with_formulas_computes_again(workbook: str, expected: bytes) -> None:
    done = filled(book("", workbook=workbook, other='<row r="1"><c r="A1"><f>1</f></c></row>'), "B1", answer("q", "x"))
    assert expected in parts(done.content)["xl/workbook.xml"]


def test_a_workbook_without_formulas_keeps_its_part() -> None:
    content = book("")
    done = filled(content, "B1", answer("q", "x"))
    assert parts(done.content)["xl/workbook.xml"] == parts(content)["xl/workbook.xml"]


@pytest.mark.parametrize(
    "formula",
    [
        '<c r="B2"><f t="shared" si="0"/><v>1</v></c>',
        '<c r="A1"><f t="array" ref="A1:C3">1</f></c><c r="B2"><v></v></c>',
        '<c r="A1"><f t="dataTable" ref="B2:B3"/></c>',
    ],
    ids=["shared", "array", "table"],
)
def test_what_a_formula_fills_is_not_overwritten(formula: str) -> None:
    content = book(f'<row r="2">{formula}</row>')
    done = filled(content, "B2", answer("q", "x"))
    assert (done.content, done.unplaced) == (content, ("q",))


def validation(kind: str, first: str, *, second: str = "", operator: str = "between") -> str:
    more = f"<formula2>{second}</formula2>" if second else ""
    return (
        f'<dataValidations><dataValidation type="{kind}" operator="{operator}" sqref="A9 B1:B3">'
        f"<formula1>{first}</formula1>{more}</dataValidation></dataValidations>"
    )


LISTED = (
    '<row r="1"><c r="A1" t="inlineStr"><is><r><t>Ye</t></r><r><t>s</t></r><rPh><t>no</t></rPh></is></c></row>'
    '<row r="2"><c r="A2" t="str"><v>No</v></c><c r="B2"><v>3</v></c></row><row r="3"><c r="A3"/></row>'
)


@pytest.mark.parametrize(
    "formula",
    ["Lists!$A$1:$A$3", "'Lists'!A1:A9", "lists!$A:$A", "Allowed", "Twice", '"Yes, No"', "Mine"],
    ids=["range", "quoted", "column", "name", "name-of-a-name", "written-out", "of-the-sheet"],
)
def test_lists_are_read_wherever_they_stand(formula: str) -> None:
    names = (
        '<definedNames><definedName name="ALLOWED">Lists!$A$1:$A$3</definedName>'
        '<definedName name="Twice">Allowed</definedName><definedName name="Mine" localSheetId="1">"x"</definedName>'
        '<definedName name="Mine" localSheetId="0">"No,Yes"</definedName></definedNames>'
    )
    content = book("", after=validation("list", formula.replace('"', "&quot;")), workbook=names, other=LISTED)
    done = filled(content, "B1", answer("q", short=ShortForm.YES))
    assert said("Yes") in rows_of(done.content)
    assert filled(content, "B1", answer("q", short=ShortForm.PARTIAL)).unplaced == ("q",)


@pytest.mark.parametrize("formula", ["INDIRECT(A1)", "Gone!A1:A2", "Nobody", "OFFSET(A1,0,0,2)"])
def test_a_list_that_cannot_be_read_takes_nothing(formula: str) -> None:
    content = book("", after=validation("list", formula), other=LISTED)
    assert filled(content, "B1", answer("q", short=ShortForm.YES)).unplaced == ("q",)


def test_a_number_of_a_list_is_written_as_a_number() -> None:
    content = book("", after=validation("list", "Lists!B1:B3"), other=LISTED)
    assert '<c r="B1"><v>3</v></c>' in rows_of(filled(content, "B1", answer("q", "3")).content)


@pytest.mark.parametrize(
    ("kind", "operator", "first", "second", "text", "fits"),
    [
        ("whole", "between", "1", "10", "7", True),
        ("whole", "between", "1", "10", "11", False),
        ("whole", "between", "1", "10", "7.5", False),
        ("decimal", "lessThan", "Lists!B2", "", "2.5", True),
        ("decimal", "lessThan", "Lists!B2", "", "3.5", False),
        ("decimal", "greaterThan", "NOW()", "", "3.5", False),
        ("whole", "notEqual", "7", "", "7", False),
        ("textLength", "lessThanOrEqual", "5", "", "short", True),
        ("textLength", "lessThanOrEqual", "5", "", "longer", False),
        ("custom", "between", "LEN(B1)&lt;=6", "", "longer", True),
        ("custom", "between", "LEN(B1)&lt;6", "", "longer", False),
        ("custom", "between", "ISTEXT(B1)", "", "text", True),
        ("custom", "between", "COUNTIF(A:A,B1)=0", "", "text", False),
        ("time", "between", "0", "1", "text", False),
        ("none", "between", "", "", "text", True),
    ],
)
def test_only_what_the_rule_allows_is_written(
    kind: str, operator: str, first: str, second: str, text: str, fits: bool
) -> None:
    content = book("", after=validation(kind, first, second=second, operator=operator), other=LISTED)
    assert (filled(content, "B1", answer("q", text)).unplaced == ()) is fits


@pytest.mark.parametrize(
    ("before", "serial"), [("", 46084), ('<workbookPr date1904="1"/>', 44622)], ids=["1900", "1904"]
)
def test_a_day_is_a_number_in_the_cells_own_format(before: str, serial: int) -> None:
    content = book('<row r="1"><c r="B1" s="1"/></row>', before=before)
    done = filled(content, "B1", answer("q", "3 March 2026"), form=AnswerForm.DATE)
    assert f'<c r="B1" s="1"><v>{serial}</v></c>' in rows_of(done.content)


def test_a_day_that_would_be_shown_as_a_number_is_a_text() -> None:
    done = filled(book('<row r="1"><c r="B1"/></row>'), "B1", answer("q", "3 March 2026"), form=AnswerForm.DATE)
    assert said("3 March 2026") in rows_of(done.content)


def test_macros_stay_and_the_name_says_so() -> None:
    done = filled(book("", macros=True), "B1", answer("q", "x"))
    assert done.name_suffix == ".xlsm"
    assert parts(done.content)["xl/vbaProject.bin"] == b"macros"


def test_a_sheet_that_is_not_there_is_reported() -> None:
    content = rebuilt(book(""), {"xl/workbook.xml": lambda part: part.replace(b'name="It', b'name="At')})
    assert filled(content, "B1", answer("q", "x")).unplaced == ("q",)


def test_a_broken_sheet_is_refused() -> None:
    with pytest.raises(UnreadableFile):
        filled(book("<row>"), "B1", answer("q", "x"))


@pytest.mark.parametrize(
    ("column", "text"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA"), (16384, "XFD")]
)
def test_letters_of_columns(column: int, text: str) -> None:
    assert letters(column) == text
    assert cell(f"${text}$7") == Cell(7, column)


@pytest.mark.parametrize("text", ["", "A", "1", "A0", "AAAA1", "XFE1", "A1048577", "A1:B2", "Ä1"])
def test_what_is_no_cell(text: str) -> None:
    assert cell(text) is None


def test_areas() -> None:
    assert area("B3:A1") == Area(Cell(1, 1), Cell(3, 2))
    assert area("$A:$B") == Area(Cell(1, 1), Cell(1_048_576, 2))
    assert area("2:3") == Area(Cell(2, 1), Cell(3, 16_384))
    assert areas("A1 x B2:C3") == (Area(Cell(1, 1), Cell(1, 1)), Area(Cell(2, 2), Cell(3, 3)))
    assert Cell(3, 3) in Area(Cell(2, 2), Cell(3, 3))


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("General", Shown.PLAIN), ("0.00", Shown.PLAIN), ("#,##0 €", Shown.PLAIN), ("@", Shown.TEXT),
        ("dd/mm/yyyy", Shown.DAY), ("[$-C0A]d mmm yy", Shown.DAY), ("0.0%", Shown.SHARE), ('0 "days"', Shown.PLAIN),
        ("[Red]0;[Blue]-0", Shown.PLAIN),
    ],
)  # fmt: skip
def test_what_a_format_shows(code: str, shown: Shown) -> None:
    xml = (
        f'<styleSheet xmlns="{_MAIN}"><numFmts><numFmt numFmtId="200"/></numFmts>'
        '<cellXfs><xf numFmtId="200"/></cellXfs>'
        "</styleSheet>"
    )
    styles = etree.fromstring(xml)
    styles[0][0].set("formatCode", code)
    assert Formats(styles).shown("0") is shown
    assert Formats(None).shown("7") is Shown.PLAIN
