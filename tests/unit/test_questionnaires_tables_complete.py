"""Nothing that stands in a table or sheet is dropped: it is asked, heads, instructs or is among what was left out."""

import csv
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from copilot.domain.questionnaires import Questionnaire
from knowledge.questionnaires import read_questionnaire
from tests.questionnaire_workbooks import WORKBOOKS

TODAY = date(2026, 11, 22)
DEMO = Path(__file__).parents[2] / "knowledge" / "demo_questionnaires"
_HEADERS = st.sampled_from(
    [
        "Question",
        "Pregunta",
        "Answer",
        "Respuesta",
        "Comments",
        "No.",
        "Section",
        "Guidance",
        "Yes",
        "No",
        "Area",
        "Foo",
    ]
)
_TEXTS = st.one_of(
    st.sampled_from(
        [
            "Do you encrypt data at rest?",
            "Describa el proceso de altas y bajas",
            "Please complete all questions in this questionnaire.",
            "Company name:",
            "ACCESS CONTROL",
            "1.1",
            "2",
            "Example",
            "If yes, please explain.",
            "Answer:",
            "Firma:",
            "Total",
            "For internal use only",
            "Política de seguridad",
        ]
    ),
    st.text("abcñ é?¿:.-_x1/", min_size=1, max_size=25),
    _HEADERS,
)
_CELLS = st.one_of(st.just(""), _TEXTS)
_GRIDS = st.lists(st.one_of(st.lists(_CELLS, max_size=5), st.lists(_HEADERS, min_size=2, max_size=5)), max_size=14)


def everything(found: Questionnaire) -> str:
    """All texts of a questionnaire."""
    parts = [found.title, *found.instructions, *(skipped.text for skipped in found.skipped)]
    for question in found.questions:
        parts += [question.text, question.number, *question.section, question.guidance, question.given]
    return " ".join(" ".join(parts).split())


@settings(max_examples=100, deadline=None)
@given(_GRIDS)
def test_every_text_of_a_delimited_file_is_somewhere(grid: list[list[str]]) -> None:
    stream = StringIO()
    csv.writer(stream).writerows([["Question 1?", "Do you test backups?"], [], *grid])
    found = read_questionnaire("a.csv", stream.getvalue().encode(), today=TODAY)
    said = everything(found)
    missing = [cell for cells in grid for cell in cells if " ".join(cell.split()) not in said]
    assert not missing


@settings(max_examples=30, deadline=None)
@given(
    _GRIDS, st.lists(st.tuples(st.integers(3, 9), st.integers(1, 4), st.integers(0, 2), st.integers(0, 2)), max_size=2)
)
def test_every_text_of_a_workbook_is_somewhere(grid: list[list[str]], merges: list[tuple[int, int, int, int]]) -> None:
    book = Workbook()
    sheet = book.active
    for cells in [["Do you test backups?"], [], *grid]:
        sheet.append([cell if not cell.startswith("=") else None for cell in cells] or [None])
    taken: set[tuple[int, int]] = set()
    for top, left, down, right in merges:
        area = {(row, column) for row in range(top, top + down + 1) for column in range(left, left + right + 1)}
        if len(area) > 1 and not area & taken:
            taken |= area
            sheet.merge_cells(start_row=top, start_column=left, end_row=top + down, end_column=left + right)
    stream = BytesIO()
    book.save(stream)
    texts = [str(cell.value) for cells in sheet.iter_rows() for cell in cells if cell.value is not None]
    found = read_questionnaire("a.xlsx", stream.getvalue(), today=TODAY)
    said = everything(found)
    assert not [text for text in texts if " ".join(text.split()) not in said]


@pytest.mark.parametrize("name", sorted(WORKBOOKS))
def test_places_are_never_given_twice(name: str) -> None:
    found = read_questionnaire("a.xlsx", WORKBOOKS[name]().content, today=TODAY)
    asked = [question.place.model_dump_json() for question in found.questions]
    answers = [question.answer_place.model_dump_json() for question in found.questions if question.answer_place]
    assert len(set(asked)) == len(asked)
    assert len(set(answers)) == len(answers)
    assert not set(asked) & set(answers)


@pytest.mark.parametrize("path", sorted(DEMO.iterdir()), ids=lambda path: path.stem)
def test_the_questionnaires_of_the_demo_are_read_whole(path: Path) -> None:
    found = read_questionnaire(path.name, path.read_bytes(), today=TODAY)
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    assert [question.number for question in found.questions] == [line[:3] for line in lines]
    assert all(question.answer_place and question.comment_place for question in found.questions)
    assert found.questions[0].mandatory
