"""Questionnaires that hold everything a careless program loses when it writes an answer.

Invariant: the same call gives the same parts; every question and every place for an answer is given beside the file,
so that nothing has to be found in it first.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from xlsxwriter import Workbook

from copilot.domain.language import Language
from copilot.domain.questionnaires import (
    AnswerForm,
    Choice,
    Place,
    Question,
    Questionnaire,
    QuestionnaireFormat,
)

SHEET, LISTS, SUMMARY = "Security & Privacy", "Lists", "Summary"
ALLOWED = ("Yes", "No", "Partially", "N/A")
_X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
_XM = "http://schemas.microsoft.com/office/excel/2006/main"
_MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_CUSTOM = "customXml/item1.xml"
_CHAIN_LINK = (
    b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain" '
    b'Target="calcChain.xml"/></Relationships>'
)
_CHAIN_TYPE = (
    b'<Override PartName="/xl/calcChain.xml" '
    b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"/></Types>'
)
_DAY = datetime(2026, 11, 16, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sample:
    """A file with what is asked in it."""

    name: str
    content: bytes
    questionnaire: Questionnaire


def workbook() -> Sample:
    """A workbook with drop-downs from another sheet (old and new form), a text box, a picture, a chart, rich text,
    comments, merged cells, conditional formats, a protected and two hidden sheets, names, formulas with their values,
    custom XML and columns to be ticked."""
    stream = io.BytesIO()
    with Workbook(stream, {"in_memory": True, "default_date_format": "dd/mm/yyyy"}) as book:
        book.set_properties({"title": "Security questionnaire", "created": _DAY.replace(tzinfo=None)})
        _lists(book)
        _questions(book)
        _summary(book)
        book.define_name("AllowedAnswers", f"={LISTS}!$A$1:$A$4")
        book.define_name(f"'{SHEET}'!Local", f"='{SHEET}'!$A$1")
    return Sample("security.xlsx", _completed(stream.getvalue()), _questionnaire())


def _lists(book: Workbook) -> None:
    sheet = book.add_worksheet(LISTS)
    for row, text in enumerate(ALLOWED):
        sheet.write_string(row, 0, text)
    for row, number in enumerate((1, 2, 3)):
        sheet.write_number(row, 1, number)
    sheet.very_hidden()


def _questions(book: Workbook) -> None:
    sheet = book.add_worksheet(SHEET)
    book.worksheets_objs[1].activate()
    bold, red = book.add_format({"bold": True}), book.add_format({"font_color": "red", "italic": True})
    answer = book.add_format({"text_wrap": True, "bg_color": "#FFF2CC", "border": 1, "locked": False})
    day = book.add_format({"num_format": "dd/mm/yyyy", "locked": False})
    share = book.add_format({"num_format": "0.0%", "locked": False})
    sheet.merge_range("A1:F1", "Security questionnaire", bold)
    for column, text in enumerate(("No.", "Question", "Answer", "Comments", "Yes", "No", "Score")):
        sheet.write_string(1, column, text, bold)
    sheet.set_column("D:D", 40, answer)
    sheet.set_row(11, 30, red)
    for row, (number, text) in enumerate(_TEXTS, start=2):
        sheet.write_string(row, 0, number)
        sheet.write_string(row, 1, text)
        sheet.write_formula(row, 6, f'=IF(C{row + 1}="Yes",1,0)', None, 0)
    sheet.write_rich_string("B3", "Do you ", bold, "encrypt ", red, "data at rest", "?")
    for row in (2, 3, 4, 5, 6, 9):
        sheet.write_blank(row, 2, None, answer)
    sheet.write_blank("C8", None, day)
    sheet.write_blank("C9", None, share)
    sheet.merge_range("C11:D11", "", answer)
    sheet.write_string("E6", "x")
    sheet.write_formula("C14", '=UPPER("computed")', None, "COMPUTED")
    sheet.data_validation("C4", {"validate": "list", "source": "=AllowedAnswers"})
    sheet.data_validation("C5", {"validate": "list", "source": ["Compliant", "Partially compliant", "Not compliant"]})
    sheet.data_validation("C7", {"validate": "integer", "criteria": "between", "minimum": 1, "maximum": 5000})
    sheet.data_validation("C8", {"validate": "date", "criteria": ">=", "value": datetime(2020, 1, 1)})  # noqa: DTZ001
    sheet.data_validation("C10", {"validate": "length", "criteria": "<=", "value": 60})
    sheet.conditional_format("C3:C14", {"type": "cell", "criteria": "==", "value": '"No"', "format": red})
    sheet.conditional_format("G3:G14", {"type": "data_bar"})
    sheet.write_comment("C3", "Answer with the list, please.")
    sheet.insert_textbox("I2", "Contact procurement with questions.", {"width": 200, "height": 60})
    sheet.insert_image("I8", "logo.png", {"image_data": io.BytesIO(picture())})
    sheet.freeze_panes(2, 0)
    sheet.autofilter("A2:G14")
    sheet.protect("", {"format_cells": True})
    hidden = book.add_worksheet("Internal")
    hidden.write_string("A1", "For the customer only")
    hidden.write_array_formula("B1:B3", "{=Lists!B1:B3*2}", None, 2)
    hidden.hide()


def _summary(book: Workbook) -> None:
    sheet = book.add_worksheet(SUMMARY)
    sheet.write_formula("A1", f"=SUM('{SHEET}'!G3:G14)", None, 0)
    sheet.write_formula("A2", f"=COUNTA('{SHEET}'!C3:C14)", None, 1)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": f"='{SHEET}'!$G$3:$G$14"})
    sheet.insert_chart("C2", chart)


_TEXTS = (
    ("1.1", "Do you encrypt data at rest?"),
    ("1.2", "Do you encrypt data in transit?"),
    ("1.3", "Do you comply with ISO 27001?"),
    ("1.4", "Describe your incident process."),
    ("1.5", "How many employees do you have?"),
    ("1.6", "When was your last penetration test?"),
    ("1.7", "What availability did you reach last year?"),
    ("1.8", "Name your hosting provider (60 characters at most)."),
    ("1.9", "Describe how you back data up."),
    ("1.10", "Describe your access reviews."),
    ("1.11", "Do you support single sign-on?"),
    ("1.12", "Computed by us."),
)


def _questionnaire() -> Questionnaire:
    allowed = tuple(Choice(key=f"k{place}", text=text) for place, text in enumerate(ALLOWED))
    ticks = (
        Choice(key="sso_yes", text="Yes", place=_place("E13")),
        Choice(key="sso_no", text="No", place=_place("F13")),
    )
    comply = tuple(Choice(key=text, text=text) for text in ("Compliant", "Partially compliant", "Not compliant"))
    questions = (
        _question(3, form=AnswerForm.YES_NO, choices=allowed, comment="D3"),
        _question(4, form=AnswerForm.YES_NO, choices=allowed, comment="D4"),
        _question(5, form=AnswerForm.CHOICE, choices=comply, comment="D5"),
        _question(6),
        _question(7, form=AnswerForm.NUMBER, comment="D7"),
        _question(8, form=AnswerForm.DATE),
        _question(9, form=AnswerForm.NUMBER),
        _question(10),
        _question(11, answer="D11"),
        _question(12, answer="D12"),
        _question(13, form=AnswerForm.YES_NO, choices=ticks, answer="E13", comment="D13"),
        _question(14),
    )
    return Questionnaire(
        title="Security questionnaire",
        format=QuestionnaireFormat.XLSX,
        language=Language.EN,
        questions=questions,
    )


def _question(
    row: int,
    *,
    form: AnswerForm = AnswerForm.TEXT,
    choices: tuple[Choice, ...] = (),
    answer: str = "",
    comment: str = "",
) -> Question:
    number, text = _TEXTS[row - 3]
    return Question(
        id=f"q{row}",
        text=text,
        number=number,
        place=_place(f"B{row}"),
        form=form,
        choices=choices,
        answer_place=_place(answer or f"C{row}"),
        comment_place=_place(comment) if comment else None,
        language=Language.EN,
    )


def _place(address: str) -> Place:
    return Place(address=address, part=SHEET)


def _completed(content: bytes) -> bytes:
    """What the writing library cannot make: a drop-down in the newer form, custom XML, a chain of calculation."""
    newer = (
        f'<extLst><ext xmlns:x14="{_X14}" uri="{{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}}">'
        f'<x14:dataValidations xmlns:xm="{_XM}" count="1"><x14:dataValidation type="list" allowBlank="1" '
        f'showErrorMessage="1"><x14:formula1><xm:f>{LISTS}!$A$1:$A$4</xm:f></x14:formula1><xm:sqref>C3</xm:sqref>'
        "</x14:dataValidation></x14:dataValidations></ext></extLst></worksheet>"
    )

    def with_newer(sheet: bytes) -> bytes:
        text = sheet.decode()
        if "<extLst>" in text:
            return text.replace("<extLst>", newer.removesuffix("</extLst></worksheet>"), 1).encode()
        return text.replace("</worksheet>", newer).encode()

    def with_chain(part: bytes) -> bytes:
        return part.replace(b"</Relationships>", _CHAIN_LINK).replace(b"</Types>", _CHAIN_TYPE)

    return rebuilt(
        content,
        {
            "xl/worksheets/sheet2.xml": with_newer,
            "xl/_rels/workbook.xml.rels": with_chain,
            "[Content_Types].xml": with_chain,
        },
        added={
            _CUSTOM: b"<?xml version='1.0'?><buyer xmlns='urn:buyer'>42</buyer>",
            "xl/calcChain.xml": b'<calcChain xmlns="' + _MAIN + b'"><c r="C14" i="2"/><c r="G3"/></calcChain>',
        },
    )


def rebuilt(
    content: bytes, changes: Mapping[str, Callable[[bytes], bytes]], *, added: Mapping[str, bytes] | None = None
) -> bytes:
    """An archive with parts changed by functions and parts added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            part = before.read(name)
            after.writestr(zipfile.ZipInfo(name, (2026, 11, 16, 9, 0, 0)), changes.get(name, bytes)(part))
        for name, part in (added or {}).items():
            after.writestr(zipfile.ZipInfo(name, (2026, 11, 16, 9, 0, 0)), part)
    return stream.getvalue()


def picture() -> bytes:
    """A grey square as PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    rows = b"".join(b"\x00" + b"\x80" * 8 for _ in range(8))
    head = (8).to_bytes(4, "big") * 2 + bytes((8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def parts(content: bytes) -> dict[str, bytes]:
    """The parts of a package by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sheet_part(sample: bytes, sheet: str) -> str:
    """Name of the part that holds a sheet."""
    found = parts(sample)
    names = re.findall(r'<sheet name="([^"]*)"', found["xl/workbook.xml"].decode())
    return f"xl/worksheets/sheet{[name.replace('&amp;', '&') for name in names].index(sheet) + 1}.xml"
