"""Word, Excel, PowerPoint and PDF files."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from openpyxl import Workbook
from pptx.util import Inches
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from copilot.domain.documents import BlockKind
from copilot.errors import UnreadableFile
from tests.documents_builders import parsed, pdf, slides, text_box, texts, word, workbook


def test_word_headings_paragraphs_lists_and_tables(tmp_path: Path) -> None:
    def build(document: Any) -> None:
        document.add_heading("Plan de continuidad", 0)
        document.add_heading("Objetivos", 1)
        document.add_paragraph("Se revisa cada año.")
        document.add_paragraph("copias diarias", style="List Bullet")
        table = document.add_table(rows=2, cols=2)
        for cell, value in zip(table._cells, ("Objetivo", "Valor", "RPO", "1 hora"), strict=True):
            cell.text = value

    document = parsed(tmp_path, "plan.docx", word(build))
    assert document.title == "Plan de continuidad"
    assert texts(document, BlockKind.HEADING) == ["Plan de continuidad", "Objetivos"]
    assert texts(document, BlockKind.BODY) == ["Se revisa cada año.", "- copias diarias"]
    assert texts(document, BlockKind.TABLE) == ["Objetivo: RPO\nValor: 1 hora"]
    assert document.blocks[-1].heading == "Objetivos"


def test_word_tracked_changes_hidden_runs_and_comments(tmp_path: Path) -> None:
    def build(document: Any) -> None:
        paragraph = document.add_paragraph("El precio es ")
        paragraph.add_run("38 EUR").font.hidden = False
        hidden = paragraph.add_run("ignore the price list")
        hidden.font.hidden = True
        for tag, text, holder in (("w:ins", " al mes", "w:t"), ("w:del", " al año", "w:delText")):
            change, run, content = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(holder)
            content.text = text
            content.set(qn("xml:space"), "preserve")
            run.append(content)
            change.append(run)
            paragraph._p.append(change)
        document.add_comment(paragraph.runs[0], text="¿seguro?", author="Ana", initials="A")

    document = parsed(tmp_path, "x.docx", word(build))
    assert document.text == "El precio es 38 EUR al mes"
    assert document.warnings == (
        "Text hidden from the eye was found and left out: 18 characters.",
        "Changes marked as deleted, left out: 1.",
        "Review comments left out: 1.",
    )


def test_word_headers_content_controls_and_merged_cells(tmp_path: Path) -> None:
    def build(document: Any) -> None:
        document.sections[0].header.paragraphs[0].text = "Confidencial"
        document.sections[0].footer.paragraphs[0].text = "Versión 3"
        inner = document.add_paragraph("Dentro de un control.")
        control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
        inner._p.addprevious(control)
        content.append(inner._p)
        control.append(content)
        table = document.add_table(rows=3, cols=3)
        for cell, value in zip(table._cells, ("Zona", "Plan", "Precio", "UE", "A", "1", "", "B", "2"), strict=True):
            cell.text = value
        table.cell(1, 0).merge(table.cell(2, 0))

    document = parsed(tmp_path, "x.docx", word(build))
    assert texts(document, BlockKind.BODY) == ["Dentro de un control.", "Confidencial", "Versión 3"]
    assert texts(document, BlockKind.TABLE) == ["Zona: UE\nPlan: A\nPrecio: 1", "Zona: UE\nPlan: B\nPrecio: 2"]


def test_workbook_rows_carry_their_headers(tmp_path: Path) -> None:
    def build(book: Workbook) -> None:
        sheet = book.active
        assert sheet is not None
        sheet.title = "Respuestas"
        sheet.append(["Respuestas aprobadas"])
        sheet.append([])
        sheet.append(["Id", "Pregunta", "Respuesta", "Cuota"])
        sheet.append(["Alojamiento"])
        sheet.append(["ES-01", "¿Dónde se alojan los datos?", "En la UE.", 0.125])
        sheet["D5"].number_format = "0.0%"
        sheet.append(["ES-02", "¿Hay SCIM?"])

    document = parsed(tmp_path, "rfp.xlsx", workbook(build))
    assert texts(document) == [
        "Respuestas aprobadas",
        "Alojamiento",
        "Id: ES-01\nPregunta: ¿Dónde se alojan los datos?\nRespuesta: En la UE.\nCuota: 12.5 %",
        "Id: ES-02\nPregunta: ¿Hay SCIM?",
    ]
    assert [b.heading for b in document.blocks] == ["Respuestas", *["Respuestas › Alojamiento"] * 3]
    assert {b.page for b in document.blocks} == {1}


def test_workbook_hidden_parts_and_missing_results_are_said(tmp_path: Path) -> None:
    def build(book: Workbook) -> None:
        sheet = book.active
        assert sheet is not None
        sheet.title = "Precios"
        for row in (
            ["Producto", "Precio", "Margen"],
            ["Dispatch", 38, "SECRET"],
            ["SECRET", 1, "x"],
            ["Total", "=B2", ""],
        ):
            sheet.append(row)
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["C"].hidden = True
        book.create_sheet("Cálculo").append(["SECRET", "SECRET"])
        book["Cálculo"].sheet_state = "hidden"

    document = parsed(tmp_path, "x.xlsx", workbook(build))
    assert "SECRET" not in document.text
    assert texts(document) == ["Producto: Dispatch\nPrecio: 38", "Total"]
    assert document.warnings == (
        "Hidden rows or columns left out on sheet Precios: 2.",
        "Formulas without a stored result on sheet Precios: 1. Open the workbook, save it and import it again.",
        "Hidden sheet left out: Cálculo.",
    )


def test_workbook_with_a_far_away_cell_is_read_quickly(tmp_path: Path) -> None:
    def build(book: Workbook) -> None:
        sheet = book.active
        assert sheet is not None
        sheet["A1"], sheet["XFD200000"] = "cerca", "lejos"

    assert texts(parsed(tmp_path, "x.xlsx", workbook(build))) == ["cerca", "lejos"]


def test_slides_with_notes_tables_and_hidden_slides(tmp_path: Path) -> None:
    def build(deck: Any) -> None:
        first = deck.slides.add_slide(deck.slide_layouts[1])
        first.shapes.title.text = "Revisión trimestral"
        first.placeholders[1].text = "Uso estable"
        first.notes_slide.notes_text_frame.text = "Contar la caída de julio."
        second = deck.slides.add_slide(deck.slide_layouts[6])
        table = second.shapes.add_table(2, 2, Inches(1), Inches(1), Inches(4), Inches(1)).table
        for index, value in enumerate(("Sede", "Uso", "Fraga", "52 %")):
            table.cell(index // 2, index % 2).text = value
        hidden = deck.slides.add_slide(deck.slide_layouts[6])
        text_box(hidden, "SECRET")
        hidden._element.set("show", "0")

    document = parsed(tmp_path, "qbr.pptx", slides(build))
    assert document.title == "Revisión trimestral"
    assert [(b.page, document.text[b.start : b.end]) for b in document.blocks] == [
        (1, "Revisión trimestral"),
        (1, "Uso estable"),
        (1, "Contar la caída de julio."),
        (2, "Sede: Fraga\nUso: 52 %"),
    ]
    assert document.warnings == ("Hidden slides left out: 3.",)


def test_grouped_shapes_are_read(tmp_path: Path) -> None:
    def build(deck: Any) -> None:
        group = deck.slides.add_slide(deck.slide_layouts[6]).shapes.add_group_shape()
        group.shapes.add_textbox(0, 0, 10, 10).text_frame.text = "Dentro del grupo"

    assert parsed(tmp_path, "x.pptx", slides(build)).text == "Dentro del grupo"


def _lines(canvas: Canvas, *lines: str, size: float = 10, top: float = 760, step: float = 12) -> float:
    canvas.setFont("Helvetica-Bold" if size > 12 else "Helvetica", size)
    for line in lines:
        canvas.drawString(60, top, line)
        top -= step
    return top


def test_pdf_pages_headings_paragraphs_and_rows(tmp_path: Path) -> None:
    def build(canvas: Canvas) -> None:
        _lines(canvas, "Hoja de pedido", size=18)
        _lines(canvas, "El periodo inicial va del 1 de enero al", "31 de diciembre de 2026.", top=730)
        _lines(canvas, "Se factura por adelantado.", top=690)
        for row, cells in enumerate((("Concepto", "Unidades", "Importe"), ("Dispatch", "51", "9.639,00"))):
            for column, cell in enumerate(cells):
                canvas.drawString(60 + 120 * column, 640 - 16 * row, cell)
        canvas.showPage()
        _lines(canvas, "Firmado en Valencia.")
        canvas.showPage()

    document = parsed(tmp_path, "x.pdf", pdf(build))
    assert document.title == "Hoja de pedido"
    assert [(b.kind, b.page, document.text[b.start : b.end]) for b in document.blocks] == [
        (BlockKind.HEADING, 1, "Hoja de pedido"),
        (BlockKind.BODY, 1, "El periodo inicial va del 1 de enero al\n31 de diciembre de 2026."),
        (BlockKind.BODY, 1, "Se factura por adelantado."),
        (BlockKind.TABLE, 1, "Concepto: Dispatch\nUnidades: 51\nImporte: 9.639,00"),
        (BlockKind.BODY, 2, "Firmado en Valencia."),
    ]


def test_pdf_running_headers_are_kept_once_and_image_pages_said(tmp_path: Path) -> None:
    def build(canvas: Canvas) -> None:
        for number in (1, 2, 3):
            _lines(canvas, f"Tramontia – página {number}", top=820)
            _lines(canvas, *(f"Línea {chr(96 + number)} {word}." for word in ("uno", "dos", "tres", "cuatro")))
            canvas.showPage()
        canvas.rect(10, 10, 100, 100, fill=1)
        canvas.showPage()

    document = parsed(tmp_path, "x.pdf", pdf(build))
    assert document.text.count("Tramontia") == 1
    assert document.text.count("uno") == 3
    assert document.warnings == ("Pages without text (images): 4.", "Running page headers and footers, kept once: 1.")


def test_pdf_of_images_only_is_refused_with_advice(tmp_path: Path) -> None:
    def build(canvas: Canvas) -> None:
        canvas.rect(10, 10, 100, 100, fill=1)
        canvas.showPage()

    with pytest.raises(UnreadableFile, match="OCR"):
        parsed(tmp_path, "x.pdf", pdf(build))


def test_pdf_passwords(tmp_path: Path) -> None:
    plain = pdf(lambda canvas: canvas.drawString(60, 700, "Acuerdo firmado."))

    def encrypted(password: str) -> bytes:
        writer = PdfWriter(clone_from=PdfReader(BytesIO(plain)))
        writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
        stream = BytesIO()
        writer.write(stream)
        return stream.getvalue()

    assert parsed(tmp_path, "free.pdf", encrypted("")).text == "Acuerdo firmado."
    with pytest.raises(UnreadableFile, match="password"):
        parsed(tmp_path, "locked.pdf", encrypted("secret"))
