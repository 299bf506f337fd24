"""Whatever a file says, each stretch of it is in a question or in what was skipped; bad files get a clear answer."""

import re
import zipfile
from collections.abc import Sequence
from datetime import date
from io import BytesIO

import pytest
from docx import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from reportlab.pdfgen.canvas import Canvas

from copilot.domain.questionnaires import Questionnaire, SkipReason
from copilot.errors import UnreadableFile
from knowledge.questionnaires import markdown, pages, pasted, word
from knowledge.questionnaires.pasted import read_text

_TODAY = date(2027, 3, 1)
_PARTS = (
    "Do you {}?", "{}", "Describe {}.", "1. What is {}?", "2.1 {}", "a) {}", "- {}", "Answer: {}", "Answer: ____ {}",
    "{}: ______", "☐ {} ☐ No", "Comments: {}", "If yes, {}", "Note: {}", "({})", "SECTION {}",
    "Please complete {} below.",
    "¿Dispone de {}?", "Indique {}", "El proveedor deberá {}", "Hello {},", "Best regards, {}", "Signature: {}",
    "Contact: {}", "Example: {}", "Instructions", "Introduction", "Thank you {}", "{}. Why {}? Because.", "{}:",
    "Yes / No", "Yes {} ☐ No ☐", "[Your answer here]", "Date: {}", "Requirement {} must be met.", "", "   ",
)  # fmt: skip
_TEXTS = st.lists(st.sampled_from(_PARTS), min_size=1, max_size=25)
_CELLS = st.lists(
    st.lists(st.sampled_from((*_PARTS, "Question", "Answer", "No.", "Yes", "No")), min_size=2, max_size=4),
    min_size=1,
    max_size=6,
)
_KIND = st.sampled_from(["Normal", "List Bullet", "List Number", "Heading 1", "Heading 2", "Title"])


def _unique(templates: Sequence[str]) -> list[str]:
    """Each text has words of its own, so that it can be found again."""
    return [template.replace("{}", f"marker{index}x") for index, template in enumerate(templates)]


def _kept(found: Questionnaire) -> str:
    said = [skipped.text for skipped in found.skipped]
    for question in found.questions:
        said += [question.text, question.number, question.guidance, question.given, *question.section]
        said += [choice.text for choice in question.choices]
    return " ".join((*said, found.title))


def _assert_all_kept(texts: Sequence[str], found: Questionnaire) -> None:
    kept = _kept(found)
    missing = {word for text in texts for word in re.findall(r"marker\d+x", text)} - set(
        re.findall(r"marker\d+x", kept)
    )
    assert not missing


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(_PARTS), _KIND), min_size=1, max_size=20), _CELLS)
def test_no_paragraph_and_no_cell_of_a_document_is_lost(parts: list[tuple[str, str]], cells: list[list[str]]) -> None:
    document = Document()
    texts = _unique([part for part, _ in parts])
    for text, (_, style) in zip(texts, parts, strict=True):
        document.add_paragraph(text, style=style)
    width = max(map(len, cells))
    table = document.add_table(rows=len(cells), cols=width)
    flat = iter(_unique([cell for row in cells for cell in row]))
    for row, line in enumerate(cells):
        for column, _ in enumerate(line):
            table.cell(row, column).text = next(flat).replace("marker", "marker1000")
    texts += [cell.text for row in table.rows for cell in row.cells]
    document.add_paragraph("Do you agree?")
    stream = BytesIO()
    document.save(stream)
    try:
        found = word.read(stream.getvalue(), name="x.docx", today=_TODAY)
    except UnreadableFile:
        reject()  # below a heading such as "Signature" nothing is asked of us: then there may be no question at all
    _assert_all_kept(texts, found)


@settings(max_examples=80, deadline=None)
@given(_TEXTS, st.sampled_from(["\n", "\n\n"]))
def test_no_line_of_a_text_is_lost(parts: list[str], between: str) -> None:
    texts = [*_unique(parts), "Do you agree?"]
    _assert_all_kept(texts, read_text(between.join(texts), today=_TODAY))
    _assert_all_kept(texts, markdown.read(between.join(texts).encode(), name="x.md", today=_TODAY))


@settings(max_examples=25, deadline=None)
@given(_TEXTS, st.sampled_from([14, 22]))
def test_no_line_of_a_page_is_lost(parts: list[str], leading: int) -> None:
    texts = [text for text in _unique(parts) if text.strip()]
    stream = BytesIO()
    canvas = Canvas(stream)
    for index, text in enumerate(texts):
        canvas.drawString(72, 780 - (index % 30) * leading, text.replace("☐", "[ ]"))
    canvas.drawString(72, 60, "And do you agree with all of it?")
    canvas.save()
    _assert_all_kept(texts, pages.read(stream.getvalue(), name="x.pdf", today=_TODAY))


def _document(*paragraphs: str) -> BytesIO:
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    stream = BytesIO()
    document.save(stream)
    return stream


