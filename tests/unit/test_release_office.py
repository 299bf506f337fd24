"""Word documents and workbooks: the same bytes every time, readable by other programs, harmless in them."""

import io
import re
import zipfile
from typing import Any

import docx
import openpyxl
import pytest
from lxml import etree

from copilot.domain.drafts import Draft, DraftKind
from copilot.domain.language import Language
from copilot.domain.rendering import render_deliverables
from copilot.domain.rendering_docx import render_docx
from copilot.domain.rendering_xlsx import render_xlsx
from tests.approvals_builders import draft_about
from tests.unit.test_brief_rendering import draft as brief

STRANGE = "a\x00b\x01c\x1f\x7f\u0085\ufffe\uffffd & <w:t>'\"é🙂\tx\r\ny"


def answers(*texts: str, language: Language = Language.ES) -> Draft:
    cited = brief(language)
    known = tuple(item.id for item in cited.evidence)
    made = draft_about(cited.evidence, [(text, known) for text in texts], kind=DraftKind.RFP_ANSWER, language=language)
    return made.model_copy(update={"title": f"Respuestas {STRANGE}"})


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("render", [render_docx, render_xlsx])
def test_the_same_draft_gives_the_same_bytes_and_nothing_of_the_day(render: Any, language: Language) -> None:
    content = render(answers("Uno", STRANGE, language=language))
    assert content == render(answers("Uno", STRANGE, language=language))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for name in archive.namelist():
            etree.fromstring(archive.read(name))


@pytest.mark.parametrize(("language", "sources"), [(Language.ES, "Fuentes"), (Language.EN, "Sources")])
def test_a_document_has_its_citations_and_sources(language: Language, sources: str) -> None:
    written = answers("La cuenta renueva en enero.", STRANGE, language=language)
    document = docx.Document(io.BytesIO(render_docx(written)))
    paragraphs = [(each.style.name if each.style else None, each.text) for each in document.paragraphs]
    assert ("Heading 1", sources) in paragraphs
    assert any(text.startswith("La cuenta renueva en enero. [1]") for _, text in paragraphs)
    listed = [text for style, text in paragraphs if style == "Source"]
    assert len(listed) == len(written.evidence)
    assert all(item.label in text for item, text in zip(written.evidence, listed, strict=True))
    assert any("& <w:t>'\"é🙂" in text for _, text in paragraphs)
    assert document.core_properties.language == language.value


@pytest.mark.parametrize(
    ("language", "names"), [(Language.ES, ["Respuestas", "Fuentes"]), (Language.EN, ["Answers", "Sources"])]
)
def test_a_workbook_has_its_answers_and_sources(language: Language, names: list[str]) -> None:
    written = answers("La cuenta renueva en enero.", STRANGE, language=language)
    book = openpyxl.load_workbook(io.BytesIO(render_xlsx(written)))
    assert book.sheetnames == names
    rows = list(book[names[0]].iter_rows(min_row=2, values_only=True))
    assert rows[0][2:] == (
        "La cuenta renueva en enero.",
        "".join(f"[{n}]" for n in range(1, len(written.evidence) + 1)),
    )
    assert len(list(book[names[1]].iter_rows(min_row=2))) == len(written.evidence)


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://evil.example","x")', "=cmd|' /C calc'!A0", "\t=1", " =1",
     "\u200b=1", "＝1+1", "%0A=1", "|x"],
)  # fmt: skip
def test_no_text_is_a_formula_and_editing_makes_none_of_it(text: str) -> None:
    content = render_xlsx(answers(text))
    book = openpyxl.load_workbook(io.BytesIO(content))
    cell = book.worksheets[0]["C2"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert cell.value.strip("\u200b\t ") == text.strip("\u200b\t ")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if "sheet" in name]
    assert not [sheet for sheet in sheets if b"<f" in re.sub(rb"<font", b"", sheet)]


def test_an_ordinary_text_is_not_marked_and_a_long_one_goes_on_in_the_next_row() -> None:
    long = "".join(f"{number:07d}" for number in range(10_000))
    sheet = openpyxl.load_workbook(io.BytesIO(render_xlsx(answers("Uno", long)))).worksheets[0]
    assert sheet["C2"].quotePrefix is False
    pieces = [row[2] for row in sheet.iter_rows(min_row=3, values_only=True)]
    assert (len(pieces), "".join(pieces)) == (3, long)


def test_answers_to_a_questionnaire_also_come_as_a_workbook() -> None:
    assert sorted(render_deliverables(answers("Uno"))) == [
        "rfp_answer.docx",
        "rfp_answer.html",
        "rfp_answer.json",
        "rfp_answer.md",
        "rfp_answer.xlsx",
    ]
