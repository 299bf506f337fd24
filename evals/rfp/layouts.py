"""Questionnaires of the project's own as files: the same content as people lay such files out.

Invariant: the labels come from where the questions are put, never from a reader; the same content gives the same
labels.
"""

import csv
import io
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from docx import Document
from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

from copilot.domain.language import Language
from copilot.domain.questionnaires import Place

DATA = Path(__file__).parent / "data"
_WORDS: Mapping[Language, Mapping[str, str]] = {
    Language.EN: {"question": "Question", "answer": "Answer", "section": "Section", "response": "Response",
                  "requirement": "Requirement", "yes": "Yes", "no": "No", "page": "Page"},
    Language.ES: {"question": "Pregunta", "answer": "Respuesta", "section": "Apartado", "response": "Respuesta",
                  "requirement": "Requisito", "yes": "Sí", "no": "No", "page": "Página"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Label:
    """A question that stands in a file, and the places that its answer may be put in (none: not judged)."""

    text: str
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """A file with what is in it."""

    name: str
    language: Language
    content: bytes
    labels: tuple[Label, ...]
    deadline: str = ""
    """ISO date that the file states; empty: none."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a file asks."""

    name: str
    title: str
    language: Language
    before: tuple[str, ...]
    after: tuple[str, ...]
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    deadline: str = ""

    def word(self, key: str) -> str:
        """A heading in the file's language."""
        return _WORDS[self.language][key]


def made() -> Iterator[Made]:
    """Every questionnaire of the project's own."""
    for file in sorted(DATA.glob("questionnaires.*.toml")):
        for item in tomllib.loads(file.read_text(encoding="utf-8"))["file"]:
            content = Content(
                name=item["name"],
                title=item["title"],
                language=Language(item["language"]),
                before=tuple(item.get("before", ())),
                after=tuple(item.get("after", ())),
                deadline=item.get("deadline", ""),
                sections=tuple((section["title"], tuple(section["questions"])) for section in item["section"]),
            )
            written, labels = _LAYOUTS[item["layout"]](content)
            yield Made(content.name, content.language, written, tuple(labels), content.deadline)


def _saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _first_sheet(book: Workbook, name: str) -> Worksheet:
    sheet = book.worksheets[0]
    sheet.title = name
    return sheet


def _control_sheet(content: Content) -> tuple[bytes, list[Label]]:
    """Instructions on a sheet of their own; the header below a title; merged rows for sections; a drop-down."""
    book, labels = Workbook(), []
    notes = _first_sheet(book, "Instructions")
    for row, text in enumerate((content.title, *content.before), start=1):
        notes.cell(row, 1, text)
    sheet = book.create_sheet("Controls")
    sheet.merge_cells("A1:E1")
    sheet["A1"] = content.title
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A2"] = "Version 4.0"
    for column, text in enumerate(("ID", "Control", "Question", "CSP answer", "Provider comments"), start=1):
        sheet.cell(4, column, text).font = Font(bold=True)
    drop_down = DataValidation(type="list", formula1='"Yes,No,NA"', allow_blank=True)
    sheet.add_data_validation(drop_down)
    row = 5
    for number, (title, questions) in enumerate(content.sections, start=1):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=5)
        sheet.cell(row, 1, title).fill = PatternFill("solid", fgColor="DDE6F0")
        for place, text in enumerate(questions, start=1):
            row += 1
            sheet.cell(row, 1, f"C{number:02d}.{place}")
            sheet.cell(row, 2, f"{title.split()[0]} control {place}")
            sheet.cell(row, 3, text)
            drop_down.add(f"D{row}")
            sheet.row_dimensions[row].hidden = (number, place) == (2, 3)
            labels.append(Label(text, (Place(address=f"D{row}", part="Controls"),)))
        row += 1
    return _saved(book), labels


def _answer_below(content: Content) -> tuple[bytes, list[Label]]:
    """No header; the answer goes into the merged grey cells under each question."""
    book, labels = Workbook(), []
    sheet = _first_sheet(book, "Review")
    sheet["A1"] = content.title
    sheet["A2"] = content.before[0]
    row = 4
    for title, questions in content.sections:
        sheet.cell(row, 1, title).font = Font(bold=True)
        for text in questions:
            row += 1
            sheet.cell(row, 2, text)
            row += 1
            sheet.merge_cells(start_row=row, start_column=2, end_row=row, end_column=6)
            sheet.cell(row, 2).fill = PatternFill("solid", fgColor="EEEEEE")
            sheet.row_dimensions[row].height = 60
            labels.append(Label(text, (Place(address=f"B{row}", part="Review"),)))
        row += 2
    return _saved(book), labels


def _tender_sheet(content: Content) -> tuple[bytes, list[Label]]:
    """A cover that the asker filled in, a sheet for each part, and the allowed values on a hidden sheet."""
    book, labels = Workbook(), []
    cover = _first_sheet(book, "Portada")
    rows = (("Organismo", "Mancomunidad del Alto Tajuña"), ("Expediente", "2026/118"), ("Objeto", content.title))
    for row, (name, value) in enumerate(rows, start=1):
        cover.cell(row, 1, name)
        cover.cell(row, 2, value)
    for row, text in enumerate(content.before, start=5):
        cover.cell(row, 1, text)
    lists = book.create_sheet("Listas")
    lists.sheet_state = "hidden"
    for row, text in enumerate(("Sí", "No", "Parcialmente"), start=1):
        lists.cell(row, 1, text)
    for number, (title, questions) in enumerate(content.sections, start=1):
        part = title[:31]
        sheet = book.create_sheet(part)
        for column, text in enumerate(("N.º", "Requisito", "Tipo", "Cumple", "Observaciones"), start=1):
            sheet.cell(2, column, text)
        drop_down = DataValidation(type="list", formula1="=Listas!$A$1:$A$3", allow_blank=True)
        sheet.add_data_validation(drop_down)
        for place, text in enumerate(questions, start=1):
            row = 2 + place
            sheet.cell(row, 1, f"{number}.{place}")
            sheet.cell(row, 2, text)
            sheet.cell(row, 3, "Obligatorio" if place % 3 else "Valorable")
            drop_down.add(f"D{row}")
            labels.append(Label(text, (Place(address=f"D{row}", part=part),)))
    return _saved(book), labels


def _tick_columns(content: Content) -> tuple[bytes, list[Label]]:
    """A column for each value, to be ticked; an example that is filled in."""
    book, labels = Workbook(), []
    sheet = _first_sheet(book, "Cuestionario")
    sheet["A1"], sheet["A2"] = content.title, content.before[0]
    for column, text in enumerate(("N.º", "Pregunta", "Sí", "No", "N/A", "Comentarios"), start=1):
        sheet.cell(4, column, text)
    for column, value in ((1, "Ejemplo"), (2, "¿Tiene oficina en España?"), (3, "X"), (6, "En Soria")):
        sheet.cell(5, column, value)
    row = 5
    for number, (title, questions) in enumerate(content.sections, start=1):
        row += 1
        sheet.cell(row, 1, str(number))
        sheet.cell(row, 2, title.upper()).font = Font(bold=True)
        for place, text in enumerate(questions, start=1):
            row += 1
            sheet.cell(row, 1, f"{number}.{place}")
            sheet.cell(row, 2, text)
            ticks = tuple(Place(address=f"{letter}{row}", part="Cuestionario") for letter in "CDE")
            labels.append(Label(text, ticks))
    return _saved(book), labels


def _requirement_tables(content: Content) -> tuple[bytes, list[Label]]:
    """A table under each heading; the last column is the answerer's."""
    document, labels = Document(), []
    document.add_heading(content.title, 0)
    for text in content.before:
        document.add_paragraph(text)
    for number, (title, questions) in enumerate(content.sections):
        document.add_heading(title, 1)
        table = document.add_table(rows=1, cols=3)
        for cell, text in zip(
            table.rows[0].cells, ("#", content.word("requirement"), content.word("response")), strict=True
        ):
            cell.text = text
        for place, text in enumerate(questions, start=1):
            cells = table.add_row().cells
            cells[0].text, cells[1].text = f"{number + 1}.{place}", text
            labels.append(Label(text, (Place(address=f"t{number}r{place}c2"),)))
    return _word(document), labels


def _word(document: "Document") -> bytes:  # type: ignore[valid-type]
    stream = io.BytesIO()
    document.save(stream)  # type: ignore[attr-defined]
    return stream.getvalue()


def _boxes_and_blanks(content: Content) -> tuple[bytes, list[Label]]:
    """Boxes to tick under what can be answered with yes or no, a blank line under the rest."""
    document, labels = Document(), []
    document.add_heading(content.title, 0)
    for text in content.before:
        document.add_paragraph(text)
    count = 1 + len(content.before)
    for title, questions in content.sections:
        document.add_heading(title, 1)
        count += 1
        for text in questions:
            document.add_paragraph(text)
            closed = text.split()[0] in {"Do", "Are", "Is"}
            boxes = f"☐ {content.word('yes')}    ☐ {content.word('no')}"
            document.add_paragraph(boxes if closed else f"{content.word('answer')}: ______________________________")
            labels.append(Label(text, (Place(address=f"p{count + 1}"),)))
            count += 2
    return _word(document), labels


def _numbered_prose(content: Content) -> tuple[bytes, list[Label]]:
    """Numbered by hand, with a line for the answer under each question."""
    document, labels = Document(), []
    document.add_paragraph(content.title)
    for text in content.before:
        document.add_paragraph(text)
    count = 1 + len(content.before)
    for number, (title, questions) in enumerate(content.sections, start=1):
        document.add_paragraph(f"{number}. {title}").runs[0].bold = True
        count += 1
        for place, text in enumerate(questions, start=1):
            document.add_paragraph(f"{number}.{place}. {text}")
            document.add_paragraph(f"{content.word('answer')}:")
            labels.append(Label(text, (Place(address=f"p{count + 1}"),)))
            count += 2
    return _word(document), labels


def _printed(content: Content) -> tuple[bytes, list[Label]]:
    """Pages with a head and a foot; there is no place for an answer."""
    styles = getSampleStyleSheet()
    story = [Paragraph(content.title, styles["Title"]), *(Paragraph(text, styles["Normal"]) for text in content.before)]
    labels = []
    for number, (title, questions) in enumerate(content.sections, start=1):
        story += [Spacer(1, 24), Paragraph(f"{number} {title}", styles["Heading2"])]
        for place, text in enumerate(questions, start=1):
            story += [Spacer(1, 70), Paragraph(f"{number}.{place} {text}", styles["Normal"])]
            labels.append(Label(text))
    stream = io.BytesIO()

    def framed(canvas: Canvas, page: SimpleDocTemplate) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(72, 800, content.title)
        canvas.drawString(72, 30, f"{content.word('page')} {page.page}")

    document = SimpleDocTemplate(stream, invariant=1, pageCompression=0)
    document.build(story, onFirstPage=framed, onLaterPages=framed)
    return stream.getvalue(), labels


def _separated(content: Content, *, by: str, encoding: str) -> tuple[bytes, list[Label]]:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=by)
    writer.writerow([content.word("section"), content.word("question"), content.word("answer")])
    rows = [(title, text) for title, questions in content.sections for text in questions]
    writer.writerows([title, text, ""] for title, text in rows)
    labels = [Label(text, (Place(address=f"C{row}"),)) for row, (_, text) in enumerate(rows, start=2)]
    return stream.getvalue().encode(encoding), labels


