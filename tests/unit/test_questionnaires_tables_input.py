"""Files that are no questionnaire, too large, protected or damaged are refused with what to do; the rest is read."""

import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation

from copilot.domain.questionnaires import MOST_QUESTIONS, AnswerForm, Doubt, QuestionnaireFormat, SkipReason
from copilot.errors import UnreadableFile
from knowledge.questionnaires import read_pasted, read_questionnaire, reading
from knowledge.questionnaires.reading import MAX_BYTES
from knowledge.questionnaires.sheets import MAX_ROWS

TODAY = date(2026, 11, 22)


def saved(book: Workbook) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def a_book() -> Workbook:
    book = Workbook()
    book.active.append(["No.", "Question", "Answer", "Comments"])
    book.active.append([1, "Do you encrypt data at rest?"])
    book.active.append([2, "How often are backups tested?"])
    return book


def changed(content: bytes, change: Callable[[str, bytes], bytes], **added: bytes) -> bytes:
    """The package with its parts changed, and parts added."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
        for name, part in added.items():
            target.writestr(name, part)
    return stream.getvalue()


_OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 600
_PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 50


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        pytest.param("a.xlsx", b"", "empty", id="empty"),
        pytest.param("a.xls", _OLE, "XLS is not read", id="old"),
        pytest.param("a.xlsx", _OLE + "EncryptedPackage".encode("utf-16-le"), "password", id="password"),
        pytest.param("a.xlsx", saved(a_book())[:-300], "damaged", id="cut-off"),
        pytest.param("a.xlsx", b"PK\x03\x04" + b"x" * 500, "damaged", id="no-zip"),
        pytest.param("a.xlsx", b"Question,Answer\n", "damaged", id="only-named-so"),
        pytest.param("a.png", _PNG, "image", id="picture"),
        pytest.param("a.csv", b"\x00\x01\x02\x03" * 500, "binary", id="binary"),
        pytest.param("a.csv", b"Name,City\nAna,Sevilla\n", "no question", id="asks-nothing"),
        pytest.param("a.csv", b" \n\n", "empty", id="blank"),
        pytest.param("a.rtf", b"{\\rtf1 Do you encrypt?}", "not read", id="rtf"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(name: str, content: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_questionnaire(name, content, today=TODAY)
    assert words.casefold() in caught.value.message.casefold()
    assert caught.value.hint


def test_a_workbook_of_a_hundred_thousand_rows_is_refused() -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Questions")
    for number in range(100_000):
        sheet.append([number, "Do you encrypt data at rest?"])
    with pytest.raises(UnreadableFile, match=f"{MAX_ROWS} rows"):
        read_questionnaire("a.xlsx", saved(book), today=TODAY)


def test_a_delimited_file_of_a_hundred_thousand_rows_is_refused() -> None:
    with pytest.raises(UnreadableFile, match=f"{MAX_ROWS} rows"):
        read_questionnaire("a.csv", b"1,Do you encrypt?\n" * 100_000, today=TODAY)


def test_a_file_over_the_size_limit_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="limit is"):
        read_questionnaire("a.csv", b"x" * (MAX_BYTES + 1), today=TODAY)


def test_a_zip_bomb_is_refused() -> None:
    bomb = changed(saved(a_book()), lambda _, part: part, **{"xl/media/a.xml": b"<a>" + b" " * 200_000_000})
    with pytest.raises(UnreadableFile, match="too large"):
        read_questionnaire("a.xlsx", bomb, today=TODAY)


def test_empty_rows_by_the_hundred_thousand_do_no_harm() -> None:
    book = a_book()
    book.active["A900000"].number_format = "0.00"
    assert len(read_questionnaire("a.xlsx", saved(book), today=TODAY).questions) == 2


def test_macros_are_left_alone_with_a_warning() -> None:
    content = changed(saved(a_book()), lambda _, part: part, **{"xl/vbaProject.bin": b"Sub Auto_Open()"})
    found = read_questionnaire("a.xlsm", content, today=TODAY)
    assert len(found.questions) == 2
    assert "macros" in found.warnings[0]


def test_the_content_decides_not_the_name() -> None:
    assert read_questionnaire("a.txt", saved(a_book()), today=TODAY).format is QuestionnaireFormat.XLSX
    text = "No.;Pregunta;Respuesta\n1;¿Cifra los datos?;\n2;¿Dispone de copias?;\n".encode("cp1252")
    assert read_questionnaire("a.txt", text, today=TODAY).format is QuestionnaireFormat.CSV


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimited_files_of_any_make_are_read(encoding: str, delimiter: str) -> None:
    rows = [
        ["Nº", "Pregunta", "Respuesta", "Observaciones"],
        ["1", '"¿Dispone de\ncifrado, y cómo?"', "", ""],
        [],
        ["2", "Describa el plan de continuidad", "Sí", ""],
    ]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    found = read_questionnaire("a.csv", text.encode(encoding), today=TODAY)
    places = [(q.place.address, q.answer_place and q.answer_place.address, q.given) for q in found.questions]
    assert places == [("B2", "C2", ""), ("B4", "C4", "Sí")]
    assert found.questions[0].text == "¿Dispone de cifrado, y cómo?"
    assert found.questions[1].doubt == Doubt.FILLED


def test_a_drop_down_that_points_at_another_sheet_by_an_extension_is_read() -> None:
    book = a_book()
    lists = book.create_sheet("My lists")
    for number, value in enumerate(("Yes", "No", "Not applicable"), start=1):
        lists.cell(number, 2, value)
    extension = (
        b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"'
        b' xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
        b'<x14:dataValidations count="1" xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">'
        b"<x14:dataValidation type=\"list\"><x14:formula1><xm:f>'My lists'!$B$1:$B$3</xm:f></x14:formula1>"
        b"<xm:sqref>C2:C3</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst></worksheet>"
    )

    def extended(name: str, part: bytes) -> bytes:
        return part.replace(b"</worksheet>", extension) if name == "xl/worksheets/sheet1.xml" else part

    found = read_questionnaire("a.xlsx", changed(saved(book), extended), today=TODAY)
    assert [[choice.text for choice in question.choices] for question in found.questions] == [
        ["Yes", "No", "Not applicable"]
    ] * 2
    assert found.questions[0].form is AnswerForm.YES_NO
    assert {skipped.place.part for skipped in found.skipped} == {"Sheet", "My lists"}


def test_other_rules_say_what_form_and_length_an_answer_has() -> None:
    book = a_book()
    for kind, cell in (("whole", "C2"), ("textLength", "C3")):
        rule = DataValidation(type=kind, operator="lessThanOrEqual", formula1="500")
        book.active.add_data_validation(rule)
        rule.add(cell)
    first, second = read_questionnaire("a.xlsx", saved(book), today=TODAY).questions
    assert first.form is AnswerForm.NUMBER
    assert second.limit.characters == 500


def test_a_formula_is_no_place_for_an_answer() -> None:
    book = a_book()
    book.active["C2"] = '=IF(D2="","","x")'
    first, second = read_questionnaire("a.xlsx", saved(book), today=TODAY).questions
    assert first.answer_place is None
    assert first.doubt == Doubt.NO_ANSWER_PLACE
    assert second.answer_place is not None


def test_hidden_rows_columns_and_sheets_are_read_and_marked() -> None:
    book = a_book()
    book.active.row_dimensions[3].hidden = True
    first, second = read_questionnaire("a.xlsx", saved(book), today=TODAY).questions
    assert (first.hidden, second.hidden) == (False, True)
    book.active.column_dimensions["B"].hidden = True
    assert all(question.hidden for question in read_questionnaire("a.xlsx", saved(book), today=TODAY).questions)


def test_a_note_on_a_cell_is_guidance() -> None:
    book = a_book()
    book.active["B2"].comment = Comment("Say which algorithm.", "Ana")
    assert "Say which algorithm." in read_questionnaire("a.xlsx", saved(book), today=TODAY).questions[0].guidance


def test_follow_ups_depend_on_the_answer_above() -> None:
    book = a_book()
    book.active.append([3, "Do you use subprocessors?"])
    book.active.append([4, "If yes, list them."])
    book.active.append([5, "If not, explain why."])
    *_, parent, yes, no = read_questionnaire("a.xlsx", saved(book), today=TODAY).questions
    assert [choice.key for choice in parent.choices] == [f"{parent.id}_yes", f"{parent.id}_no"]
    assert (yes.condition, no.condition) == (f"{parent.id}_yes", f"{parent.id}_no")


def test_mandatory_marks_limits_and_deadline_are_read() -> None:
    book = Workbook()
    book.active.append(["Please return this questionnaire by 15 January 2027."])
    book.active.append([])
    book.active.append(["ID", "Question", "Mandatory", "Max words", "Answer"])
    book.active.append(["1", "Describe your service.", "Yes", 200])
    book.active.append(["2", "Describe your roadmap (max. 500 characters).", "No", None])
    found = read_questionnaire("a.xlsx", saved(book), today=TODAY)
    first, second = found.questions
    assert (first.mandatory, second.mandatory) == (True, False)
    assert (first.limit.words, second.limit.characters) == (200, 500)
    assert found.deadline == date(2027, 1, 15)
    assert any(skipped.reason is SkipReason.INSTRUCTION for skipped in found.skipped)


def test_pasted_text_is_limited() -> None:
    with pytest.raises(UnreadableFile):
        read_pasted("  \n", today=TODAY)
    with pytest.raises(UnreadableFile):
        read_pasted("Do you encrypt?\n" * 100_000, today=TODAY)


def test_rows_that_speak_of_requirements_and_answers_are_no_headers() -> None:
    book = Workbook()
    book.active.append(["Area", "Question", "Answer", "Comments"])
    for number in range(30):
        book.active.append(["Access", f"Requirement about the response {number}", "Yes", "Comment"])
    assert len(read_questionnaire("a.xlsx", saved(book), today=TODAY).questions) == 30


@pytest.mark.parametrize("name", ["", "a.md", "a.csv"], ids=["pasted", "markdown", "csv"])
def test_more_questions_than_one_questionnaire_holds_are_refused_with_what_to_do(name: str) -> None:
    asked = [f"Do you log access to system {number}?" for number in range(1, MOST_QUESTIONS + 2)]
    mark, end = {"": ("", ""), "a.md": ("- ", ""), "a.csv": ("", ",")}[name]
    lines = ["Question,Answer", *asked] if name == "a.csv" else asked
    text = "\n".join(f"{mark}{line}{end}" for line in lines)
    with pytest.raises(UnreadableFile) as refused:
        _ = read_questionnaire(name, text.encode(), today=TODAY) if name else read_pasted(text, today=TODAY)
    said = f"{refused.value.message} {refused.value.hint}"
    assert (str(MOST_QUESTIONS) in said, "Split" in said) == (True, True)


def test_every_reader_has_a_name_for_what_it_finds_damaged() -> None:
    assert {*reading._READERS.values(), *reading._BY_EXTENSION.values(), "pasted"} == set(reading._NAMES)