def test_changes_comments_boxes_and_macros_are_told() -> None:
    document = Document()
    paragraph = document.add_paragraph("Do you encrypt ")
    deleted = parse_xml(f'<w:del {nsdecls("w")} w:id="1" w:author="A"><w:r><w:delText>old</w:delText></w:r></w:del>')
    inserted = parse_xml(f'<w:ins {nsdecls("w")} w:id="2" w:author="A"><w:r><w:t>all data?</w:t></w:r></w:ins>')
    paragraph._p.append(deleted)
    paragraph._p.append(inserted)
    box = OxmlElement("w:pict")
    box.append(
        parse_xml(f"<w:txbxContent {nsdecls('w')}><w:p><w:r><w:t>A box says this.</w:t></w:r></w:p></w:txbxContent>")
    )
    document.add_paragraph("Anything else? ").add_run()._r.append(box)
    document.add_comment(paragraph.runs, text="To be discussed", author="A", initials="A")
    stream = BytesIO()
    document.save(stream)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"macros")
    found = word.read(stream.getvalue(), name="x.docm", today=_TODAY)
    assert [question.text for question in found.questions] == ["Do you encrypt all data?", "Anything else?"]
    assert ("A box says this.", SkipReason.NOT_READ) in [(skipped.text, skipped.reason) for skipped in found.skipped]
    assert len(found.warnings) == 4
    assert any("macros" in warning for warning in found.warnings)


def test_a_document_saved_with_macros_is_read() -> None:
    stream = _document("Do you encrypt data?")
    changed = BytesIO()
    with zipfile.ZipFile(stream) as before, zipfile.ZipFile(changed, "w") as after:
        for entry in before.infolist():
            content = before.read(entry)
            if entry.filename == "[Content_Types].xml":
                content = content.replace(
                    b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
                    b"application/vnd.ms-word.document.macroEnabled.main+xml",
                )
            after.writestr(entry.filename, content)
    found = word.read(changed.getvalue(), name="x.docm", today=_TODAY)
    assert [question.text for question in found.questions] == ["Do you encrypt data?"]


def test_merged_cells_are_counted_on_the_grid() -> None:
    document = Document()
    table = document.add_table(rows=3, cols=4)
    for column, text in enumerate(("No.", "Question", "", "Answer")):
        table.cell(0, column).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    for row, text in ((1, "Who owns security?"), (2, "Where is it documented?")):
        table.cell(row, 0).text = str(row)
        table.cell(row, 1).merge(table.cell(row, 2)).text = text
    stream = BytesIO()
    document.save(stream)
    found = word.read(stream.getvalue(), name="x.docx", today=_TODAY)
    assert [question.answer_place.address for question in found.questions if question.answer_place] == [
        "t0r1c3",
        "t0r2c3",
    ]


def test_automatic_numbers_count_levels_and_letters() -> None:
    document = Document()
    for style, text in (("List Number", "Who are you?"), ("List Number", "What do you do?"), ("List Number", "Why?")):
        document.add_paragraph(text, style=style)
    unnumbered = document.add_paragraph("Where are you?")
    unnumbered._p.get_or_add_pPr().append(parse_xml(f'<w:numPr {nsdecls("w")}><w:numId w:val="0"/></w:numPr>'))
    stream = BytesIO()
    document.save(stream)
    found = word.read(stream.getvalue(), name="x.docx", today=_TODAY)
    assert [question.number for question in found.questions] == ["1", "2", "3", ""]


def _zip_bomb() -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<w>" + b" " * (160 * 1_048_576))
    return stream.getvalue()


def _image_only() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()


def _protected() -> bytes:
    stream = BytesIO()
    canvas = Canvas(stream)
    canvas.drawString(72, 700, "Do you encrypt data?")
    canvas.save()
    writer = PdfWriter(clone_from=BytesIO(stream.getvalue()))
    writer.encrypt("secret", algorithm="AES-256")
    protected = BytesIO()
    writer.write(protected)
    return protected.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bomb.docx", _zip_bomb()),
        ("broken.docx", b"PK\x03\x04 broken"),
        ("cut.docx", _document("Why?").getvalue()[:3000]),
        ("protected.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600),
        ("silent.docx", _document("This is a letter.", "It asks nothing.").getvalue()),
        ("images.pdf", _image_only()),
        ("protected.pdf", _protected()),
        ("broken.pdf", b"%PDF-1.4 broken"),
        ("silent.md", b"# A title\n\nSome words.\n"),
        ("binary.txt", bytes(range(256)) * 50),
        ("empty.txt", b""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_file_is_refused_with_advice(name: str, content: bytes) -> None:
    read = {"docx": word.read, "pdf": pages.read, "md": markdown.read, "txt": pasted.read}[name.rpartition(".")[2]]
    with pytest.raises(UnreadableFile) as caught:
        read(content, name=name, today=_TODAY)
    assert caught.value.hint