def _listed(content: Content) -> tuple[bytes, list[Label]]:
    lines = [f"# {content.title}", "", *content.before, ""]
    for title, questions in content.sections:
        lines += [f"## {title}", "", *(f"{place}. {text}" for place, text in enumerate(questions, start=1)), ""]
    return "\n".join(lines).encode(), [Label(text) for _, questions in content.sections for text in questions]


def _pasted(content: Content) -> tuple[bytes, list[Label]]:
    questions = [text for _, group in content.sections for text in group]
    listed = [f"- {text}" for text in questions]
    return "\n".join([*content.before, "", *listed, "", *content.after, ""]).encode(), [
        Label(each) for each in questions
    ]


_LAYOUTS: Mapping[str, Callable[[Content], tuple[bytes, list[Label]]]] = {
    "control_sheet": _control_sheet,
    "answer_below": _answer_below,
    "tender_sheet": _tender_sheet,
    "tick_columns": _tick_columns,
    "requirement_tables": _requirement_tables,
    "boxes_and_blanks": _boxes_and_blanks,
    "numbered_prose": _numbered_prose,
    "printed": _printed,
    "comma_separated": lambda content: _separated(content, by=",", encoding="utf-8"),
    "semicolon_separated": lambda content: _separated(content, by=";", encoding="latin-1"),
    "listed": _listed,
    "pasted": _pasted,
}
